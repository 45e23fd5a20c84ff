/**
 * Runs the tests and prints one closing line. Folders and files may be named; without any, all default tests run: most of them side by
 * side, then those that would disturb each other. With `--fast` what takes long is left out.
 *
 * The slow suites, which need Python or a browser, have tasks of their own: `test:peers`, `test:browser`.
 */

import { ALONE } from "./alone.ts";

/** What `--fast` leaves out: what starts kernels and other programs, what takes long, and what asks the same of one more way to read. */
const LONG = [
  "tests/archive/many_runs_test.ts",
  "tests/archive/zoom_test.ts",
  "tests/bulk/names_test.ts",
  "tests/bulk/ways_test.ts",
  "tests/cli/",
  "tests/conformance/socket_test.ts",
  "tests/conformance/suite_test.ts",
  "tests/conformance/workers_test.ts",
  "tests/documents/",
  "tests/export/long_series_test.ts",
  "tests/faults/",
  "tests/kernel/",
  "tests/notebooks/",
  "tests/packaging/",
  "tests/permissions/",
  "tests/pool/kernel_test.ts",
];

/** Counts of passed, failed and ignored tests. */
type Counts = [number, number, number];

/** @param atOnce Whether what is said is shown at once, or when all is said: others speak, too. */
async function run(args: string[], atOnce = true): Promise<{ code: number; counts: Counts | null }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-prompt", "--quiet", ...args],
    env: { NO_COLOR: "1", NEPTUNE_PROJECT: "", NEPTUNE_API_TOKEN: "", NEPTUNE_ARCHIVE: "", NEPTUNE_ARCHIVE_FILES: "" },
    stdout: "piped",
    stderr: atOnce ? "inherit" : "piped",
  }).spawn();
  const said: Uint8Array[] = [];
  const streams = atOnce ? [child.stdout] : [child.stdout, child.stderr];
  await Promise.all(streams.map(async (stream) => {
    for await (const chunk of stream) {
      said.push(chunk);
      if (atOnce) await Deno.stdout.write(chunk);
    }
  }));
  const { code } = await child.status;
  const bytes = await new Blob(said as Uint8Array<ArrayBuffer>[]).bytes();
  if (!atOnce) { for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at)); }
  const summaries = new TextDecoder().decode(bytes.subarray(-2000))
    .matchAll(/(\d+) passed(?: \(.*?\))? \| (\d+) failed(?: \(.*?\))?(?: \| (\d+) ignored)?/g);
  const found = [...summaries].at(-1)?.slice(1, 4).map((count) => Number(count ?? 0));
  return { code, counts: found ? found as Counts : null };
}

const fast = Deno.args.includes("--fast");
const named = Deno.args.filter((arg) => arg !== "--fast");
const ignored = (paths: string[]) => paths.length > 0 ? [`--ignore=${paths.join(",")}`] : [];
const results = [];
if (named.length > 0) results.push(await run(named));
else {
  // One of the tests has the types of all files checked.
  const left = fast ? LONG : [];
  results.push(await run(["--no-check", "--parallel", ...ignored([...ALONE.flat(), ...left]), "tests/"]));
  results.push(...await Promise.all(ALONE.map((some) => run(["--no-check", ...ignored(left), ...some], false))));
}
const counts = results.flatMap(({ counts }) => counts === null ? [] : [counts]);
if (counts.length > 0) {
  const [passed, failed, skipped] = [0, 1, 2].map((i) => counts.reduce((sum, one) => sum + one[i], 0));
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
}
const code = results.find(({ code }) => code !== 0)?.code ?? 0;
Deno.exit(counts.length === results.length || code !== 0 ? code : 1);
