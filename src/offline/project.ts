/**
 * One project of unsynced data as a {@linkcode Source}, alone or together with a source beneath (an archive).
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { projectId } from "../archive/archive.ts";
import { finding } from "../archive/report/finding.ts";
import { ColumnCache, matchRuns, type RunTable } from "../archive/read/runs.ts";
import { type PairBlock, type SeriesBlock, seriesRefs, type ValueBlock } from "../columns.ts";
import { DamagedFileError, FileMissingError, ProjectNotFoundError } from "../errors.ts";
import { shared } from "../async/shared.ts";
import type {
  AttributesQuery,
  CallOptions,
  FileContent,
  FileOptions,
  Finding,
  RunsPage,
  RunsQuery,
  SeriesQuery,
  Source,
  ValuesQuery,
} from "../source.ts";
import { didYouMean, suggest } from "../suggest.ts";
import type { AttributeDefinition, FileRef, ProjectInfo, RunInfo } from "../types.ts";
import type { DiskContent } from "./content.ts";
import { openOrigin } from "./disk/files.ts";
import { pathWithin } from "./disk/names.ts";
import type { DiskRun, OfflineFolder } from "./folder.ts";
import {
  buildOfflineIndex,
  forkStepOf,
  IDENTITY_PATHS,
  type Matches,
  type OfflineIndex,
  unsyncedRunInfo,
} from "./index/project_index.ts";
import { checkRemainders, checkTargets } from "./index/matches.ts";
import { baseSeries, lastStepsBeneath, typesBeneath } from "./read/beneath.ts";
import { unsyncedExisting } from "./read/attributes.ts";
import type { AskedSeries, OfflineContext } from "./read/context.ts";
import { unsyncedSeries } from "./read/series.ts";
import { unsyncedValues } from "./read/values.ts";
import { makeOfflineReport } from "./report/report.ts";

const logger = getLogger(["neptune-fetcher", "offline"]);

const RUNS_PER_PAGE = 10_000;
const ATTRIBUTES_PER_PAGE = 10_000;

/** What all projects of a folder have in common. */
export interface OfflineSettings {
  label: string;
  /** Go on without what cannot be read. */
  skipDamaged: boolean;
  /** Files are only read below this folder; null: wherever runs say they are. */
  filesBelow: string | null;
  /** The run beneath that a run of Neptune 2.x belongs to, where somebody said so. */
  matched: Matches;
}

/** What is kept of a project between calls. */
interface Kept {
  index: OfflineIndex;
  columns: ColumnCache;
  base: Source | null;
  /** What is on disk, without what the run beneath holds with another type. */
  fitting: WeakMap<DiskContent, DiskContent>;
}

