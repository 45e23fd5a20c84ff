/**
 * What is read is not written to.
 *
 * @module
 */

import { OptionError } from "../errors.ts";

/**
 * Reading and writing in one folder would mix what both mean.
 *
 * @param archive The data folder that is read.
 * @param data The data folder that is to be written.
 * @throws {OptionError} They are the same, or one lies in the other.
 */
export function refuseSame(archive: string, data: string): void {
  const within = (inner: string, outer: string) => `${inner}/`.startsWith(`${outer}/`);
  if (!within(archive, data) && !within(data, archive)) return;
  throw new OptionError(
    `The destination ${data} is the archive that is read, or one lies in the other: pass another folder.`,
    { option: "destination", value: data },
  );
}
