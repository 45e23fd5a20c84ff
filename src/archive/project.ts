/**
 * One project of an archive as a {@linkcode Source}.
 *
 * @module
 */

import type { LazyDataFrame } from "nodejs-polars";
import { pauseNowAndThen } from "../async/pause.ts";
import type { BucketColumns, PairBlock, SeriesBlock, ValueBlock } from "../columns.ts";
import type {
  AttributesQuery,
  CallOptions,
  FileContent,
  FileOptions,
  Finding,
  Lack,
  ReportOptions,
  RunsPage,
  RunsQuery,
  SeriesQuery,
  Source,
  ValuesQuery,
} from "../source.ts";
import type { AttributeDefinition, FileRef, ProjectInfo } from "../types.ts";
import type { Archive } from "./archive.ts";
import { readAttributes, readExisting } from "./read/attributes.ts";
import {
  concerns,
  damageAbove,
  damageBehind,
  damagedError,
  damagedPartOf,
  damagedRunName,
  damageOf,
  namedRuns,
  nameOf,
  warnDamaged,
} from "./index/damage.ts";
import { Files } from "./disk/files.ts";
import { foundAt, parentOf, type Store } from "./disk/store.ts";
import { batches } from "./index/batches.ts";
import { readCells } from "./index/cells.ts";
import { CHECK, readGroups, type ReadOptions } from "./index/read_parts.ts";
import { readPoints } from "./read/points.ts";
import { type ProjectIndex, runInfos } from "./index/project_index.ts";
import { isSystem } from "./index/system.ts";
import { stepTurns } from "./index/turns.ts";
import { type Part, sanitized } from "./disk/layout.ts";
import { longTable } from "./read/long_table.ts";
import { Phantoms } from "./index/phantoms.ts";
import { hashFindings } from "./report/hashes.ts";
import { bySeverity, makeReport } from "./report/report.ts";
import { ColumnCache, matchRuns, type RunTable } from "./read/runs.ts";
import { readOverviews, readSeries } from "./read/series.ts";
import { type Shared, shared } from "../async/shared.ts";
import { readValues } from "./read/values.ts";
import type { PartsContext } from "./read/context.ts";
import { type WorkerOptions, workersFor } from "./workers/workers.ts";

/** What all projects of an archive have in common. */
export interface ProjectSettings {
  label: string;
  store: Store;
  filesStore: Store;
  data: string;
  /** The files root, or null to look for it. */
  files: string | null;
  /** Whether links in the files folder may lead out of it. */
  linksOutside: boolean;
  skipDamaged: boolean;
  /** The zone of the exporting machine, where it is known, and from its local time to UTC. */
  timeZone: string | null;
  toUtc: ((local: number) => number) | null;
  /** Web Workers for long series. */
  workers: WorkerOptions;
  includeIncomplete: boolean;
}

const RUNS_PER_PAGE = 10_000;
const ATTRIBUTES_PER_PAGE = 10_000;
/** So many files that were left out are named one by one. */
const MOST_TOLD = 3;

/** What is kept of a project between calls. */
interface Kept {
  index: ProjectIndex;
  phantoms: Phantoms;
  columns: ColumnCache;
  files: Files;
  filesRoot: string | null;
}

/** An index belongs to one archive, so that what was found out of it holds for every call. */
const keptOf = new WeakMap<ProjectIndex, Kept>();

/** One project of an archive. */
export class ArchivedProject implements Source {
  readonly label: string;
  readonly #archive: Archive;
  readonly #name: string;
  readonly #settings: ProjectSettings;
  readonly #leftOut = new Set<Part>();
  #index: ProjectIndex | null = null;
  #generation = -1;
  #current!: Shared<Kept>;

  constructor(archive: Archive, name: string, settings: ProjectSettings) {
    this.label = settings.label;
    this.#archive = archive;
    this.#name = name;
    this.#settings = settings;
  }

