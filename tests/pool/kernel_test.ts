import assert from "node:assert/strict";
import { POINTS, seriesStub } from "../http/series_stub.ts";
import { apiToken, PATHS } from "../http/stub.ts";
import { Kernel } from "../kernel/kernel.ts";

Deno.test("in a notebook workers do the work, and are kept from cell to cell", async () => {
  await using stub = seriesStub();
  await using kernel = await Kernel.start();
  const fetching = `
    points = 0;
    for await (const block of source.series({ ...query, useThreads: true })) points += block.step.length;
    console.log(points, pool.started);
  `;
  const source = new URL("../../src/http/catalog.ts", import.meta.url).href;
  const columns = new URL("../../src/columns.ts", import.meta.url).href;
  const { status } = await kernel.run(`
    const pool = { started: 0 };
    globalThis.Worker = class extends Worker { constructor(...given) { super(...given); pool.started++; } };
    const { openServer } = await import(${JSON.stringify(source)});
    const { seriesList } = await import(${JSON.stringify(columns)});
    const source = openServer({ apiToken: ${
    JSON.stringify(apiToken(stub.url))
  }, maxWorkers: 2, pointsPerWorker: 0 }).open("ws/proj");
    const series = seriesList(Array.from({ length: 200 }, (_, i) => ({ run: "ws/proj/R-1", path: "m/" + i })));
    const query = { kind: "float", series, stepRange: [null, null], lineage: "full", previews: false, limit: null };
    let points = 0;
  `);
  assert.equal(status, "ok");
  const printed: string[] = [];
  for (const code of [fetching, "await new Promise((resolve) => setTimeout(resolve, 1200))", fetching]) {
    const reply = await kernel.run(code);
    assert.equal(reply.status, "ok");
    printed.push(...reply.outputs.filter(({ type }) => type === "stream").map(({ content }) => content.text.trim()));
  }
  assert.deepEqual(printed, [`${200 * POINTS} 2`, `${200 * POINTS} 2`]);
  assert.equal(stub.count(PATHS.exchange), 1);
});
