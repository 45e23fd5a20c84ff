/**
 * Archives written by neptune-exporter as a {@linkcode Catalog} of {@linkcode Source}s.
 *
 * @module
 */

import type { CallOptions, Catalog, Source } from "../source.ts";
import { Archive } from "./archive.ts";
import { DISK } from "./disk/local.ts";
import { EitherProject } from "./either_project.ts";
import { type ArchiveOptions, checkArchive } from "./options.ts";
import { keepWorkers, segmentWorkers } from "./workers/workers.ts";

/**
 * Opens an archive. Nothing is read before the first call.
 *
 * @throws {OptionError} An option cannot be used.
 */
export function openArchive(options: ArchiveOptions): Catalog {
  const { store = DISK, filesStore = DISK } = options;
  const { cache, ...places } = checkArchive(options, { data: store.isLocal, files: filesStore.isLocal });
  const includeIncomplete = options.includeIncomplete ?? false;
  const skipDamaged = options.damagedRuns === "skip";
  const workers = options.workers ?? {};
  const archive = new Archive({
    store,
    data: places.data,
    filesStore,
    files: places.files,
    cache,
    skipDamaged,
    includeIncomplete,
    workers: segmentWorkers(workers),
  });
  const settings = {
    ...places,
    store,
    filesStore,
    linksOutside: options.linksOutside ?? true,
    skipDamaged,
    includeIncomplete,
    workers,
  };
  let leave: (() => void) | null = null;
  return {
    label: places.label,
    projects: (call?: CallOptions) => archive.projects(call),
    open: (project: string): Source => new EitherProject(archive, project, settings),
    refresh: () => archive.refresh(),
    stay: () => {
      leave ??= keepWorkers();
    },
    close: () => {
      leave?.();
      leave = null;
      store.close();
      filesStore.close();
    },
  };
}
