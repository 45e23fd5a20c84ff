/**
 * One project of an archive, compacted: the runs that are new become a pass.
 *
 * @module
 */

import {
  filesOf,
  type Manifest,
  manifestText,
  parseManifest,
  type Pass,
  type TableFileEntry,
} from "../archive/compacted/manifest.ts";
import { PassTables, type SourceFiles } from "../archive/compacted/pass.ts";
import { readHashes } from "../archive/disk/hashes.ts";
import { COMPACTED, parsePartName, unfinishedParts } from "../archive/disk/layout.ts";
import { DISK } from "../archive/disk/local.ts";
import type { Store } from "../archive/disk/store.ts";
import { partsOf } from "../archive/index/batches.ts";
import { damageReason } from "../archive/parquet/damage.ts";
import type { PartsContext } from "../archive/read/context.ts";
import { sourceFindings } from "../archive/report/report.ts";
import type { RowNotes } from "../archive/report/rows.ts";
import { ArchiveError } from "../errors.ts";
import { addHashes, tidyHashes } from "../export/log.ts";
import { lockFolder } from "../export/lock.ts";
import type { Finding } from "../source.ts";
import { makeWhole, sayingWhatFailed } from "../write/whole.ts";
import { LIMITS, type Limits } from "./limits.ts";
import { byBytes } from "../export/order.ts";
import { readAllSeries } from "./read_series.ts";
import { writeRuns } from "./runs.ts";
import { writeAttributes } from "./attributes.ts";

/** A project to be compacted. */
export interface ProjectJob {
  project: string;
  context: PartsContext;
  /** The project's folder in the destination. */
  folder: string;
  /** The files root where stored files stay, if they do. */
  filesLeft: string | null;
  /** Where the source lies. */
  roots: { store: Store; data: string };
  onProgress: (by: number, total: number) => void;
  /** Default: those in use. */
  limits?: Limits;
}

/** What was written of a project. */
export interface WrittenPass {
  /** How many runs the project has now. */
  runs: number;
  /** null: nothing was new. */
  pass: Pass | null;
  /** The bytes of the parts of new runs. */
  sourceBytes: number;
  /** Runs that were compacted before, and of which the source has other files now. */
  changed: string[];
}

/** Where portions wait. */
const WORK = ".compacting";

/** Adds the runs that are new. */
export async function compactProject(job: ProjectJob): Promise<WrittenPass> {
  const { context, folder, project, limits = LIMITS } = job;
  const { index, signal } = context;
  await sayingWhatFailed(folder, () => Deno.mkdir(folder, { recursive: true }));
  using _lock = await lockFolder(folder);
  const manifest = await manifestOf(folder, project, job.filesLeft);
  const known = new Map<string, SourceFiles>();
  for (const pass of manifest.passes) {
    for (const [key, files] of await PassTables.sources(DISK, folder, pass, signal)) known.set(key, files);
  }
  const sources = sourcesOf(index);
  const changed = index.keys.filter((key, run) => known.has(key) && isOther(known.get(key)!, sources[run]));
  const fresh = [...index.keys.keys()].filter((run) => !known.has(index.keys[run]));
  fresh.sort((a, b) => byBytes(index.keys[a], index.keys[b]));
  await removeUnknown(folder, manifest);
  if (fresh.length === 0) {
    if (manifest.passes.length === 0) await writeManifest(folder, manifest);
    return { runs: known.size, pass: null, sourceBytes: 0, changed };
  }
  const number = (manifest.passes.at(-1)?.pass ?? 0) + 1;
  const parts = partsOf(index, fresh).length;
  // Reading takes about as long as writing.
  const total = 2 * parts;
  const { spills, lost, notes } = await readAllSeries({
    context,
    runs: fresh,
    folder: `${folder}/${WORK}`,
    limits,
    onProgress: (by) => job.onProgress(by, total),
  });
  const runs = fresh.filter((_, number) => !lost.has(number));
  const place = { folder, pass: number, limits };
  let told = 0;
  const written = await writeAttributes({
    context,
    project,
    runs,
    // Runs that were lost had numbers, too.
    numbers: numbered(fresh.length, lost),
    spills,
    place,
    onProgress: (share) => {
      const now = Math.floor(share * parts);
      job.onProgress(now - told, total);
      told = now;
    },
  });
  const incomplete = new Set(index.folders.flatMap(unfinishedParts));
  const files: TableFileEntry[] = [
    ...written.files,
    ...await writeRuns({
      context,
      project,
      runs,
      points: written.points,
      sources: runs.map((run) => sources[run]),
      isComplete: (run) => !index.parts[run].every((part) => incomplete.has(part)),
      place,
    }),
  ];
  const pass: Pass = {
    pass: number,
    written: new Date().toISOString(),
    runs: runs.length,
    values: filesOf({ files } as Pass, "values").reduce((sum, { rows }) => sum + rows, 0),
    points: filesOf({ files } as Pass, "series").reduce((sum, { rows }) => sum + rows, 0),
    findings: await newFindings(job, notes, manifest),
    files,
  };
  signal?.throwIfAborted();
  await addHashes(folder, new Map(files.map(({ name, sha256 }) => [name, sha256])));
  await tidyHashes(folder);
  const passes = [...manifest.passes, pass];
  await writeManifest(folder, { ...manifest, passes });
  await Deno.remove(`${folder}/${WORK}`, { recursive: true }).catch(() => {});
  const sourceBytes = partsOf(index, fresh).reduce((sum, { size }) => sum + size, 0);
  return { runs: known.size + runs.length, pass, sourceBytes, changed };
}

