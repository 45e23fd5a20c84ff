/**
 * The one place where it is decided what counts as damage of a file.
 *
 * @module
 */

import { diskFault } from "../disk/fault.ts";
import { ParquetError } from "./format/thrift.ts";

/** Why a file cannot be read, where that is the fault of the file; other errors are thrown on. */
export function damageReason(error: unknown): string {
  if (error instanceof ParquetError) return error.message;
  const fault = diskFault(error);
  if (fault !== null) return fault;
  // Sizes that no file really has.
  if (error instanceof RangeError) return `it claims sizes that cannot be: ${error.message}`;
  throw error;
}
