/**
 * Runs the tests and prints one closing line. Folders and files may be named; without any, all default tests run.
 * With `--fast` those that take long are left out, and the others run side by side.
 *
 * The slow suites, which need Python or a browser, have tasks of their own: `test:peers`, `test:browser`.
 */

/** What `--fast` leaves out: what starts kernels, browsers or other programs, and what asks the same of one more way to read. */
const SLOW = [
  "tests/archive/many_runs_test.ts",
  "tests/bulk/names_test.ts",
  "tests/bulk/ways_test.ts",
  "tests/cli/",
  "tests/conformance/socket_test.ts",
  "tests/conformance/suite_test.ts",
  "tests/conformance/workers_test.ts",
  "tests/documents/",
  "tests/faults/",
  "tests/kernel/",
  "tests/notebooks/",
  "tests/packaging/",
  "tests/permissions/",
  "tests/pool/kernel_test.ts",
];

const fast = Deno.args.includes("--fast");
const named = Deno.args.filter((arg) => arg !== "--fast");
const paths = [
  ...fast ? ["--parallel", `--ignore=${SLOW.join(",")}`] : [],
  ...named.length > 0 ? named : ["tests/"],
];
const child = new Deno.Command(Deno.execPath(), {
  args: ["test", "-A", "--no-prompt", "--quiet", ...paths],
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
const summary = [...tail.matchAll(/(\d+) passed(?: \(.*?\))? \| (\d+) failed(?: \(.*?\))?(?: \| (\d+) ignored)?/g)].at(
  -1,
);
if (summary) {
  const [, passed, failed, skipped] = summary;
  console.log(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`);
}
Deno.exit(summary || code !== 0 ? code : 1);
