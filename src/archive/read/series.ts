/**
 * Points of series: reads them batch by batch, puts lineages together, and cuts what was not asked for.
 *
 * @module
 */

import { type PointValues, type SeriesBlock, seriesRefs, type Span } from "../../columns.ts";
import type { SeriesQuery } from "../../source.ts";
import { type SeriesType, seriesTypeOf } from "../../types.ts";
import { chainOf, inherit, upTo } from "../index/lineage.ts";
import { payloads } from "./payloads.ts";
import type { StoredPoints } from "./points.ts";
import type { ReadContext } from "./context.ts";

/** The most points in one block. */
const BLOCK_POINTS = 500_000;

/** Few paths are a small share of what a run usually has. */
const FEW_PATHS = 16;
const FEW_SHARE = 1 / 8;

/** A stretch of one series: rows of a batch. */
interface Stretch {
  series: number;
  run: number;
  rows: Uint32Array;
}

/** Points of series. */
export async function* readSeries(context: ReadContext, query: SeriesQuery): AsyncGenerator<SeriesBlock> {
  const { index } = context;
  const refs = seriesRefs(query.series).map((ref, series) => ({ ...ref, series }));
  const asked = Map.groupBy(refs, (ref) => ref.run);
  const runs = [...asked.keys()].flatMap((key) => index.numbers.get(key) ?? []);
  const name = (run: number) => index.system.value("sys/name", "string", run);
  const chain = (run: number) => chainOf(run, query.lineage, index.parents, name);
  const type = seriesTypeOf(query.kind);
  let done = 0;
  const few = query.series.paths.length <= FEW_PATHS;
  let seen = 0;
  for (const batch of context.batches(runs, chain, few ? FEW_SHARE : 1)) {
    const refs = batch.targets.flatMap((run) => asked.get(index.keys[run])!.map((ref) => ({ ...ref, number: run })));
    const paths = [...new Set(refs.map((ref) => ref.path))];
    batch.kept = 0;
    // The last points are known when all are.
    const turns = query.limit ? undefined : context.turns?.(batch.sources);
    for await (const turn of turns ?? [{ window: undefined, share: 1, kept: 0 }]) {
      const points = await context.points(batch.sources, {
        type,
        paths,
        stepRange: query.stepRange ?? [null, null],
        timestamps: query.timestamps ?? true,
        window: turn.window,
      });
      turn.kept = points.step.length;
      batch.kept += turn.kept;
      const code = new Map(points.paths.map((path, code) => [path, code]));
      const stretches: Stretch[] = [];
      for (const ref of refs) {
        const path = code.get(ref.path);
        if (path === undefined) continue;
        const all = inherit(chain(ref.number), index.parents, (run) => points.own(run, path), points.step);
        const rows = limited(within(all, points.step, ref.after, ref.before), query.limit);
        if (rows.length > 0) stretches.push({ series: ref.series, run: ref.number, rows });
      }
      seen += refs.length * turn.share;
      const expected = done + stretches.reduce((sum, { rows }) => sum + rows.length, 0);
      for await (const block of blocks(context, query, type, points, stretches)) {
        yield block;
        done += block.step.length;
        // What is still to come is taken to be as long as what was read; the first few series say too little about the others.
        const all = query.series.run.length;
        query.onProgress?.(block.step.length, seen * 5 < all ? null : Math.round(expected * all / seen));
      }
    }
  }
  query.onProgress?.(0, done);
}

function within(rows: Uint32Array, step: Float64Array, after?: number, before?: number): Uint32Array {
  const start = after === undefined ? 0 : upTo(rows, step, after);
  if (before === undefined) return rows.subarray(start);
  let end = upTo(rows, step, before);
  while (end > start && step[rows[end - 1]] === before) end--;
  return rows.subarray(start, end);
}

function limited(rows: Uint32Array, limit: SeriesQuery["limit"]): Uint32Array {
  if (!limit || rows.length <= limit.points) return rows;
  return limit.from === "start" ? rows.subarray(0, limit.points) : rows.subarray(rows.length - limit.points);
}

async function* blocks(
  context: ReadContext,
  query: SeriesQuery,
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
      pick(points.step, own, step, at);
      if (isTimed) {
        pick(points.timestamp, own, timestamp, at);
        const toUtc = context.clock(run);
        if (toUtc) { for (let i = at; i < end; i++) timestamp[i] = toUtc(timestamp[i]); }
      }
      if (values) pick(values, own, data, at);
      else for (const row of own) stored.push(points.values[row]);
      at = end;
    }
    const preview = query.previews && query.kind === "float"
      ? { isPreview: new Uint8Array(length), completion: new Float64Array(length).fill(1) }
      : null;
    const decoded = type === "float_series"
      ? { kind: "float", data }
      : { kind: query.kind, data: await payloads(type, stored, context.files, query.signal) };
    yield { spans, step, timestamp, values: decoded as PointValues, preview };
  }
}

/** Puts some rows of a column into `out` from `to` on. */
function pick(column: Float64Array, rows: Uint32Array, out: Float64Array, to: number): void {
  const [first] = rows;
  // Series that were logged alone lie together.
  let together = 0;
  while (together < rows.length && rows[together] === first + together) together++;
  out.set(column.subarray(first, first + together), to);
  for (let i = together; i < rows.length; i++) out[to + i] = column[rows[i]];
}

/** Cuts stretches into portions of at most a block each. */
function* cut(stretches: Stretch[]): Generator<Stretch[]> {
  let portion: Stretch[] = [], room = BLOCK_POINTS;
  for (const { series, run, rows } of stretches) {
    for (let from = 0; from < rows.length;) {
      const piece = rows.subarray(from, from + room);
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
