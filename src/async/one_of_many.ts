/**
 * Failures of one item among many: a bulk call says what it could not do, and goes on.
 *
 * @module
 */

import { isNeptuneError } from "../errors.ts";

/**
 * Why one item failed, as a sentence. Throws the error on where the next item would fail the same way: the call was aborted, the source
 * does not answer, the disk takes nothing more, Deno does not allow it.
 */
export function reasonOrThrow(error: unknown, signal?: AbortSignal): string {
  signal?.throwIfAborted();
  if (!isNeptuneError(error)) throw error;
  for (const name of ["ConnectionError", "CredentialsError", "PermissionError", "NotNeptuneError"] as const) {
    if (isNeptuneError(error, name)) throw error;
  }
  if (isNeptuneError(error, "WriteError") && ["full", "read-only"].includes(error.fields.reason)) throw error;
  return error.message;
}
