/**
 * Reads one run and remembers what it read: a run ({@linkcode ReadOnlyRun}) and its attributes share one reader.
 *
 * @module
 */

import { type AttributeSelection, isList, selectPaths } from "../bulk/names.ts";
import { type Cell, cells } from "../frame/cell.ts";
import { seriesList } from "../columns.ts";
import { AttributeNotFoundError, AttributeTypeError, DamagedFileError, DecodeError } from "../errors.ts";
import { didYouMean, suggest } from "../suggest.ts";
import { collectPoints, type Points, withinSteps, withoutPreviews } from "../frame/points.ts";
import { type Shared, shared } from "../async/shared.ts";
import type { CallOptions, Source } from "../source.ts";
import {
  ATTRIBUTE_TYPES,
  type AttributeDefinition,
  type AttributeType,
  isSeriesType,
  POINT_KINDS,
  type PointKind,
  type RunInfo,
  type SeriesType,
  type StepRange,
} from "../types.ts";

/** A run that was found. */
export interface Located {
  source: Source;
  info: RunInfo;
}

/** Which points of a series. */
export interface PointsQuery extends CallOptions {
  stepRange: StepRange;
  inherited: boolean;
  previews: boolean;
}

interface Prefetched {
  stepRange: StepRange;
  inherited: boolean;
  points: Points;
}

/** One run of one source, with a cache that lives as long as it does. */
export class RunReader {
  readonly #find: Shared<Located>;
  #known: Located | null = null;
  #definitions: AttributeDefinition[] | null = null;
  /**
   * By path; none: the run is known to have no such attribute. Mostly it is one, but a fork may log a config under the name of a
   * series that it inherits: then single values come first.
   */
  readonly #cells = new Map<string, readonly Cell[]>();
  /** By path, then by kind. */
  readonly #points = new Map<string, Map<PointKind, Prefetched>>();

  constructor(find: (signal?: AbortSignal) => Promise<Located>, known: Located | null = null) {
    this.#find = shared(({ signal }) => find(signal));
    this.#known = known;
    if (known) this.#remember(known.info);
  }

  /** The run, once it was found. */
  get known(): Located | null {
    return this.#known;
  }

