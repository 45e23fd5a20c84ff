/**
 * What is the fault of a file or folder, or of the disk it lies on.
 *
 * @module
 */

import { NeptuneError } from "../../errors.ts";

/** An object is no longer what it was when it was listed. */
export class ChangedError extends Error {
  override name = "ChangedError";
}

/** Why a file or folder cannot be read, where that is its own fault; null for errors of another kind. */
export function diskFault(error: unknown): string | null {
  // What is told as an error of ours is nothing about one file: a store that cannot be reached, for one.
  if (error instanceof NeptuneError) return null;
  // Removed since it was listed, not for us to read, a link that leads nowhere, or on a broken disk.
  const isFault = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.IsADirectory || error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.FilesystemLoop || error instanceof ChangedError ||
    (error instanceof Error && /\(os error \d+\)/.test(error.message));
  return isFault ? (error as Error).message : null;
}
