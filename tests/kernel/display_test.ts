/**
 * What the hooks show in the real kernel.
 */

import assert from "node:assert/strict";
import { checkBundle, checkHtml, checkXml, svgs } from "../display/kernel_rules.ts";
import { Kernel, type Reply } from "./kernel.ts";

const SETUP = `
  import { ReadOnlyProject, ReadOnlyRun, plot, show } from "../mod.ts";
  const project = new ReadOnlyProject({ archive: "archive/data", cacheFolder: null });
  const run = new ReadOnlyRun(project, { customId: "mlp-adam-2-cool" });
`;

/** The bundle of the last expression of a cell. */
function result(reply: Reply): Record<string, string> {
  assert.equal(reply.status, "ok", `${reply.ename}: ${reply.evalue}`);
  assert.deepEqual(
    reply.outputs.map(({ type }) => type),
    ["execute_result"],
    JSON.stringify(reply.outputs).slice(0, 500),
  );
  return reply.outputs[0].content.data;
}

Deno.test("the last expression of a cell is enough to see projects, runs, attributes, listings, charts and frames", async (t) => {
  await using kernel = await Kernel.start({ cwd: "samples" });
  assert.equal((await kernel.run(SETUP)).status, "ok");

  const cases: [cell: string, html: RegExp, text: RegExp, images: number][] = [
    ["project", /Newest runs/, /12 runs, 3 experiments/, 0],
    ["project.fetchRuns()", /mlp-adam-from-sgd/, /DIG-1 /, 0],
    ["run.attributeNames", /config\/optimizer/, /config\/optimizer/, 0],
    ["run", /mlp-adam-2-cool/, /lineage: mlp-adam-2 ─ step 250 → mlp-adam-2-cool/, 7],
    [`run["config/optimizer"]`, /adam/, /adam/, 0],
    [`run["validation/loss"]`, /float_series/, /points, last/, 1],
    [`run["weights/layer_1"]`, /histogram_series/, /histograms, the last with/, 1],
    [`run["logs/train"]`, /resumed from mlp-adam-2/, /resumed from mlp-adam-2/, 0],
    [`run["validation/confusion"]`, /data:image\/png/, /step/, 0],
    [`run.attribute("config.json")`, /optimizer/, /optimizer/, 0],
    [`plot(run, { attributes: ["train/loss", "validation/loss"], smoothing: 0.9 })`, /img/, /Chart of 2 lines/, 1],
    [`await run["train/loss"].fetchValues()`, /rows × 3 columns/, /shape: \(/, 0],
    [`show((await run["train/loss"].fetchValues()).head(2), { rows: 1 })`, /1 more row/, /shape: \(2, 3\)/, 0],
    ["await project.fetchRuns()", /12 rows × 3 columns/, /shape: \(12, 3\)/, 0],
  ];
  for (const [cell, html, text, images] of cases) {
    await t.step(cell, async () => {
      const data = result(await kernel.run(cell));
      checkBundle(data);
      checkHtml(data["text/html"]);
      assert.match(data["text/html"], html);
      assert.match(data["text/plain"], text);
      const pictures = svgs(data["text/html"]);
      pictures.forEach(checkXml);
      assert.equal(pictures.length, images);
    });
  }

  await t.step("a frame derived from ours shows as ours do", async () => {
    const data = result(await kernel.run(`(await project.fetchRuns()).head(2)`));
    assert.match(data["text/html"], /2 rows × 3 columns/);
  });

  await t.step("the Tab key completes names of attributes in the tree of a run", async () => {
    assert.equal((await kernel.run("const tree = await run.tree();")).status, "ok");
    assert.deepEqual((await kernel.complete("tree.validation.")).sort(), ["accuracy", "confusion", "loss"]);
    assert.match(result(await kernel.run("tree.validation.loss"))["text/html"], /float_series/);
  });

  await t.step("an error says what to do, though the kernel shows nothing but its message", async () => {
    const reply = await kernel.run(`await run["train/los"].fetch()`);
    assert.equal(reply.status, "error");
    assert.equal(reply.ename, "AttributeNotFoundError");
    assert.match(reply.evalue!, /has no attribute "train\/los".*"train\/loss"/);
    const shown = await kernel.run(`new ReadOnlyRun(project, { experimentName: "mlp-adan" })`);
    assert.match(shown.outputs[0].content.evalue, /mlp-adam/, "so does an error in a hook");
  });
});
