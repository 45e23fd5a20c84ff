import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { openArchive } from "../../src/archive/catalog.ts";
import { datetime, float, int, string, stringSet } from "../../samples/rows.ts";
import { sanitized, writeRun } from "../../samples/writer.ts";
import { runIds, values } from "../ask.ts";

interface Place {
  data: string;
  cache: string;
  write(runId: string, name: string): Promise<string>;
}

async function withPlace(check: (place: Place) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  const data = `${dir}/data`;
  try {
    await check({
      data,
      cache: `${dir}/cache`,
      write: (runId, name) =>
        writeRun({
          dataRoot: data,
          projectId: "a/b",
          runId,
          batches: [[
            datetime("sys/creation_time", 1000),
            string("sys/name", name),
            int("sys/size", 2n ** 60n + 1n),
            float("sys/running_time_seconds", Infinity),
            stringSet("sys/tags", "x", "y"),
          ]],
        }),
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const open = ({ data, cache }: Place) => openArchive({ data, cache }).open("a/b");
const nameOf = async (place: Place, run: string) =>
  (await values(open(place), run, { paths: ["sys/name"] }))["sys/name:string"];

/** The only segment of the index. */
async function stored({ cache }: Place): Promise<string> {
  const [folder, ...rest] = await Array.fromAsync(Deno.readDir(cache));
  assert.equal(rest.length, 0, "one index");
  const [file, ...others] = await Array.fromAsync(Deno.readDir(`${cache}/${folder.name}`));
  assert.equal(others.length, 0, "one segment, none unfinished");
  return `${cache}/${folder.name}/${file.name}`;
}

/** One character for each byte. */
function byteString(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** Changes texts inside a file to others that are as long. */
async function replaceIn(file: string, from: string, to: string): Promise<void> {
  assert.equal(from.length, to.length);
  const text = byteString(await Deno.readFile(file));
  assert.ok(text.includes(from));
  const bytes = Uint8Array.from(text.replaceAll(from, to), (char) => char.charCodeAt(0));
  // With the checksum at the end, as if it had been written so.
  new DataView(bytes.buffer).setUint32(bytes.length - 4, crc32(bytes.subarray(0, -4)), true);
  await Deno.writeFile(file, bytes);
}

Deno.test("a stored summary gives the same values as the archive", () =>
  withPlace(async (place) => {
    await place.write("R", "first");
    const fresh = await values(open(place), "R");
    await stored(place);
    assert.deepEqual(await values(open(place), "R"), fresh);
    assert.equal(fresh["sys/size:int"], 2n ** 60n + 1n);
    assert.equal(fresh["sys/running_time_seconds:float"], Infinity);
  }));

Deno.test("a stored summary is what is read: the archive is not", () =>
  withPlace(async (place) => {
    await place.write("R", "first");
    await runIds(open(place));
    await replaceIn(await stored(place), "first", "cache");
    assert.equal(await nameOf(place, "R"), "cache");
  }));

Deno.test("parts that changed, came or went since are read again, the others are not", () =>
  withPlace(async (place) => {
    await place.write("kept", "stored");
    await place.write("changed", "before");
    const gone = await place.write("gone", "gone");
    await runIds(open(place));
    await replaceIn(await stored(place), "stored", "cached");
    await place.write("changed", "after");
    await place.write("new", "new");
    await Deno.remove(gone);
    assert.deepEqual((await runIds(open(place))).sort(), ["changed", "kept", "new"]);
    assert.equal(await nameOf(place, "changed"), "after");
    assert.equal(await nameOf(place, "new"), "new");
    assert.equal(await nameOf(place, "kept"), "cached");
  }));

Deno.test("a part replaced by one of equal size and time is read again", () =>
  withPlace(async (place) => {
    const path = await place.write("R", "first");
    const before = await Deno.stat(path);
    await runIds(open(place));
    await place.write("R", "other");
    await Deno.utime(path, before.mtime!, before.mtime!);
    const after = await Deno.stat(path);
    assert.deepEqual([after.size, after.mtime], [before.size, before.mtime]);
    assert.equal(await nameOf(place, "R"), "other");
  }));

Deno.test("an interrupted first reading goes on where it was", () =>
  withPlace(async (place) => {
    for (let n = 0; n < 40; n++) await place.write(`run-${n}`, "first");
    const whole = (await runIds(open(place))).sort() as string[];
    // As if it had been interrupted: a segment with half of the runs, whose values tell that they are not read again.
    await Deno.remove(place.cache, { recursive: true });
    const parts = await list(place.data);
    const half = parts.filter((name) => name.endsWith(".parquet")).slice(0, 20);
    const folder = `${place.data}/${sanitized("a/b")}`;
    await Deno.mkdir(`${place.data}-aside`);
    for (const name of half) await Deno.rename(`${folder}/${name}`, `${place.data}-aside/${name}`);
    await runIds(open(place));
    await replaceIn(await stored(place), "first", "known");
    for (const name of half) await Deno.rename(`${place.data}-aside/${name}`, `${folder}/${name}`);
    const source = open(place);
    assert.deepEqual((await runIds(source)).sort(), whole);
    const names = await Promise.all(whole.map((run) => values(source, run, { paths: ["sys/name"] })));
    assert.equal(names.filter((one) => one["sys/name:string"] === "known").length, 20);
  }));

for (const cached of [true, false]) {
  Deno.test(`an open archive sees new runs after refresh(), ${cached ? "with" : "without"} a cache folder`, () =>
    withPlace(async (place) => {
      const gone = await place.write("gone", "first");
      const changed = await place.write("changed", "first");
      const catalog = openArchive({ data: place.data, cache: cached ? place.cache : null });
      const source = catalog.open("a/b");
      assert.equal((await runIds(source)).length, 2);
      await place.write("new", "other");
      await place.write("changed", "third");
      await Deno.remove(gone);
      assert.deepEqual((await runIds(source)).sort(), ["changed", "gone"], "what was read stays until then");
      catalog.refresh!();
      assert.deepEqual((await runIds(source)).sort(), ["changed", "new"]);
      const found = await values(source, "changed", { paths: ["sys/name"] });
      assert.equal(found["sys/name:string"], "third");
      assert.ok(await Deno.stat(changed));
    }));
}

Deno.test("many small segments become one, and none is lost", () =>
  withPlace(async (place) => {
    for (let n = 0; n < 12; n++) {
      await place.write(`run-${n}`, `name-${n}`);
      await runIds(open(place));
    }
    const source = open(place);
    const runs = await runIds(source) as string[];
    assert.equal(runs.length, 12);
    for (const run of runs) {
      assert.equal((await values(source, run, { paths: ["sys/name"] }))["sys/name:string"], run.replace("run", "name"));
    }
    const [folder] = await Array.fromAsync(Deno.readDir(place.cache));
    const segments = await Array.fromAsync(Deno.readDir(`${place.cache}/${folder.name}`));
    assert.ok(segments.length <= 12 + 2);
  }));

Deno.test("a spoilt, foreign or older summary is passed over", () =>
  withPlace(async (place) => {
    await place.write("R", "first");
    await runIds(open(place));
    const file = await stored(place);
    const bytes = byteString(await Deno.readFile(file));
    const spoilt = [
      "",
      bytes.slice(0, bytes.length / 2),
      "[]",
      bytes.replace('"version":', '"version":1').replace("first", "spoil"),
      bytes.replace('"owner":"/', '"owner":"!').replace("first", "spoil"),
    ];
    for (const other of spoilt) {
      await Deno.remove(place.cache, { recursive: true });
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      await Deno.writeFile(file, Uint8Array.from(other, (char) => char.charCodeAt(0)));
      assert.equal(await nameOf(place, "R"), "first");
    }
  }));

Deno.test("the archive itself is never written to", () =>
  withPlace(async (place) => {
    await place.write("R", "first");
    const before = await list(place.data);
    await runIds(open(place));
    await runIds(openArchive({ data: place.data }).open("a/b"));
    assert.deepEqual(await list(place.data), before);
  }));

Deno.test("a cache folder that cannot be made is no error", () =>
  withPlace(async (place) => {
    await place.write("R", "first");
    await Deno.writeTextFile(place.cache, "a file where the folder should be");
    assert.deepEqual(await runIds(open(place)), ["R"]);
  }));

async function list(folder: string): Promise<string[]> {
  const inside = `${folder}/${sanitized("a/b")}`;
  const names = (await Array.fromAsync(Deno.readDir(inside))).map(({ name }) => name);
  return [...(await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), ...names].sort();
}

Deno.test("an index whose bytes changed is no wrong answer: the archive is read again", () =>
  withPlace(async (place) => {
    await place.write("R", "first");
    await runIds(open(place));
    const file = await stored(place);
    const bytes = await Deno.readFile(file);
    for (let at = 0; at < bytes.length; at += 7) {
      const spoilt = bytes.slice();
      spoilt[at] ^= 0x11;
      await Deno.writeFile(file, spoilt);
      assert.equal(await nameOf({ ...place }, "R"), "first", `byte ${at}`);
      for (const { name } of Deno.readDirSync(file.replace(/[^/]+$/, ""))) {
        await Deno.remove(file.replace(/[^/]+$/, name));
      }
    }
  }));
