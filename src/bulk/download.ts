/**
 * `downloadFiles`: the files of many runs to a folder.
 *
 * @module
 */

import { requirePermission } from "../permissions/require.ts";
import { join } from "node:path";
import pl, { type DataFrame } from "nodejs-polars";
import { forEach } from "../async/concurrent.ts";
import { cells } from "../frame/cell.ts";
import { FileMissingError } from "../errors.ts";
import { floats, strings } from "../frame/frame.ts";
import { collectPoints } from "../frame/points.ts";
import { COUNT, listOf, oneOf, orNull, PATH, pathString, STEP_RANGE } from "../options/kinds.ts";
import { type Checked, declare, needed, optional } from "../options/options.ts";
import { LONG_CALL, type LongCallOptions } from "../progress/show.ts";
import type { Source } from "../source.ts";
import type { FileRef, StepRange } from "../types.ts";
import { writeWhole } from "../write.ts";
import { type BulkCall, noteMissing } from "./notes.ts";
import { ATTRIBUTES, type AttributeSelection, selectPaths } from "./names.ts";
import { existingSeries, RUN_SELECTION, type RunSelection, type SelectedRuns, selectRuns } from "./select.ts";

/** Options of {@linkcode ReadOnlyProject.downloadFiles}. */
export interface DownloadFilesOptions extends RunSelection, LongCallOptions {
  /** Which files and file series. */
  attributes: AttributeSelection;
  /** Only single files, or only file series. Default: both. */
  types?: readonly ("file" | "file_series")[];
  /** The folder to write to; made where it is not there. */
  destination: string | URL;
  /** Only the files of series at these steps, both ends inclusive. Default: all steps. */
  stepRange?: StepRange | null;
  /** How many files are fetched at a time. Default: 8. */
  concurrency?: number;
}

const TYPES = ["file", "file_series"] as const;

/** The options of `downloadFiles`. */
export const DOWNLOAD_FILES = declare<DownloadFilesOptions>()({
  ...RUN_SELECTION,
  ...LONG_CALL,
  attributes: needed(ATTRIBUTES),
  types: optional(listOf(oneOf(...TYPES), 'an array of "file" and "file_series"'), TYPES),
  destination: needed(PATH),
  stepRange: optional(orNull(STEP_RANGE), null),
  concurrency: optional(COUNT, 8),
});

type Options = Checked<typeof DOWNLOAD_FILES> & BulkCall;

/** One file to fetch. */
interface Wanted {
  run: string;
  attribute: string;
  /** NaN for a single file. */
  step: number;
  ref: FileRef | null;
  target: string;
}

/**
 * Fetches the files and tells what went where: one row per file with `run`, `attribute`, `step` (null for single files), `path`
 * (where it is now, null where the file is missing), `size` in bytes and `status` (`downloaded`, `present` where a file of the
 * same size was there already, `missing`).
 */
export async function downloadFilesFrame(source: Source, options: Options): Promise<DataFrame> {
  const { concurrency, signal, onProgress } = options;
  const folder = pathString(options.destination);
  requirePermission({ name: "write", path: folder }, `download files to ${folder}`);
  const selected = await selectRuns(source, options);
  const wanted = [...await singleFiles(source, selected, options), ...await seriesFiles(source, selected, options)];
  const found = new Set(wanted.map(({ attribute }) => attribute));
  const { attributes, types } = options;
  const looked = { runs: selected.runs.map((run) => run.key), attributes, found, what: "file or file series", types };
  await noteMissing(source, looked, options);
  keepApart(wanted);

  const rows = new Array<{ status: string; path: string | null; size: number | null }>(wanted.length);
  await forEach(wanted, Math.min(concurrency, wanted.length), async (one, at, signal) => {
    rows[at] = await fetchOne(source, one, signal);
    onProgress?.(1, wanted.length);
  }, signal);

  return pl.DataFrame([
    strings("run", wanted.map((one) => one.run)),
    strings("attribute", wanted.map((one) => one.attribute)),
    floats("step", Float64Array.from(wanted, (one) => one.step)),
    strings("path", rows.map((row) => row.path)),
    pl.Series("size", rows.map((row) => row.size), pl.Int64),
    strings("status", rows.map((row) => row.status)),
  ]).withColumn(pl.col("step").fillNan(null));
}