  /** What the archive holds now; what was found out of it is kept between calls. */
  #kept(options: CallOptions): Promise<Kept> {
    if (this.#generation !== this.#archive.generation) {
      this.#generation = this.#archive.generation;
      this.#leftOut.clear();
      this.#current = shared((options) => this.#open(options));
    }
    return this.#current(options);
  }

  async #open(options: CallOptions): Promise<Kept> {
    const { name } = await this.project(options);
    const index = this.#index = await this.#archive.index(name, options);
    if (this.#settings.skipDamaged) { for (const part of index.damaged.keys()) this.#damaged(index, part); }
    const filesRoot = this.#settings.files ?? await siblingFiles(this.#settings);
    const folders = [sanitized(name), ...index.folders.map((folder) => folder.name)];
    const roots = filesRoot === null ? [] : [...new Set(folders)].map((folder) => `${filesRoot}/${folder}`);
    let kept = keptOf.get(index);
    if (!kept) {
      keptOf.set(
        index,
        kept = {
          index,
          phantoms: new Phantoms(index),
          columns: new ColumnCache(),
          files: new Files(this.#settings.filesStore, roots, this.#settings.linksOutside ? null : filesRoot),
          filesRoot,
        },
      );
    }
    return kept;
  }

  project(options?: CallOptions): Promise<ProjectInfo> {
    return this.#archive.project(this.#name, options);
  }

  /** The runs and their parts, for those who write them anew; damaged ones are an error or left out, as the settings say. */
  async parts(options: CallOptions): Promise<PartsContext & { filesRoot: string | null }> {
    const kept = await this.#kept(options);
    for (const part of kept.index.damaged.keys()) this.#damaged(kept.index, part);
    return { ...this.#view(kept, options), filesRoot: kept.filesRoot };
  }

  async *runs(query: RunsQuery): AsyncGenerator<RunsPage> {
    const kept = await this.#kept(query);
    const { index } = kept;
    const lost = damageBehind(index, query);
    if (lost) this.#damaged(index, lost);
    const pause = pauseNowAndThen(query.signal);
    await pause();
    const numbers = await matchRuns(this.#table(kept, query), query, kept.columns);
    const from = query.offset ?? 0;
    const wanted = numbers.slice(from, query.limit === undefined ? undefined : from + query.limit);
    for (let at = 0; at === 0 || at < wanted.length; at += RUNS_PER_PAGE) {
      await pause();
      const runs = runInfos(index, wanted.slice(at, at + RUNS_PER_PAGE));
      yield { runs, total: numbers.length };
    }
  }

  async *attributes(query: AttributesQuery): AsyncGenerator<AttributeDefinition[]> {
    const kept = await this.#kept({ signal: query.signal });
    const found = await readAttributes(this.#view(kept, query), this.#numbers(kept.index, query.runs, true), query);
    for (let at = 0; at < found.length; at += ATTRIBUTES_PER_PAGE) yield found.slice(at, at + ATTRIBUTES_PER_PAGE);
  }

  async *existing(query: AttributesQuery): AsyncGenerator<PairBlock> {
    const kept = await this.#kept({ signal: query.signal });
    yield* readExisting(this.#view(kept, query), this.#numbers(kept.index, query.runs, true), query);
  }

  async *values(query: ValuesQuery): AsyncGenerator<ValueBlock> {
    const kept = await this.#kept({ signal: query.signal });
    yield* readValues(this.#view(kept, query), this.#numbers(kept.index, query.runs, true), query);
  }

  async *series(query: SeriesQuery): AsyncGenerator<SeriesBlock> {
    const kept = await this.#kept({ signal: query.signal });
    this.#numbers(kept.index, query.series.runs, query.lineage !== "own");
    yield* readSeries(this.#view(kept, query), query);
  }

  async *overviews(query: SeriesQuery, maxBuckets: number): AsyncGenerator<BucketColumns> {
    const kept = await this.#kept({ signal: query.signal });
    this.#numbers(kept.index, query.series.runs, query.lineage !== "own");
    yield* readOverviews(this.#view(kept, query), query, maxBuckets);
  }

  async file(ref: FileRef, options: FileOptions = {}): Promise<FileContent> {
    const { files } = await this.#kept({ signal: options.signal });
    return await files.open(ref.path, options);
  }

  async report({ hashes, thorough = false, ...options }: ReportOptions = {}): Promise<Finding[]> {
    const kept = await this.#kept(options);
    const { store, data, toUtc } = this.#settings;
    const findings = await makeReport(this.#view(kept, options, () => true), {
      store,
      data,
      files: kept.filesRoot,
      timesConverted: toUtc !== null,
      thorough,
      onProgress: options.onProgress,
    });
    if (hashes === undefined) return findings;
    const call = { ...options, thorough: hashes === "all" };
    return bySeverity([
      ...findings,
      ...await hashFindings(kept.index.folders, this.#settings.filesStore, kept.filesRoot, call),
    ]);
  }

  async scan(options: CallOptions = {}): Promise<LazyDataFrame> {
    const kept = await this.#kept(options);
    this.#numbers(kept.index, null, false);
    return await longTable(this.#view(kept, options));
  }

  leftOut(run?: string): string[] {
    const parts = [...this.#leftOut].filter((part) => run === undefined || this.#concerns(part, run));
    const told = parts.slice(0, MOST_TOLD).map(without);
    const more = parts.length - told.length;
    return more > 0
      ? [...told, `And without ${more} more files that cannot be read: archiveReport() names them.`]
      : told;
  }

  lacks(run: string): Lack | null {
    const number = this.#index?.numbers.get(run);
    if (number === undefined) return null;
    const lost = this.#index!.parts[number].find((part) => this.#leftOut.has(part));
    return lost ? { file: nameOf(lost), sentence: without(lost) } : null;
  }

  async storedTimes(runs: readonly string[], options: CallOptions = {}): Promise<string[]> {
    if (this.#settings.toUtc !== null) return [];
    const { legacy, numbers } = (await this.#kept(options)).index;
    return runs.filter((run) => legacy[numbers.get(run) ?? -1] === 1);
  }

  close(): void {}

  #concerns(part: Part, run: string): boolean {
    const number = this.#index?.numbers.get(run);
    return number === undefined || concerns(this.#index!, part, number);
  }

  /**
   * The numbers of runs; without keys of all. Unknown runs are left out, damaged ones are no unknown runs.
   *
   * @param inherited Whether what the runs inherited matters, too.
   */
  #numbers(index: ProjectIndex, keys: readonly string[] | null | undefined, inherited: boolean): number[] {
    const numbers = keys ? this.#known(index, keys) : index.keys.map((_, run) => run);
    if (!keys) { for (const [part, run] of index.damaged) if (run === null) this.#damaged(index, part); }
    if (inherited && index.damaged.size > 0) {
      for (const run of numbers) {
        const part = damageAbove(index, run);
        if (part) this.#damaged(index, part);
      }
    }
    return numbers;
  }

  #known(index: ProjectIndex, keys: readonly string[]): number[] {
    const numbers = new Set<number>(), unknown = new Set<string>();
    for (const key of keys) {
      const number = index.numbers.get(key);
      if (number === undefined) unknown.add(key);
      else numbers.add(number);
    }
    for (const key of unknown) {
      const part = damagedPartOf(index, key);
      if (part) this.#damaged(index, part);
    }
    return [...numbers];
  }

  /** What is damaged of runs that cannot match does not matter for choosing among the others. */
  #table(kept: Kept, query: RunsQuery): RunTable {
    const { keys, numbers, heads, system, parts } = kept.index;
    const named = namedRuns(kept.index, query.where);
    const context = this.#view(
      kept,
      query,
      (part) => named !== null && !named.values().some((run) => parts[run].includes(part)),
    );
    return {
      keys,
      numbers,
      heads,
      held: (path, type) => isSystem(path, type) ? system.column(path, type)?.values ?? null : undefined,
      read: (values) => readValues(context, keys.map((_, run) => run), values),
    };
  }

  /** `tolerant`: without which damaged parts it goes on, with a warning. */
  #view(
    { index, phantoms, files }: Kept,
    { signal }: CallOptions,
    tolerant: (part: Part) => boolean = () => false,
  ): PartsContext {
    const { toUtc, timeZone, skipDamaged, workers } = this.#settings;
    const readOptions: ReadOptions = {
      signal,
      onDamaged: (part, cause) => this.#damaged(index, part, cause, tolerant(part)),
    };
    // Who goes on without damaged parts has to know them before anything of them is given.
    const check = this.#settings.skipDamaged
      ? (parts: readonly Part[]) => readGroups(parts, readOptions, CHECK)
      : undefined;
    return {
      index,
      phantoms,
      files,
      signal,
      readOptions,
      cells: (runs, query) => readCells(index, runs, query, readOptions),
      points: (runs, query) => readPoints(index, runs, query, readOptions),
      batches: (runs, sourcesOf, share) => batches(index, runs, sourcesOf, share),
      turns: (runs, backwards) => stepTurns(index, runs, { signal, backwards, check }),
      workers: (runs) => workersFor(index, runs, { ...workers, timeZone, skipDamaged }, readOptions),
      isScattered: (run) => index.parts[run].length > 1,
      isReal: (type, path) => phantoms.isReal(type, path, readOptions),
      clock: (run) => toUtc !== null && index.legacy[run] ? toUtc : null,
    };
  }

  #damaged(index: ProjectIndex, part: Part, cause?: unknown, tolerant = false): void {
    const run = damagedRunName(part, index);
    part.damage ??= cause instanceof Error ? cause.message : "it cannot be read";
    warnDamaged(part, run);
    if (this.#settings.skipDamaged) this.#leftOut.add(part);
    else if (!tolerant) throw damagedError(part, run, cause);
  }
}

function without(part: Part): string {
  return `Without run ${damagedRunName(part, null)}: its file ${nameOf(part)} cannot be read (${damageOf(part)}).`;
}

/** The exporter writes `data` and `files` side by side. */
export async function siblingFiles({ filesStore: store, data }: ProjectSettings): Promise<string | null> {
  const sibling = `${parentOf(data)}/files`;
  // It may well be there: who opens a file is told which permission is missing.
  if (!store.isPermitted(sibling)) return sibling;
  return (await foundAt(store, sibling))?.isFolder ? sibling : null;
}
