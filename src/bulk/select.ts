/**
 * Which runs and which attributes a bulk call is about.
 *
 * @module
 */

import type { SeriesList } from "../columns.ts";
import { OptionError } from "../errors.ts";
import { orNull } from "../options/kinds.ts";
import type { Nql } from "../nql/ast.ts";
import { compare } from "../nql/build.ts";
import { RUNS_FILTER, type RunsFilter, runsTerms, TRASHED } from "../nql/filter.ts";
import { type Checked, declare, optional, RULE } from "../options/options.ts";
import type { Source } from "../source.ts";
import type { AttributeType, RunInfo } from "../types.ts";
import { ATTRIBUTES, type AttributeSelection, isList, type NameSelection, parsePattern, selectPaths } from "./names.ts";
import { type BulkCall, noteMissing, noteRuns, type Notes } from "./notes.ts";
import { parseNql } from "../nql/parse.ts";
import { groupNode, notNode, operandNode, operandsOf, predicateNode } from "../nql/tree.ts";

/**
 * Which runs: without any of these options all runs that are not in the trash, else those for which all conditions hold. The same
 * in every call that reads several runs.
 */
export interface RunSelection extends RunsFilter {
  /** Runs by their custom ids (`sys/custom_run_id`). Not together with `experiments`. Default: null, any run. */
  runs?: NameSelection | null;
  /**
   * Experiments by their names (`sys/name`): of each the newest run, and only that. Not together with `runs`. Default: null, any
   * run.
   */
  experiments?: NameSelection | null;
}

const NAMES = optional(orNull(ATTRIBUTES), null);

/** The options of every call that reads several runs. */
export const RUN_SELECTION = declare<RunSelection>()({
  ...RUNS_FILTER,
  runs: NAMES,
  experiments: NAMES,
  [RULE]: refuseBoth,
});

/** Refuses a choice by runs and by experiments at once: it could mean either of both, or both of both. */
export function refuseBoth({ runs, experiments }: Pick<RunSelection, "runs" | "experiments">): void {
  if (!runs || !experiments) return;
  throw new OptionError("Both runs and experiments are given: choose by one of them.", { option: "runs", value: null });
}

/** A selection that passed the gate. */
export type CheckedSelection = Checked<typeof RUN_SELECTION>;

/** A selection as the restriction of a query. */
export interface ChosenRuns {
  /** null: every run. */
  where: Nql | null;
  /** Only the newest run of each experiment. */
  heads: boolean;
}

/** The runs that were chosen, and how they are called in a frame. */
export interface SelectedRuns {
  runs: RunInfo[];
  /** True where they were chosen as experiments. */
  heads: boolean;
  /** The label of each run by its key, as `labelsOf` gives it. */
  labels: ReadonlyMap<string, string>;
}

/**
 * The restriction that a selection means.
 *
 * @param heads Whether the call is about experiments, whatever else is asked.
 */
export function chooseRuns({ runs, experiments, ...filter }: CheckedSelection, heads = false): ChosenRuns {
  const terms = runsTerms(filter);
  if (runs !== null) terms.push(named("sys/custom_run_id", runs));
  if (experiments !== null) terms.push(named("sys/name", experiments));
  return { where: terms.length > 0 ? groupNode("and", terms) : null, heads: heads || experiments !== null };
}

/** Reads which runs are meant. */
export async function selectRuns(
  source: Source,
  { notes, signal, ...selection }: CheckedSelection & BulkCall,
): Promise<SelectedRuns> {
  const { where, heads } = chooseRuns(selection);
  const found: RunInfo[] = [];
  for await (const page of source.runs({ where, heads, signal })) found.push(...page.runs);
  noteNamed(found, selection, heads, notes);
  if (found.length === 0) await noteQuery([source], selection.query, { notes, signal });
  return { runs: found, heads, labels: labelsOf(found, heads) };
}

/**
 * How runs are called, by their keys: by the experiment name where they were chosen as experiments, or else by the custom id, or else by
 * `sys/id`. One that would be called like another goes on to the next of these, so that nobody takes it for the other.
 */
function labelsOf(runs: readonly RunInfo[], heads: boolean): Map<string, string> {
  const labels = new Map(runs.map((run) => [run.key, (heads ? run.name : null) ?? run.customId ?? run.sysId]));
  if (new Set(labels.values()).size === runs.length) return labels;
  const told = toldApart(runs.map(({ key, sysId, customId, name }) => [heads ? name : null, customId, sysId, key]));
  return new Map(runs.map(({ key }, i) => [key, told[i]]));
}

/** Of each list the first name that tells it from the others; the last one where none does. */
export function toldApart(lists: readonly (readonly (string | null)[])[]): string[] {
  const names = lists.map((list) => list.filter((one) => one !== null));
  let isChanged: boolean;
  do {
    isChanged = false;
    for (const alike of Map.groupBy(names, ([name]) => name).values()) {
      const most = Math.max(...alike.map(({ length }) => length));
      if (alike.length === 1 || most === 1) continue;
      isChanged = true;
      for (const one of alike) if (one.length === most) one.shift();
    }
  } while (isChanged);
  return names.map(([name]) => name);
}

