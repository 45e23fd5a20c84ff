import assert from "node:assert/strict";
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

async function stored({ cache }: Place): Promise<string> {
  const [file, ...rest] = await Array.fromAsync(Deno.readDir(cache));
  assert.equal(rest.length, 0, "one file, none unfinished");
  return `${cache}/${file.name}`;
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
    const file = await stored(place);
    await Deno.writeTextFile(file, (await Deno.readTextFile(file)).replace('"first"', '"from the cache"'));
    assert.equal(await nameOf(place, "R"), "from the cache");
  }));

Deno.test("parts that changed, came or went since are read again, the others are not", () =>
  withPlace(async (place) => {
    await place.write("kept", "stored name");
    const changed = await place.write("changed", "before");
    const gone = await place.write("gone", "gone");
    await runIds(open(place));
    const file = await stored(place);
    await Deno.writeTextFile(file, (await Deno.readTextFile(file)).replace('"stored name"', '"from the cache"'));
    await place.write("changed", "after");
    await Deno.utime(changed, 1, 1);
    await place.write("new", "new");
    await Deno.remove(gone);
    assert.deepEqual((await runIds(open(place))).sort(), ["changed", "kept", "new"]);
    assert.equal(await nameOf(place, "changed"), "after");
    assert.equal(await nameOf(place, "new"), "new");
    assert.equal(await nameOf(place, "kept"), "from the cache");
  }));

Deno.test("a spoilt, foreign or older summary is passed over", () =>
  withPlace(async (place) => {
    await place.write("R", "first");
    await runIds(open(place));
    const file = await stored(place);
    const text = await Deno.readTextFile(file);
    const spoilt = [
      "",
      text.slice(0, text.length / 2),
      "[]",
      text.replace('"version":', '"version":1'),
      text.replace(/"folder":"[^"]*"/, '"folder":"/elsewhere"'),
    ];
    for (const other of spoilt) {
      await Deno.writeTextFile(file, other.replace('"first"', '"spoilt"'));
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
