/// <reference lib="dom" />

/**
 * Values of several runs beside each other.
 *
 * @module
 */

import { formatBytes, formatNumber, formatTime, naturally } from "../../../display/format.ts";
import type { LatestValue, ValuesAnswer } from "../../api.ts";
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
    const texts = new Array<string | null>(runs.length).fill(null);
    const numbers = new Array<number | null>(runs.length).fill(null);
    for (const value of same) {
      texts[value.run] = textOf(value);
      numbers[value.run] = numberOf(value);
    }
    return { path, type, texts, numbers, differs: new Set(texts).size > 1, isMetric: type === "float_series" };
  });
  return { runs: compared, rows: rows.sort((a, b) => rank(a) - rank(b) || naturally(a.path, b.path)) };
}

function rank({ path, isMetric, differs, texts }: ComparedRow): number {
  const isRare = texts.filter((text) => text === null).length > texts.length / 2;
  return (path.startsWith("sys/") ? 6 : isRare ? 2 : isMetric ? 1 : 0) + (differs ? 0 : 3);
}

function textOf(value: LatestValue): string {
  switch (value.type) {
    case "int":
    case "bool":
    case "string":
      return String(value.value);
    case "float":
      return formatNumber(Number(value.value));
    case "datetime":
      return formatTime(Number(value.value));
    case "string_set":
      return value.value.toSorted().join(", ");
    case "float_series":
      return value.value === null ? "" : formatNumber(Number(value.value.last));
    case "string_series":
      return value.value?.last ?? "";
    case "histogram_series":
    case "file_series":
      return value.value === null ? "" : `last at step ${value.value.lastStep}`;
    case "file":
    case "file_set":
    case "artifact":
      return value.value?.size == null
        ? sizeAndType(value.value)
        : `${value.value.mimeType}, ${formatBytes(value.value.size)}`;
    case "experiment_state":
      return "";
  }
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
