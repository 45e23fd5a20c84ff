/** What a question is, and what it is asked about. */

import type { ReadOnlyProject, RunIds } from "../../mod.ts";
import type { AttributeType } from "../../src/types.ts";
import type { Plain } from "./plain.ts";

/** The same question in Python and to us. */
export interface Question {
  name: string;
  /** Python; `project` is a `ReadOnlyProject`, the rest is imported by `ask.py`. */
  code: string;
  /** Our answer. */
  ours(): Promise<Plain> | Plain;
}

/** Names of things in an archive that questions are about. */
export interface Words {
  /** Paths of single values. */
  columns: string[];
  columnsRegex: string;
  /** Paths to sort by, with their types. */
  sortBy: [path: string, type: AttributeType][];
  /** A run id, and an experiment, and regular expressions for them. */
  run: string;
  experiment: string;
  runsRegex: string;
  experimentsRegex: string;
  excludeRegex: string;
  owner: string;
  tag: string;
  /** Float series, and a pattern for several. */
  metric: string;
  metricsRegex: string;
  /** A range of steps inside of that series. */
  stepRange: [number, number];
  /** A pattern for string, histogram and file series. */
  seriesRegex: string;
  /** A pattern for files. */
  filesRegex: string;
  /** Filters as neptune-query writes them, with the query they mean. */
  filters: [code: string, query: string][];
  /** Queries for neptune-fetcher. */
  queries: string[];
}

/** An archive to ask about. */
export interface Subject {
  project: ReadOnlyProject;
  /** All runs, newest first. */
  runs: RunIds[];
  /** The types of each path over all runs. */
  types: Map<string, AttributeType[]>;
  /** A folder for files, one for each side. */
  folder: string;
  words: Words;
}

/** A value as Python source. */
export function py(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(py).join(", ")}]`;
  return JSON.stringify(value);
}

/** Named arguments as Python source. */
export function args(options: Record<string, unknown>): string {
  return Object.entries(options)
    .map(([name, value]) => `${name.replace(/[A-Z]/g, (letter) => "_" + letter.toLowerCase())}=${py(value)}`)
    .join(", ");
}