/** So many names are looked for one by one, and so often: what chains of names lead to is found sooner among all. */
const LOOKED_FOR = 1000, OFTEN = 4;

/** The same, but whatever other runs the call is about: others of the project, too, may be called like these, and others like those. */
export async function lastingLabels(
  source: Source,
  { runs, heads }: Pick<SelectedRuns, "runs" | "heads">,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const paths = [...heads ? ["sys/name"] : [], "sys/custom_run_id", "sys/id"];
  const all = new Map(runs.map((run) => [run.key, run]));
  const looked = new Set<string>();
  for (let found = [...runs], times = 1; found.length > 0; times++) {
    const names = new Set(
      found.flatMap(({ sysId, customId, name }) => [...heads && name !== null ? [name] : [], customId ?? sysId, sysId]),
    ).difference(looked);
    for (const name of names) looked.add(name);
    const isMany = looked.size > LOOKED_FOR || times > OFTEN;
    const where = isMany ? null : groupNode(
      "or",
      [...names].flatMap((name) => paths.map((path) => predicateNode("=", operandNode(path, "string"), name))),
    );
    found = [];
    if (names.size === 0) break;
    for await (const page of source.runs({ where, heads, signal })) {
      for (const run of page.runs) {
        if (!all.has(run.key)) found.push(run);
        all.set(run.key, run);
      }
    }
    if (isMany) break;
  }
  return labelsOf([...all.values()], heads);
}

/** Notes which of the runs that are named are not among these. */
export function noteNamed(
  found: readonly Omit<RunInfo, "key">[],
  selection: CheckedSelection,
  heads: boolean,
  notes: Notes,
): void {
  const { runs, experiments, withIds, customIds, names, trashed } = selection;
  const list = (option: string, names: NameSelection | null, of: (run: Omit<RunInfo, "key">) => string | null) =>
    names !== null && isList(names) ? [{ option, names, found: found.map(of) }] : [];
  const lists = [
    ...list("runs", runs, (run) => run.customId),
    ...list("experiments", experiments, (run) => run.name),
    ...list("withIds", withIds, (run) => run.sysId),
    ...list("customIds", customIds, (run) => run.customId),
    ...list("names", names, (run) => run.name),
  ];
  noteRuns(lists, { anyFound: found.length > 0, trashed, heads }, notes);
}

/** Notes what a query that found no run in any of the sources asks for and no run has: a path or its type may be misspelt. */
export async function noteQuery(
  sources: readonly Source[],
  query: CheckedSelection["query"],
  call: BulkCall,
): Promise<void> {
  if (query === null || sources.length === 0) return;
  const operands = operandsOf(typeof query === "string" ? parseNql(query) : query);
  // Of what Neptune itself logs, not all is listed as attributes.
  const own = operands.filter(({ name }) => !name.startsWith("sys/"));
  for (const [type, asked] of Map.groupBy(own, ({ type }) => type)) {
    const paths = [...new Set(asked.map(({ name }) => name))];
    const types = type === null ? null : [type];
    const found = new Set<string>();
    for (const source of sources) {
      if (found.size === paths.length) break;
      for await (const page of source.attributes({ runs: null, paths, types, signal: call.signal })) {
        for (const { path } of page) found.add(path);
      }
    }
    const what = type === null ? "attribute" : type.replaceAll("_", " ");
    await noteMissing(sources[0], { runs: null, attributes: paths, found, what, types }, call);
  }
}

/**
 * The keys of the runs that are meant; null where it is all runs of the project, of which none is in the trash, so that nobody has
 * to name them.
 */
export async function runKeys(
  source: Source,
  { notes, signal, ...selection }: CheckedSelection & BulkCall,
): Promise<string[] | null> {
  const { where, heads } = chooseRuns(selection);
  const all = chooseRuns({ ...selection, trashed: null });
  if (all.where === null && !heads) {
    if (selection.trashed === null) return null;
    if (selection.trashed === false && !await hasRuns(source, compare(TRASHED, "=", true), signal)) return null;
  }
  const found: RunInfo[] = [];
  for await (const { runs } of source.runs({ where, heads, signal })) found.push(...runs);
  noteNamed(found, selection, heads, notes);
  if (found.length === 0) await noteQuery([source], selection.query, { notes, signal });
  return found.map(({ key }) => key);
}

async function hasRuns(source: Source, where: Nql, signal?: AbortSignal): Promise<boolean> {
  for await (const { runs } of source.runs({ where, limit: 1, signal })) {
    if (runs.length > 0) return true;
  }
  return false;
}

