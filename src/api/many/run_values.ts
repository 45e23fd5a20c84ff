/**
 * Many runs at once: their readers, and their configs as values to compare by.
 *
 * @module
 */

import { forEach } from "../../async/concurrent.ts";
import { toldApart } from "../../bulk/select.ts";
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
    results[at] = await work(run, readerOfRun(run));
  });
  return results;
}

/** The reader of a run, which its attributes share. */
export function readerOfRun(run: ReadOnlyRun): RunReader {
  return readerOf(run.attribute("sys/id"));
}

/**
 * How runs are called where several are shown: by the custom id, or else by `sys/id`. Those that would be called like another go on to
 * `sys/id`, then to this with their project, then to their key, as two exporters may have written one `sys/id`, then to where that lies.
 */
export async function labelsOf(readers: Iterable<RunReader>, signal?: AbortSignal): Promise<Map<RunReader, string>> {
  const all = [...new Set(readers)];
  const names: (string | null)[][] = [];
  await forEach(all, AT_ONCE, async (reader, at) => {
    const { source, info: { customId, sysId, key } } = await reader.locate(signal);
    const { name } = await source.project({ signal });
    names[at] = [customId, sysId, `${name}/${sysId}`, `${name}/${key}`, `${name}/${key}, ${source.label}`];
  });
  // Two readers of the same run call it the same.
  const runs = new Map(names.map((list) => [list.at(-1), list]));
  const labels = toldApart([...runs.values()]);
  const byRun = new Map([...runs.keys()].map((run, i) => [run, labels[i]]));
  return new Map(all.map((reader, at) => [reader, byRun.get(names[at].at(-1))!]));
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
  const labels = await labelsOf(runs.map(readerOfRun), signal);
  const rows = await readRuns(runs, async (_, reader) => {
    await reader.load(paths, signal);
    return { run: labels.get(reader)!, values: paths.map((path) => configValue(reader, path)) };
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
  const { info } = await reader.locate(signal);
  const run = info.customId ?? info.sysId;
  const who = runs.length === 1 ? `Run ${run} has no attribute` : `None of the ${runs.length} runs has an attribute`;
  throw new AttributeNotFoundError(`${who} "${path}".${didYouMean(suggestions)}`, { run, path, suggestions });
}
