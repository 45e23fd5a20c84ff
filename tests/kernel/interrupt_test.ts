/**
 * The interrupt button ends every public call, and never the kernel.
 */

import assert from "node:assert/strict";
import { writeDatabase } from "../offline/writer.ts";
import { Kernel } from "./kernel.ts";

/** Every call that reads, on a server that never answers. */
const CALLS = [
  `listProjects({ apiToken })`,
  `fetchRunsDfGlobal({ apiToken })`,
  `fetchExperimentsDfGlobal({ apiToken })`,
  `project.fetchInfo()`,
  `project.listRuns()`,
  `project.listExperiments()`,
  `project.fetchRuns()`,
  `project.fetchExperiments()`,
  `project.fetchReadOnlyRuns({ customIds: ["a"] })`,
  `project.fetchReadOnlyExperiments({ names: ["a"] })`,
  `(async () => { for await (const run of project.fetchRuns()) run; })()`,
  `project.fetchRunsDf()`,
  `project.fetchExperimentsDf()`,
  `project.fetchMetrics({ attributes: ["a"] })`,
  `project.fetchMetricBuckets({ attributes: ["a"] })`,
  `project.fetchSeries({ attributes: ["a"] })`,
  `project.saveMetrics({ attributes: ["a"], destination: folder + "/points.csv" })`,
  `project.downloadFiles({ attributes: ["a"], destination: folder })`,
  `project.exportArchive({ destination: folder })`,
  `project.listAttributes()`,
  `run.attributeNames`,
  `run.prefetch(["a/b"])`,
  `run.prefetchSeriesValues(["a/b"])`,
  `run.prefetchSeriesValues(["a/b"], { useThreads: true })`,
  `run["a/b"].fetch()`,
  `run["a/b"].fetchLast()`,
  `run["a/b"].fetchType()`,
  `run["a/b"].fetchValues()`,
  `file.stream()`,
  `file.bytes()`,
  `file.text()`,
  `file.save(folder + "/file")`,
  `plot([run], { attributes: ["a/b"] })[jupyterDisplay]()`,
  `plot.scatter([run], { x: "a/b", y: "a/c" })[jupyterDisplay]()`,
  `plot.parallel([run], { attributes: ["a/b", "a/c"] })[jupyterDisplay]()`,
  `project[jupyterDisplay]()`,
  `run[jupyterDisplay]()`,
  `run["a/b"][jupyterDisplay]()`,
  `project.fetchRuns()[jupyterDisplay]()`,
  `compare(project.fetchReadOnlyRuns())[jupyterDisplay]()`,
  `run.page()[jupyterDisplay]()`,
  `run.tree()`,
  // Files of this machine answer: one call after the other, so that they are not done before the interrupt.
  `again(() => archive().scan())`,
  `again(() => archive().archiveReport({ thorough: true }))`,
  `again(() => unsynced().offlineReport())`,
];

Deno.test("an interrupt ends every public call with one sentence, and the kernel lives on", async () => {
  // A server that takes connections and says nothing.
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of silent) open.push(connection);
  })();
  const address = `http://127.0.0.1:${(silent.addr as Deno.NetAddr).port}`;
  const folder = await Deno.makeTempDir();
  const sample = new URL("../../samples/archive/data/", import.meta.url);
  const [{ name }] = Deno.readDirSync(sample);
  const [{ name: part }] = Deno.readDirSync(new URL(name, sample));
  await Deno.mkdir(`${folder}/many/${name}`, { recursive: true });
  const bytes = await Deno.readFile(new URL(`${name}/${part}`, sample));
  for (let n = 0; n < 1500; n++) await Deno.writeFile(`${folder}/many/${name}/run-${n}_part_0.parquet`, bytes);
  const database = await writeDatabase(folder, {
    project: "a/b",
    run: "x",
    operations: [{ run: { experiment: "e", created: 0 } }, { step: 1, append: { loss: { float: 1 } } }],
  });
  const left = await Deno.readFile(database);
  for (let n = 0; n < 1000; n++) {
    await Deno.mkdir(`${folder}/unsynced/run-${n}`, { recursive: true });
    await Deno.writeFile(`${folder}/unsynced/run-${n}/run_operations.sqlite3`, left);
  }
  try {
    await using kernel = await Kernel.start({ cwd: "samples" });
    const ready = await kernel.run(`
      import { compare, fetchExperimentsDfGlobal, fetchRunsDfGlobal, jupyterDisplay, listProjects, plot, ReadOnlyProject, ReadOnlyRun } from "../mod.ts";
      const folder = ${JSON.stringify(folder)};
      const apiToken = btoa(JSON.stringify({ api_address: ${JSON.stringify(address)} }));
      const project = new ReadOnlyProject({ apiToken, project: "a/b" });
      const run = new ReadOnlyRun(project, { customId: "x" });
      const file = run.file({ path: "some/file" });
      const archive = () => new ReadOnlyProject({ archive: folder + "/many", cacheFolder: null });
      const unsynced = () => new ReadOnlyProject({ offline: folder + "/unsynced" });
      const again = async (call) => { while (true) await call(); };
      let kept = 0;
    `);
    assert.equal(ready.status, "ok", ready.evalue);
    for (const call of CALLS) {
      const { promise: asked, resolve } = Promise.withResolvers<unknown>();
      const running = kernel.run(
        `{
          const called = (async () => await ${call})();
          await new Promise((resolve) => setTimeout(resolve));
          console.log("asked");
          await called;
        }`,
        resolve,
      );
      await Promise.race([asked, running]);
      await new Promise((resolve) => setTimeout(resolve, 120));
      kernel.interrupt();
      const { status, ename, evalue } = await running;
      assert.deepEqual([call, status, ename], [call, "error", "AbortError"], evalue);
      assert.match(evalue!, /interrupted.*variables live on/, call);
    }
    const after = await kernel.run(`++kept`);
    assert.equal(after.outputs[0].content.data["text/plain"], "1");
  } finally {
    for (const connection of open) connection.close();
    silent.close();
    await accepting.catch(() => {});
    await Deno.remove(folder, { recursive: true });
  }
});