/** One project of a folder of unsynced data. */
export class OfflineProject implements Source {
  readonly label: string;
  readonly folder: string | undefined;
  readonly #folder: OfflineFolder;
  readonly #name: string;
  readonly #settings: OfflineSettings;
  readonly #beneath: Source | null;
  /** Files that cannot be read, where that is no error. */
  readonly #leftOut = new Map<string, { run: string | null; reason: string }>();
  readonly #kept = shared<Kept>(async ({ signal }) => {
    const { name } = await this.project({ signal });
    const base = await this.#base(signal);
    const disk = await this.#folder.runs(name, { signal });
    const { matched, skipDamaged } = this.#settings;
    if (matched.size > 0) checkRemainders(matched, this.#folder, await this.#folder.containers({ signal }));
    const legacy = async (run: DiskRun) => {
      const target = matched.get(run.id);
      const steps = base && target !== undefined ? await lastStepsBeneath(base, target, signal) : null;
      const firstStep = steps && ((path: string) => (steps.get(path) ?? -1) + 1);
      return await this.#folder.content(run, { forkStep: -Infinity, firstStep }, signal);
    };
    const index = await buildOfflineIndex(disk, base, matched, legacy, signal);
    // Runs beneath that are left out for their damage are no reason.
    if (!skipDamaged) checkTargets(matched, index);
    return { index, columns: new ColumnCache(), base, fitting: new WeakMap() };
  });

  /** @param beneath The same project of another source, or null. */
  constructor(folder: OfflineFolder, name: string, beneath: Source | null, settings: OfflineSettings) {
    this.label = settings.label;
    this.folder = beneath?.folder;
    this.#folder = folder;
    this.#name = name;
    this.#beneath = beneath;
    this.#settings = settings;
  }

  async project(options?: CallOptions): Promise<ProjectInfo> {
    const names = await this.#folder.projects(options);
    const mine = names.find((name) => name === this.#name || projectId(name) === this.#name);
    if (mine !== undefined) return { name: mine, id: projectId(mine) };
    const base = await this.#base(options?.signal);
    if (base) return await base.project(options);
    await this.#refuseDamaged(options?.signal);
    if (this.#beneath) return await this.#beneath.project(options);
    const { legacy } = await this.#folder.containers(options);
    const hint = legacy.length > 0 && this.#folder.legacyProject === null
      ? ` Runs of Neptune 2.x do not say to which project they belong: pass \`project\` with the name it had.`
      : "";
    throw new ProjectNotFoundError(
      `The folder ${this.#folder.root} has no project "${this.#name}".${
        didYouMean(suggest(this.#name, names))
      } It holds ` +
        `${names.length === 0 ? "none that says its name" : names.slice(0, 10).join(", ")}.${hint}`,
      { project: this.#name, available: names },
    );
  }

  async *runs(query: RunsQuery): AsyncGenerator<RunsPage> {
    const kept = await this.#kept(query);
    const { index } = kept;
    const numbers = await matchRuns(this.#table(kept, query.signal), query, kept.columns);
    query.signal?.throwIfAborted();
    const from = query.offset ?? 0;
    const wanted = numbers.slice(from, query.limit === undefined ? undefined : from + query.limit);
    for (let at = 0; at === 0 || at < wanted.length; at += RUNS_PER_PAGE) {
      const runs = wanted.slice(at, at + RUNS_PER_PAGE).map((run) => unsyncedRunInfo(index, run));
      yield { runs, total: numbers.length };
    }
  }

  async *attributes(query: AttributesQuery): AsyncGenerator<AttributeDefinition[]> {
    const found = new Map<string, Set<AttributeDefinition["type"]>>();
    for await (const { paths, types, path, type } of this.existing(query)) {
      path.forEach((code, i) => {
        const known = found.get(paths[code]) ?? new Set();
        found.set(paths[code], known.add(types[type[i]]));
      });
    }
    const all = [...found.keys()].sort().flatMap((path) =>
      [...found.get(path)!].sort().map((type) => ({ path, type }))
    );
    for (let at = 0; at < all.length; at += ATTRIBUTES_PER_PAGE) yield all.slice(at, at + ATTRIBUTES_PER_PAGE);
  }

  async *existing(query: AttributesQuery): AsyncGenerator<PairBlock> {
    const kept = await this.#kept({ signal: query.signal });
    const { mine, beneath } = await this.#split(kept, query);
    if (kept.base && beneath.length > 0) yield* kept.base.existing({ ...query, runs: beneath });
    yield* unsyncedExisting(this.#context(kept, query.signal), mine, query);
  }

  async *values(query: ValuesQuery): AsyncGenerator<ValueBlock> {
    const kept = await this.#kept({ signal: query.signal });
    const { mine, beneath } = await this.#split(kept, query);
    if (kept.base && beneath.length > 0) yield* kept.base.values({ ...query, runs: beneath });
    yield* unsyncedValues(this.#context(kept, query.signal), mine, query);
  }

  async *series(query: SeriesQuery): AsyncGenerator<SeriesBlock> {
    const kept = await this.#kept({ signal: query.signal });
    const { index, base } = kept;
    const mine = new Map<number, AskedSeries[]>(), others: AskedSeries[] = [];
    seriesRefs(query.series).forEach((ref, series) => {
      const run = index.numbers.get(ref.run);
      if (run === undefined) return;
      if (!index.affected[run]) others.push({ ...ref, run: index.base[run]!.key, series });
      else if (mine.has(run)) mine.get(run)!.push({ ...ref, series });
      else mine.set(run, [{ ...ref, series }]);
    });
    if (base && others.length > 0) yield* baseSeries(base, others, query);
    yield* unsyncedSeries(this.#context(kept, query.signal), mine, query);
  }

  async file(ref: FileRef, options: FileOptions = {}): Promise<FileContent> {
    const kept = await this.#kept({ signal: options.signal });
    options.signal?.throwIfAborted();
    for (const run of kept.index.disk) {
      for (const { name } of [...run?.databases ?? [], ...run?.folders ?? []]) {
        if (pathWithin(name, ref.path) === null) continue;
        const origin = (await this.#content(kept, kept.index.disk.indexOf(run), options.signal))!.files.get(ref.path);
        if (origin) return await openOrigin(ref.path, origin, this.#settings.filesBelow, options);
      }
    }
    if (kept.base) return await kept.base.file(ref, options);
    throw new FileMissingError(`No run in ${this.#folder.root} has a file "${ref.path}".`, { path: ref.path });
  }

  /** What is wrong with the source beneath, and what needs attention on disk. */
  async report(options: CallOptions = {}): Promise<Finding[]> {
    const { base } = await this.#kept(options);
    const below = await base?.report?.(options) ?? [];
    const order = ["error", "warning", "info"];
    return [...below, ...await this.unsyncedReport(options)].sort((a, b) =>
      order.indexOf(a.severity) - order.indexOf(b.severity)
    );
  }

  async unsyncedReport(options: CallOptions = {}): Promise<Finding[]> {
    const kept = await this.#kept(options);
    const { signal } = options;
    return await makeOfflineReport({
      folder: this.#folder,
      project: (await this.project(options)).name,
      index: kept.index,
      base: kept.base,
      content: async (run) => (await this.#content(kept, run, signal))!,
      ...options,
    });
  }

  leftOut(run?: string): string[] {
    const own = [...this.#leftOut].filter(([, of]) => run === undefined || of.run === null || of.run === run);
    return [
      ...own.map(([file, { run, reason }]) =>
        `Without what ${file}${run === null ? "" : ` of run ${run}`} holds: it cannot be read (${reason}).`
      ),
      ...this.#beneath?.leftOut?.(run) ?? [],
    ];
  }

  async storedTimes(runs: readonly string[], options: CallOptions = {}): Promise<string[]> {
    const { base, index } = await this.#kept(options);
    const beneath = new Map(index.keys.flatMap((key, run) => index.base[run] ? [[index.base[run]!.key, key]] : []));
    const asked = new Set(runs);
    const keys = [...beneath].flatMap(([key, run]) => asked.has(run) ? [key] : []);
    return (await base?.storedTimes?.(keys, options) ?? []).map((key) => beneath.get(key)!);
  }

  close(): void {
    this.#beneath?.close();
  }

  /** The project beneath, or null where it has none of this name. */
  async #base(signal?: AbortSignal): Promise<Source | null> {
    if (!this.#beneath) return null;
    try {
      await this.#beneath.project({ signal });
      return this.#beneath;
    } catch (error) {
      if (error instanceof ProjectNotFoundError) return null;
      throw error;
    }
  }

  /** Runs are chosen by all values there are. */
  #table(kept: Kept, signal?: AbortSignal): RunTable {
    const { keys, numbers, heads, system } = kept.index;
    return {
      keys,
      numbers,
      heads,
      held: (path, type) => IDENTITY_PATHS.includes(path) ? system.column(path, type)?.values ?? null : undefined,
      read: (query) => this.#readAll(kept, { ...query, signal }),
    };
  }

  /** Values of all runs, under the keys of this project. */
  async *#readAll(kept: Kept, query: ValuesQuery): AsyncGenerator<ValueBlock> {
    const { index, base } = kept;
    const all = index.keys.map((_, run) => run);
    const beneath = all.filter((run) => !index.affected[run]).map((run) => index.base[run]!.key);
    if (base && beneath.length > 0) yield* base.values({ ...query, runs: beneath });
    yield* unsyncedValues(this.#context(kept, query.signal, true), all.filter((run) => index.affected[run]), query);
  }

  /** The runs of a query: those that have to be put together, and those that the source beneath knows whole. */
  async #split(kept: Kept, { runs, signal }: AttributesQuery): Promise<{ mine: number[]; beneath: string[] }> {
    const { index } = kept;
    if (!runs) await this.#refuseDamaged(signal);
    const numbers = !runs
      ? index.keys.map((_, run) => run)
      : [...new Set(runs)].flatMap((key) => index.numbers.get(key) ?? []);
    return {
      mine: numbers.filter((run) => index.affected[run]),
      beneath: numbers.filter((run) => !index.affected[run]).map((run) => index.base[run]!.key),
    };
  }

  #context(kept: Kept, signal?: AbortSignal, tolerant = false): OfflineContext {
    const { index, base } = kept;
    return {
      index,
      base,
      signal,
      content: async (run) => {
        const content = await this.#content(kept, run, signal);
        if (content?.damage && !tolerant) this.#damaged(index.keys[run], content.damage);
        return content;
      },
    };
  }

  /** What a run has on disk, without what the run beneath holds with another type. */
  async #content(kept: Kept, run: number, signal?: AbortSignal): Promise<DiskContent | null> {
    const { index, base } = kept;
    if (index.disk[run] === null) return null;
    const content = await this.#read(kept, run, signal);
    const info = index.base[run];
    if (!base || !info) return content;
    const known = kept.fitting.get(content);
    if (known) return known;
    const { singles, series, ...rest } = content;
    const types = await typesBeneath(base, info.key, [...singles.keys(), ...series.keys()], signal);
    const fits = ([path, one]: [string, { type: string } | { values: { kind: string } }]) => {
      const type = "type" in one ? one.type : `${one.values.kind}_series`;
      return (types.get(path) ?? type) === type;
    };
    const misfits = [...singles, ...series].filter((one) => !fits(one));
    const fitting: DiskContent = {
      ...rest,
      singles: new Map([...singles].filter(fits)),
      series: new Map([...series].filter(fits)),
      findings: [...content.findings, ...misfits.map(([path]) => mismatch(info, path, types))],
    };
    kept.fitting.set(content, fitting);
    return fitting;
  }

  #read({ index }: Kept, run: number, signal?: AbortSignal): Promise<DiskContent> {
    const options = { forkStep: forkStepOf(index, run), firstStep: null };
    return this.#folder.content(index.disk[run]!, options, signal);
  }

  /** A database that cannot be read at all may belong to any run, of any project. */
  async #refuseDamaged(signal?: AbortSignal): Promise<void> {
    const [first] = (await this.#folder.containers({ signal })).damaged;
    if (first) this.#damaged(null, { file: first.name, reason: first.reason });
  }

  #damaged(run: string | null, { file, reason }: { file: string; reason: string }): void {
    logger.warn("{file} of unsynced data is damaged: {reason}", { file, run, reason });
    if (this.#settings.skipDamaged) return void this.#leftOut.set(file, { run, reason });
    throw unsyncedDamage(run, { file, reason });
  }
}

/** @param run null: nobody knows of which. */
export function unsyncedDamage(
  run: string | null,
  { file, reason }: { file: string; reason: string },
): DamagedFileError {
  return new DamagedFileError(
    `${file}${
      run === null ? "" : ` of run ${run}`
    } is damaged (${reason}): restore it from a copy, or read what is left ` +
      `with \`damagedRuns: "skip"\`; ${run === null ? "runs that are named" : "other runs"} are not affected.`,
    { run: run ?? file, file },
  );
}

function mismatch({ key }: RunInfo, path: string, types: ReadonlyMap<string, string>): Finding {
  return finding(
    "warning",
    "type_mismatch",
    `"${path}" of run ${key} is of type ${types.get(path)} in the archive and of another on disk, which is left out.`,
    { run: key, attribute: path },
  );
}