/** What the report says of the source, of these runs and of files, that was not noted before. */
async function newFindings({ context, roots }: ProjectJob, notes: RowNotes, { passes }: Manifest): Promise<Finding[]> {
  const noted = new Set(passes.flatMap(({ findings }) => findings.map(({ message }) => message)));
  return (await sourceFindings(context, roots, notes)).filter(({ message }) => !noted.has(message));
}

/** The number in the pass that each run has in the end; -1: it was left out. */
function numbered(count: number, lost: ReadonlySet<number>): Int32Array {
  let next = 0;
  return Int32Array.from({ length: count }, (_, number) => lost.has(number) ? -1 : next++);
}

/**
 * What the files of each run are like. The index has read them again where their times or ETags are others; what they hold by now
 * shows in their footers, and a copy of an archive has the same.
 */
function sourcesOf({ indexes, parts }: PartsContext["index"]): SourceFiles[] {
  const footers = new Map(indexes.map((index) => [index.folder, index.footers()]));
  return parts.map((some) => ({
    bytes: some.reduce((sum, { size }) => sum + size, 0),
    checksum: some.reduce((sum, { folder, place }) => sum + footers.get(folder)![place], 0),
  }));
}

function isOther(before: SourceFiles, now: SourceFiles): boolean {
  return before.bytes !== now.bytes || (before.checksum !== 0 && before.checksum !== now.checksum);
}

/** What the folder holds already. */
async function manifestOf(folder: string, project: string, files: string | null): Promise<Manifest> {
  const path = `${folder}/${COMPACTED}`;
  const text = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  });
  if (text === null) {
    for await (const { name } of Deno.readDir(folder)) {
      if (!parsePartName(name)) continue;
      throw new ArchiveError(
        `The folder ${folder} holds runs as neptune-exporter wrote them: pass another \`destination\`.`,
        { path: folder },
      );
    }
    return { project, files, passes: [] };
  }
  let manifest: Manifest;
  try {
    manifest = parseManifest(text);
  } catch (error) {
    throw new ArchiveError(
      `Nothing can be added to ${folder} (${
        damageReason(error)
      }): restore ${COMPACTED} from a copy, or pass another \`destination\`.`,
      { path },
      { cause: error },
    );
  }
  if (manifest.project !== project) {
    throw new ArchiveError(
      `The folder ${folder} holds the project ${manifest.project}, and not ${project}: pass another \`destination\`.`,
      { path: folder },
    );
  }
  return { ...manifest, files: files ?? manifest.files };
}

/** Takes away what an interrupted pass left. */
async function removeUnknown(folder: string, { passes }: Manifest): Promise<void> {
  const known = new Set(passes.flatMap(({ files }) => files.map(({ name }) => name)));
  for (const table of ["runs", "lineage", "attributes", "values", "series"]) {
    const names = await Array.fromAsync(Deno.readDir(`${folder}/${table}`), ({ name }) => `${table}/${name}`)
      .catch(() => []);
    for (const name of names) {
      if (!known.has(name) && /^\w+\/\d{4}-\d{4}\.parquet(\.tmp)?$/.test(name)) await Deno.remove(`${folder}/${name}`);
    }
  }
  if (await readHashes(folder)) await tidyHashes(folder);
}

async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await makeWhole(`${folder}/${COMPACTED}`, (path) => Deno.writeTextFile(path, manifestText(manifest)));
}
