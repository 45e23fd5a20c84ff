/**
 * `compare()`: runs beside each other.
 *
 * @module
 */

import { ATTRIBUTES, type AttributeSelection, selectPaths } from "../../bulk/names.ts";
import { type Displayable, jupyterDisplay, type MediaBundle } from "../../display/bundle.ts";
import type { ComparedColumn, ComparisonData } from "../../display/compare/comparison.ts";
import { withDisplay } from "../../display/frame.ts";
import { naturally } from "../../display/format.ts";
import { keepApart } from "../../frame/names.ts";
import { valuesFrame } from "../../frame/values.ts";
import type { Frame } from "../../frame/typed.ts";
import { orNull } from "../../options/kinds.ts";
import { type Checked, checkOptions, declare, optional } from "../../options/options.ts";
import { LONG_CALL, longCall, type LongCallOptions } from "../../progress/show.ts";
import type { AttributeType } from "../../types.ts";
import { checkRuns, givenRuns, type SomeRuns } from "./points.ts";
import { configValue, labelsOf, readerOfRun, readRuns } from "./run_values.ts";

/** Options of {@linkcode compareRuns}. */
export interface CompareOptions extends LongCallOptions {
  /** Which attributes: paths, or a pattern. Default: all but those below `sys/` and `monitoring/`. */
  attributes?: AttributeSelection | null;
}

const COMPARE = declare<CompareOptions>()({ ...LONG_CALL, attributes: optional(orNull(ATTRIBUTES), null) });

/** Values of one kind each are compared; points, files and tags of system attributes are not. */
const TYPES: AttributeType[] = ["float", "int", "string", "bool", "datetime", "string_set", "float_series"];

/**
 * Compares runs: which configs differ, and the last values of their metrics beside them. Nothing is read before it is shown.
 *
 * Shows itself in a notebook as a table with one row per run, which sorts by a click on a title; configs that are equal in all
 * runs are folded below it. {@linkcode RunComparison.frame} gives the same as a Polars frame. Throws `OptionError` where an option is
 * outside its bounds.
 *
 * @example
 * ```ts
 * compare(project.fetchReadOnlyRuns());
 * compare([run, other], { attributes: "^config/ | ^validation/" });
 * ```
 */
export function compareRuns(runs: SomeRuns, options: CompareOptions = {}): RunComparison {
  checkRuns("compare", runs);
  return new RunComparison(runs, checkOptions("compare", COMPARE, options));
}

const inspect = Symbol.for("Deno.customInspect");

/** What {@linkcode compareRuns} gives. */
export class RunComparison implements Displayable {
  readonly #runs: SomeRuns;
  readonly #options: Checked<typeof COMPARE>;
  #reading: Promise<ComparisonData> | null = null;

  /** Made by {@linkcode compareRuns}. */
  constructor(runs: SomeRuns, options: CompareOptions) {
    this.#runs = runs;
    this.#options = checkOptions("compare", COMPARE, options);
  }

  /**
   * The table as a Polars frame: `run`, then the configs that differ, then the last values of metrics. Columns of numbers are f64,
   * all others strings; null where a run has no value. An attribute that is itself called `run` is the column `run:` and its type.
   */
  async frame(): Promise<Frame> {
    const { runs, differing, metrics } = await this.#data();
    const columns = [...differing, ...metrics];
    const names = keepApart(columns.map(({ path, type }) => ({ name: path, type })), ["run"]);
    return withDisplay(valuesFrame(runs, columns.map(({ values }, i) => [names[i], values])));
  }

  /** What `console.log` shows. */
  [inspect](): string {
    return "RunComparison\n  a notebook shows it; await frame() for the table";
  }

  /** What a notebook shows. */
  async [jupyterDisplay](): Promise<MediaBundle> {
    const { comparisonPage } = await import("../../display/compare/comparison.ts");
    return comparisonPage(await this.#data());
  }

  /** A failure is not remembered. */
  #data(): Promise<ComparisonData> {
    return this.#reading ??= read(this.#runs, this.#options).catch((error) => {
      this.#reading = null;
      throw error;
    });
  }
}

async function read(given: SomeRuns, options: Checked<typeof COMPARE>): Promise<ComparisonData> {
  return await longCall(options, { description: "compare", unit: "run" }, async ({ signal, onProgress }) => {
    const runs = [...await givenRuns("compare", given)];
    const { attributes } = options;
    const types = new Map<string, AttributeType>();
    const labels = await labelsOf(runs.map(readerOfRun), signal);
    const rows = await readRuns(runs, async (_, reader) => {
      const { source, info } = await reader.locate(signal);
      const which = attributes === null ? {} : selectPaths(attributes);
      const found = (await Array.fromAsync(source.attributes({ runs: [info.key], ...which, types: TYPES, signal })))
        .flat()
        .filter(({ path }) => attributes !== null || !/^(sys|monitoring)\//.test(path));
      for (const { path, type } of found) if (!types.has(path)) types.set(path, type);
      const paths = found.map(({ path }) => path);
      await reader.load(paths, signal);
      onProgress(1, runs.length);
      return {
        run: labels.get(reader)!,
        values: new Map(paths.map((path) => [path, configValue(reader, path)])),
      };
    });
    const data: ComparisonData = { runs: rows.map(({ run }) => run), differing: [], metrics: [], equal: [] };
    for (const [path, type] of [...types].sort(([a], [b]) => naturally(a, b))) {
      const column: ComparedColumn = { path, type, values: rows.map(({ values }) => values.get(path) ?? null) };
      if (type === "float_series") data.metrics.push(column);
      else if (column.values.every((value) => Object.is(value, column.values[0]))) {
        data.equal.push({ path, value: column.values[0] });
      } else data.differing.push(column);
    }
    // What most runs have says most about the difference.
    const known = ({ values }: ComparedColumn) => values.filter((value) => value !== null).length;
    data.differing.sort((a, b) => known(b) - known(a));
    return data;
  });
}
