/**
 * Many runs at once: their readers, and their configs as values to compare by.
 *
 * @module
 */

import { forEach } from "../../async/concurrent.ts";
import { AttributeNotFoundError, AttributeTypeError } from "../../errors.ts";
import { didYouMean, suggest } from "../../suggest.ts";
import { readerOf } from "../attribute.ts";
import { formatTime } from "../../display/format.ts";
import type { RunReader } from "../reader.ts";
import type { ReadOnlyRun } from "../project.ts";

/** How many runs are read at a time. */
const AT_ONCE = 8;

/** Does the same with every run, some at a time; the results are in the order of the runs. */
export async function readRuns<T>(
  runs: ReadOnlyRun[],
  work: (run: ReadOnlyRun, reader: RunReader) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  await forEach(runs, AT_ONCE, async (run, at) => {
    results[at] = await work(run, readerOf(run.attribute("sys/id")));
  });
  return results;
}

/** How a run is called where several are shown. */
export async function labelOf(run: ReadOnlyRun, signal?: AbortSignal): Promise<string> {
  const { info } = await readerOf(run.attribute("sys/id")).locate(signal);
  return info.customId ?? info.sysId;
}

/** A value that was loaded, as a number or a text; for a series its last value; null where the run has none. */
export function configValue(reader: RunReader, path: string): number | string | null {
  const value = reader.loaded(path)?.value ?? null;
  if (value === null || typeof value === "number" || typeof value === "string") return value;
  if (value instanceof Set) return [...value].join(", ");
  if (value instanceof Date) return formatTime(value);
  return typeof value === "object" ? null : String(value);
}

/** The values of these attributes of every run; an attribute that no run has is refused. */
export async function valuesOfRuns(
  runs: ReadOnlyRun[],
  paths: string[],
  signal?: AbortSignal,
): Promise<{ run: string; values: (number | string | null)[] }[]> {
  const rows = await readRuns(runs, async (run, reader) => {
    await reader.load(paths, signal);
    return { run: await labelOf(run, signal), values: paths.map((path) => configValue(reader, path)) };
  });
  for (const [i, path] of paths.entries()) {
    if (runs.length > 0 && rows.every(({ values }) => values[i] === null)) await refuseMissing(runs, path, signal);
  }
  return rows;
}

/** Throws that none of the runs has this attribute, with names that are close, or one that can be shown. */
export async function refuseMissing(runs: ReadOnlyRun[], path: string, signal?: AbortSignal): Promise<never> {
  const reader = readerOf(runs[0].attribute(path));
  const lost = runs.map((run) => readerOf(run.attribute(path)).loaded(path)).find((cell) => cell !== null);
  if (lost) {
    throw new AttributeTypeError(
      `"${path}" is of type ${lost.type}, and no run has a number or a text there to compare by: choose another attribute.`,
      { path, type: lost.type, method: "plot", use: [] },
    );
  }
  const suggestions = suggest(path, (await reader.definitions(signal)).map((one) => one.path));
  const run = await labelOf(runs[0], signal);
  const who = runs.length === 1 ? `Run ${run} has no attribute` : `None of the ${runs.length} runs has an attribute`;
  throw new AttributeNotFoundError(`${who} "${path}".${didYouMean(suggestions)}`, { run, path, suggestions });
}
