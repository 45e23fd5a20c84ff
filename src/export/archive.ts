/**
 * `exportArchive`: runs of any source to an archive as neptune-exporter writes them.
 *
 * @module
 */

import { requirePermission } from "../permissions/require.ts";
import pl, { type DataFrame } from "nodejs-polars";
import { sanitized } from "../archive/disk/layout.ts";
import type { BulkCall } from "../bulk/notes.ts";
import { RUN_SELECTION, type RunSelection, selectRuns } from "../bulk/select.ts";
import { seriesList } from "../columns.ts";
import { FLAG, PATH, pathString } from "../options/kinds.ts";
import { strings } from "../frame/frame.ts";
import { collectPoints } from "../frame/points.ts";
import { type Checked, declare, needed, optional } from "../options/options.ts";
import { LONG_CALL, type LongCallOptions } from "../progress/show.ts";
import type { Source } from "../source.ts";
import { POINT_KINDS, type RunInfo, type SeriesType } from "../types.ts";
import { readContent, type RunContent } from "./content.ts";
import { RunFiles } from "./files.ts";
import { digest, filePath } from "./names.ts";
import { RunParts } from "./parts.ts";
import { type Series, seriesColumns, sortRows } from "./rows.ts";
import { attribute, compare } from "../nql/build.ts";
import { groupNode } from "../nql/tree.ts";

/** Options of {@linkcode ReadOnlyProject.exportArchive}. */
export interface ExportArchiveOptions extends RunSelection, LongCallOptions {
  /** The folder to write to: the archive's data folder becomes `data` in it, the files folder `files`. */
  destination: string | URL;
  /** Copy the files too. Default: true. */
  files?: boolean;
  /**
   * Also export the runs from which the chosen ones were forked, up to the root: without them the points inherited from them
   * would be lost. Default: true.
   */
  ancestors?: boolean;
}

/** The options of `exportArchive`. */
export const EXPORT_ARCHIVE = declare<ExportArchiveOptions>()({
  ...RUN_SELECTION,
  ...LONG_CALL,
  destination: needed(PATH),
  files: optional(FLAG, true),
  ancestors: optional(FLAG, true),
});

/** The exporter reads so many runs, and so many series of a run, together. */
const RUNS_TOGETHER = 16;
const SERIES_TOGETHER = 128;

/** What became of one run. */
interface Outcome {
  run: string;
  status: "written" | "present";
  /** null: not counted this time. */
  attributes: number | null;
  points: number | null;
  files: number | null;
  missing: number | null;
}

/** What all runs of an export have in common. */
interface Export {
  source: Source;
  project: string;
  data: string;
  files: string;
  copyFiles: boolean;
  signal?: AbortSignal;
}

/** Writes the runs one after another and tells what became of each. */
export async function writeArchive(
  source: Source,
  options: Checked<typeof EXPORT_ARCHIVE> & BulkCall,
): Promise<DataFrame> {
  const { files, ancestors, signal, onProgress } = options;
  const destination = pathString(options.destination);
  requirePermission({ name: "write", path: destination }, `write the archive ${destination}`);
  const { name: project } = await source.project({ signal });
  const chosen = (await selectRuns(source, options)).runs;
  const runs = ancestors ? await withAncestors(source, chosen, signal) : chosen;
  const folder = sanitized(project);
  const target: Export = {
    source,
    project,
    data: `${destination}/data/${folder}`,
    files: `${destination}/files/${folder}`,
    copyFiles: files,
    signal,
  };
  await Deno.mkdir(target.data, { recursive: true });
  if (files) await Deno.mkdir(target.files, { recursive: true });

  const named = runIds(runs);
  const outcomes: Outcome[] = [];
  for (let from = 0; from < named.length; from += RUNS_TOGETHER) {
    for await (const outcome of exportBatch(target, named.slice(from, from + RUNS_TOGETHER))) {
      outcomes.push(outcome);
      onProgress?.(1, named.length);
    }
  }
  return outcomesFrame(outcomes);
}

/** The runs and all they inherit from. */
async function withAncestors(source: Source, runs: RunInfo[], signal?: AbortSignal): Promise<RunInfo[]> {
  const all = new Map(runs.map((run) => [run.key, run]));
  for (let fresh = runs; fresh.length > 0;) {
    const parents = new Set<string>();
    const query = { paths: ["sys/forking/parent"], types: ["string" as const], signal };
    for await (const { columns } of source.values({ ...query, runs: fresh.map((run) => run.key) })) {
      for (const column of columns) for (const parent of column.data as string[]) parents.add(parent);
    }
    fresh = [];
    if (parents.size === 0) break;
    const terms = [...parents].flatMap((value) =>
      ["sys/custom_run_id", "sys/id"].map((path) => compare(attribute(path, "string"), "=", value))
    );
    for await (const page of source.runs({ where: groupNode("or", terms), signal })) {
      for (const run of page.runs) {
        if (all.has(run.key)) continue;
        all.set(run.key, run);
        fresh.push(run);
      }
    }
  }
  return [...all.values()];
}

