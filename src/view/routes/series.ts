/**
 * Points of series as they are.
 *
 * @module
 */

import type { Hono } from "hono";
import { seriesList, type SeriesRef } from "../../columns.ts";
import type { Body } from "../../server/body.ts";
import type { SeriesQuery } from "../../source.ts";
import { POINT_KINDS, type StepRange } from "../../types.ts";
import type { JsonPoints, PointsAnswer } from "../api.ts";
import { addRoute, type Asked, runsOfIds, type Viewer } from "../context.ts";
import { jsonNumbers, jsonPoints } from "../json.ts";

/** Adds `points`. */
export function addSeriesRoutes(app: Hono, viewer: Viewer): void {
  addRoute(app, viewer, "points", points);
}

/** The series that are asked for, how they are named in the answer, and the query that reads them. */
export async function chosenSeries({ body, project, signal }: Asked): Promise<{
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

async function points(asked: Asked): Promise<PointsAnswer> {
  const { body, project } = asked;
  const { names, query } = await chosenSeries(asked);
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
