/**
 * How to read an archive, checked before anything is read, and before what reads is loaded.
 *
 * @module
 */

import { resolve } from "node:path";
import { OptionError } from "../errors.ts";
import type { Store } from "./disk/store.ts";
import { fromLocalTime } from "./read/local_time.ts";
import type { WorkerOptions } from "./workers/workers.ts";

/** Where an archive lies. */
export interface ArchivePlaces {
  /** Where the data root lies. Default: on a disk of this machine. */
  store?: Store;
  /** Where the files root lies. Default: on a disk of this machine. */
  filesStore?: Store;
  /** The data root: the folder that holds one folder for each project (the exporter's default is `exports/data`). */
  data: string;
  /** The files root (the exporter's default is `exports/files`). Default: the folder `files` beside the data root, if any. */
  files?: string | null;
}

/** How to read an archive. */
export interface ArchiveOptions extends ArchivePlaces {
  /** The folder where summaries of runs are kept, so that the next opening is fast. Never inside the archive. Default: none. */
  cache?: string | null;
  /**
   * What to do with a run one of whose parts cannot be read: `error` throws a `DamagedFileError` where the run is used, `skip`
   * leaves the run out. Default: `error`.
   */
  damagedRuns?: "error" | "skip";
  /**
   * The IANA zone of the machine that exported from Neptune 2.x, which stored the times of points as local time labelled
   * UTC; they are then put right. Default: times as they are stored.
   */
  timeZone?: string | null;
  /** Also reads runs whose export was not finished. Default: false. */
  includeIncomplete?: boolean;
  /** Web Workers that read long series. Default: as many as there are processors, where there is work enough. */
  workers?: WorkerOptions;
  /** Follows links in the files folder that lead out of it. Default: true. */
  linksOutside?: boolean;
}

/** What the options say, once they are checked. */
export interface CheckedArchive {
  /** The archive, for people. */
  label: string;
  data: string;
  files: string | null;
  cache: string | null;
  timeZone: string | null;
  /** Puts the times of points right. */
  toUtc: ((local: number) => number) | null;
}

/**
 * Checks the options.
 *
 * @param isLocal Whether data and files lie on a disk of this machine.
 * @throws {OptionError} An option cannot be used.
 */
export function checkArchive(
  options: Pick<ArchiveOptions, "data" | "files" | "cache" | "timeZone">,
  isLocal: { data: boolean; files: boolean },
): CheckedArchive {
  const data = isLocal.data ? resolve(options.data) : options.data;
  const cache = options.cache ? resolve(options.cache) : null;
  if (cache !== null && `${cache}/`.startsWith(`${data}/`)) {
    throw new OptionError(
      `The cache folder ${cache} lies inside the archive, which is only read: pass another folder.`,
      {
        option: "cacheFolder",
        value: cache,
      },
    );
  }
  return {
    label: `archive ${data}`,
    data,
    files: options.files ? isLocal.files ? resolve(options.files) : options.files : null,
    cache,
    timeZone: options.timeZone ?? null,
    toUtc: options.timeZone ? fromLocalTime(options.timeZone) : null,
  };
}
