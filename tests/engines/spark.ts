/**
 * The suites of one engine that speaks Spark Connect.
 *
 * @module
 */

import assert from "node:assert/strict";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { ReadOnlyProject } from "../../mod.ts";
import { floatPoint, int, string } from "../../samples/rows.ts";
import { openArchive } from "../../src/archive/catalog.ts";
import type { Store } from "../../src/archive/disk/store.ts";
import { compactCatalog } from "../../src/compact/archive.ts";
import type { SeriesRef } from "../../src/columns.ts";
import { openStorage } from "../../src/s3/store.ts";
import { openSpark } from "../../src/spark/catalog.ts";
import type { Catalog, Source } from "../../src/source.ts";
import { attributes, pointsOf, values } from "../ask.ts";
import { sys, T, writeRuns } from "../awkward/case.ts";
import { CASES } from "../awkward/cases.ts";
import { columnCases } from "../awkward/columns.ts";
import { folderCases } from "../awkward/folders.ts";
import { conformance } from "../conformance/suite.ts";
import { type Engine, startEngine } from "./engines.ts";
import { faults } from "./faults.ts";
import { type ObjectStorage, variablesOf } from "./seaweed.ts";

const WHOLE = "an engine reads all files of a project together, so that one it cannot read is an error of every call";
const REFUSED = "options about reading files here are refused together with an engine";

/** Why an engine does not read a column as another type than its file has. */
export const TYPES = "the engine says so: it does not read a column as another type than its file has";

/** Cases that no engine can hold. */
const SKIP: Record<string, string> = {
  "truncated part": WHOLE,
  "empty part": WHOLE,
  "part that is not Parquet": WHOLE,
  "damaged part 0": WHOLE,
  "damaged run, skipped": REFUSED,
  "local times, zone given": REFUSED,
  "zone given, times of Neptune 3.x": REFUSED,
  "part without a needed column": "to an engine, a column that a file lacks is null in its rows",
  "run ids that look like file names":
    "engines pass over files whose names begin with an underscore; where this machine can see them, it is an error",
};

/** Cases that are no others once an archive is compacted. */
const RAW = "compacting settles it before an engine sees anything";

/** Where an engine reads archives. */
interface Place {
  name: string;
  /** Brings a folder there, and gives the one address of it. */
  put(folder: string): Promise<string>;
  /** What this machine sees of it. */
  store: Store | null;
}

const HERE: Place = { name: "", put: (folder) => Promise.resolve(folder), store: null };

/**
 * Registers the conformance suite on archives as the exporter wrote them and compacted, and what goes wrong between this module and an
 * engine.
 *
 * @param storage Where archives lie. Default: on this machine.
 */
