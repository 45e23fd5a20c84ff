/**
 * The one place where it is decided what counts as damage of a file.
 *
 * @module
 */

import { ParquetError } from "./format/thrift.ts";

/** Why a file cannot be read, where that is the fault of the file; other errors are thrown on. */
export function damageReason(error: unknown): string {
  if (error instanceof ParquetError) return error.message;
  // A file that was removed since it was listed, that nobody may read, or that a broken disk does not give.
  const isFault = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.IsADirectory ||
    (error instanceof Error && /\(os error \d+\)/.test(error.message));
  if (isFault) return (error as Error).message;
  // Sizes that no file really has.
  if (error instanceof RangeError) return `it claims sizes that cannot be: ${error.message}`;
  throw error;
}