async function singleFiles(source: Source, selected: SelectedRuns, options: Options): Promise<Wanted[]> {
  const wanted: Wanted[] = [];
  if (selected.runs.length === 0 || !options.types.includes("file")) return wanted;
  const runs = selected.runs.map((run) => run.key);
  const query = { runs, ...selectPaths(options.attributes), types: ["file" as const], signal: options.signal };
  for await (const block of source.values(query)) {
    for (const { run, path, cell } of cells(block)) {
      const label = selected.labels.get(run)!;
      const ref = cell.value as FileRef | null;
      wanted.push({
        run: label,
        attribute: path,
        step: NaN,
        ref,
        target: target(pathString(options.destination), label, path, null, ref),
      });
    }
  }
  return wanted.sort((a, b) => a.target < b.target ? -1 : 1);
}

async function seriesFiles(source: Source, selected: SelectedRuns, options: Options): Promise<Wanted[]> {
  const { signal, attributes } = options;
  const destination = pathString(options.destination);
  if (!options.types.includes("file_series")) return [];
  const series = await existingSeries(source, selected, attributes, ["file_series"], signal);
  const blocks = source.series({
    kind: "file",
    series,
    stepRange: options.stepRange ?? [null, null],
    lineage: "full",
    signal,
  });
  const points = await collectPoints(blocks, series.run.length, "file", false);
  return points.flatMap(({ step, values }, i) => {
    const run = series.labels[series.run[i]], attribute = series.paths[series.path[i]];
    return (values.data as (FileRef | null)[]).map((ref, row) => ({
      run,
      attribute,
      step: step[row],
      ref,
      target: target(destination, run, attribute, step[row], ref),
    }));
  });
}

async function fetchOne(source: Source, { ref, target }: Wanted, signal?: AbortSignal) {
  if (ref === null) return { status: "missing", path: null, size: null };
  const there = await Deno.stat(target).catch(() => null);
  if (there?.isFile && ref.size !== null && there.size === ref.size) {
    return { status: "present", path: target, size: ref.size };
  }
  await Deno.mkdir(join(target, ".."), { recursive: true });
  try {
    await writeWhole(target, (await source.file(ref, { signal })).bytes, signal);
  } catch (error) {
    if (error instanceof FileMissingError) return { status: "missing", path: null, size: null };
    throw error;
  }
  return { status: "downloaded", path: target, size: (await Deno.stat(target)).size };
}

/** `<destination>/<run>/<attribute>/step_<step>.<extension>`; no part of it can climb out of the destination. */
function target(destination: string, run: string, attribute: string, step: number | null, ref: FileRef | null): string {
  const parts = [run, ...attribute.split("/").filter((part) => part !== "")].map(safe);
  if (step !== null) parts.push(`step_${step.toFixed(6).replace(".", "_")}`);
  const extension = ref?.path.match(/\.[A-Za-z0-9]{1,10}$/)?.[0] ?? EXTENSIONS[ref?.mimeType ?? ""] ?? "";
  return join(destination, ...parts) + extension;
}

/** A name that is safe on every file system: other characters than letters, digits, `_`, `-` and inner dots become `_`. */
function safe(part: string): string {
  return part.replace(/[^\p{L}\p{N}_.-]/gu, "_").replace(/^\.+|\.+$/g, "_").slice(0, 200) || "_";
}

/** Two files never share a target, also where upper and lower case are one: the second gets a number. */
function keepApart(wanted: Wanted[]): void {
  const taken = new Set<string>();
  for (const one of wanted) {
    const target = one.target;
    for (let count = 2; taken.has(one.target.toLowerCase()); count++) {
      one.target = target.replace(/(\.[A-Za-z0-9]{1,10})?$/, `-${count}$1`);
    }
    taken.add(one.target.toLowerCase());
  }
}

const EXTENSIONS: Record<string, string> = {
  "image/png": ".png",
  "image/jpeg": ".jpg",
  "image/gif": ".gif",
  "image/svg+xml": ".svg",
  "image/webp": ".webp",
  "application/json": ".json",
  "application/pdf": ".pdf",
  "text/plain": ".txt",
  "text/html": ".html",
  "text/csv": ".csv",
};
