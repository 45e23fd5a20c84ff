/**
 * Which run a selector means.
 *
 * @module
 */

import { OptionError, RunNotFoundError } from "../errors.ts";
import { NONEMPTY, orNull } from "../options/kinds.ts";
import { attribute, compare } from "../nql/build.ts";
import { checkOptions, declare, optional } from "../options/options.ts";
import type { Source } from "../source.ts";
import { didYouMean, suggest } from "../suggest.ts";
import type { Located } from "./reader.ts";

/** Names one run: exactly one of the three. */
export type RunSelector =
  /** `sys/name`: the newest run (the head) of this experiment. */
  | { experimentName: string; customId?: null; withId?: null }
  /** `sys/custom_run_id`: the id given when the run was created. */
  | { customId: string; experimentName?: null; withId?: null }
  /** `sys/id`: the id that Neptune made, for example `TES-1`. */
  | { withId: string; experimentName?: null; customId?: null };

const SELECTORS = { experimentName: "sys/name", customId: "sys/custom_run_id", withId: "sys/id" } as const;
const NAMES = ["experimentName", "customId", "withId"] as const;

const SELECTOR = declare<{ [K in (typeof NAMES)[number]]?: string | null }>()({
  experimentName: optional(orNull(NONEMPTY), null),
  customId: optional(orNull(NONEMPTY), null),
  withId: optional(orNull(NONEMPTY), null),
});

/** What a run must have. */
export interface RunCriterion {
  /** The path of an attribute that identifies runs. */
  path: (typeof SELECTORS)[keyof typeof SELECTORS];
  value: string;
}

/** The attribute and the value that a selector asks for. Throws `OptionError` where it names no run or several. */
export function criterionOf(selector: unknown): RunCriterion {
  const asked = checkOptions("ReadOnlyRun", SELECTOR, selector);
  const given = NAMES.filter((name) => asked[name] !== null);
  if (given.length !== 1) {
    throw new OptionError(
      `A run is named by exactly one of experimentName, customId and withId, but ${
        given.length === 0 ? "none is given" : `${given.join(" and ")} are given`
      }.`,
      { option: "selector", value: given },
    );
  }
  return { path: SELECTORS[given[0]], value: asked[given[0]]! };
}

/** The newest run that has this value. Throws `RunNotFoundError` where there is none. */
export async function findRun(source: Source, { path, value }: RunCriterion, signal?: AbortSignal): Promise<Located> {
  const where = compare(attribute(path, "string"), "=", value);
  const heads = path === SELECTORS.experimentName;
  for await (const page of source.runs({ where, heads, limit: 1, signal })) {
    if (page.runs.length > 0) return { source, info: page.runs[0] };
  }
  const suggestions = suggest(value, await someNames(source, path, signal));
  // It may be one of those that cannot be read.
  const leftOut = source.leftOut?.() ?? [];
  throw new RunNotFoundError(
    `${(await source.project({ signal })).name} has no ${heads ? "experiment" : "run"} with ${path} "${value}".${
      didYouMean(suggestions) || " listRuns() shows what there is."
    }${leftOut.map((sentence) => ` ${sentence}`).join("")}`,
    { run: value, suggestions },
  );
}

/** Names for suggestions: those of the newest thousand runs. */
async function someNames(source: Source, path: string, signal?: AbortSignal): Promise<string[]> {
  const names: string[] = [];
  for await (const { runs } of source.runs({ limit: 1000, signal })) {
    for (const run of runs) {
      const name = path === "sys/id" ? run.sysId : path === "sys/name" ? run.name : run.customId;
      if (name !== null) names.push(name);
    }
  }
  return names;
}