/** A run under the names that its files get. */
interface NamedRun {
  info: RunInfo;
  /** The custom id, as the exporter has it; `sys/id` where there is none, or where several runs have it. */
  id: string;
  /** The run in the paths of its files, where two runs would else share theirs. */
  inPaths: string;
}

function runIds(runs: RunInfo[]): NamedRun[] {
  const customIds = Map.groupBy(runs, (run) => run.customId);
  const named = runs.map((info) => {
    const id = info.customId !== null && customIds.get(info.customId)!.length === 1 ? info.customId : info.sysId;
    return { info, id, inPaths: id };
  }).sort((a, b) => a.id < b.id ? -1 : 1);
  for (const alike of Map.groupBy(named, ({ id }) => filePath(id, "", "").toLowerCase()).values()) {
    if (alike.length > 1) { for (const run of alike) run.inPaths = `${run.id}-${digest(run.id)}`; }
  }
  return named;
}

async function* exportBatch(target: Export, runs: NamedRun[]): AsyncGenerator<Outcome> {
  const parts = new Map(runs.map((run) => [run, new RunParts(target.data, target.project, run.id)]));
  const open: NamedRun[] = [];
  for (const run of runs) if (!await parts.get(run)!.finished()) open.push(run);
  const content = open.length > 0
    ? await readContent(target.source, open.map(({ info }) => info.key), target.signal)
    : new Map<string, RunContent>();
  for (const run of runs) {
    const held = content.get(run.info.key);
    yield held
      ? await exportRun(target, run, parts.get(run)!, held)
      : { run: run.id, status: "present", attributes: null, points: null, files: null, missing: null };
  }
}

async function exportRun(target: Export, run: NamedRun, parts: RunParts, content: RunContent): Promise<Outcome> {
  const { source, signal } = target;
  const files = new RunFiles(source, target.files, run.inPaths);
  await parts.discard();
  try {
    if (content.configs.length > 0) parts.write(sortRows(content.configs));
    let points = 0;
    for (const types of [["float_series"], ["string_series", "histogram_series"]] as const) {
      points += await exportSeries(target, run, parts, content, types, files);
    }
    if (content.files.length > 0) {
      parts.write(content.files.map(({ path, type, ref }) => ({
        attribute_path: path,
        attribute_type: type,
        file_value: ref && { path: files.place(ref, path) },
      })));
    }
    points += await exportSeries(target, run, parts, content, ["file_series"], files);
    // Files first: a run whose part 0 is there is whole.
    const { copied, missing } = target.copyFiles ? await files.copy(signal) : { copied: 0, missing: 0 };
    await parts.finish(signal);
    const attributes = content.configs.length + content.files.length;
    return { run: run.id, status: "written", attributes, points, files: copied, missing };
  } catch (error) {
    await parts.discard();
    throw error;
  }
}

/** Writes the run's own points of series of these types; gives how many there are. */
async function exportSeries(
  { source, signal }: Export,
  { info }: NamedRun,
  parts: RunParts,
  { series }: RunContent,
  types: readonly SeriesType[],
  files: RunFiles,
): Promise<number> {
  const named = types.flatMap((type) => series[type].map((path) => ({ type, path })));
  let count = 0;
  for (let from = 0; from < named.length; from += SERIES_TOGETHER) {
    const some = named.slice(from, from + SERIES_TOGETHER);
    const read: Series[] = [];
    for (const type of types) {
      const refs = some.filter((one) => one.type === type);
      if (refs.length === 0) continue;
      const blocks = source.series({
        kind: POINT_KINDS[type],
        series: seriesList(refs.map(({ path }) => ({ run: info.key, path }))),
        lineage: "own",
        signal,
      });
      const points = await collectPoints(blocks, refs.length, POINT_KINDS[type], false);
      refs.forEach((ref, i) => points[i].step.length > 0 && read.push({ ...ref, points: points[i] }));
    }
    if (read.length === 0) continue;
    parts.write(seriesColumns(read, (ref, path, step) => files.place(ref, path, step)));
    count += read.reduce((sum, { points }) => sum + points.step.length, 0);
  }
  return count;
}

function outcomesFrame(outcomes: Outcome[]): DataFrame {
  const counts = ["attributes", "points", "files", "missing"] as const;
  return pl.DataFrame([
    strings("run", outcomes.map(({ run }) => run)),
    strings("status", outcomes.map(({ status }) => status)),
    ...counts.map((name) =>
      pl.Series(name === "missing" ? "missing_files" : name, outcomes.map((one) => one[name]), pl.Int64)
    ),
  ]);
}