  /** What identifies the run is known with it and need not be read again. */
  #remember({ sysId, customId, name }: RunInfo): void {
    for (const [path, value] of [["sys/id", sysId], ["sys/custom_run_id", customId], ["sys/name", name]] as const) {
      if (value !== null) this.#cells.set(path, [{ type: "string", value }]);
    }
  }

  /** Finds the run; a failed or aborted search is not remembered. */
  async locate(signal?: AbortSignal): Promise<Located> {
    if (this.#known) return this.#known;
    const located = await this.#find({ signal });
    this.#remember(located.info);
    return this.#known = located;
  }

  /** All attributes of the run. */
  async definitions(signal?: AbortSignal): Promise<AttributeDefinition[]> {
    if (this.#definitions) return this.#definitions;
    const { source, info } = await this.locate(signal);
    const pages = source.attributes({ runs: [info.key], signal });
    return this.#definitions = (await Array.fromAsync(pages)).flat();
  }

  /** The paths that are named, or those of the attributes of these types that match a pattern. */
  async paths(
    selection: AttributeSelection,
    types: readonly AttributeType[] | null,
    signal?: AbortSignal,
  ): Promise<string[]> {
    if (isList(selection)) return [...selection];
    const { source, info } = await this.locate(signal);
    const pages = source.attributes({ runs: [info.key], ...selectPaths(selection), types, signal });
    return (await Array.fromAsync(pages)).flat().map(({ path }) => path);
  }

  /** Reads the values of those paths that are not in the cache yet; what does not exist is remembered as absent. */
  async load(paths: string[], signal?: AbortSignal): Promise<void> {
    const wanted = [...new Set(paths)].filter((path) => !this.#cells.has(path));
    if (wanted.length === 0) return;
    const { source, info } = await this.locate(signal);
    const found = new Map<string, Cell[]>(wanted.map((path) => [path, []]));
    for await (const block of source.values({ runs: [info.key], paths: wanted, signal })) {
      for (const { path, cell } of cells(block)) found.get(path)?.push(cell);
    }
    for (const [path, some] of found) this.#cells.set(path, some.sort(byType));
  }

  /** The attributes that are chosen, with their values, sorted by path; one of several types comes once for each. */
  async all(selection: AttributeSelection | null, signal?: AbortSignal): Promise<{ path: string; cell: Cell }[]> {
    const { source, info } = await this.locate(signal);
    const which = selection === null ? {} : selectPaths(selection);
    const found: { path: string; cell: Cell }[] = [];
    for await (const block of source.values({ runs: [info.key], ...which, signal })) found.push(...cells(block));
    return found.sort((a, b) => a.path === b.path ? byType(a.cell, b.cell) : a.path < b.path ? -1 : 1);
  }

  /** The value of one attribute, of a type that fits where it has several; or an error with names that are close. */
  async cell(path: string, signal?: AbortSignal, fits: (type: AttributeType) => boolean = () => true): Promise<Cell> {
    await this.load([path], signal);
    const some = this.#cells.get(path);
    return some?.find(({ type }) => fits(type)) ?? some?.[0] ?? await this.#missing(path, signal);
  }

  /** A value that {@linkcode load} has read before; null where the run has none. */
  loaded(path: string): Cell | null {
    return this.#cells.get(path)?.[0] ?? null;
  }

  /** Forgets what was read of one attribute, or of all. */
  forget(path?: string): void {
    if (path === undefined) {
      this.#cells.clear();
      this.#points.clear();
      this.#definitions = null;
    } else {
      this.#cells.delete(path);
      this.#points.delete(path);
    }
  }

  /** Reads the points of those series into the cache; paths that are no series of this run are passed over. */
  async prefetchPoints(
    paths: string[],
    query: Omit<PointsQuery, "previews"> & { useThreads?: boolean },
  ): Promise<void> {
    await this.load(paths, query.signal);
    const { source, info } = await this.locate(query.signal);
    const byKind = new Map<PointKind, string[]>();
    for (const path of new Set(paths)) {
      for (const { type } of this.#cells.get(path) ?? []) {
        if (isSeriesType(type)) byKind.set(POINT_KINDS[type], [...byKind.get(POINT_KINDS[type]) ?? [], path]);
      }
    }
    const { inherited, stepRange, ...options } = query;
    for (const [kind, names] of byKind) {
      const blocks = source.series({
        ...options,
        kind,
        series: seriesList(names.map((path) => ({ run: info.key, path }))),
        stepRange,
        lineage: inherited ? "full" : "own",
        previews: kind === "float",
      });
      const all = await collectPoints(blocks, names.length, kind, kind === "float");
      names.forEach((path, i) => {
        const known = this.#points.get(path) ?? new Map<PointKind, Prefetched>();
        this.#points.set(path, known.set(kind, { stepRange, inherited, points: all[i] }));
      });
    }
  }

  /**
   * The points of one series: from the cache where it covers them, else read anew.
   *
   * @param wanted Its type, where that matters. Where there is none of this type, it is of another.
   */
  async points(path: string, query: PointsQuery, wanted?: SeriesType): Promise<Points> {
    const prefetched = this.#points.get(path);
    const cached = wanted
      ? prefetched?.get(POINT_KINDS[wanted])
      : prefetched?.get("float") ?? prefetched?.values().next().value;
    if (cached && cached.inherited === query.inherited && covers(cached.stepRange, query.stepRange)) {
      const points = withinSteps(cached.points, query.stepRange);
      return query.previews ? points : withoutPreviews(points);
    }
    // Most series are float series: ask for that first, and for the type only when it has no points.
    if (!this.#cells.get(path)?.length && (wanted === undefined || wanted === "float_series")) {
      const points = await this.#read(path, "float", query);
      if (points.step.length > 0) return points;
    }
    await this.load([path], query.signal);
    const has = this.#cells.get(path)?.some(({ type }) => type === wanted);
    const { type } = await this.cell(path, query.signal, has ? (type) => type === wanted : isSeriesType);
    if (!isSeriesType(type)) {
      throw new AttributeTypeError(
        `"${path}" is of type ${type}, which has a single value and no points: use fetch() instead of fetchValues().`,
        { path, type, method: "fetchValues", use: ["fetch"] },
      );
    }
    return await this.#read(path, POINT_KINDS[type], query);
  }

  async #read(path: string, kind: PointKind, query: PointsQuery): Promise<Points> {
    const { source, info } = await this.locate(query.signal);
    const { inherited, previews, ...options } = query;
    const asked = previews && kind === "float";
    const blocks = source.series({
      ...options,
      kind,
      series: seriesList([{ run: info.key, path }]),
      lineage: inherited ? "full" : "own",
      previews: asked,
    });
    return (await collectPoints(blocks, 1, kind, asked))[0];
  }

  async #missing(path: string, signal?: AbortSignal): Promise<never> {
    const { source, info } = await this.locate(signal);
    const paths = (await this.definitions(signal)).map((one) => one.path);
    if (paths.includes(path)) {
      // What cannot be read was to be left out of answers: here it is all that was asked for.
      const lost = source.lacks?.(info.key);
      if (lost) throw new DamagedFileError(lost.sentence, { run: info.sysId, file: lost.file });
      throw new DecodeError(
        `Run ${info.sysId} has an attribute "${path}", but its value did not come: ask again; if it stays so, report it.`,
        { offset: 0, what: "values of attributes", run: info.sysId, path },
      );
    }
    const suggestions = suggest(path, paths);
    throw new AttributeNotFoundError(
      `Run ${info.sysId} has no attribute "${path}".${
        didYouMean(suggestions) || " Its attributeNames lists what it has."
      }`,
      { run: info.sysId, path, suggestions },
    );
  }
}

function byType(a: Cell, b: Cell): number {
  return ATTRIBUTE_TYPES.indexOf(a.type) - ATTRIBUTE_TYPES.indexOf(b.type);
}

/** Tells whether every step of the inner range lies in the outer one. */
function covers(outer: StepRange, inner: StepRange): boolean {
  const from = outer[0] === null || (inner[0] !== null && inner[0] >= outer[0]);
  const to = outer[1] === null || (inner[1] !== null && inner[1] <= outer[1]);
  return from && to;
}
