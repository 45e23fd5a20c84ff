/**
 * Runs the tests and prints one closing line. Folders and files may be named; without any, all default tests run.
 *
 * The slow suites, which need Python or a browser, have tasks of their own: `test:peers`, `test:browser`.
 */

const paths = Deno.args.length ? Deno.args : ["tests/"];
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
