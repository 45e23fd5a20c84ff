/**
 * The values of points: from what the files hold to what a series block holds.
 *
 * @module
 */

import type { FileRef, Histogram, SeriesType } from "../../types.ts";
import type { Files } from "../disk/files.ts";

/** The value of a point of each type of series; null where it was lost before or during the export. */
export interface PointValue {
  string_series: string | null;
  histogram_series: Histogram | null;
  file_series: FileRef | null;
}

/** The values of points that are no floats: paths of files become references. */
export async function payloads<T extends keyof PointValue>(
  type: T,
  stored: readonly unknown[],
  files: Files,
  signal?: AbortSignal,
): Promise<PointValue[T][]> {
  if ((type as SeriesType) !== "file_series") return stored as PointValue[T][];
  return await files.refs(stored as (string | null)[], signal) as PointValue[T][];
}
