/**
 * Points of string, histogram and file series (`ProtoSeriesValuesResponseDTO`), decoded into columns.
 *
 * @module
 */

import type { PointValues, SeriesBlock, Span } from "../columns.ts";
import type { FileRef, Histogram, PointKind } from "../types.ts";
import {
  type ProtoFileRef,
  type ProtoHistogram,
  type ProtoPointValueDTO,
  type ProtoSeriesValuesDTO,
  ProtoSeriesValuesResponseDTOSchema,
} from "./gen/neptune_pb.ts";
import { decodeMessage } from "./messages.ts";
import { notThat } from "./reader.ts";

const WHAT = "points of series";

/** How the server answered for one series. */
export interface SeriesAnswer {
  /** The request id, a non-negative integer. */
  series: number;
  /** Whether there is more: the token of the next page, `"again"` without one when this page had no room, `"end"`. */
  next: { token: string } | "again" | "end";
}

/** One page of points. */
export interface SeriesPage {
  /** Rows in the order in which they came. */
  block: SeriesBlock;
  /** One for every series that exists. */
  answers: SeriesAnswer[];
}

/**
 * Decodes a page of points that are not numbers. A point without a value is null: it was logged, what it held is lost.
 *
 * @param bytes The whole answer.
 * @param kind What the points hold; points that hold something else are refused.
 */
export function decodeSeriesValues(bytes: Uint8Array, kind: Exclude<PointKind, "float">): SeriesPage {
  const message = decodeMessage(ProtoSeriesValuesResponseDTOSchema, bytes, WHAT);
  const answers: SeriesAnswer[] = [];
  const spans: Span[] = [];
  const points: ProtoPointValueDTO[] = [];
  for (const { requestId, searchAfter, series } of message.series) {
    if (!/^\d{1,15}$/.test(requestId)) throw notThat(WHAT, 0, "a request id was not asked for");
    const id = Number(requestId);
    answers.push({
      series: id,
      next: !searchAfter ? "again" : searchAfter.finished ? "end" : { token: searchAfter.token },
    });
    const start = points.length;
    for (const point of (series.value as ProtoSeriesValuesDTO | undefined)?.values ?? []) points.push(point);
    if (points.length > start) spans.push({ series: id, start, end: points.length });
  }
  const step = Float64Array.from(points, (point) => point.step);
  const broken = step.findIndex((one) => !Number.isFinite(one));
  if (broken >= 0) throw notThat(WHAT, 0, `a step is ${step[broken]}`);
  return {
    block: {
      spans,
      step,
      timestamp: Float64Array.from(
        points,
        ({ timestampMillis }) => timestampMillis === 0n ? NaN : Number(timestampMillis),
      ),
      values: { kind, data: points.map((point) => valueOf(point, kind)) } as PointValues,
      preview: null,
    },
    answers,
  };
}

const CASES = { string: "stringValue", histogram: "histogram", file: "fileRef" } as const;

function valueOf(
  { object }: ProtoPointValueDTO,
  kind: Exclude<PointKind, "float">,
): string | Histogram | FileRef | null {
  const value = object?.value;
  if (value === undefined || value.case === undefined) return null;
  if (value.case !== CASES[kind]) throw notThat(WHAT, 0, `a point of a ${kind} series holds a ${value.case}`);
  if (value.case === "stringValue") return value.value;
  return value.case === "histogram" ? histogram(value.value) : fileRef(value.value);
}

function histogram({ type, edges, values }: ProtoHistogram): Histogram | null {
  if (edges.length === 0 && values.length === 0) return null;
  return { type, edges: Float64Array.from(edges), values: Float64Array.from(values) };
}

function fileRef({ path, sizeBytes, mimeType }: ProtoFileRef): FileRef | null {
  if (path === "") return null;
  return { path, size: sizeBytes < 0n ? null : Number(sizeBytes), mimeType: mimeType || "application/octet-stream" };
}
