/**
 * One run to the files of an archive.
 *
 * @module
 */

import { pauseNowAndThen } from "../async/pause.ts";
import { reasonOrThrow } from "../async/one_of_many.ts";
import { type SeriesBlock, seriesList } from "../columns.ts";
import { collectPoints } from "../frame/points.ts";
import type { Source } from "../source.ts";
import { type AttributeType, POINT_KINDS, type RunInfo, type SeriesType } from "../types.ts";
import { readContent, type RunContent } from "./content.ts";
import { holdsStep } from "./steps.ts";
import { RunFiles } from "./files.ts";
import { addHashes } from "./log.ts";
import { RunParts } from "./parts.ts";
import { cellsOf, type Series, seriesRows, sortRows } from "./rows.ts";

/** The exporter reads so many series of a run together, and so do we where they are not too long. */
const SERIES_TOGETHER = 128;
/** As long as nobody knows how long the series are. */
const FIRST_SERIES = 8;
/** About as many points are in memory at once. */
const POINTS_TOGETHER = 500_000;
/** Series that turn out to have more are read again, fewer at a time; one that has more is written while it is read. */
const MOST_POINTS = 2 * POINTS_TOGETHER;

/** What all runs of an export have in common. */
export interface Export {
  source: Source;
  project: string;
  /** The folder of the project's Parquet files. */
  data: string;
  /** The folder of the project's other files. */
  files: string;
  copyFiles: boolean;
  /** The hashes of files that are there already. */
  hashes: ReadonlyMap<string, string>;
  signal?: AbortSignal;
}

/** A run under the names that its files get. */
export interface NamedRun {
  info: RunInfo;
  /** The custom id, as the exporter has it; `sys/id` where there is none, or where several runs have it. */
  id: string;
  /** The run in the paths of its files, where two runs would else share theirs. */
  inPaths: string;
}

/** What became of one run. */
export interface Outcome {
  run: string;
  status: "written" | "present" | "failed";
  /** null: not counted this time. */
  attributes: number | null;
  points: number | null;
  files: number | null;
  missing: number | null;
  /** What of the run could not be exported, and why. */
  refused: { path: string | null; type: AttributeType | null; message: string }[];
}

/** Writes a run, unless it is there already. What cannot be written is left out and told. */
export async function exportRun(target: Export, run: NamedRun, held?: RunContent): Promise<Outcome> {
  const parts = new RunParts(target.data, target.project, run.id);
  try {
    const content = held ?? (await readContent(target.source, [run.info.key], target.signal)).get(run.info.key)!;
    return await writeRun(target, run, parts, content);
  } catch (error) {
    await parts.discard();
    const message = reasonOrThrow(error, target.signal);
    return failed(run, message);
  }
}

function failed({ id }: NamedRun, message: string): Outcome {
  const none = { attributes: null, points: null, files: null, missing: null };
  return { run: id, status: "failed", ...none, refused: [{ path: null, type: null, message }] };
}

async function writeRun(target: Export, run: NamedRun, parts: RunParts, content: RunContent): Promise<Outcome> {
  const { source, signal } = target;
  const files = new RunFiles(source, target.files, run.inPaths);
  const refused: Outcome["refused"] = [];
  await parts.discard();
  if (content.configs.length > 0) parts.write(cellsOf(sortRows(content.configs)));
  let points = 0;
  for (const types of [["float_series"], ["string_series", "histogram_series"]] as const) {
    points += await exportSeries(target, run, { parts, content, types, files, refused });
  }
  if (content.files.length > 0) {
    parts.write(cellsOf(content.files.map(({ path, type, ref }) => ({
      attribute_path: path,
      attribute_type: type,
      file_value: ref && { path: files.place(ref, path) },
    }))));
  }
  points += await exportSeries(target, run, { parts, content, types: ["file_series"], files, refused });
  // Files first: a run whose part 0 is there is whole.
  let copied = 0, missing = 0;
  if (target.copyFiles) {
    const result = await files.copy(target.hashes, signal);
    await addHashes(target.files, result.hashes);
    refused.push(...result.failed.map(({ path, message }) => ({ path, type: null, message })));
    ({ copied, missing } = result);
  }
  // A source that leaves out what it cannot read gives less than the run is: that would be taken for all of it ever after.
  const lost = source.lacks?.(run.info.key) ?? null;
  if (lost !== null) {
    await parts.discard();
    return failed(run, lost.sentence);
  }
  await parts.finish(signal);
  const attributes = content.configs.length + content.files.length;
  return { run: run.id, status: "written", attributes, points, files: copied, missing, refused };
}

interface SeriesCall {
  parts: RunParts;
  content: RunContent;
  types: readonly SeriesType[];
  files: RunFiles;
  refused: Outcome["refused"];
}

