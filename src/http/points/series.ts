/**
 * Points of series.
 *
 * @module
 */

import type { SeriesBlock } from "../../columns.ts";
import type { SeriesQuery } from "../../source.ts";
import { concurrently } from "../../async/concurrent.ts";
import { floatSeriesJob } from "./float_series.ts";
import { pointSeriesJob } from "./point_series.ts";
import { planSeries } from "../plan/series.ts";
import type { ProjectOptions } from "../project_options.ts";

/** Reads the points that are asked for, in blocks as they come. */
export async function* fetchSeries(
  { api, concurrency, deadlineSeconds, runner }: ProjectOptions,
  project: string,
  query: SeriesQuery,
): AsyncGenerator<SeriesBlock> {
  const run = runner(query.useThreads === true);
  const onPoints = (by: number) => query.onProgress?.(by, null);
  const context = { api, query, project, run, onPoints, concurrency, deadlineSeconds };
  const jobs = planSeries(query, concurrency).map((group) =>
    query.kind === "float" ? floatSeriesJob(context, group) : pointSeriesJob(api, query, project, group)
  );
  let points = 0;
  for await (const block of concurrently(jobs, concurrency, query.signal)) {
    points += block.spans.reduce((sum, { start, end }) => sum + end - start, 0);
    if (query.kind !== "float") onPoints(block.step.length);
    yield block;
  }
  query.onProgress?.(0, points);
}