function named(path: string, wanted: NameSelection): Nql {
  const operand = operandNode(path, "string");
  if (isList(wanted)) return groupNode("or", wanted.map((value) => predicateNode("=", operand, value)));
  const alternatives = parsePattern(wanted).any.map(({ must, mustNot }) =>
    groupNode("and", [
      ...must.map((pattern) => predicateNode("matches", operand, pattern)),
      ...mustNot.map((pattern) => notNode(predicateNode("matches", operand, pattern))),
    ])
  );
  return groupNode("or", alternatives);
}

/** Series that were chosen, sorted by label, run and path; `runs` and `paths` are sorted too. */
export interface ChosenSeries extends SeriesList {
  /** How each of `runs` is called in a frame. */
  labels: string[];
  /** The type of series `i` is `types[type[i]]`. */
  types: readonly AttributeType[];
  type: Uint8Array;
}

/** The series of these types that exist: asking for all of runs x paths would ask for many that do not. */
export async function existingSeries(
  source: Source,
  { runs, labels }: SelectedRuns,
  attributes: AttributeSelection,
  types: readonly AttributeType[],
  signal?: AbortSignal,
): Promise<ChosenSeries> {
  const runNames = new Names(), pathNames = new Names();
  const blocks: { run: Uint32Array; path: Uint32Array; type: Uint8Array }[] = [];
  if (runs.length > 0) {
    const query = { runs: runs.map((run) => run.key), ...selectPaths(attributes), types, signal };
    for await (const block of source.existing(query)) {
      const typeCodes = block.types.map((type) => types.indexOf(type));
      blocks.push({
        run: runNames.recode(block.run, block.runs),
        path: pathNames.recode(block.path, block.paths),
        type: block.type.map((code) => typeCodes[code]),
      });
    }
  }
  const label = (run: string) => labels.get(run)!;
  const sortedRuns = runNames.sort((a, b) => compareStrings(label(a), label(b)) || compareStrings(a, b));
  const sortedPaths = pathNames.sort();

  // One number says where a series belongs, so that a million of them sort in a moment.
  const keys = new Float64Array(blocks.reduce((sum, block) => sum + block.run.length, 0));
  const width = sortedPaths.length * types.length;
  let at = 0, previous = -1, ascending = true;
  for (const { run, path, type } of blocks) {
    for (let i = 0; i < run.length; i++) {
      const key = runNames.ranks[run[i]] * width + pathNames.ranks[path[i]] * types.length + type[i];
      ascending &&= key > previous;
      keys[at++] = previous = key;
    }
  }
  blocks.length = 0;
  if (!ascending) keys.sort();
  const run = new Uint32Array(keys.length), path = new Uint32Array(keys.length), type = new Uint8Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    run[i] = keys[i] / width;
    const rest = keys[i] - run[i] * width;
    path[i] = rest / types.length;
    type[i] = rest - path[i] * types.length;
  }
  return { runs: sortedRuns, labels: sortedRuns.map(label), paths: sortedPaths, types, run, path, type };
}

/** Names that come in several lists, each name once. */
class Names {
  readonly #numbers = new Map<string, number>();
  /** The last list, which the next block may share, and the numbers of its names; -1: not needed yet. */
  #list: string[] | null = null;
  #known = new Int32Array();
  /** Where each name stands among the sorted ones. */
  ranks: Uint32Array = new Uint32Array();

  /** Codes for one list of names become codes for all of them. */
  recode(codes: Uint32Array, list: string[]): Uint32Array {
    if (list !== this.#list) [this.#list, this.#known] = [list, new Int32Array()];
    if (this.#known.length < list.length) {
      const known = new Int32Array(2 * list.length).fill(-1);
      known.set(this.#known);
      this.#known = known;
    }
    const known = this.#known;
    return codes.map((code) => known[code] < 0 ? known[code] = this.#number(list[code]) : known[code]);
  }

  #number(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) this.#numbers.set(name, number = this.#numbers.size);
    return number;
  }

  /** Gives the names sorted, and fills in their ranks. */
  sort(order?: (a: string, b: string) => number): string[] {
    const sorted = [...this.#numbers.keys()].sort(order);
    this.ranks = new Uint32Array(sorted.length);
    sorted.forEach((name, rank) => this.ranks[this.#numbers.get(name)!] = rank);
    return sorted;
  }
}

/** Some of the series, by their numbers. */
export function someSeries(series: ChosenSeries, numbers: Uint32Array): ChosenSeries {
  return {
    ...series,
    run: numbers.map((i) => series.run[i]),
    path: numbers.map((i) => series.path[i]),
    type: Uint8Array.from(numbers, (i) => series.type[i]),
  };
}

/** The series from number `start` to before number `end`. */
export function sliceSeries(series: ChosenSeries, start: number, end: number): ChosenSeries {
  const { run, path, type } = series;
  return {
    ...series,
    run: run.subarray(start, end),
    path: path.subarray(start, end),
    type: type.subarray(start, end),
  };
}

/** By code unit, as JavaScript sorts texts. */
export function compareStrings(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
