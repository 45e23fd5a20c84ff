/// <reference lib="dom" />

/**
 * Stored files in words.
 *
 * @module
 */

import { formatBytes } from "../../display/format.ts";
import type { JsonFile } from "../api.ts";

/** Size and type of a file, where it is there. */
export function sizeAndType(file: JsonFile | null): string {
  if (!isThere(file)) return "missing file";
  return file.size === null ? "folder" : `${formatBytes(file.size)}, ${file.mimeType}`;
}

/** Whether what was logged is there to be saved. A folder has no size of its own. */
export function isThere(file: JsonFile | null): file is JsonFile {
  return file !== null && (file.size !== null || file.mimeType === "inode/directory");
}
