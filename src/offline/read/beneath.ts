/**
 * What the source beneath knows of runs.
 *
 * @module
 */

import { type SeriesBlock, seriesList } from "../../columns.ts";
import type { Nql } from "../../nql/ast.ts";
import type { SeriesQuery, Source } from "../../source.ts";
import { type AttributeType, isSeriesType, type PointKind, SERIES_TYPES } from "../../types.ts";
import { joinPoints, type OwnPoints, slicePoints } from "../content.ts";
import type { AskedSeries } from "./context.ts";

/** Points of series that the source beneath knows whole. */
export async function* baseSeries(
  base: Source,
  asked: readonly AskedSeries[],
  query: SeriesQuery,
): AsyncGenerator<SeriesBlock> {
  for await (const block of base.series({ ...query, series: seriesList(asked) })) {
    const spans = block.spans.map((span) => ({ ...span, series: asked[span.series].series }));
    yield { ...block, spans };
  }
}

/** The points that a run beneath logged itself, by path; series without points are left out. */
export async function ownPointsBeneath(
  base: Source,
  key: string,
  kind: PointKind,
  paths: readonly string[],
  { limit, signal }: Pick<SeriesQuery, "limit" | "signal">,
): Promise<Map<string, OwnPoints>> {
  const parts: OwnPoints[][] = paths.map(() => []);
  const blocks = base.series({
    kind,
    series: seriesList(paths.map((path) => ({ run: key, path }))),
    lineage: "own",
    limit,
    signal,
  });
  for await (const block of blocks) {
    for (const { series, start, end } of block.spans) parts[series].push(slicePoints(block, start, end));
  }
  return new Map(paths.flatMap((path, i) => parts[i].length > 0 ? [[path, joinPoints(kind, parts[i])] as const] : []));
}

/** The types of those of these attributes that a run beneath has. */
export async function typesBeneath(
  base: Source,
  key: string,
  paths: string[],
  signal?: AbortSignal,
): Promise<Map<string, AttributeType>> {
  const types = new Map<string, AttributeType>();
  for await (const block of base.existing({ runs: [key], paths, signal })) {
    block.path.forEach((path, i) => types.set(block.paths[path], block.types[block.type[i]]));
  }
  return types;
}

/** The last step of each series of a run beneath, which is named by one of its ids; null: there is no such run. */
export async function lastStepsBeneath(
  base: Source,
  id: string,
  signal?: AbortSignal,
): Promise<Map<string, number> | null> {
  const terms = ["sys/id", "sys/custom_run_id"].map((name): Nql => ({
    op: "=",
    operand: { name, type: "string", aggregation: null },
    value: id,
  }));
  const keys: string[] = [];
  for await (const { runs } of base.runs({ where: { op: "or", terms }, limit: 1, signal })) {
    keys.push(...runs.map(({ key }) => key));
  }
  if (keys.length === 0) return null;
  const steps = new Map<string, number>();
  for await (const block of base.values({ runs: keys, types: SERIES_TYPES, signal })) {
    for (const column of block.columns) {
      if (!isSeriesType(column.type)) continue;
      const { lastStep } = column.data as { lastStep: Float64Array };
      column.path.forEach((path, i) => lastStep[i] === lastStep[i] && steps.set(block.paths[path], lastStep[i]));
    }
  }
  return steps;
}