/** One series of the run. */
interface NamedSeries {
  type: SeriesType;
  path: string;
}

/** Writes the run's own points of series of these types; gives how many there are. */
async function exportSeries(
  target: Export,
  { info }: NamedRun,
  { parts, content, types, files, refused }: SeriesCall,
): Promise<number> {
  const named = types.flatMap((type) => content.series[type].map((path) => ({ type, path })));
  const pause = pauseNowAndThen(target.signal);
  const write = async (series: Series[]) => {
    for (const rows of seriesRows(series, (ref, path, step) => files.place(ref, path, step))) {
      parts.write(rows);
      await pause();
    }
  };
  let count = 0;
  let size = FIRST_SERIES;
  for (let from = 0; from < named.length;) {
    const some = named.slice(from, from + size);
    const read = await readOrRefuse(target, info.key, some, refused);
    if (read === null && some.length > 1) {
      size = Math.ceil(some.length / 4);
      continue;
    }
    let points = 0;
    if (read === null) points = await exportLong(target, info.key, some[0], refused, write);
    else {
      const held = read.filter(({ path, type, points: { step } }) => {
        const strange = step.find((one) => !holdsStep(one));
        if (strange !== undefined) refused.push({ path, type, message: unheld(path, strange) });
        return strange === undefined;
      });
      points = held.reduce((sum, { points }) => sum + points.step.length, 0);
      await write(held);
    }
    from += some.length;
    const fitting = Math.ceil(POINTS_TOGETHER * some.length / Math.max(1, points));
    size = Math.max(1, Math.min(SERIES_TOGETHER, fitting, size * 4));
    count += points;
  }
  return count;
}

/** Writes a series piece by piece. It is read to its end once before, so that none is written by half. */
async function exportLong(
  target: Export,
  run: string,
  series: NamedSeries,
  refused: Outcome["refused"],
  write: (series: Series[]) => Promise<void>,
): Promise<number> {
  try {
    for await (const { step } of blocksOf(target, run, series.type, [series])) {
      const strange = step.find((one) => !holdsStep(one));
      if (strange === undefined) continue;
      refused.push({ ...series, message: unheld(series.path, strange) });
      return 0;
    }
  } catch (error) {
    refused.push({ ...series, message: reasonOrThrow(error, target.signal) });
    return 0;
  }
  let points = 0;
  for await (const block of blocksOf(target, run, series.type, [series])) {
    await write([{ ...series, points: block }]);
    points += block.step.length;
  }
  return points;
}

function unheld(path: string, step: number): string {
  return `"${path}" has a point at step ${step}, which the format of the exporter cannot hold: it has 12 digits before the decimal point ` +
    "and 6 behind it. The series was left out; saveMetrics() keeps every step.";
}

/**
 * The series that have points; null where they have too many. Where some cannot be read, each is read by itself, and only those are
 * refused.
 */
async function readOrRefuse(
  target: Export,
  run: string,
  named: NamedSeries[],
  refused: Outcome["refused"],
): Promise<Series[] | null> {
  try {
    return await readSeries(target, run, named);
  } catch (error) {
    const message = reasonOrThrow(error, target.signal);
    if (named.length === 1) {
      refused.push({ ...named[0], message });
      return [];
    }
    const found: Series[] = [], all: Outcome["refused"] = [];
    for (const one of named) {
      const read = await readOrRefuse(target, run, [one], all);
      if (read === null) return null;
      found.push(...read);
    }
    refused.push(...all);
    return found;
  }
}

async function readSeries(target: Export, run: string, named: NamedSeries[]): Promise<Series[] | null> {
  const found: Series[] = [];
  let count = 0;
  for (const [type, some] of Map.groupBy(named, ({ type }) => type)) {
    const blocks: SeriesBlock[] = [];
    for await (const block of blocksOf(target, run, type, some)) {
      count += block.step.length;
      if (count > MOST_POINTS) return null;
      blocks.push(block);
    }
    const points = await collectPoints(ReadableStream.from(blocks), some.length, POINT_KINDS[type], false);
    some.forEach((one, i) => points[i].step.length > 0 && found.push({ ...one, points: points[i] }));
  }
  return found;
}

/** The points of some series of one type that a run logged itself. */
function blocksOf(
  { source, signal }: Export,
  run: string,
  type: SeriesType,
  named: NamedSeries[],
): AsyncIterable<SeriesBlock> {
  return source.series({
    kind: POINT_KINDS[type],
    series: seriesList(named.map(({ path }) => ({ run, path }))),
    stepRange: [null, null],
    lineage: "own",
    previews: false,
    limit: null,
    signal,
  });
}
