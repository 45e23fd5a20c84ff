/** Archives in SeaweedFS: the whole conformance suite, listings of many pages, and Polars beside us. */

import assert from "node:assert/strict";
import { dirname } from "node:path";
import { isNeptuneError, ReadOnlyProject, type ReadOnlyProjectOptions, ReadOnlyRun } from "../../mod.ts";
import { openArchive } from "../../src/archive/catalog.ts";
import { openStorage } from "../../src/s3/store.ts";
import { compacted, SKIP } from "../conformance/compacted.ts";
import { served, SKIP as HTTP } from "../conformance/http.ts";
import { conformance, type Open } from "../conformance/suite.ts";
import { programs } from "./s3_programs.ts";
import { startSeaweed } from "./seaweed.ts";

const storage = await startSeaweed();
const { endpoint, accessKeyId, secretAccessKey } = storage;
const keys = { endpoint, accessKeyId, secretAccessKey, region: "us-east-1" };
await storage.put("archives");
addEventListener("unload", () => storage.stop());

const inBucket = (tail?: (size: number) => number): Open => async ({ data, files }, choices) => {
  const place = crypto.randomUUID();
  await storage.upload(dirname(data), `archives/${place}`);
  const store = openStorage(keys, tail);
  const at = (path: string) => path.replace(dirname(data), `s3://archives/${place}`);
  // In a bucket, a folder in which nothing lies is not there.
  const hasFiles = await Deno.readDir(files)[Symbol.asyncIterator]().next().then(({ done }) => !done, () => false);
  const catalog = openArchive({
    store,
    filesStore: store,
    data: at(data),
    files: hasFiles ? at(files) : undefined,
    cache: null,
    ...choices,
  });
  return { catalog, close: () => Promise.resolve(catalog.close()) };
};

conformance("SeaweedFS", inBucket(), { archive: true });
conformance("SeaweedFS, compacted", compacted(inBucket()), { archive: true, skip: SKIP });
conformance("a server over SeaweedFS", async (...asked) => served((await inBucket()(...asked)).catalog), {
  skip: HTTP,
});
conformance(
  "a server over SeaweedFS, compacted",
  compacted(async (...asked) => served((await inBucket()(...asked)).catalog)),
  { skip: { ...SKIP, ...HTTP } },
);
conformance("SeaweedFS, as if all objects were large", inBucket(() => 64), { archive: true });

programs(storage);

Deno.test("a folder of 5,000 objects is listed whole, some pages at once", async () => {
  await storage.put("many");
  const names = Array.from({ length: 5000 }, (_, i) => `run-${i}-${"é".repeat(i % 3)}_part_0.parquet`);
  const queue = names.values();
  await Promise.all(Array.from({ length: 16 }, async () => {
    for (const name of queue) await storage.put(`many/folder/${name}`, new Uint8Array([1]));
  }));
  const found = await openStorage(keys).list("s3://many/folder");
  assert.deepEqual(found.map(({ name }) => name).sort(), names.sort());
});

Deno.test("scan() hands Polars the keys, and gives the rows that a disk gives", async () => {
  const folder = new URL("../../samples/archive", import.meta.url).pathname;
  await storage.upload(folder, "archives/sample");
  const there = new ReadOnlyProject({
    archive: "s3://archives/sample/data",
    storageOptions: { endpoint, accessKeyId, secretAccessKey, allowHttp: true },
    cacheFolder: null,
  });
  const here = new ReadOnlyProject({ archive: `${folder}/data`, cacheFolder: null });
  const [theirs, ours] = await Promise.all(
    [there, here].map(async (project) => await (await project.scan()).collect()),
  );
  assert.equal(theirs.height, ours.height);
  assert.equal(theirs.toString(), ours.toString());
});

const storageOptions = { endpoint, accessKeyId, secretAccessKey, allowHttp: true };

