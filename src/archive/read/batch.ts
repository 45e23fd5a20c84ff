/**
 * The unit of reading points: some series of some runs, which fit into memory together, and of their ancestors what they inherit.
 * Put together here and cut to what was asked for, by whichever thread.
 *
 * @module
 */

import type { PointValues, SeriesBlock, Span } from "../../columns.ts";
import type { SeriesQuery } from "../../source.ts";
import { type SeriesType, seriesTypeOf, type StepRange } from "../../types.ts";
import type { Files } from "../disk/files.ts";
import { inherit, type Parents } from "../index/lineage.ts";
import type { StepTurn } from "../index/turns.ts";
import { payloads } from "./payloads.ts";
import type { StoredPoints, StoredPointsQuery } from "./points.ts";
import { SeriesRows } from "./series_rows.ts";

/** The most points in one block. */
const BLOCK_POINTS = 500_000;

/** One series of a batch. */
export interface BatchSeries {
  /** Its number in the query. */
  series: number;
  run: number;
  path: string;
  /** Only points with a greater step. */
  after?: number;
  /** Only points with a smaller step. */
  before?: number;
}

/** Series that are read together. */
export interface SeriesBatch {
  series: BatchSeries[];
  /** The runs whose points they show, from the oldest ancestor to the run itself, by the run. */
  chains: ReadonlyMap<number, readonly number[]>;
  /** All of these runs. */
  sources: number[];
  /** How many rows came out of reading them; set when they are read. */
  kept?: number;
}

/** What is asked about all series of a query alike. Plain data. */
export type BatchQuery = Pick<SeriesQuery, "kind" | "stepRange" | "timestamps" | "previews" | "limit">;

/** What reading a batch needs at hand. */
export interface BatchContext {
  index: { parents: Pick<Parents, "forkStep"> };
  /** The points that runs logged themselves. */
  points(runs: readonly number[], query: StoredPointsQuery): Promise<StoredPoints>;
  /** Turns in which to read the points of a batch, one after the other by their steps, where they are too many for one. */
  turns?(runs: readonly number[], backwards: boolean): AsyncIterable<StepTurn>;
  /** From the times stored for points of a run to UTC, both in milliseconds; null: they are UTC. */
  clock(run: number): ((stored: number) => number) | null;
  /** Where stored files lie; needed for series of files. */
  files?: Files;
  signal?: AbortSignal;
}

/** A stretch of one series: rows that were read. */
interface Stretch {
  series: number;
  run: number;
  rows: SeriesRows;
}

/** How the points of a batch are given. */
export interface BatchReading {
  /** Told beforehand which share of the batch the next blocks are, and how many points they have. */
  onTurn?: (share: number, points: number) => void;
  /**
   * Blocks of float series may have any length, no times, and the memory of others: nothing is copied without need. All such memory is
   * listed here.
   */
  shared?: Float64Array[];
}

/** Reads the points of a batch. */
export async function* readBatch(
  context: BatchContext,
  query: BatchQuery,
  batch: SeriesBatch,
  { onTurn = () => {}, shared }: BatchReading = {},
): AsyncGenerator<SeriesBlock, void> {
  const type = seriesTypeOf(query.kind);
  const paths = [...new Set(batch.series.map((one) => one.path))];
  batch.kept = 0;
  const backwards = query.limit?.from === "end";
  const limits = query.limit ? new Limits(batch.series.length, query.limit.points) : null;
  const waiting: SeriesBlock[] = [];
  const turns = context.turns?.(batch.sources, backwards) ?? [{ window: undefined, share: 1, kept: 0 } as StepTurn];
  const stepRange = query.stepRange ?? [null, null];
  for await (const turn of turns) {
    if (turn.window && !meet(turn.window, stepRange)) {
      turn.skipped = true;
      onTurn(turn.share, 0);
      continue;
    }
    const points = await context.points(batch.sources, {
      type,
      paths,
      stepRange,
      timestamps: query.timestamps ?? true,
      window: turn.window,
      noted: shared !== undefined,
    });
    turn.kept = points.step.length;
    batch.kept += turn.kept;
    const code = new Map(points.paths.map((path, code) => [path, code]));
    const stretches: Stretch[] = [];
    for (const [i, one] of batch.series.entries()) {
      const path = code.get(one.path);
      if (path === undefined) continue;
      const chain = batch.chains.get(one.run)!;
      const all = rowsOf(points, chain, path, context.index.parents);
      const rows = limited(within(all, points.step, one.after, one.before), limits?.room(i) ?? null, backwards);
      if (rows.length === 0) continue;
      limits?.take(i, rows.length);
      stretches.push({ series: one.series, run: one.run, rows });
    }
    onTurn(turn.share, stretches.reduce((sum, { rows }) => sum + rows.length, 0));
    shared?.push(points.step, points.floats);
    const found = shared ? views(points, stretches) : blocks(context, query, type, points, stretches);
    // The last points come first, and are given last.
    if (backwards) waiting.unshift(...await Array.fromAsync(found));
    else yield* found;
    if (limits?.isFull) break;
  }
  yield* waiting;
}

