/**
 * Runs the tests and prints one closing line. Folders and files may be named; without any, all default tests run: most of them side by
 * side, then one after the other those that look at the clock or at memory. With `--fast` what takes long is left out.
 *
 * The slow suites, which need Python or a browser, have tasks of their own: `test:peers`, `test:browser`.
 */

/** What looks at the clock or at the memory of this process: run when nothing else runs. */
const ALONE = [
  "tests/http/",
  "tests/kernel/calls_test.ts",
  "tests/kernel/interrupt_test.ts",
  "tests/pool/",
  "tests/server/hostile_test.ts",
];

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

async function run(...args: string[]): Promise<{ code: number; counts: Counts | null }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-prompt", "--quiet", ...args],
    env: { NO_COLOR: "1", NEPTUNE_PROJECT: "", NEPTUNE_API_TOKEN: "", NEPTUNE_ARCHIVE: "", NEPTUNE_ARCHIVE_FILES: "" },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let tail = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    await Deno.stdout.write(chunk);
    tail = (tail + decoder.decode(chunk, { stream: true })).slice(-2000);
  }
  const { code } = await child.status;
  const summaries = tail.matchAll(/(\d+) passed(?: \(.*?\))? \| (\d+) failed(?: \(.*?\))?(?: \| (\d+) ignored)?/g);
  const found = [...summaries].at(-1)?.slice(1, 4).map((count) => Number(count ?? 0));
  return { code, counts: found ? found as Counts : null };
}

const fast = Deno.args.includes("--fast");
const named = Deno.args.filter((arg) => arg !== "--fast");
const ignored = (paths: string[]) => `--ignore=${paths.join(",")}`;
const runs = named.length > 0
  ? [named]
  : fast
  ? [["--parallel", ignored([...ALONE, ...LONG]), "tests/"], [ignored(LONG), ...ALONE]]
  : [["--parallel", ignored(ALONE), "tests/"], ALONE];
const results = [];
for (const args of runs) results.push(await run(...args));
const counts = results.flatMap(({ counts }) => counts === null ? [] : [counts]);
if (counts.length > 0) {
  const [passed, failed, skipped] = [0, 1, 2].map((i) => counts.reduce((sum, one) => sum + one[i], 0));
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
}
const code = results.find(({ code }) => code !== 0)?.code ?? 0;
Deno.exit(counts.length === results.length || code !== 0 ? code : 1);
