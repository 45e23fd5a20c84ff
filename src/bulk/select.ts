/**
 * Which runs and which attributes a bulk call is about.
 *
 * @module
 */

import { OptionError } from "../errors.ts";
import type { Nql } from "../nql/ast.ts";
import { parseNql } from "../nql/parse.ts";
import type { PathFilter, SeriesRef, Source } from "../source.ts";
import type { AttributeType, RunInfo } from "../types.ts";
import { parsePattern } from "./pattern.ts";

/** Which runs: at most one of `runs` and `experiments`; with neither, all runs. `query` narrows the choice further. */
export interface RunSelection {
  /** Custom run ids (`sys/custom_run_id`) as a list, or a pattern they match. */
  runs?: string[] | string;
  /** Experiment names (`sys/name`) as a list, or a pattern they match. Only the newest run of each experiment is read. */
  experiments?: string[] | string;
  /** A query in the Neptune Query Language, for example `` `parameters/lr`:float > 0.01 ``. */
  query?: string;
}

/**
 * Which attributes: exact paths as a list, or a pattern: regular expressions (RE2, partial match) joined by ` & ` and ` | `,
 * negated by `!`, for example `"^train/ & !_std$ | ^val/loss$"`.
 */
export type AttributeSelection = string[] | string;

/** The runs that were chosen, and how they are called in a frame. */
export interface SelectedRuns {
  runs: RunInfo[];
  /** True where they were chosen as experiments. */
  heads: boolean;
  /** The label of each run by its key: the experiment name, or else the custom id, or else `sys/id`. */
  labels: Map<string, string>;
}

/** Reads which runs are meant. */
export async function selectRuns(source: Source, selection: RunSelection, signal?: AbortSignal): Promise<SelectedRuns> {
  const { runs, experiments, query } = selection;
  if (runs !== undefined && experiments !== undefined) {
    throw new OptionError("Both runs and experiments are given: choose by one of them.", {
      option: "runs",
      value: null,
    });
  }
  const heads = experiments !== undefined;
  const terms: Nql[] = [];
  if (runs !== undefined) terms.push(named("runs", "sys/custom_run_id", runs));
  if (experiments !== undefined) terms.push(named("experiments", "sys/name", experiments));
  if (query !== undefined) terms.push(parseNql(query));
  const where: Nql | null = terms.length > 0 ? { op: "and", terms } : null;
  const found: RunInfo[] = [];
  for await (const page of source.runs({ where, heads, sort: null, signal })) found.push(...page.runs);
  const label = (run: RunInfo) => (heads ? run.name : null) ?? run.customId ?? run.sysId;
  return { runs: found, heads, labels: new Map(found.map((run) => [run.key, label(run)])) };
}

/** The selection as the restriction of a query. */
export function selectPaths(attributes: AttributeSelection): { paths: string[] | null; filter: PathFilter | null } {
  if (typeof attributes === "string") return { paths: null, filter: parsePattern(attributes) };
  if (Array.isArray(attributes)) return { paths: attributes, filter: null };
  throw new OptionError(`attributes is ${JSON.stringify(attributes)}, but must be a pattern or an array of paths.`, {
    option: "attributes",
    value: attributes,
  });
}

function named(option: string, path: string, wanted: string[] | string): Nql {
  const operand = { name: path, type: "string", aggregation: null } as const;
  if (typeof wanted === "string") {
    return {
      op: "or",
      terms: parsePattern(wanted).any.map(({ must, mustNot }) => ({
        op: "and",
        terms: [
          ...must.map((value): Nql => ({ op: "matches", operand, value })),
          ...mustNot.map((value): Nql => ({ op: "not", term: { op: "matches", operand, value } })),
        ],
      })),
    };
  }
  if (!Array.isArray(wanted)) {
    throw new OptionError(`${option} is ${JSON.stringify(wanted)}, but must be a pattern or an array of names.`, {
      option,
      value: wanted,
    });
  }
  return { op: "or", terms: wanted.map((value) => ({ op: "=", operand, value })) };
}

/** One series of one run, with its label in a frame. */
export interface LabelledSeries extends SeriesRef {
  label: string;
  type: AttributeType;
}

/** The series of these types that exist, sorted by label and path: asking for all of runs x paths would ask for many that do not. */
export async function existingSeries(
  source: Source,
  { runs, labels }: SelectedRuns,
  attributes: AttributeSelection,
  types: AttributeType[],
  signal?: AbortSignal,
): Promise<LabelledSeries[]> {
  const series: LabelledSeries[] = [];
  if (runs.length === 0) return series;
  const query = { runs: runs.map((run) => run.key), ...selectPaths(attributes), types, signal };
  for await (const block of source.existing(query)) {
    for (let i = 0; i < block.run.length; i++) {
      const run = block.runs[block.run[i]];
      series.push({ run, path: block.paths[block.path[i]], label: labels.get(run)!, type: block.types[block.type[i]] });
    }
  }
  return series.sort((a, b) => compare(a.label, b.label) || compare(a.run, b.run) || compare(a.path, b.path));
}

/** By code unit, as JavaScript sorts texts. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