export async function sparkSuites(
  engine: Engine,
  skip: Record<string, string>,
  storage: ObjectStorage | null = null,
): Promise<void> {
  const running = await startEngine(engine, storage ? variablesOf(storage) : {});
  addEventListener("unload", () => {
    running.kill();
    storage?.stop();
  });
  const place = storage ? await bucketIn(storage) : HERE;
  const { address } = running, name = engine.name + place.name;
  conformance(name, async ({ data, files }, choices) => {
    const there = await place.put(dirname(data));
    const catalog = openSpark({
      address,
      data: data.replace(dirname(data), there),
      files,
      store: place.store,
      includeIncomplete: choices?.includeIncomplete,
    });
    return { catalog: answersOf(catalog), close: () => Promise.resolve(catalog.close()) };
  }, { archive: true, skip: { ...SKIP, ...skip } });
  Deno.test(`${name}, compacted: columns of which whole pages have no values`, async () => {
    const dir = await Deno.makeTempDir();
    const rows = Array.from({ length: 25_000 }, (_, i) => [int(`a/${i}`, i), string(`b/${i}`, `text ${i}`)]).flat();
    const { data } = await writeRuns(dir, { A: [[...rows, ...sys("A", 1)]] });
    await compact(openArchive({ data, cache: null }), `${dir}/compacted`);
    const catalog = openSpark({ address, data: `${await place.put(`${dir}/compacted`)}/data`, store: place.store });
    const source = catalog.open("org/awkward");
    assert.equal((await attributes(source)).filter((name) => /^[ab]\//.test(name)).length, 50_000);
    assert.deepEqual(await values(source, "A", { paths: ["a/24999", "b/7"] }), {
      "a/24999:int": 24_999n,
      "b/7:string": "text 7",
    });
    catalog.close();
    await Deno.remove(dir, { recursive: true });
  });
  Deno.test(`${name}, compacted: series of many runs, whatever part of them is asked for`, async () => {
    const dir = await Deno.makeTempDir();
    const ids = Array.from({ length: 1200 }, (_, n) => `run-${n}`);
    const rows = (n: number) =>
      ["a", "b"].flatMap((path) => [2, 1, 3].map((step) => floatPoint(path, step, T + step, n + step / 10)));
    const { data } = await writeRuns(dir, Object.fromEntries(ids.map((id, n) => [id, [[...rows(n), ...sys(id, n)]]])));
    const here = openArchive({ data, cache: null });
    await compact(here, `${dir}/compacted`);
    const catalog = openSpark({ address, data: `${await place.put(`${dir}/compacted`)}/data`, store: place.store });
    const series = (runs: string[], paths = ["a"]) => paths.flatMap((path) => runs.map((run) => ({ run, path })));
    const asked: [what: string, series: SeriesRef[]][] = [
      ["all, of one path", series(ids)],
      ["all, of two paths", series(ids, ["b", "a"])],
      ["most", series(ids.slice(100))],
      ["most, but not of each path", [...series(ids.slice(300)), ...series(ids.slice(0, 700), ["b"])]],
      ["few of many", series(ids.slice(0, 550))],
      ["few", series(ids.slice(7, 20), ["a", "b"])],
      ["one, which is not there twice", series(["run-7", "nobody"], ["a", "c"])],
      ["the same twice", [...series(["run-7", "run-8"]), ...series(["run-7"])]],
      ["one from a step on", [{ run: "run-7", path: "a", after: 1 }, { run: "run-8", path: "a" }]],
    ];
    for (const [what, series] of asked) {
      for (const limit of [undefined, { points: 2, from: "end" } as const]) {
        const query = { kind: "float", series, limit } as const;
        assert.deepEqual(
          await pointsOf(catalog.open("org/awkward"), query),
          await pointsOf(here.open("org/awkward"), query),
          what,
        );
      }
    }
    catalog.close();
    await Deno.remove(dir, { recursive: true });
  });
  conformance(`${name}, compacted`, async ({ data, files }, choices) => {
    const dir = await Deno.makeTempDir();
    await compact(openArchive({ data, files, cache: null, ...choices }), dir);
    const { includeIncomplete } = choices ?? {};
    const catalog = openSpark({
      address,
      data: `${await place.put(dir)}/data`,
      files: `${dir}/files`,
      store: place.store,
      includeIncomplete,
    });
    return {
      catalog: answersOf(catalog),
      close: async () => {
        catalog.close();
        await Deno.remove(dir, { recursive: true });
      },
    };
  }, {
    archive: true,
    cases: CASES.filter(({ name }) => !(name in SKIP) || SKIP[name] === REFUSED),
    skip: {
      ...Object.fromEntries(
        [...columnCases, ...folderCases].filter(({ name }) => !(name in SKIP)).map(({ name }) => [name, RAW]),
      ),
      "damaged run, skipped": REFUSED,
      "local times, zone given": REFUSED,
      "zone given, times of Neptune 3.x": REFUSED,
    },
  });
  if (storage) withKeys(name, address, storage);
  faults(engine, running);
}

/** The report is of files alone: cases that look for more in it ask for none. */
function answersOf(catalog: Catalog): Catalog {
  const open = (project: string) =>
    new Proxy(catalog.open(project), {
      get(source, name: keyof Source) {
        const member = name === "report" ? undefined : source[name];
        return typeof member === "function" ? member.bind(source) : member;
      },
    });
  return {
    label: catalog.label,
    projects: (options) => catalog.projects(options),
    open,
    refresh: () => catalog.refresh?.(),
    close: () => catalog.close(),
  };
}

/** What this machine does by itself where it was given keys. */
function withKeys(name: string, address: string, storage: ObjectStorage): void {
  const folder = fileURLToPath(new URL("../../samples/archive", import.meta.url));
  const { endpoint, accessKeyId, secretAccessKey } = storage;
  const storageOptions = { endpoint, accessKeyId, secretAccessKey, allowHttp: true };
  Deno.test(`${name}: with keys, stored files are read from the bucket`, async () => {
    const place = `archives/${crypto.randomUUID()}`;
    await storage.upload(folder, place);
    const project = new ReadOnlyProject({ spark: address, archive: `s3a://${place}/data`, storageOptions });
    const destination = await Deno.makeTempDir();
    const files = await project.downloadFiles({ attributes: /./, destination, progressBar: false });
    assert.ok(files.height > 0);
    assert.deepEqual(new Set(files.getColumn("status").toArray()), new Set(["downloaded"]));
    project.close();
    await Deno.remove(destination, { recursive: true });
  });
  Deno.test(`${name}: with keys, what the engine passes over or finds empty is an error`, async () => {
    const place = `archives/${crypto.randomUUID()}`;
    await storage.upload(folder, place);
    const [{ name: inside }] = Deno.readDirSync(`${folder}/data`);
    for (
      const [file, bytes, expected] of [["_a-0123456789abcdef", 100, "UnsupportedError"], [
        "b-0123456789abcdef",
        0,
        "DamagedFileError",
      ]] as const
    ) {
      const path = `${place}/data/${inside}/${file}_part_0.parquet`;
      await storage.put(path, new Uint8Array(bytes));
      const project = new ReadOnlyProject({ spark: address, archive: `s3://${place}/data`, storageOptions });
      await assert.rejects(async () => await project.listRuns(), { name: expected });
      project.close();
      await storage.remove(path);
    }
  });
}

async function bucketIn(storage: ObjectStorage): Promise<Place> {
  const { endpoint, accessKeyId, secretAccessKey } = storage;
  await storage.put("archives");
  return {
    name: " over S3",
    async put(folder) {
      const place = `archives/${crypto.randomUUID()}`;
      await storage.upload(folder, place);
      return `s3://${place}`;
    },
    store: openStorage({ endpoint, accessKeyId, secretAccessKey, region: "us-east-1" }),
  };
}

async function compact(source: Catalog, destination: string): Promise<void> {
  await compactCatalog(source, {
    destination,
    project: undefined,
    storedFiles: "link",
    progressBar: false,
    signal: undefined,
    onProgress: () => {},
  });
}
