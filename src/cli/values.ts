/**
 * All values of a run, as a command shows them.
 *
 * @module
 */

import type { ReadOnlyProject, ReadOnlyRun } from "../api/project.ts";
import { type AttributeType, isSeriesType } from "../types.ts";

/** One attribute of a run: its value, or the last value of a series. */
export interface AttributeRow {
  attribute: string;
  type: AttributeType;
  value: unknown;
}

/** The attributes of a run with their values, sorted by path, read in one go. */
export async function valuesOf(
  project: ReadOnlyProject,
  run: ReadOnlyRun,
  attributes: string[] | string | undefined,
  signal: AbortSignal,
): Promise<AttributeRow[]> {
  const chosen = attributes === undefined ? {} : { attributes };
  const list = await project.listAttributes({ withIds: [run.sysId!], trashed: null, ...chosen, signal });
  const paths = list.getColumn("attribute").toArray() as string[];
  const types = list.getColumn("type").toArray() as AttributeType[];
  await run.prefetch(paths, { signal });
  return await Promise.all(paths.map(async (path, i) => {
    const attribute = run.attribute(path);
    const value = isSeriesType(types[i]) ? await attribute.fetchLast({ signal }) : await attribute.fetch({ signal });
    return { attribute: path, type: types[i], value: value instanceof Set ? [...value].sort() : value };
  }));
}
