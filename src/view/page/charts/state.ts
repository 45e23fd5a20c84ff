/// <reference lib="dom" />

/**
 * How charts are shown: what of it one would share is in the address.
 *
 * @module
 */

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { naturally } from "../../../display/format.ts";
import type { BucketsAxis } from "../../api.ts";
import { type Codec, NUMBER_OR_NONE, type Param, param, SWITCH, TEXT, TEXTS, wordCodec } from "../address.ts";

/** A regular expression for the paths of the metrics. */
export const pattern: Param<string> = param("m", TEXT);

/** Which metrics share a chart: none, those of a folder, or all. */
export const together: Param<"none" | "folder" | "all"> = param("mt", wordCodec("none", "folder", "all"));

/** What the x axes show. */
export const axisX: Param<BucketsAxis> = param("mx", wordCodec("step", "time", "relative"));

/** Logarithmic axes. */
export const logX: Param<boolean> = param("mlx", SWITCH);
export const logY: Param<boolean> = param("mly", SWITCH);

const WEIGHT: Codec<number> = {
  read: (text) => Math.min(0.999, Math.max(0, Number(text) || 0)),
  write: (value) => value === 0 ? null : String(value),
};

/** The weight of the moving average: 0 is none. */
export const smoothing: Param<number> = param("ms", WEIGHT);

/** The config by which runs are put together, as `type:path`; empty: none. */
export const groupBy: Param<string> = param("mg", TEXT);

/** Whether only what a run logged itself is shown, without the points of those that it was forked from. */
export const withoutAncestors: Param<boolean> = param("mo", SWITCH);

const RANGE: Codec<[number, number] | null> = {
  read: (text) => {
    const ends = (text ?? "").split(",").map(Number);
    return ends.length === 2 && ends[0] < ends[1] && ends.every(Number.isFinite) ? [ends[0], ends[1]] : null;
  },
  write: (value) => value && value.join(","),
};

/** The part of the x axis that all charts show; null: all of it. */
export const zoom: Param<[number, number] | null> = param("mz", RANGE);

/** Runs or groups whose lines are switched off. */
export const hidden: Param<string[]> = param("mh", TEXTS);

/** The chart that has the whole width, by its key; empty: none. */
export const enlarged: Param<string> = param("mf", TEXT);

/** A step that is marked, as a line of a log leads to it; null: none. */
export const markedStep: Param<number | null> = param("mk", NUMBER_OR_NONE);

/** Where the pointer or the keyboard is, in all charts at once. */
export interface Cursor {
  /** The chart in which it is. */
  chart: string;
  x: number;
  /** Its height in that chart; null: moved by keys. */
  pixelY: number | null;
}

/** The cursor; null: none. */
export const cursor = signal<Cursor | null>(null);

/** The run or group whose lines stand out in all charts; null: none. */
export const highlighted = signal<string | null>(null);

/** Charts that share what they show of a run. */
export interface ChartPlan {
  key: string;
  title: string;
  paths: string[];
}

/** The charts of these metrics. */
export function planCharts(paths: readonly string[], { matching, together }: {
  matching: string;
  together: "none" | "folder" | "all";
}): ChartPlan[] {
  const test = new RegExp(matching, "u");
  const chosen = paths.filter((path) => test.test(path)).sort((a, b) =>
    Number(isMonitoring(a)) - Number(isMonitoring(b)) || naturally(a, b)
  );
  if (together === "none") return chosen.map((path) => ({ key: path, title: path, paths: [path] }));
  const groups = Map.groupBy(
    chosen,
    (path) => together === "all" ? "" : path.slice(0, Math.max(0, path.lastIndexOf("/"))),
  );
  return [...groups].map(([folder, paths]) => ({ key: `${folder}/`, title: folder || counted(paths), paths }));
}

/** What clients measure of the machine by themselves comes last. */
function isMonitoring(path: string): boolean {
  return path.startsWith("monitoring/");
}

function counted(paths: string[]): string {
  return paths.length === 1 ? paths[0] : `${paths.length} metrics`;
}

/** What is wrong with the pattern; empty: nothing. */
export const patternError: ReadonlySignal<string> = computed(() => {
  try {
    new RegExp(pattern.value, "u");
    return "";
  } catch (error) {
    return (error as Error).message;
  }
});
