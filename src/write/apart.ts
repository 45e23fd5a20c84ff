/**
 * What is read is not written to.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { OptionError } from "../errors.ts";
import { isPermitted } from "../permissions/require.ts";

/**
 * Reading and writing in one folder would mix what both mean.
 *
 * @param archive The data folder that is read.
 * @param data The data folder that is to be written.
 * @throws {OptionError} They are the same, or one lies in the other.
 */
export function refuseSame(archive: string, data: string): void {
  const within = (inner: string, outer: string) => `${inner}/`.startsWith(`${outer}/`);
  const [read, written] = [archive, data].map(placeOf);
  if (!within(read, written) && !within(written, read)) return;
  throw new OptionError(
    `The destination ${data} is the archive that is read, or one lies in the other: pass another folder.`,
    { option: "destination", value: data },
  );
}

/** Where a path leads, through links, also where its end is not there yet. */
function placeOf(path: string): string {
  if (isPermitted({ name: "read", path })) {
    try {
      return Deno.realPathSync(path);
    } catch {
      // It is still to be made.
    }
  }
  const folder = dirname(path);
  return folder === path ? path : join(placeOf(folder), basename(path));
}
