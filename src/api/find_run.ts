/**
 * Which run a selector means.
 *
 * @module
 */

import { OptionError, RunNotFoundError } from "../errors.ts";
import { attribute, compare } from "../nql/build.ts";
import type { Source } from "../source.ts";
import { didYouMean, suggest } from "../suggest.ts";
import type { Located } from "./reader.ts";

/** Names one run: exactly one of the three. */
export type RunSelector =
  /** `sys/name`: the newest run (the head) of this experiment. */
  | { experimentName: string; customId?: undefined; withId?: undefined }
  /** `sys/custom_run_id`: the id given when the run was created. */
  | { customId: string; experimentName?: undefined; withId?: undefined }
  /** `sys/id`: the id that Neptune made, for example `TES-1`. */
  | { withId: string; experimentName?: undefined; customId?: undefined };

/** What a run must have. */
export interface RunCriterion {
  /** The path of an attribute that identifies runs. */
  path: string;
  value: string;
}

const SELECTORS = { experimentName: "sys/name", customId: "sys/custom_run_id", withId: "sys/id" } as const;

/** The attribute and the value that a selector asks for. Throws `OptionError` where it names no run or several. */
export function criterionOf(selector: RunSelector): RunCriterion {
  const given = Object.entries(SELECTORS)
    .map(([option, path]) => ({ option, path, value: selector?.[option as keyof RunSelector] as unknown }))
    .filter(({ value }) => value !== undefined && value !== null);
  if (given.length !== 1) {
    throw new OptionError(
      `A run is named by exactly one of experimentName, customId and withId, but ${
        given.length === 0 ? "none is given" : `${given.map(({ option }) => option).join(" and ")} are given`
      }.`,
      { option: "selector", value: given.map(({ option }) => option) },
    );
  }
  const [{ option, path, value }] = given;
  if (typeof value !== "string" || value === "") {
    throw new OptionError(`${option} is ${JSON.stringify(value)}, but must be a string that is not empty.`, {
      option,
      value,
    });
  }
  return { path, value };
}

/** The newest run that has this value. Throws `RunNotFoundError` where there is none. */
export async function findRun(source: Source, { path, value }: RunCriterion, signal?: AbortSignal): Promise<Located> {
  const where = compare(attribute(path, "string"), "=", value);
  const heads = path === SELECTORS.experimentName;
  for await (const page of source.runs({ where, heads, sort: null, limit: 1, signal })) {
    if (page.runs.length > 0) return { source, info: page.runs[0] };
  }
  const suggestions = suggest(value, await someNames(source, path, signal));
  throw new RunNotFoundError(
    `${(await source.project({ signal })).name} has no ${heads ? "experiment" : "run"} with ${path} "${value}".${
      didYouMean(suggestions) || " listRuns() shows what there is."
    }`,
    { run: value, suggestions },
  );
}

/** Names for suggestions: those of the newest thousand runs. */
async function someNames(source: Source, path: string, signal?: AbortSignal): Promise<string[]> {
  const names: string[] = [];
  for await (const { runs } of source.runs({ where: null, heads: false, sort: null, limit: 1000, signal })) {
    for (const run of runs) {
      const name = path === "sys/id" ? run.sysId : path === "sys/name" ? run.name : run.customId;
      if (name !== null) names.push(name);
    }
  }
  return names;
}
