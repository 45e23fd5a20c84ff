/** The page is the same about every source: an archive on a disk, compacted or in object storage, a server, unsynced runs. */

import assert from "node:assert/strict";
import { openOffline } from "../../src/offline/catalog.ts";
import { openServer } from "../../src/http/catalog.ts";
import { compactArchive } from "../../mod.ts";
import { serve } from "../../serve.ts";
import { inProcess } from "../s3/open.ts";
import { writeDatabase } from "../offline/writer.ts";
import { string } from "../../samples/rows.ts";
import { writeRun } from "../../samples/writer.ts";
import { openArchive } from "../../src/archive/catalog.ts";
import { type Archive, AskedPage, SAMPLE } from "./page.ts";

type Offline = Parameters<typeof openOffline>[0];

const COLUMNS = [
  { path: "config/optimizer", type: "string" as const, aggregation: null },
  { path: "validation/accuracy", type: "float_series" as const, aggregation: null },
  { path: "validation/accuracy", type: "float_series" as const, aggregation: "max" as const },
];

/** What the page says about the sample. */
async function answers(page: AskedPage): Promise<unknown> {
  const runs = ["DIG-12", "DIG-3"];
  return {
    table: await page.ask("runs", {
      columns: COLUMNS,
      search: "MLP",
      trashed: false,
      query: "`validation/accuracy`:floatSeries > 0.5",
      sort: { path: "validation/accuracy", type: "float_series", aggregation: null, descending: true },
      group: { path: "config/optimizer", type: "string" },
    }),
    differ: await page.ask("differ", { ids: runs }),
    distinct: await page.ask("distinct", { path: "config/optimizer" }),
    attributes: (await page.ask("attributes", { search: "loss" })).attributes,
    values: (await page.ask("values", { runs, types: ["string", "float_series"], paths: null })).values
      .toSorted((a, b) => a.run - b.run || (a.path < b.path ? -1 : 1)),
    buckets: await Promise.all((["step", "time", "relative"] as const).map(async (x) =>
      (await page.ask("buckets", {
        runs: ["DIG-9", "DIG-10"],
        paths: ["train/loss"],
        inherited: true,
        x,
        buckets: 1000,
      })).series
    )),
    logs: await page.ask("points", {
      runs: ["DIG-9"],
      paths: ["logs/train"],
      kind: "string",
      inherited: true,
      steps: { from: 100, to: null },
    }),
    tree: await page.ask("lineage", { run: "DIG-10" }),
    file: await (await page.get("/api/file?run=DIG-9&path=config.json")).text(),
    picture: (await (await page.get("/api/file?run=DIG-9&path=validation/confusion&step=500")).bytes()).length,
  };
}

Deno.test("a server answers the page as the archive behind it does", async () => {
  const archived = await answers(await new AskedPage().open());
  const server = await serve({ archive: SAMPLE, port: 0, cacheFolder: null });
  const catalog = openServer({ apiToken: server.apiToken });
  try {
    assert.deepEqual(await answers(await new AskedPage(catalog).open()), archived);
  } finally {
    catalog.close();
    await server.close();
  }
});

Deno.test("a compacted archive answers the page as the archive that it was made of does", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await compactArchive({ archive: SAMPLE, destination: `${folder}/data`, progressBar: false, cacheFolder: null });
    const catalog = openArchive({ data: `${folder}/data/data`, cache: null } as Archive);
    assert.deepEqual(await answers(await new AskedPage(catalog).open()), await answers(await new AskedPage().open()));
    catalog.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("an archive in object storage answers the page as it does on a disk", async () => {
  const { catalog, close } = await inProcess()({ data: SAMPLE, files: SAMPLE.replace(/data$/, "files") });
  try {
    assert.deepEqual(await answers(await new AskedPage(catalog).open()), await answers(await new AskedPage().open()));
  } finally {
    await close();
  }
});

Deno.test("runs that never reached a server are shown, and marked", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const T = Date.UTC(2026, 0, 1);
    await writeDatabase(`${folder}/.neptune`, {
      project: "team/project",
      run: "lost",
      operations: [
        { run: { created: T, experiment: "exp" } },
        { timestamp: T, assign: { lr: { float: 0.1 } } },
        ...[0, 1].map((step) => ({ step, timestamp: T + step, append: { loss: { float: 1 - step / 2 } } })),
      ],
    });
    const catalog = openOffline({ folder: `${folder}/.neptune`, legacyProject: null, beneath: null } as Offline);
    const page = await new AskedPage(catalog).open();
    const { slice } = await page.ask("runs", {
      columns: [{ path: "lr", type: "float", aggregation: null }, {
        path: "loss",
        type: "float_series",
        aggregation: "max",
      }],
    });
    assert.deepEqual(slice.map((row) => "id" in row && [row.customId, row.unsynced, row.cells]), [["lost", "all", [
      0.1,
      1,
    ]]]);
    const [row] = slice;
    assert.ok("id" in row);
    const { series } = await page.ask("points", {
      runs: [row.id],
      paths: ["loss"],
      kind: "float",
      steps: { from: null, to: null },
    });
    assert.deepEqual(series.map(({ step, values }) => [step, values]), [[[0, 1], [1, 0.5]]]);
    catalog.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what was added since shows after Reload, in the table, among the attributes, and by its id", async () => {
  const folder = await Deno.makeTempDir();
  const write = (name: string, path: string) =>
    writeRun({
      dataRoot: `${folder}/data`,
      projectId: "team/growing",
      runId: name,
      batches: [[string("sys/id", name), string("sys/custom_run_id", name), string(path, "x")]],
    });
  try {
    await write("G-1", "first");
    const catalog = openArchive({ data: `${folder}/data`, cache: null } as Archive);
    const page = await new AskedPage(catalog).open();
    const look = async () => ({
      runs: (await page.ask("runs", {})).runs,
      attributes: (await page.ask("attributes", { search: "second" })).total,
      values: (await page.ask("values", { runs: ["G-2"], paths: ["second"] })).values.map(({ value }) => value),
    });
    assert.deepEqual(await look(), { runs: 1, attributes: 0, values: [] });
    await write("G-2", "second");
    assert.deepEqual(await look(), { runs: 1, attributes: 0, values: [] }, "a listing holds still while one scrolls");
    await page.ask("refresh", {});
    assert.deepEqual(await look(), { runs: 2, attributes: 1, values: ["x"] });
    catalog.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