/** The sample archive, in a place of its own. */
async function sample(): Promise<{ place: string; open: (more?: Partial<ReadOnlyProjectOptions>) => ReadOnlyProject }> {
  const folder = new URL("../../samples/archive", import.meta.url).pathname;
  const place = `archives/${crypto.randomUUID()}`;
  await storage.upload(folder, place);
  const archive = `s3://${place}/data`;
  return { place, open: (more) => new ReadOnlyProject({ archive, storageOptions, cacheFolder: null, ...more }) };
}

Deno.test("an archive there is exported, compacted and downloaded to a folder here", async () => {
  const { open } = await sample();
  const folder = await Deno.makeTempDir();
  const there = open();
  const values = async (project: ReadOnlyProject) =>
    (await project.fetchMetrics({ attributes: /loss/, progressBar: false })).toString();
  const expected = await values(there);
  await there.exportArchive({ destination: `${folder}/exported`, progressBar: false });
  const exported = new ReadOnlyProject({ archive: `${folder}/exported/data`, cacheFolder: null });
  assert.equal(await values(exported), expected);
  const files = await there.downloadFiles({ attributes: /./, destination: `${folder}/files`, progressBar: false });
  assert.deepEqual(new Set(files.getColumn("status").toArray()), new Set(["downloaded"]));
  for (const { path, size } of files.toRecords() as { path: string; size: number }[]) {
    assert.equal((await Deno.stat(path)).size, size);
  }
  there.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("wrong keys, no such bucket, no archive: one typed error each", async () => {
  const { open } = await sample();
  const reason = async (more: Partial<ReadOnlyProjectOptions>) => {
    const error = await Promise.resolve(open(more).listRuns()).then(() => assert.fail(), (error) => error);
    return isNeptuneError(error, "StorageError") ? error.fields.reason : error.name;
  };
  assert.equal(await reason({ storageOptions: { ...storageOptions, secretAccessKey: "x" } }), "credentials");
  assert.equal(await reason({ storageOptions: { ...storageOptions, accessKeyId: "x" } }), "credentials");
  assert.equal(await reason({ archive: "s3://nothing-here/data" }), "no bucket");
  assert.equal(await reason({ archive: "s3://archives/nothing" }), "ArchiveError");
});

Deno.test("an object deleted or written again after it was listed is the damage of its run", async () => {
  const { place, open } = await sample();
  const folder = "nereid_digits-b413101154e2c0af";
  const name = (run: string) =>
    [...Deno.readDirSync(new URL(`../../samples/archive/data/${folder}`, import.meta.url))]
      .find((entry) => new RegExp(`^${run}-[0-9a-f]{16}_`).test(entry.name))!.name;
  const project = open();
  await project.listRuns();
  const [gone, changed] = [name("mlp-sgd-1"), name("mlp-adam-1")].map((name) => `${place}/data/${folder}/${name}`);
  await storage.remove(gone);
  await storage.put(
    changed,
    await Deno.readFile(new URL(`../../samples/archive/data/${folder}/${name("linear-1")}`, import.meta.url)),
  );
  for (const customId of ["mlp-sgd-1", "mlp-adam-1"]) {
    const run = new ReadOnlyRun(project, { customId });
    await assert.rejects(run["validation/loss"].fetchValues(), { name: "DamagedFileError" });
  }
  assert.ok((await new ReadOnlyRun(project, { customId: "mlp-sgd-2" })["validation/loss"].fetchValues()).height > 0);
  project.refresh();
  assert.equal((await project.listRuns()).length, 10);
  project.close();
});

Deno.test("a store that is stopped in the middle is told in time", async () => {
  const other = await startSeaweed();
  await other.put("short");
  await other.upload(new URL("../../samples/archive", import.meta.url).pathname, "short");
  const project = new ReadOnlyProject({
    archive: "s3://short/data",
    storageOptions: { ...storageOptions, endpoint: other.endpoint },
    cacheFolder: null,
    deadlineSeconds: 3,
  });
  await project.listRuns();
  other.stop();
  const started = performance.now();
  await assert.rejects(project.fetchMetrics({ attributes: /loss/, progressBar: false }), { name: "ConnectionError" });
  assert.ok(performance.now() - started < 10_000);
  project.close();
});
