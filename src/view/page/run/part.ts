/// <reference lib="dom" />

/**
 * What every part of the page of a run is given.
 *
 * @module
 */

import type { ValuesAnswer } from "../../api.ts";

/** The run, and all of its values. */
export interface RunPartProps {
  run: string;
  values: ValuesAnswer["values"];
}

/** Whether a value is a picture, or a series of them. */
export function isPicture(value: ValuesAnswer["values"][number]): boolean {
  if (value.type === "file") return value.value?.mimeType.startsWith("image/") ?? false;
  return value.type === "file_series" && (value.value?.last.mimeType.startsWith("image/") ?? false);
}
