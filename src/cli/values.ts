/**
 * All values of a run, as a command shows them.
 *
 * @module
 */

import { readerOf } from "../api/attribute.ts";
import { RunFile } from "../api/file.ts";
import type { ReadOnlyRun } from "../api/project.ts";
import { type AttributeType, type FileRef, isFileType } from "../types.ts";

/** One attribute of a run: its value, or the last value of a series. */
export interface AttributeRow {
  /** Its path; with the type where the run has several of this path. */
  attribute: string;
  type: AttributeType;
  value: unknown;
}

/** The attributes of a run with their values, sorted by path, read in one go. */
export async function valuesOf(
  run: ReadOnlyRun,
  attributes: string[] | string | undefined,
  signal: AbortSignal,
): Promise<AttributeRow[]> {
  const reader = readerOf(run.attribute("sys/id"));
  const { source } = await reader.locate(signal);
  const all = await reader.all(attributes ?? null, signal);
  const open = (type: AttributeType, value: unknown) => {
    if (value instanceof Set) return [...value].sort();
    const isFile = value !== null && (isFileType(type) || type === "file_series");
    return isFile ? new RunFile(value as FileRef, () => Promise.resolve(source)) : value;
  };
  return all.map(({ path, cell: { type, value } }, i) => {
    const several = all[i - 1]?.path === path || all[i + 1]?.path === path;
    return { attribute: several ? `${path}:${type}` : path, type, value: open(type, value) };
  });
}
