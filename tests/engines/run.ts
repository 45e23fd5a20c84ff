/**
 * Archives read through real engines and stores, which come from PyPI at pinned versions and are started here:
 * `deno task test:engines [part of a suite's name]`.
 */

const wanted = Deno.args[0] ?? "";
const suites = [...Deno.readDirSync(new URL(".", import.meta.url))].map(({ name }) => name)
  .filter((name) => name.endsWith("_suite.ts") && name.includes(wanted)).sort();
let failed = suites.length === 0;
for (const suite of suites) {
  console.log(`\n${suite}`);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-prompt", "--quiet", new URL(suite, import.meta.url).pathname],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  failed ||= !success;
}
Deno.exit(failed ? 1 : 0);
