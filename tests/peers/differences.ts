/**
 * Where we differ from the official clients on purpose: each function turns our answer into theirs, and says why ours is another.
 * The test fails on any other difference.
 */

import type { AttributeType } from "../../src/types.ts";
import type { Plain, PlainTable } from "./plain.ts";

/**
 * What the protocol has no word for: a file of unknown size (a folder, or one that was not exported) has -1 bytes there, and a point
 * without a time has that of the epoch. We say null.
 */
export function asTransmitted(value: Plain): Plain {
  const file = value as { path?: Plain; size?: Plain } | null;
  return typeof file === "object" && file?.path && file.size === null ? { ...file, size: -1 } : value;
}

/** See {@linkcode asTransmitted}. */
export const NO_TIME: Plain = { time: 0 };

/** neptune-fetcher has no values of these types; we have. */
const UNKNOWN_TO_FETCHER: ReadonlySet<AttributeType> = new Set(
  ["file", "file_set", "artifact", "string_series", "file_series", "histogram_series", "experiment_state"],
);

/** The value of one attribute as neptune-fetcher gives it. */
export function fetcherValue(value: Plain, type: AttributeType): Plain {
  return UNKNOWN_TO_FETCHER.has(type) ? null : value;
}

/**
 * A table as neptune-fetcher gives it: no values of types it does not know, string sets as text with commas, where ours are
 * lists.
 */
export function fetcherTable({ columns, rows }: PlainTable, types: Map<string, AttributeType[]>): PlainTable {
  const unknown = columns.map((path) => types.get(path)?.every((type) => UNKNOWN_TO_FETCHER.has(type)) ?? false);
  const sets = columns.map((path) => types.get(path)?.includes("string_set") ?? false);
  const cell = (value: Plain, i: number) =>
    unknown[i] ? null : sets[i] && Array.isArray(value) ? value.join(",") : value;
  return { columns, rows: rows.map((row) => row.map(cell)) };
}

/**
 * Points as neptune-fetcher gives them: it calls the columns that tell previews otherwise than its documentation, and a table
 * without points has no columns there.
 */
export function fetcherPoints({ columns, rows }: PlainTable): PlainTable {
  const names: Record<string, string> = { is_preview: "preview", preview_completion: "completion_ratio" };
  return { columns: rows.length === 0 ? [] : columns.map((name) => names[name] ?? name), rows };
}

/**
 * A table of neptune-query: the column by which runs are called comes first and the others are those that were asked and exist,
 * sorted; ours always has `sys/custom_run_id`, `sys/name` and the column sorted by, and a column for each one asked. String sets are
 * sorted there.
 */
export function queryTable(
  { columns, rows }: PlainTable,
  label: "run" | "experiment",
  asked: (path: string) => boolean,
): PlainTable {
  const key = columns.indexOf(label === "run" ? "sys/custom_run_id" : "sys/name");
  const kept = [...columns.keys()]
    .filter((i) => asked(columns[i]) && rows.some((row) => row[i] !== null))
    .sort((a, b) => columns[a] < columns[b] ? -1 : 1);
  const sorted = (value: Plain) =>
    Array.isArray(value) && value.every((one) => typeof one === "string") ? value.toSorted() : asTransmitted(value);
  return {
    columns: [label, ...kept.map((i) => columns[i])],
    rows: rows.map((row) => [row[key], ...kept.map((i) => sorted(row[i]))]),
  };
}

/** Types that the alpha module does not know. */
export const UNKNOWN_TO_ALPHA: ReadonlySet<AttributeType> = new Set(["histogram_series", "file_series"]);

/**
 * A table of alpha: without types it does not know; the last value of a series has a column that says so, a file three columns.
 */
export function alphaTable({ columns, rows }: PlainTable, types: Map<string, AttributeType[]>): PlainTable {
  const parts = columns.flatMap((path, i): [name: string, i: number, field: string | null][] => {
    const all = types.get(path) ?? [];
    if (all.length > 0 && all.every((type) => UNKNOWN_TO_ALPHA.has(type))) return [];
    if (all.some((type) => type.endsWith("_series"))) return [[`${path}|last`, i, null]];
    if (!all.some((type) => type.startsWith("file"))) return [[path, i, null]];
    return [[`${path}|mime_type`, i, "mime_type"], [`${path}|path`, i, "path"], [`${path}|size_bytes`, i, "size"]];
  });
  const cell = (value: Plain, field: string | null) =>
    field === null || value === null ? value : (value as Record<string, Plain>)[field];
  return {
    columns: parts.map(([name]) => name),
    rows: rows.map((row) => parts.map(([, i, field]) => cell(row[i], field))),
  };
}
