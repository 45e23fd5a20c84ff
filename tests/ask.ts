/**
 * Asks a source and gathers its pages as plain values, checking on the way what every page promises.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  type FloatAggregates,
  type LastPoints,
  type SeriesBlock,
  seriesList,
  type SeriesRef,
  type ValueBlock,
  type ValueColumn,
} from "../src/columns.ts";
import type { AttributesQuery, Finding, RunsQuery, SeriesQuery, Source } from "../src/source.ts";
import type { FileRef, Histogram, PointKind, RunIds, RunInfo, SeriesType } from "../src/types.ts";

/** One point of a series, as a test compares it. */
export interface Point {
  step: number;
  value: number | string | { type: string; edges: number[]; values: number[] } | FileRef | null;
  timestamp: number;
}

/** Every run that matches; all of them when no query is given. */
export async function runs(source: Source, query: Partial<RunsQuery> = {}): Promise<RunInfo[]> {
  const found: RunInfo[] = [];
  const totals = new Set<number>();
  for await (const page of source.runs({ ...query })) {
    if (page.ids) assert.deepEqual(page.ids, page.runs.map(idsOf));
    found.push(...page.runs);
    totals.add(page.total);
  }
  assert.ok(totals.size <= 1, `every page gives the same total, not ${[...totals]}`);
  return found;
}

function idsOf({ sysId, customId, name }: RunInfo): RunIds {
  return { "sys/id": sysId, "sys/custom_run_id": customId, "sys/name": name };
}

/** The ids of the runs that match, in order. */
export async function runIds(source: Source, query: Partial<RunsQuery> = {}): Promise<(string | null)[]> {
  return (await runs(source, query)).map((run) => run.customId);
}

/** The run with this custom id. */
export async function runOf(source: Source, customId: string): Promise<RunInfo> {
  const operand = { name: "sys/custom_run_id", type: "string", aggregation: null } as const;
  const [run] = await runs(source, { where: { op: "=", operand, value: customId } });
  assert.ok(run, `run ${customId} is listed`);
  return run;
}

/** Which attributes exist, as `path:type`. */
export async function attributes(source: Source, query: Partial<AttributesQuery> = {}): Promise<string[]> {
  const found: string[] = [];
  for await (const page of source.attributes({ ...query })) {
    found.push(...page.map(({ path, type }) => `${path}:${type}`));
  }
  assert.equal(new Set(found).size, found.length, "every attribute is listed once");
  return found;
}

/** Which attributes one run has, as `path:type`, without those below `sys/`. */
export async function ownAttributes(source: Source, customId: string): Promise<string[]> {
  const { key } = await runOf(source, customId);
  return (await attributes(source, { runs: [key] })).filter((name) => !name.startsWith("sys/"));
}

/** Latest values of one run by `path:type`. */
export async function values(
  source: Source,
  customId: string,
  query: Partial<AttributesQuery> = {},
): Promise<Record<string, unknown>> {
  const { key } = await runOf(source, customId);
  return (await valuesByKey(source, { ...query, runs: [key] })).get(key) ?? {};
}

/** Latest values by run key, then by `path:type`. Sets are sorted; series without a last point are left out. */
export async function valuesByKey(
  source: Source,
  query: Partial<AttributesQuery> = {},
): Promise<Map<string, Record<string, unknown>>> {
  const found = new Map<string, Record<string, unknown>>();
  for await (const block of source.values({ ...query })) {
    checkValueBlock(block);
    for (const column of block.columns) {
      for (let i = 0; i < column.run.length; i++) {
        const value = plainValue(column, i);
        if (value === undefined) continue;
        const run = block.runs[column.run[i]];
        if (!found.has(run)) found.set(run, {});
        const name = `${block.paths[column.path[i]]}:${column.type}`;
        assert.ok(!(name in found.get(run)!), `${name} of ${run} comes once`);
        found.get(run)![name] = value;
      }
    }
  }
  return found;
}

function checkValueBlock({ columns, runs, paths }: ValueBlock) {
  assert.equal(new Set(columns.map((column) => column.type)).size, columns.length, "one column of each type");
  for (const column of columns) {
    assert.ok(column.run.length > 0, `the ${column.type} column has rows`);
    assert.equal(column.path.length, column.run.length);
    assert.ok(column.run.every((run) => run < runs.length) && column.path.every((path) => path < paths.length));
  }
}

function plainValue(column: ValueColumn, i: number): unknown {
  switch (column.type) {
    case "bool":
      return column.data[i] === 1;
    case "string_set":
      return [...column.data[i]].sort();
    case "float_series":
      return plainAggregates(column.data, i);
    case "string_series":
    case "file_series":
      return { lastStep: column.data.lastStep[i], last: (column.data as LastPoints<string | FileRef>).last[i] };
    case "histogram_series":
      return { lastStep: column.data.lastStep[i], last: plainHistogram(column.data.last[i]) };
    case "experiment_state":
      return null;
    default:
      return column.data[i];
  }
}

function plainAggregates(data: FloatAggregates, i: number) {
  if (!data.present[i]) return undefined;
  const { lastStep, last, min, max, average, variance } = data;
  return {
    lastStep: lastStep[i],
    last: last[i],
    min: min[i],
    max: max[i],
    average: average[i],
    variance: variance[i],
  };
}

function plainHistogram(histogram: Histogram | null) {
  return histogram && { type: histogram.type, edges: [...histogram.edges], values: [...histogram.values] };
}

