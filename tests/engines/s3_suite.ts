/** Archives in SeaweedFS: the whole conformance suite, listings of many pages, and Polars beside us. */

import assert from "node:assert/strict";
import { dirname } from "node:path";
import { ReadOnlyProject } from "../../mod.ts";
import { openArchive } from "../../src/archive/catalog.ts";
import { openStorage } from "../../src/s3/store.ts";
import { conformance, type Open } from "../conformance/suite.ts";
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
  const catalog = openArchive({ store, filesStore: store, data: at(data), files: at(files), cache: null, ...choices });
  return { catalog, close: () => Promise.resolve(catalog.close()) };
};

conformance("SeaweedFS", inBucket(), { archive: true });
conformance("SeaweedFS, as if all objects were large", inBucket(() => 64), { archive: true });

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
