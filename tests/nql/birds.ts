/**
 * An archive whose twelve runs, `a` to `l`, differ in every type of attribute, for queries to choose from.
 */

import {
  bool,
  datetime,
  file,
  filePoint,
  float,
  floatPoint,
  histogramPoint,
  int,
  string,
  stringPoint,
  stringSet,
} from "../../samples/rows.ts";
import { type ArchiveRow, writeRun } from "../../samples/writer.ts";
import type { AttributeType } from "../../src/types.ts";

/** A value as the naive evaluator sees it: series are their float points or texts, things that only exist are null. */
export interface Value {
  type: AttributeType;
  value: bigint | number | string | boolean | string[] | number[] | null;
}

/** Attributes by path. */
export type Bird = Record<string, Value>;

const n = (value: number | bigint): Value => ({ type: "int", value: BigInt(value) });
const x = (value: number): Value => ({ type: "float", value });
const s = (value: string): Value => ({ type: "string", value });
const b = (value: boolean): Value => ({ type: "bool", value });
const t = (value: string): Value => ({ type: "datetime", value: Date.parse(value) });
const set = (...value: string[]): Value => ({ type: "string_set", value });
const m = (...value: number[]): Value => ({ type: "float_series", value });
const log = (...value: string[]): Value => ({ type: "string_series", value });
const H: Value = { type: "histogram_series", value: null };
const F: Value = { type: "file", value: null };
const FS: Value = { type: "file_series", value: null };

/** The runs by their letter, oldest first. */
export const BIRDS: Record<string, Bird> = {
  a: { n: n(-5), x: x(0.1), s: s("hello"), b: b(true), t: t("2024-01-01T00:00:00Z"), set: set("red"), m: m(3, 1, 2) },
  b: {
    n: n(0),
    x: x(3),
    s: s("Hello"),
    b: b(false),
    t: t("2024-02-29T12:30:00.5Z"),
    set: set("red", "blue"),
    m: m(0.5),
  },
  c: { n: n(3), x: x(-2.5), s: s(""), set: set(), m: m(1, NaN), log: log("start", "stop"), mixed: n(3) },
  d: { n: n(7), x: x(1e-9), s: s('he said "lo"'), b: b(true), m: m(NaN, 1), log: log("stop", "start"), mixed: x(3) },
  e: {
    n: n(9007199254740993n),
    x: x(Infinity),
    s: s("back\\slash"),
    set: set("RED"),
    m: m(Infinity, 0),
    mixed: s("3"),
  },
  f: { n: n(9007199254740992n), x: x(-Infinity), s: s("日本 😀"), t: t("2024-02-29T12:30:00.501Z"), mixed: b(true) },
  g: { x: x(2048), s: s("two\nlines"), b: b(false), h: H, f: F, mixed: m(5, 3), log: log("") },
  h: { n: n(2048), s: s("a.b"), h: H, fs: FS, m: m(-1, -3, -2), mixed: set("3"), "with space": n(1) },
  i: { n: n(7), x: x(7), s: s("7"), b: b(true), t: t("1969-12-31T23:59:59.999Z"), f: F, "tick`": n(1) },
  j: { s: s("AND"), set: set("a b", "red"), m: m(2, 2, 2), mixed: log("3"), "a\\b": n(1), log: log("line") },
  k: { n: n(1), x: x(0), s: s("hello world"), t: t("2030-06-01T00:00:00Z"), m: m(1e300, -1e300), "a`\\b": n(1) },
  l: {},
};

const START = Date.UTC(2025, 0, 1);

/** What every run has beside its own attributes: `a`, `b` and `c` are one experiment, `d` and `e` another, the rest are none. */
export function system(letter: string): Bird {
  const at = Object.keys(BIRDS).indexOf(letter);
  const name = at < 3 ? "gulls" : at < 5 ? "terns" : null;
  return {
    "sys/custom_run_id": s(`bird-${letter}`),
    "sys/id": s(`BIR-${at + 1}`),
    "sys/creation_time": { type: "datetime", value: START + at * 60_000 },
    ...at % 2 === 0 ? { "sys/tags": set("even", letter) } : {},
    ...name ? { "sys/name": s(name) } : {},
  };
}

/** Writes the archive below a folder. */
export async function writeBirds(folder: string): Promise<void> {
  for (const [letter, bird] of Object.entries(BIRDS)) {
    const parameters: ArchiveRow[] = [], points: ArchiveRow[] = [];
    for (const [path, { type, value }] of Object.entries({ ...system(letter), ...bird })) {
      (type.endsWith("_series") ? points : parameters).push(...rows(path, type, value));
    }
    const batches = [parameters, points].filter((rows) => rows.length > 0);
    await writeRun({ dataRoot: `${folder}/data`, projectId: "team/birds", runId: `bird-${letter}`, batches });
  }
}

function rows(path: string, type: AttributeType, value: Value["value"]): ArchiveRow[] {
  switch (type) {
    case "int":
      return [int(path, value as bigint)];
    case "float":
      return [float(path, value as number)];
    case "string":
      return [string(path, value as string)];
    case "bool":
      return [bool(path, value as boolean)];
    case "datetime":
      return [datetime(path, value as number)];
    case "string_set":
      return [stringSet(path, ...value as string[])];
    case "float_series":
      return (value as number[]).map((y, step) => floatPoint(path, step, START + step, y));
    case "string_series":
      return (value as string[]).map((text, step) => stringPoint(path, step, START + step, text));
    case "histogram_series":
      return [histogramPoint(path, 0, START, { type: "COUNTING", edges: [0, 1], values: [1] })];
    case "file_series":
      return [filePoint(path, 0, START, "somewhere.png")];
    default:
      return [file(path, "somewhere.txt")];
  }
}