/** The points of one series of one run. */
export async function points(
  source: Source,
  customId: string,
  path: string,
  { kind = "float", after, before, ...query }: Partial<SeriesQuery> & Partial<SeriesRef> = {},
): Promise<Point[]> {
  const { key } = await runOf(source, customId);
  return (await pointsOf(source, { ...query, kind, series: [{ run: key, path, after, before }] }))[0];
}

/** The steps and values of one float series, as pairs. */
export async function pairs(
  source: Source,
  customId: string,
  path: string,
  query: Partial<SeriesQuery> & Partial<SeriesRef> = {},
): Promise<(readonly [number, Point["value"]])[]> {
  return (await points(source, customId, path, query)).map(({ step, value }) => [step, value] as const);
}

/** The points of every series asked for, in the order asked. */
export async function pointsOf(
  source: Source,
  { series: refs, ...query }: Omit<Partial<SeriesQuery>, "series"> & { kind: PointKind; series: SeriesRef[] },
): Promise<Point[][]> {
  const found: Point[][] = refs.map(() => []);
  const series = seriesList(refs);
  const whole: SeriesQuery = {
    lineage: "full",
    ...query,
    series,
  };
  for await (const block of source.series(whole)) {
    checkSeriesBlock(block, whole);
    for (const { series, start, end } of block.spans) {
      for (let i = start; i < end; i++) {
        const previous = found[series].at(-1);
        assert.ok(!previous || previous.step <= block.step[i], `steps of ${refs[series].path} ascend`);
        found[series].push({ step: block.step[i], value: plainPoint(block, i), timestamp: block.timestamp[i] });
      }
    }
  }
  return found;
}

function checkSeriesBlock({ spans, step, timestamp, values, preview }: SeriesBlock, query: SeriesQuery) {
  assert.equal(values.kind, query.kind);
  assert.equal(timestamp.length, step.length);
  assert.equal(values.data.length, step.length);
  assert.equal(preview !== null, query.previews ?? false, "preview columns come when asked for");
  if (preview) assert.equal(preview.isPreview.length, step.length);
  for (const { series, start, end } of spans) {
    assert.ok(
      series < query.series.run.length && start < end && end <= step.length,
      "spans are not empty and in bounds",
    );
  }
}

function plainPoint({ values }: SeriesBlock, i: number): Point["value"] {
  return values.kind === "histogram" ? plainHistogram(values.data[i]) : values.data[i];
}

/** All bytes of a file. */
export async function bytes(source: Source, ref: FileRef): Promise<Uint8Array> {
  return new Uint8Array(await new Response((await source.file(ref)).bytes).arrayBuffer());
}

/** The text of a file. */
export async function text(source: Source, ref: FileRef): Promise<string> {
  return new TextDecoder().decode(await bytes(source, ref));
}

/** What the source finds wrong or doubtful, of one kind; null where the source cannot tell. */
export async function findings(source: Source, kind: string): Promise<Finding[] | null> {
  const all = await source.report?.();
  return all ? all.filter((finding) => finding.kind === kind) : null;
}

/** Asserts that sources which can tell find this kind of thing, `count` of it in all when given. */
export async function assertFound(source: Source, kind: string, count?: number): Promise<void> {
  const found = await findings(source, kind);
  if (found === null) return;
  assert.ok(found.length > 0, `the report mentions ${kind}`);
  for (const { message } of found) assert.match(message, /\.$/, "a finding is a sentence");
  if (count !== undefined) assert.equal(found.reduce((sum, finding) => sum + finding.count, 0), count, kind);
}

/** Asserts that sources which can tell find nothing of this kind. */
export async function assertNotFound(source: Source, kind: string): Promise<void> {
  assert.deepEqual((await findings(source, kind)) ?? [], []);
}

const KINDS: Record<SeriesType, PointKind> = {
  float_series: "float",
  string_series: "string",
  histogram_series: "histogram",
  file_series: "file",
};

/** All that can be read of a source, and the bytes of all files. */
export async function everything(source: Source) {
  const found = await runs(source);
  const points: Record<string, unknown> = {};
  for (const [type, kind] of Object.entries(KINDS)) {
    for (const lineage of ["full", "own", "experiment"] as const) {
      const series = [];
      for (const { key } of found) {
        for (const name of await attributes(source, { runs: [key], types: [type as SeriesType] })) {
          series.push({ run: key, path: name.slice(0, name.lastIndexOf(":")) });
        }
      }
      const read = await pointsOf(source, { kind, series, lineage });
      series.forEach(({ run, path }, i) => points[`${run} ${path} ${lineage}`] = read[i]);
    }
  }
  const values = await valuesByKey(source);
  const files: Record<string, string> = {};
  const refs = [...values.values()].flatMap((run) => Object.entries(run)).filter(([name]) => name.endsWith(":file"));
  for (
    const ref of [
      ...refs.map(([, value]) => value),
      ...Object.values(points).flat().map((point) => (point as { value: unknown }).value),
    ]
  ) {
    const { path, size } = ref as { path?: string; size?: number } ?? {};
    if (typeof path !== "string" || size === null) continue;
    files[path] = (await bytes(source, ref as Parameters<typeof bytes>[1])).join(",");
  }
  return { runs: found, attributes: await attributes(source), values: Object.fromEntries(values), points, files };
}
