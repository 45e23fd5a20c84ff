/**
 * The points of one series, cut out of the blocks in which they travel.
 *
 * @module
 */

import {
  concat,
  disposeOf,
  firstPlace,
  type PointValues,
  type PreviewColumns,
  type SeriesBlock,
  type Span,
} from "../columns.ts";
import type { PointKind, StepRange } from "../types.ts";

/** All rows belong to one series and ascend by step. */
export type Points = Omit<SeriesBlock, "spans">;

/** Reads a stream of blocks to its end and gives the points of each of the `count` series asked for, in their order. */
export async function collectPoints(
  blocks: AsyncIterable<SeriesBlock>,
  count: number,
  kind: PointKind,
  previews: boolean,
): Promise<Points[]> {
  const pieces: Points[][] = Array.from({ length: count }, () => []);
  for await (const block of blocks) {
    const owned = block.owned && block.spans.length === 1;
    for (const span of block.spans) pieces[span.series].push({ ...cut(block, span.start, span.end), owned });
  }
  return pieces.map((parts) => parts.length === 1 ? parts[0] : join(parts, kind, previews));
}

/** Gives the memory of points back that nobody else holds and that were copied: sooner than the garbage collector would. */
export function giveBack({ owned, step, timestamp, values }: Points): void {
  if (!owned) return;
  for (const column of [step, timestamp, values.data]) {
    if (column instanceof Float64Array) disposeOf(column);
  }
}

/** Rows `start` to `end` of a block; numbers stay where they are in memory. */
export function cut(block: Points, start: Span["start"], end: Span["end"]): Points {
  return {
    step: block.step.subarray(start, end),
    timestamp: block.timestamp.subarray(start, end),
    values: mapValues(
      block.values,
      (data) => data instanceof Float64Array ? data.subarray(start, end) : data.slice(start, end),
    ),
    preview: block.preview && {
      isPreview: block.preview.isPreview.subarray(start, end),
      completion: block.preview.completion.subarray(start, end),
    },
  };
}

/** The points whose step lies in the range, both ends inclusive. */
export function withinSteps(points: Points, [from, to]: StepRange): Points {
  const start = from === null ? 0 : firstPlace(points.step.length, (row) => points.step[row] >= from);
  const end = to === null ? points.step.length : firstPlace(points.step.length, (row) => points.step[row] > to);
  return cut(points, start, Math.max(start, end));
}

/** The committed points, without the columns that tell previews. */
export function withoutPreviews(points: Points): Points {
  const { preview, ...rest } = points;
  if (!preview || preview.isPreview.every((flag) => flag === 0)) return { ...rest, preview: null };
  const keep = (_: unknown, row: number) => preview.isPreview[row] === 0;
  return {
    step: rest.step.filter(keep),
    timestamp: rest.timestamp.filter(keep),
    values: mapValues(rest.values, (data) => (data as unknown[]).filter(keep) as typeof data),
    preview: null,
  };
}

function join(parts: Points[], kind: PointKind, previews: boolean): Points {
  const joined: Points = {
    step: concat(Float64Array, parts.map((part) => part.step)),
    timestamp: concat(Float64Array, parts.map((part) => part.timestamp)),
    values: joinValues(parts.map((part) => part.values), kind),
    preview: previews ? joinPreviews(parts.map((part) => part.preview)) : null,
    owned: true,
  };
  parts.forEach(giveBack);
  return joined;
}

function joinValues(parts: PointValues[], kind: PointKind): PointValues {
  if (kind === "float") return { kind, data: concat(Float64Array, parts.map((part) => part.data as Float64Array)) };
  return { kind, data: parts.flatMap((part) => part.data as unknown[]) } as PointValues;
}

function joinPreviews(parts: (PreviewColumns | null)[]): PreviewColumns {
  return {
    isPreview: concat(Uint8Array, parts.map((part) => part!.isPreview)),
    completion: concat(Float64Array, parts.map((part) => part!.completion)),
  };
}

function mapValues(
  values: PointValues,
  change: <T extends PointValues["data"]>(data: T) => T | Float64Array | unknown[],
): PointValues {
  return { kind: values.kind, data: change(values.data) } as PointValues;
}
