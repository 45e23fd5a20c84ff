import assert from "node:assert/strict";
import { inflateSync } from "node:zlib";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { fileURLToPath } from "node:url";
import pl from "nodejs-polars";
import { hashesBelow } from "../samples/hash.ts";
import { PROJECT, trainAll, writeArchive } from "../samples/make.ts";
import { filePath, millionths, partName, sanitized, SCHEMA, writeRun } from "../samples/writer.ts";
import { floatPoint, int } from "../samples/rows.ts";

const ARCHIVE = fileURLToPath(new URL("../samples/archive", import.meta.url));
const REAL = fileURLToPath(new URL("../../shared/archives/neptune2-real/data", import.meta.url));

/** Every file below a folder, by its path in there. */
async function filesBelow(folder: string, inside = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${inside}`)) {
    if (isDirectory) found.push(...await filesBelow(folder, `${inside}${name}/`));
    else found.push(inside + name);
  }
  return found.sort();
}

/** The elements of a schema, with what annotates them. */
async function schemaOf(path: string): Promise<unknown[]> {
  const { schema } = await parquetMetadataAsync(await asyncBufferFromFile(path));
  return schema.map((element) =>
    Object.fromEntries(Object.entries(element).filter(([, value]) => value !== undefined))
  );
}

Deno.test("the list of the sample archive's files, by which a download is checked, is true", async () => {
  const list = JSON.parse(await Deno.readTextFile(`${ARCHIVE}.json`));
  assert.deepEqual(list, await hashesBelow(ARCHIVE));
});

Deno.test("san() gives the exporter's names", () => {
  const known = {
    "my-org/my-project": "my-org_my-project-de40b447a2778f2b",
    "RUN-1": "RUN-1-549fcb30a0f06072",
    "run id/with:odd chars.v2": "run_id_with_odd_chars_v2-f18c309ce4561680",
    "żółć/実験-1": "żółć_実験-1-ccfb85f535daaae9",
    "byyoung3/testing2": "byyoung3_testing2-8ecbc7dd987961e5",
    "TES-3": "TES-3-23a4ff5030131892",
    "e\u0301": "e_-3a4748957b95906d",
    "😀": "_-f5f08bebe22ae770",
    "": "-e4a6a0577479b2b4",
    "a.b": "a_b-4eb68d4d2828008e",
    "a_b": "a_b-f05e550658986ad7",
  };
  for (const [id, name] of Object.entries(known)) assert.equal(sanitized(id), name);
});

Deno.test("filePath() gives the exporter's paths, mangled and without digest", () => {
  assert.equal(filePath("root run/1", "f/data.csv", ".csv"), "root_run/1/f/data_csv.csv");
  assert.equal(filePath("root run/1", "fs/img", ".png", 0.5), "root_run/1/fs/img/step_0_500000.png");
  assert.equal(filePath("a", "/x/./../y//z", ""), "a/_/x/__/y/z");
  // The exporter cuts by characters and then fails where the name has more bytes than a file system takes.
  for (const [letter, some] of [["é", /^é+_[0-9a-f]{16}\.txt$/], ["x", /^x+_[0-9a-f]{16}\.txt$/]] as const) {
    const name = filePath("a", letter.repeat(300), ".txt").slice("a/".length);
    assert.match(name, some);
    assert.ok(new TextEncoder().encode(name).length <= 255);
  }
});

Deno.test("millionths() rounds the exact decimal value of a step half to even", () => {
  const known: [number, bigint][] = [
    [0.1, 100_000n],
    [1 / 128, 7812n],
    [3 / 128, 23438n],
    [0.0000005, 0n],
    [1.0000005, 1_000_001n],
    [999_999_999_999, 999_999_999_999_000_000n],
    [-0.5, -500_000n],
  ];
  for (const [step, expected] of known) assert.equal(millionths(step), expected, `${step}`);
});

Deno.test("a part has the schema of a real archive, element by element", async () => {
  const dir = await Deno.makeTempDir();
  const path = await writeRun({ dataRoot: dir, projectId: "a/b", runId: "c", batches: [[int("seed", 7)]] });
  assert.equal(path, `${dir}/${sanitized("a/b")}/${partName("c")}`);
  const ours = await schemaOf(path);
  assert.equal(ours.length, SCHEMA.length);
  await Deno.remove(dir, { recursive: true });
  if (await Deno.stat(REAL).catch(() => null) === null) {
    return console.log(`skipped: there is no real archive in ${REAL}`);
  }
  const [real] = (await filesBelow(REAL)).filter((name) => name.endsWith(".parquet"));
  assert.deepEqual(ours, await schemaOf(`${REAL}/${real}`));
});

Deno.test("every batch is one row group, NaN is null, steps are decimals", async () => {
  const dir = await Deno.makeTempDir();
  const batches = [[int("seed", 7)], [floatPoint("m", 0.1, 5, NaN), floatPoint("m", 2.5, 6, 1)]];
  const path = await writeRun({ dataRoot: dir, projectId: "a/b", runId: "c", part: 3, batches });
  const { row_groups } = await parquetMetadataAsync(await asyncBufferFromFile(path));
  assert.deepEqual(row_groups.map((group) => Number(group.num_rows)), [1, 2]);
  const frame = pl.scanParquet(path).withColumns(pl.col("step").cast(pl.Float64)).collectSync();
  assert.deepEqual(frame.getColumn("step").toArray(), [null, 0.1, 2.5]);
  assert.deepEqual(frame.getColumn("float_value").toArray(), [null, null, 1]);
  assert.deepEqual(frame.getColumn("run_id").toArray(), ["c", "c", "c"]);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("the sample archive is small, and has every type the exporter for Neptune 3.x writes", async () => {
  const paths = await filesBelow(ARCHIVE);
  let size = 0;
  for (const path of paths) size += (await Deno.stat(`${ARCHIVE}/${path}`)).size;
  assert.ok(size < 3_000_000, `${size} bytes`);
  const parts = paths.filter((path) => path.startsWith(`data/${sanitized(PROJECT)}/`));
  assert.equal(parts.length, 12);
  const frame = pl.concat(parts.map((part) => pl.readParquet(`${ARCHIVE}/${part}`).select("attribute_type")));
  assert.deepEqual([...new Set(frame.getColumn("attribute_type").toArray())].sort(), [
    "bool",
    "datetime",
    "file",
    "file_series",
    "float",
    "float_series",
    "histogram_series",
    "int",
    "string",
    "string_series",
    "string_set",
  ]);
});

Deno.test("training again gives the sample archive: the same rows, the same files", async () => {
  const dir = await Deno.makeTempDir();
  await writeArchive(await trainAll(), dir);
  const paths = await filesBelow(dir);
  assert.deepEqual(paths, await filesBelow(ARCHIVE));
  for (const path of paths) {
    assert.deepEqual(await content(`${dir}/${path}`), await content(`${ARCHIVE}/${path}`), path);
  }
  await Deno.remove(dir, { recursive: true });
});

/** What a file says, however it was compressed: rows, pixels or bytes. */
async function content(path: string): Promise<unknown> {
  if (path.endsWith(".parquet")) return await parquetReadObjects({ file: await asyncBufferFromFile(path) });
  const bytes = await Deno.readFile(path);
  if (!path.endsWith(".png")) return new TextDecoder().decode(bytes);
  // Signature and header take 33 bytes, the end 12; between them lies one chunk of pixels.
  return [bytes.slice(0, 33), inflateSync(bytes.subarray(41, -16))];
}
