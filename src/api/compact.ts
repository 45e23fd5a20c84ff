/**
 * An archive as a few large files.
 *
 * @module
 */

import type { CompactedArchive } from "../compact/archive.ts";
import { COMPACT, type CompactOptions } from "../compact/options.ts";
import { checkOptions } from "../options/options.ts";
import { longCall } from "../progress/show.ts";
import { openArchiveOnly } from "./open.ts";
import { ARCHIVE, type ArchiveSourceOptions } from "./source_options.ts";

/** Options of {@linkcode compactArchive}. */
export type CompactArchiveOptions = CompactOptions & ArchiveSourceOptions;

/**
 * Writes an archive anew as a few large Parquet files, sorted by attribute, run and step. The result is an archive like the one it was
 * made of: pass its `data` as `archive`. It opens and answers faster, and every engine reads its tables as plain Parquet.
 *
 * Called again with the same destination, it adds the runs that are new and changes no file. After an interruption it goes on where it
 * was. What was written is read back and compared before it gets its name; `SHA256SUMS` holds the hashes of all files. Times of points
 * are as they are stored: pass `timeZone` when opening, as with the archive itself.
 *
 * @throws {DamagedFileError} A file of the archive cannot be read, unless `damagedRuns` is `"skip"`.
 * @throws {WriteError} The disk does not take what is written.
 * @throws {ArchiveError} Somebody else writes to the destination, or it holds something else.
 *
 * @example
 * ```ts
 * const { data, projects } = await compactArchive({ archive: "exports/data", destination: "compacted" });
 * const project = new ReadOnlyProject({ archive: data, project: projects[0].project });
 * ```
 */
export async function compactArchive(options: CompactArchiveOptions): Promise<CompactedArchive> {
  const asked = checkOptions("compactArchive", { ...ARCHIVE, ...COMPACT }, options);
  return await longCall(asked, { description: "compact", unit: "file" }, async (call) => {
    const catalog = openArchiveOnly(asked);
    const { compactCatalog } = await import("../compact/archive.ts");
    try {
      return await compactCatalog(catalog, { ...asked, ...call });
    } finally {
      catalog.close();
    }
  });
}
