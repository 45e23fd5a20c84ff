/**
 * Runs beside each other: what their configs differ in, and what came of it.
 *
 * @module
 */

import { bundle, type MediaBundle } from "../bundle.ts";
import { alignNumbers, counted, formatCount } from "../format.ts";
import type { GridCell } from "../draw/grid.ts";
import { gridHtml } from "../grid.ts";
import { markup, note, section, view } from "../html.ts";
import { cellHtml } from "../grid.ts";
import { table, textTable } from "../table.ts";
import type { AttributeType } from "../../types.ts";
import { type RunValue, valueName } from "./hues.ts";

/** What is compared. */
export interface ComparisonData {
  runs: string[];
  /** Attributes whose values differ between the runs; a run that lacks one differs from those that have it. */
  differing: ComparedColumn[];
  /** Float series, by their last values. */
  metrics: ComparedColumn[];
  /** Attributes that are equal in all runs. */
  equal: { path: string; value: RunValue }[];
}

/** An attribute and its value in each run. */
export interface ComparedColumn {
  path: string;
  type: AttributeType;
  values: RunValue[];
}

const MAX_COLUMNS = 14;
const MAX_EQUAL = 300;

/** The bundle of a comparison: one row per run, first what differs, beside it the metrics. */
export function comparisonPage({ runs, differing, metrics, equal }: ComparisonData): MediaBundle {
  if (runs.length === 0) return bundle(view(note("No run was found.")), "No run was found.");
  const shown = [...differing.slice(0, MAX_COLUMNS), ...metrics.slice(0, MAX_COLUMNS)];
  const configs = Math.min(differing.length, MAX_COLUMNS);
  const columns = [
    { title: "run" },
    ...shown.map(({ path, values }, i) => {
      const slash = path.lastIndexOf("/");
      const where = [path.slice(0, Math.max(0, slash)), i < configs ? "" : "last"].filter((word) => word !== "");
      const align = isNumeric(values) ? "right" as const : "left" as const;
      return { title: path.slice(slash + 1), note: where.join(", ") || "config", align };
    }),
  ];
  const texts = shown.map(({ values }) => textsOf(values));
  const rows = runs.map((run, row): GridCell[] => [run, ...texts.map((column) => column[row])]);
  const grid = gridHtml({ columns, rows, skippedAt: rows.length, skipped: 0, head: 25, tail: 0, noun: "run" }, 200_000);
  const facts = [
    counted(runs.length, "run"),
    differing.length > 0
      ? `${counted(differing.length, "config")} differ${differing.length === 1 ? "s" : ""}`
      : "no config differs",
    counted(metrics.length, "metric"),
  ].join(" · ");
  const left = Math.max(0, differing.length - MAX_COLUMNS) + Math.max(0, metrics.length - MAX_COLUMNS);
  const same = equal.slice(0, MAX_EQUAL).map(({ path, value }) => [path, cellHtml(textsOf([value])[0])]);
  const page = view(
    note(markup`<b>${facts}</b>`),
    grid,
    left > 0 && note(`${counted(left, "column")} not shown: choose some by { attributes }, or take frame()`),
    equal.length > 0 &&
      section(
        "Equal in all runs",
        formatCount(equal.length),
        table([{ title: "path" }, { title: "value" }], same, false),
        false,
      ),
  );
  const plain = rows.map((row) => row.map((cell) => typeof cell === "string" ? cell : cell[0]));
  return bundle(page, [facts, textTable(columns, plain)].join("\n"));
}

function textsOf(values: RunValue[]): GridCell[] {
  const numbers = isNumeric(values) ? alignNumbers(values as (number | null)[]) : null;
  return values.map((value, i) => value === null ? ["none"] : numbers ? numbers[i] : valueName(value));
}

function isNumeric(values: RunValue[]): boolean {
  return values.every((value) => value === null || typeof value === "number") && values.some((value) => value !== null);
}
