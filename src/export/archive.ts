/**
 * `exportArchive`: runs of any source to an archive as neptune-exporter writes them.
 *
 * @module
 */

import { resolve } from "node:path";
import pl, { type DataFrame } from "nodejs-polars";
import { readHashes } from "../archive/disk/hashes.ts";
import { sanitized } from "../archive/disk/layout.ts";
import { reasonOrThrow } from "../async/one_of_many.ts";
import type { BulkCall, Notes } from "../bulk/notes.ts";
import { digest } from "../write/file_name.ts";
import { lastingLabels, selectRuns } from "../bulk/select.ts";
import { strings } from "../frame/frame.ts";
import { pathString } from "../options/kinds.ts";
import { attribute, compare } from "../nql/build.ts";
import { groupNode } from "../nql/tree.ts";
import type { Checked } from "../options/options.ts";
import { requirePermission } from "../permissions/require.ts";
import type { Source } from "../source.ts";
import type { RunInfo } from "../types.ts";
import { refuseSame } from "../write/apart.ts";
import { sayingWhatFailed } from "../write/whole.ts";
import { readContent, type RunContent } from "./content.ts";
import { lockFolder } from "./lock.ts";
import { type ExportErrorLine, noteErrors, runsWithErrors, tidyHashes } from "./log.ts";
import { filePath } from "./names.ts";
import type { EXPORT_ARCHIVE } from "./options.ts";
import { RunParts } from "./parts.ts";
import { type Export, exportRun, type NamedRun, type Outcome } from "./run.ts";

/** The exporter reads so many runs together. */
const RUNS_TOGETHER = 16;

/** Writes the runs one after another and tells what became of each. */
export async function writeArchive(
  source: Source,
  options: Checked<typeof EXPORT_ARCHIVE> & BulkCall,
): Promise<DataFrame> {
  const { files, ancestors, signal, onProgress } = options;
  const destination = pathString(options.destination);
  if (source.folder !== undefined) refuseSame(source.folder, resolve(destination, "data"));
  requirePermission({ name: "write", path: destination }, `write the archive ${destination}`);
  const { name: project } = await source.project({ signal });
  const chosen = (await selectRuns(source, options)).runs;
  const found = ancestors ? await withAncestors(source, chosen, signal) : chosen;
  // What is there from an earlier call has the name that it had then.
  const runs = nameRuns(found, await lastingLabels(source, { runs: found, heads: false }, signal));
  const data = `${destination}/data/${sanitized(project)}`, stored = `${destination}/files/${sanitized(project)}`;
  await sayingWhatFailed(data, () => Deno.mkdir(data, { recursive: true }));
  if (files) await sayingWhatFailed(stored, () => Deno.mkdir(stored, { recursive: true }));

  noteTimes((await source.storedTimes?.(runs.map(({ info }) => info.key), { signal }))?.length ?? 0, options.notes);
  using _lock = await lockFolder(data);
  const hashes = await readHashes(stored) ?? new Map<string, string>();
  const again = await runsWithErrors(destination, project);
  const target: Export = { source, project, data, files: stored, copyFiles: files, hashes, signal };
  const outcomes: Outcome[] = [];
  try {
    for (let from = 0; from < runs.length; from += RUNS_TOGETHER) {
      for await (const outcome of exportBatch(target, runs.slice(from, from + RUNS_TOGETHER), again)) {
        outcomes.push(outcome);
        onProgress?.(1, runs.length);
      }
    }
  } finally {
    const done = new Set(outcomes.filter(({ status }) => status !== "present").map(({ run }) => run));
    await noteErrors(destination, project, done, outcomes.flatMap((one) => errorLines(project, one)));
    await tidyHashes(data);
    if (files) await tidyHashes(stored);
  }
  notePresent(outcomes.filter(({ status }) => status === "present").length, data, options.notes);
  return outcomesFrame(outcomes);
}

/** Whoever goes on to delete what was exported has to know what was not looked at. */
function notePresent(runs: number, data: string, notes: Notes): void {
  if (runs === 0) return;
  const were = runs === 1 ? "1 run was" : `${runs} runs were`;
  notes.add(
    `${were} there from an earlier export, and not compared with what there is now: to have what came since, remove the ` +
      `files of such runs from ${data} and export again.`,
  );
}

/** Says so while it can still be mended: of an archive that was written nobody can tell any more. */
function noteTimes(runs: number, notes: Notes): void {
  if (runs === 0) return;
  const told = runs === 1 ? "1 run" : `${runs} runs`;
  notes.add(
    `The times of points of ${told} of Neptune 2.x are written as they are stored, most likely in the local time of a ` +
      'machine, and of what is written `timeZone` changes nothing: open the archive with `timeZone`, "UTC" where they are ' +
      "right, and export to another folder.",
  );
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

/** The custom id names a run, as with the exporter; `sys/id` where there is none, or where it would name another one, too. */
function nameRuns(runs: RunInfo[], ids: ReadonlyMap<string, string>): NamedRun[] {
  const named = runs.map((info) => {
    const id = ids.get(info.key)!;
    return { info, id, inPaths: id };
  }).sort((a, b) => a.id < b.id ? -1 : 1);
  for (const alike of Map.groupBy(named, ({ id }) => filePath(id, "", "").toLowerCase()).values()) {
    if (alike.length > 1) { for (const run of alike) run.inPaths = `${run.id}-${digest(run.id)}`; }
  }
  return named;
}

/** @param again Runs that are there, but of which something could not be exported: it is tried again. */
async function* exportBatch(target: Export, runs: NamedRun[], again: Set<string>): AsyncGenerator<Outcome> {
  const open = new Set<NamedRun>();
  for (const run of runs) {
    if (again.has(run.id) || !await new RunParts(target.data, target.project, run.id).finished()) open.add(run);
  }
  const content = await readTogether(target, [...open].map(({ info }) => info.key));
  for (const run of runs) {
    if (open.has(run)) yield await exportRun(target, run, content.get(run.info.key));
    else {
      const none = { attributes: null, points: null, files: null, missing: null };
      yield { run: run.id, status: "present", ...none, refused: [] };
    }
  }
}

/** What the runs hold; nothing where that cannot be read of all together, so that it is read of each by itself. */
async function readTogether({ source, signal }: Export, keys: string[]): Promise<Map<string, RunContent>> {
  if (keys.length === 0) return new Map();
  try {
    return await readContent(source, keys, signal);
  } catch (error) {
    reasonOrThrow(error, signal);
    return new Map();
  }
}

function errorLines(project: string, { run, refused }: Outcome): ExportErrorLine[] {
  return refused.map(({ path, type, message }) => ({
    project_id: project,
    run_id: run,
    attribute_path: path,
    attribute_type: type,
    exception: message,
  }));
}

function outcomesFrame(outcomes: Outcome[]): DataFrame {
  const counts = (name: string, pick: (one: Outcome) => number | null) => pl.Series(name, outcomes.map(pick), pl.Int64);
  return pl.DataFrame([
    strings("run", outcomes.map(({ run }) => run)),
    strings("status", outcomes.map(({ status }) => status)),
    counts("attributes", (one) => one.attributes),
    counts("points", (one) => one.points),
    counts("files", (one) => one.files),
    counts("missing_files", (one) => one.missing),
    counts("refused", (one) => one.refused.length),
    strings("message", outcomes.map(({ refused }) => refused.length === 0 ? null : messageOf(refused))),
  ]);
}

function messageOf([first, ...others]: Outcome["refused"]): string {
  return first.message + (others.length === 0 ? "" : ` And ${others.length} more.`);
}
