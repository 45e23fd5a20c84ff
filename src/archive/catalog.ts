/**
 * Archives written by neptune-exporter as a {@linkcode Catalog} of {@linkcode Source}s.
 *
 * @module
 */

import { resolve } from "node:path";
import { OptionError } from "../errors.ts";
import type { CallOptions, Catalog, Source } from "../source.ts";
import { Archive } from "./archive.ts";
import { DISK } from "./disk/local.ts";
import type { Store } from "./disk/store.ts";
import { EitherProject } from "./either_project.ts";
import { fromLocalTime } from "./read/local_time.ts";

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
  /** Follows links in the files folder that lead out of it. Default: true. */
  linksOutside?: boolean;
}

/**
 * Opens an archive. Nothing is read before the first call.
 *
 * @throws {OptionError} An option cannot be used.
 */
export function openArchive(options: ArchiveOptions): Catalog {
  const { store = DISK, filesStore = DISK } = options;
  const data = store.isLocal ? resolve(options.data) : options.data;
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
  const includeIncomplete = options.includeIncomplete ?? false;
  const skipDamaged = options.damagedRuns === "skip";
  const files = options.files ? filesStore.isLocal ? resolve(options.files) : options.files : null;
  const archive = new Archive({
    store,
    data,
    filesStore,
    files,
    cache,
    skipDamaged,
    includeIncomplete,
  });
  const label = `archive ${data}`;
  const settings = {
    label,
    store,
    data,
    filesStore,
    files,
    linksOutside: options.linksOutside ?? true,
    skipDamaged,
    includeIncomplete,
    toUtc: options.timeZone ? fromLocalTime(options.timeZone) : null,
  };
  return {
    label,
    projects: (call?: CallOptions) => archive.projects(call),
    open: (project: string): Source => new EitherProject(archive, project, settings),
    refresh: () => archive.refresh(),
    close: () => {
      store.close();
      filesStore.close();
    },
  };
}