/** Whether two ranges have steps in common. */
function meet([from, to]: StepRange, [first, last]: StepRange): boolean {
  return (from ?? -Infinity) <= (last ?? Infinity) && (first ?? -Infinity) <= (to ?? Infinity);
}

/** The rows that a series shows. */
function rowsOf(
  points: StoredPoints,
  chain: readonly number[],
  path: number,
  parents: Pick<Parents, "forkStep">,
): SeriesRows {
  const together = chain.length === 1 ? points.together(chain[0], path) : null;
  if (together) return SeriesRows.together(...together);
  return SeriesRows.listed(inherit(chain, parents, (run) => points.own(run, path), points.step));
}

function within(rows: SeriesRows, step: Float64Array, after?: number, before?: number): SeriesRows {
  const start = after === undefined ? 0 : rows.upTo(step, after, true);
  return rows.part(start, before === undefined ? undefined : rows.upTo(step, before, false));
}

function limited(rows: SeriesRows, points: number | null, fromEnd: boolean): SeriesRows {
  if (points === null || rows.length <= points) return rows;
  return fromEnd ? rows.part(rows.length - points) : rows.part(0, points);
}

/** How many points of each series are still to come, where there are not to be more than so many. */
class Limits {
  readonly #left: Float64Array;
  #open: number;

  constructor(series: number, points: number) {
    this.#left = new Float64Array(series).fill(points);
    this.#open = points > 0 ? series : 0;
  }

  room(series: number): number {
    return this.#left[series];
  }

  take(series: number, points: number): void {
    this.#left[series] -= points;
    if (this.#left[series] === 0) this.#open--;
  }

  /** No series has room. */
  get isFull(): boolean {
    return this.#open === 0;
  }
}

/** Blocks of one series each, whose points stay where they are if they lie together. */
function* views({ step, floats }: StoredPoints, stretches: readonly Stretch[]): Generator<SeriesBlock> {
  for (const { series, rows } of stretches) {
    const [x, y] = [step, floats].map((column) => {
      const view = rows.view(column);
      if (view) return view;
      const picked = new Float64Array(rows.length);
      rows.pick(column, picked, 0);
      return picked;
    });
    const spans = [{ series, start: 0, end: rows.length }];
    yield { spans, step: x, timestamp: new Float64Array(0), values: { kind: "float", data: y }, preview: null };
  }
}

async function* blocks(
  context: BatchContext,
  query: BatchQuery,
  type: SeriesType,
  points: StoredPoints,
  stretches: Stretch[],
): AsyncGenerator<SeriesBlock> {
  const values = type === "float_series" ? points.floats : null;
  const isTimed = query.timestamps ?? true;
  for (const some of cut(stretches)) {
    const length = some.reduce((sum, { rows }) => sum + rows.length, 0);
    const stored: unknown[] = [];
    const step = new Float64Array(length),
      timestamp = new Float64Array(length),
      data = new Float64Array(values ? length : 0);
    if (!isTimed) timestamp.fill(NaN);
    const spans: Span[] = [];
    let at = 0;
    for (const { series, run, rows: own } of some) {
      const end = at + own.length;
      spans.push({ series, start: at, end });
      own.pick(points.step, step, at);
      if (isTimed) {
        own.pick(points.timestamp, timestamp, at);
        const toUtc = context.clock(run);
        if (toUtc) { for (let i = at; i < end; i++) timestamp[i] = toUtc(timestamp[i]); }
      }
      if (values) own.pick(values, data, at);
      else for (let i = 0; i < own.length; i++) stored.push(points.values[own.at(i)]);
      at = end;
    }
    const preview = query.previews && query.kind === "float"
      ? { isPreview: new Uint8Array(length), completion: new Float64Array(length).fill(1) }
      : null;
    const decoded = type === "float_series"
      ? { kind: "float", data }
      : { kind: query.kind, data: await payloads(type, stored, context.files!, context.signal) };
    yield { spans, step, timestamp, values: decoded as PointValues, preview, owned: true };
  }
}

/** Cuts stretches into portions of at most a block each. */
function* cut(stretches: Stretch[]): Generator<Stretch[]> {
  let portion: Stretch[] = [], room = BLOCK_POINTS;
  for (const { series, run, rows } of stretches) {
    for (let from = 0; from < rows.length;) {
      const piece = rows.part(from, from + room);
      portion.push({ series, run, rows: piece });
      from += piece.length;
      room -= piece.length;
      if (room === 0) {
        yield portion;
        [portion, room] = [[], BLOCK_POINTS];
      }
    }
  }
  if (portion.length > 0) yield portion;
}
