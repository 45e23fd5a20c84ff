/**
 * Parts with bytes changed at random, read through every public way: no input may end the process, hang, or give an error that
 * does not say which file is damaged.
 *
 * @module
 */

import assert from "node:assert/strict";
import pl from "nodejs-polars";
import { openArchive } from "../../src/archive/catalog.ts";
import { DamagedFileError } from "../../src/errors.ts";
import { RunParts } from "../../src/export/parts.ts";
import { cellsOf } from "../../src/export/rows.ts";
import type { Source } from "../../src/source.ts";
import { file, filePoint, float, floatPoint, histogramPoint, int, string, stringPoint } from "../../samples/rows.ts";
import { encodePart, partName, sanitized, writeRun } from "../../samples/writer.ts";

const PROJECT = "faults/project";
const RUN = "pyarrow";

/** What became of one mutated file. */
export type Outcome = "damaged" | "as it was" | "other values";

/** A file by one of the writers, and the archive it lies in. */
export interface Subject {
  writer: string;
  bytes: Uint8Array;
  data: string;
  path: string;
  /** All that is read of the file as it is. */
  expected: string;
}

/** The same rows written by the exporter's library, by another, by `exportArchive`, and by Polars: all compress and encode differently. */
export async function subjects(folder: string): Promise<Subject[]> {
  const exported = await Deno.readFile(new URL("./pyarrow.parquet", import.meta.url));
  const paths = Array.from({ length: 3 }, (_, i) => `m/${i}`);
  const batches = [
    [float("lr", 0.1), int("seed", 7), string("note", "hello"), string("sys/custom_run_id", RUN)],
    Array.from({ length: 300 }, (_, i) => floatPoint(paths[i % 3], Math.floor(i / 3), 1000 * i, Math.sin(i))),
    [
      ...Array.from({ length: 20 }, (_, i) => stringPoint("log", i, 1000, `line ${i}`)),
      histogramPoint("hist", 1, 1000, { type: "COUNTING", edges: [0, 1, 2], values: [3, 4] }),
    ],
    [file("cfg", "pyarrow/cfg.json"), filePoint("img", 1, 1000, "pyarrow/img/1.png")],
  ];
  const ours = new RunParts(folder, PROJECT, RUN);
  for (const rows of batches) ours.write(cellsOf(rows));
  await ours.finish();
  const source = `${folder}/source.parquet`, written = `${folder}/polars.parquet`;
  await Deno.writeFile(source, exported);
  pl.readParquet(source).writeParquet(written);
  const files = {
    pyarrow: exported,
    "hyparquet-writer": encodePart({ projectId: PROJECT, runId: RUN, batches }),
    exportArchive: await Deno.readFile(`${folder}/${partName(RUN)}`),
    polars: await Deno.readFile(written),
  };
  return await Promise.all(
    Object.entries(files).map(async ([writer, bytes]) => {
      const data = `${folder}/${writer}/data`;
      await writeRun({ dataRoot: data, projectId: PROJECT, runId: "intact", batches: [[float("lr", 1)]] });
      const path = `${data}/${sanitized(PROJECT)}/${partName(RUN)}`;
      await Deno.writeFile(path, bytes);
      return { writer, bytes, data, path, expected: await readAll(data) };
    }),
  );
}

/** Changes some bytes of a file, cuts it, or puts a stretch of it elsewhere, and reads all of the archive. */
export async function attempt(subject: Subject, seed: number): Promise<Outcome> {
  const random = generator(seed);
  await Deno.writeFile(subject.path, mutated(subject.bytes, random));
  try {
    return await readAll(subject.data) === subject.expected ? "as it was" : "other values";
  } catch (error) {
    if (!(error instanceof DamagedFileError)) throw error;
    assert.match(error.message, /_part_0\.parquet of run pyarrow is damaged \(.+\)/s);
    return "damaged";
  } finally {
    await Deno.writeFile(subject.path, subject.bytes);
  }
}

function mutated(bytes: Uint8Array, random: () => number): Uint8Array {
  const copy = bytes.slice();
  const below = (limit: number) => Math.floor(random() * limit);
  const kind = random();
  if (kind < 0.05) return copy.subarray(0, below(copy.length));
  if (kind < 0.15) {
    const length = 1 + below(200), from = below(copy.length), to = below(copy.length);
    copy.copyWithin(to, from, Math.min(copy.length, from + length));
    return copy;
  }
  // Half of the changes go to the footer, where they do the most.
  const footer = Math.min(copy.length, 6000);
  for (let changes = 1 + below(4); changes > 0; changes--) {
    const at = random() < 0.5 ? copy.length - 1 - below(footer) : below(copy.length);
    copy[at] = random() < 0.3 ? 0xff : random() < 0.5 ? copy[at] ^ (1 << below(8)) : below(256);
  }
  return copy;
}

/** Everything an archive says, as a text that is equal for equal values. */
async function readAll(data: string): Promise<string> {
  const source = openArchive({ data, files: null }).open(PROJECT);
  const all: unknown[] = [];
  for await (const page of source.runs({ where: null, heads: false, sort: null })) all.push(page.runs);
  const everything = { runs: null, paths: null, filter: null, types: null };
  for await (const block of source.values(everything)) all.push(sortedCells(block));
  for await (const definitions of source.attributes(everything)) all.push(definitions);
  const paths = ["acc", "loss", "val/loss", "m/0", "m/1", "m/2"];
  all.push(await seriesOf(source, "float", paths), await seriesOf(source, "string", ["log"]));
  all.push(await seriesOf(source, "histogram", ["hist"]), await seriesOf(source, "file", ["img"]));
  all.push(await source.report!());
  // Polars, which a damaged file may end the process with.
  all.push((await (await source.scan!()).collect()).drop("histogram_value").toRecords());
  return JSON.stringify(all, plain);
}

async function seriesOf(source: Source, kind: "float" | "string" | "histogram" | "file", paths: string[]) {
  const codes = Uint32Array.from(paths.keys());
  const series = { runs: [RUN], paths, run: new Uint32Array(paths.length), path: codes };
  const query = {
    kind,
    series,
    stepRange: [null, null] as const,
    lineage: "full" as const,
    previews: false,
    limit: null,
  };
  return await Array.fromAsync(source.series(query));
}

function sortedCells({ runs, paths, columns }: { runs: string[]; paths: string[]; columns: unknown[] }): unknown {
  return { runs, paths, columns };
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, String);
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

/** Numbers from 0 to 1, always the same for a seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
