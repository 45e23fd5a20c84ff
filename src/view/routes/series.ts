/**
 * Points of series, as they are or summarised in buckets.
 *
 * @module
 */

import type { Hono } from "hono";
import { type BucketColumns, bucketPoints } from "../../buckets.ts";
import { seriesList, type SeriesRef } from "../../columns.ts";
import type { Body } from "../../server/body.ts";
import type { SeriesQuery } from "../../source.ts";
import { POINT_KINDS, type StepRange } from "../../types.ts";
import type { BucketedSeries, BucketsAnswer, JsonPoints, PointsAnswer } from "../api.ts";
import { addRoute, type Asked, runsOfIds, type Viewer } from "../context.ts";
import { jsonNumber, jsonNumbers, jsonPoints } from "../json.ts";

/** Adds `buckets` and `points`. */
export function addSeriesRoutes(app: Hono, viewer: Viewer): void {
  addRoute(app, viewer, "buckets", buckets);
  addRoute(app, viewer, "points", points);
}

/** The series that are asked for, how they are named in the answer, and the query that reads them. */
async function chosen({ body, project, signal }: Asked): Promise<{
  names: { run: string; path: string }[];
  query: Omit<SeriesQuery, "kind">;
}> {
  const runs = await runsOfIds(project, body.required("runs", body.strings("runs")), signal);
  const paths = body.required("paths", body.strings("paths"));
  const refs: SeriesRef[] = [], names: { run: string; path: string }[] = [];
  for (const { key, sysId } of runs) {
    for (const path of paths) {
      refs.push({ run: key, path });
      names.push({ run: sysId, path });
    }
  }
  const lineage = body.boolean("inherited") === false ? "own" : "full";
  return { names, query: { series: seriesList(refs), stepRange: stepsOf(body), lineage, signal } };
}

function stepsOf(body: Body): StepRange {
  const steps = body.object("steps");
  return [steps?.number("from") ?? null, steps?.number("to") ?? null];
}

async function buckets(asked: Asked): Promise<BucketsAnswer> {
  const { names, query } = await chosen(asked);
  const count = asked.body.count("buckets", 1) ?? 1000;
  const [from, to] = query.stepRange!;
  const columns = await bucketPoints(() => asked.project.source.series({ ...query, kind: "float" }), {
    series: names.length,
    maxBuckets: count + 1,
    range: from !== null && to !== null ? [from, to] : null,
  });
  const rows = Map.groupBy(columns.series.keys(), (row) => columns.series[row]);
  return { series: [...rows].map(([series, rows]) => bucketedSeries(names[series], columns, rows)) };
}

function bucketedSeries(name: { run: string; path: string }, columns: BucketColumns, rows: number[]): BucketedSeries {
  const numbers = (column: Float64Array) => rows.map((row) => jsonNumber(column[row]));
  return {
    ...name,
    firstStep: numbers(columns.firstX),
    firstValue: numbers(columns.firstY),
    lastStep: numbers(columns.lastX),
    lastValue: numbers(columns.lastY),
    min: numbers(columns.min),
    max: numbers(columns.max),
    sum: numbers(columns.sum),
    finite: rows.map((row) => columns.finiteCount[row]),
    other: rows.map((row) =>
      columns.nanCount[row] + columns.positiveInfinityCount[row] + columns.negativeInfinityCount[row]
    ),
  };
}

async function points(asked: Asked): Promise<PointsAnswer> {
  const { body, project } = asked;
  const { names, query } = await chosen(asked);
  const kind = body.required("kind", body.word("kind", Object.values(POINT_KINDS)));
  const limit = body.object("limit");
  const found = new Map<number, JsonPoints>();
  const blocks = project.source.series({
    ...query,
    kind,
    limit: limit && {
      points: limit.required("points", limit.count("points", 1)),
      from: limit.word("from", ["start", "end"]) ?? "start",
    },
  });
  for await (const { spans, step, timestamp, values } of blocks) {
    for (const { series, start, end } of spans) {
      let to = found.get(series);
      if (!to) found.set(series, to = { ...names[series], step: [], time: [], values: [] });
      // Not push(...): a span may have a million points.
      to.step = to.step.concat(jsonNumbers(step.subarray(start, end)));
      to.time = to.time.concat(jsonNumbers(timestamp.subarray(start, end)));
      to.values = to.values.concat(jsonPoints(values, start, end));
    }
  }
  return { series: [...found].sort(([a], [b]) => a - b).map(([, points]) => points) };
}
