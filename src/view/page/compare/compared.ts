/// <reference lib="dom" />

/**
 * Values of several runs beside each other.
 *
 * @module
 */

import { counted, formatBytes, formatCount, formatNumber, formatTime, naturally } from "../../../display/format.ts";
import { sameFile } from "../../../types.ts";
import type { JsonFile, JsonNumber, LatestValue, ValuesAnswer } from "../../api.ts";
import { sizeAndType } from "../stored_file.ts";

/** A run that is compared. */
export interface ComparedRun {
  id: string;
  label: string;
}

/** One attribute of all runs. */
export interface ComparedRow {
  path: string;
  type: LatestValue["type"];
  /** As a person reads it; null: the run has none. */
  texts: (string | null)[];
  /** As a number where it is one, the last of a series; null: it is none, or not there. */
  numbers: (number | null)[];
  differs: boolean;
  isMetric: boolean;
}

/** What every part of the section is given. */
export interface ComparePartProps {
  runs: ComparedRun[];
  rows: ComparedRow[];
}

/** The runs and all rows: configs that differ, metrics, what few runs have, then what is the same, each in natural order. */
export function comparedRows({ runs, values }: ValuesAnswer): ComparePartProps {
  const names = Map.groupBy(runs, ({ id, customId, name }) => name ?? customId ?? id);
  const compared = runs.map(({ id, customId, name }) => {
    const label = name ?? customId ?? id;
    return { id, label: names.get(label)!.length > 1 ? `${label} (${id})` : label };
  });
  const rows = [...Map.groupBy(values, ({ path, type }) => `${type}:${path}`).values()].map((same): ComparedRow => {
    const { path, type } = same[0];
    const values = new Array<LatestValue | null>(runs.length).fill(null);
    for (const value of same) values[value.run] = value;
    const numbers = values.map((value) => value && numberOf(value));
    const differs = values.some((value) => !isSame(value, values[0]));
    const short = values.map((value) => value && textOf(value)), looks = new Set(short).size;
    const whole = differs && looks < values.length ? values.map((value) => value && textOf(value, true)) : short;
    // What is rounded alike and differs is told in full, also where another value differs from both.
    const texts = looks === 1 || looks < new Set(whole).size ? whole : short;
    return { path, type, texts, numbers, differs, isMetric: type === "float_series" };
  });
  return { runs: compared, rows: rows.sort((a, b) => rank(a) - rank(b) || naturally(a.path, b.path)) };
}

function rank({ path, isMetric, differs, texts }: ComparedRow): number {
  const isRare = texts.filter((text) => text === null).length > texts.length / 2;
  return (path.startsWith("sys/") ? 6 : isRare ? 2 : isMetric ? 1 : 0) + (differs ? 0 : 3);
}

/** Whether two values of one type are the same, however they are told. */
function isSame(a: LatestValue | null, b: LatestValue | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.type === "histogram_series") return JSON.stringify(a.value) === JSON.stringify(b.value);
  const [one, other] = [fileOf(a), fileOf(b)];
  return textOf(a, true) === textOf(b, true) && (one && other ? sameFile(one, other) : one === other);
}

/** A file, or the last one of a series. */
function fileOf({ type, value }: LatestValue): JsonFile | null {
  if (type === "file_series") return value && value.last;
  return type === "file" || type === "file_set" || type === "artifact" ? value : null;
}

function textOf(value: LatestValue, isWhole = false): string {
  const numberText = (number: JsonNumber) => isWhole ? String(number) : formatNumber(Number(number));
  switch (value.type) {
    case "int":
    case "bool":
    case "string":
      return String(value.value);
    case "float":
      return numberText(value.value);
    case "datetime":
      return formatTime(Number(value.value));
    case "string_set":
      return value.value.toSorted().join(", ");
    case "float_series":
      return value.value === null ? "" : numberText(value.value.last);
    case "string_series":
      return value.value?.last ?? "";
    case "histogram_series": {
      if (value.value === null) return "";
      const { lastStep, last: { edges, values } } = value.value;
      const whole = () => `: ${counted(values.length, "bin")}, ${edges[0]} to ${edges.at(-1)}`;
      return `last at step ${lastStep}${isWhole ? whole() : ""}`;
    }
    case "file_series":
      if (value.value === null) return "";
      return `last at step ${value.value.lastStep}${isWhole ? `: ${fileText(value.value.last, true)}` : ""}`;
    case "file":
    case "file_set":
    case "artifact":
      return fileText(value.value, isWhole);
    case "experiment_state":
      return "";
  }
}

function fileText(file: JsonFile | null, isWhole: boolean): string {
  if (file === null || file.size === null) return sizeAndType(file);
  return `${file.mimeType}, ${isWhole ? `${formatCount(file.size)} B` : formatBytes(file.size)}`;
}

function numberOf(value: LatestValue): number | null {
  const number = value.type === "int" || value.type === "float" || value.type === "datetime"
    ? Number(value.value)
    : value.type === "float_series" && value.value !== null
    ? Number(value.value.last)
    : NaN;
  return Number.isFinite(number) ? number : null;
}

/** Rows whose values are numbers in at least two runs, those that tell most runs apart first. */
export function numberRows(rows: readonly ComparedRow[]): ComparedRow[] {
  const distinct = ({ numbers }: ComparedRow) => new Set(numbers.filter((one) => one !== null)).size;
  return rows.filter(({ numbers, path }) =>
    !path.startsWith("sys/") && numbers.filter((one) => one !== null).length > 1
  )
    .sort((a, b) => distinct(b) - distinct(a));
}
