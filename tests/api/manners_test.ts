/**
 * The manners of the platform: where errors point, what prints, what is disposed of.
 */

import assert from "node:assert/strict";
import { isNeptuneError, jupyterDisplay, listProjects, ReadOnlyProject, ReadOnlyRun } from "../../mod.ts";

const SAMPLE = new URL("../../samples/archive/data", import.meta.url).pathname;

const project = () => new ReadOnlyProject({ archive: SAMPLE, cacheFolder: null });

Deno.test("the stack of an error starts at the line that called, in whatever way the work was done", async () => {
  const one = project();
  const run = new ReadOnlyRun(one, { customId: "linear-1" });
  const calls: [string, () => unknown][] = [
    ["AttributeNotFoundError", async () => await run.attribute("los").fetch()],
    ["AttributeNotFoundError", async () => await run.attribute("los").fetchType()],
    ["AttributeTypeError", async () => await run.attribute("config/optimizer").fetchValues()],
    ["AttributeTypeError", async () => await run.attribute("config/optimizer").fetchLast()],
    ["RunNotFoundError", async () => await new ReadOnlyRun(one, { customId: "x" }).attribute("a").fetch()],
    ["RunNotFoundError", async () => await new ReadOnlyRun(one, { customId: "x" }).attributeNames],
    ["NqlSyntaxError", async () => await one.fetchRunsDf({ query: "garbage" })],
    ["NqlSyntaxError", async () => await Array.fromAsync(one.fetchReadOnlyRuns({ query: "garbage" }))],
    ["ArchiveError", async () => await listProjects({ archive: "/nowhere" })],
    ["ProjectNotFoundError", async () => await new ReadOnlyProject({ archive: SAMPLE, project: "a/b" }).listRuns()],
    ["ProjectNotFoundError", async () => await new ReadOnlyProject({ archive: SAMPLE, project: "a/b" }).fetchInfo()],
    ["FileMissingError", async () => await run.file({ path: "not/there" }).bytes()],
    ["FileMissingError", async () => await run.file({ path: "not/there" }).save("/tmp/never")],
    ["OptionError", async () => await one.fetchMetrics({ attributes: 3 as never })],
    ["OptionError", () => new ReadOnlyRun(one, { custmId: "x" } as never)],
    ["OptionError", () => one.listRuns({ limt: 3 } as never)],
  ];
  for (const [name, call] of calls) {
    const error = await (async () => await call())().then(() => null, (error) => error);
    assert.ok(isNeptuneError(error), `${name}: ${error}`);
    assert.equal(error.name, name);
    const first = error.stack!.slice(error.stack!.indexOf(error.message) + error.message.length).trim().split("\n")[0];
    assert.match(first, /manners_test\.ts:\d+:\d+/, `${call}: ${error.stack}`);
    assert.ok(error.stack!.startsWith(`${name}: ${error.message}\n`));
  }
});

Deno.test("runs, attributes, files and projects print on one line where they stand among other things, and as JSON", async () => {
  const one = project();
  const [run] = await one.fetchReadOnlyRuns({ runs: ["linear-1"] });
  assert.equal(String(run), 'ReadOnlyRun DIG-2, experiment "linear", custom id "linear-1"');
  assert.equal(Deno.inspect(run), 'ReadOnlyRun DIG-2\n  experiment "linear"\n  custom id "linear-1"');
  assert.equal(
    Deno.inspect([run]),
    '[ ReadOnlyRun DIG-2, experiment "linear", custom id "linear-1" ]',
  );
  assert.equal(String(run["config/seed"]), 'Attribute "config/seed" of run DIG-2');
  assert.deepEqual(JSON.parse(JSON.stringify({ run, seed: run["config/seed"], one })), {
    run: { "sys/id": "DIG-2", "sys/custom_run_id": "linear-1", "sys/name": "linear" },
    seed: { path: "config/seed", run: "DIG-2" },
    one: { project: null },
  });
  const file = run.file({ path: "x\x1b[31m.png", size: 3 });
  assert.equal(String(file), "RunFile x\\u001b[31m.png (application/octet-stream, 3 bytes)");
  assert.deepEqual(JSON.parse(JSON.stringify(run.file({ path: "x.png" }))), {
    path: "x.png",
    size: null,
    mime_type: "application/octet-stream",
  });
  assert.match(String(one), /^ReadOnlyProject \(the only project\) in /);
});

Deno.test("a name with escape sequences drives no terminal: not as a run, an attribute, a project or a display", async () => {
  const one = new ReadOnlyProject({ archive: SAMPLE, cacheFolder: null, project: "a\x1b]0;owned\x07/b" });
  const run = new ReadOnlyRun(one, { customId: "\x1b[2J\u202e" });
  const attribute = run["a/\x9b31m"];
  for (const thing of [one, run, attribute, one.listRuns()]) {
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(Deno.inspect(thing) + String(thing), /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
  }
  const shown = await project().fetchRuns({ runs: ["linear-1"] })[jupyterDisplay]();
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(String(shown["text/plain"]), /[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
});

Deno.test("a project ends with its block, and listings take catch and finally", async () => {
  let ended = 0;
  {
    using one = project();
    const count = await one.listRuns().finally(() => ended++).then((runs) => runs.length);
    assert.ok(count > 0);
    const other = new ReadOnlyProject({ archive: SAMPLE, project: "a/b" });
    assert.equal(await other.listRuns().catch((error) => (error as Error).name), "ProjectNotFoundError");
  }
  assert.equal(ended, 1);
});
