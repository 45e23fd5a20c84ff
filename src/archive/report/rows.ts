/**
 * Findings in the rows of a project: what was dropped, what nobody knows, what looks shifted.
 *
 * @module
 */

import pl from "nodejs-polars";
import type { Finding } from "../../source.ts";
import { batches, partsOf, runCondition } from "../index/batches.ts";
import { allOf } from "../parquet/predicates.ts";
import { coded, dictionary, floatValues, stringValues } from "../parquet/decode.ts";
import { valueColumns, withValue } from "../parquet/parameters.ts";
import { finding } from "./finding.ts";
import { readRows } from "../parquet/scan.ts";
import type { ReadContext } from "../read/context.ts";
import { CONFIG_TYPES, FILE_TYPES, SERIES_TYPES } from "../../types.ts";

const PARAMETER_TYPES = [...CONFIG_TYPES, ...FILE_TYPES];

/** What the rows of all runs show. */
interface Seen {
  valueless: number;
  lostTexts: number;
  unknown: Map<string, { type: string; path: string; rows: number }>;
  /** The earliest time of a point by run, in milliseconds. */
  earliest: Map<number, number>;
}

/** Findings in the rows. */
export async function rowFindings(context: ReadContext, timesConverted: boolean): Promise<Finding[]> {
  const { index, phantoms, readOptions } = context;
  const seen: Seen = { valueless: 0, lostTexts: 0, unknown: new Map(), earliest: new Map() };
  for await (const batch of batches(index, index.keys.map((_, run) => run), (run) => [run], readOptions)) {
    await countPhantoms(context, batch.targets, seen);
    await findUnknown(context, batch.targets, seen);
    if (!timesConverted) await findEarliest(context, batch.targets.filter((run) => index.legacy[run]), seen);
  }
  const floats = (await phantoms.all("float", readOptions)).filter(({ path }) => !path.startsWith("sys/"));
  const files = await phantoms.all("file", readOptions);
  const findings: Finding[] = [];
  const told = (some: { rows: number }[]) => some.reduce((sum, { rows }) => sum + rows, 0);
  const dropped = seen.valueless - told(floats) - told(files.filter(({ rows }) => rows === 1));
  if (dropped > 0) {
    findings.push(finding(
      "info",
      "phantom_rows",
      `${dropped} rows without a value were dropped: the exporter writes one for every attribute that another run of the same ` +
        `export batch has.`,
      { count: dropped },
    ));
  }
  for (const { path, rows } of floats) findings.push(rows === 1 ? certainNaN(path) : doubtfulNaN(path, rows));
  for (const { type, path, rows } of seen.unknown.values()) {
    findings.push(finding(
      "warning",
      "unknown_type",
      `The attribute ${path} has the type "${type}", which is not known: its ${rows} rows are left out.`,
      { attribute: path, count: rows },
    ));
  }
  return [...findings, ...localTimes(context, seen.earliest)];
}

function certainNaN(path: string): Finding {
  return finding(
    "info",
    "nan_restored",
    `The float ${path} was stored without its value, which can only have been NaN.`,
    {
      attribute: path,
    },
  );
}

function doubtfulNaN(path: string, rows: number): Finding {
  return finding(
    "warning",
    "nan_or_absent",
    `The float ${path} has no value in any of ${rows} runs: at least one of them logged NaN, but nobody knows which; it counts as ` +
      `absent in all.`,
    { attribute: path, count: rows },
  );
}

async function countPhantoms({ index, readOptions }: ReadContext, runs: number[], seen: Seen): Promise<void> {
  const valued = PARAMETER_TYPES.map(withValue).reduce((any, one) => any.or(one));
  const type = pl.col("attribute_type");
  const frame = await readRows(partsOf(index, runs), {
    where: allOf([type.isIn([...PARAMETER_TYPES, "file_series"]), runCondition(index, runs)]),
    columns: ["type", "timestamp", ...valueColumns(PARAMETER_TYPES)],
    then: (rows) => {
      const point = pl.col("type").eq(pl.lit("file_series"))
        .and(pl.col("file").isNotNull().or(pl.col("timestamp").isNotNull()));
      return rows.filter(valued.or(point).not()).select(pl.len().alias("rows"));
    },
  }, readOptions);
  if (frame) seen.valueless += Number(frame.getColumn("rows").get(0));
}

async function findUnknown({ index, readOptions }: ReadContext, runs: number[], seen: Seen): Promise<void> {
  const frame = await readRows(partsOf(index, runs), {
    where: allOf([
      pl.col("attribute_type").isIn([...PARAMETER_TYPES, ...SERIES_TYPES]).not(),
      runCondition(index, runs),
    ]),
    columns: ["path", "type"],
    then: (rows) => rows.groupBy(["path", "type"]).agg(pl.len().alias("rows")),
  }, readOptions);
  if (!frame) return;
  const path = stringValues(frame, "path"), type = stringValues(frame, "type"), rows = floatValues(frame, "rows");
  path.forEach((path, i) => {
    const key = `${type[i]}:${path}`;
    seen.unknown.set(key, { type: `${type[i]}`, path: `${path}`, rows: rows[i] + (seen.unknown.get(key)?.rows ?? 0) });
  });
}

async function findEarliest({ index, readOptions }: ReadContext, runs: number[], seen: Seen): Promise<void> {
  if (runs.length === 0) return;
  const frame = await readRows(partsOf(index, runs), {
    where: allOf([pl.col("attribute_type").isIn([...SERIES_TYPES]), runCondition(index, runs)]),
    columns: ["run", "timestamp"],
    then: (rows) =>
      rows.filter(pl.col("timestamp").isNotNull()).groupBy("run").agg(pl.col("timestamp").min())
        .withColumns(coded("run")),
  }, readOptions);
  if (!frame) return;
  const run = dictionary(frame, "run"), earliest = floatValues(frame, "timestamp");
  run.codes.forEach((code, i) => seen.earliest.set(index.numbers.get(run.names[code])!, earliest[i]));
}

const QUARTER = 15 * 60_000;
const TOLERANCE = 2 * 60_000;

/** Points cannot have been logged before their run was created: local time west of Greenwich shows by that. */
function localTimes({ index }: ReadContext, earliest: Map<number, number>): Finding[] {
  const created = index.system.column("sys/creation_time", "datetime")?.values as (number | undefined)[] | undefined;
  const offsets = new Map<number, number[]>();
  for (const [run, time] of earliest) {
    const early = time - (created?.[run] ?? NaN);
    const offset = Math.round(early / QUARTER) * QUARTER;
    if (offset < 0 && Math.abs(early - offset) <= TOLERANCE) offsets.set(offset, [...offsets.get(offset) ?? [], run]);
  }
  return [...offsets].map(([offset, runs]) => {
    const minutes = -offset / 60_000;
    const zone = `UTC-${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
    return finding(
      "warning",
      "local_times",
      `The points of ${runs.length} runs, ${
        index.keys[runs[0]]
      } for one, seem to be older than the runs: their times are ` +
        `probably local times of a machine at ${zone}; pass \`timeZone\` to put them right.`,
      { run: runs.length === 1 ? index.keys[runs[0]] : null, count: runs.length },
    );
  });
}
