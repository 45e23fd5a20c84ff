/**
 * Failures of one item among many: a bulk call says what it could not do, and goes on.
 *
 * @module
 */

import { isNeptuneError } from "../errors.ts";

/** What would fail the next item, too. */
const OF_ALL = ["ConnectionError", "CredentialsError", "PermissionError", "NotNeptuneError"] as const;
/** Of object storage: what is the fault of one object. */
const OF_ONE: readonly string[] = ["changed", "truncated"];

/**
 * Why one item failed, as a sentence. Throws the error on where the next item would fail the same way: the call was aborted, the source
 * does not answer, the disk takes nothing more, Deno does not allow it.
 */
export function reasonOrThrow(error: unknown, signal?: AbortSignal): string {
  signal?.throwIfAborted();
  if (!isNeptuneError(error)) throw error;
  for (const name of OF_ALL) {
    if (isNeptuneError(error, name)) throw error;
  }
  if (isNeptuneError(error, "StorageError") && !OF_ONE.includes(error.fields.reason)) throw error;
  if (isNeptuneError(error, "WriteError") && ["full", "read-only"].includes(error.fields.reason)) throw error;
  return error.message;
}
