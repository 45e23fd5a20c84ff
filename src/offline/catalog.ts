/**
 * What clients left on disk as a {@linkcode Catalog} of {@linkcode Source}s.
 *
 * @module
 */

import { resolve } from "node:path";
import { projectId } from "../archive/archive.ts";
import { OptionError } from "../errors.ts";
import type { CallOptions, Catalog, Source } from "../source.ts";
import type { ProjectInfo } from "../types.ts";
import { OfflineFolder } from "./folder.ts";
import { OfflineProject, unsyncedDamage } from "./project.ts";

/** How to read unsynced data. */
export interface OfflineOptions {
  /** The folder `.neptune`, or one around it. */
  folder: string;
  /** The project that runs of Neptune 2.x belong to, whose files do not say. Default: they are left out, and reported. */
  legacyProject?: string | null;
  /** An archive (or another catalog) that holds what did reach the server. Closed with this one. */
  beneath?: Catalog | null;
  /** Remainders of runs of Neptune 2.x (`async/<uuid>`) and the runs beneath that they belong to, by one of their ids. */
  matched?: Readonly<Record<string, string>>;
  /** What to do with data that cannot be read: an error where its run is used, or go on with the rest. Default: `error`. */
  damagedRuns?: "error" | "skip";
  /** Whether files that runs name may lie outside of the folder. Default: true. */
  filesOutside?: boolean;
}

/**
 * Opens a folder of unsynced data. Nothing is read before the first call.
 *
 * @throws {OptionError} An option cannot be used.
 */
export function openOffline(options: OfflineOptions): Catalog {
  if (typeof options.folder !== "string" || options.folder === "") {
    throw new OptionError("There is no folder of unsynced data: pass the folder .neptune that a client made.", {
      option: "offline",
      value: options.folder,
    });
  }
  const { damagedRuns = "error" } = options;
  if (damagedRuns !== "error" && damagedRuns !== "skip") {
    throw new OptionError(`damagedRuns is "${damagedRuns}", but must be "error" or "skip".`, {
      option: "damagedRuns",
      value: damagedRuns,
    });
  }
  const beneath = options.beneath ?? null;
  const root = resolve(options.folder);
  let folder = new OfflineFolder(root, options.legacyProject ?? null);
  const mine = `unsynced data in ${root}`;
  const settings = {
    label: beneath ? `${beneath.label} and ${mine}` : mine,
    skipDamaged: damagedRuns === "skip",
    filesBelow: options.filesOutside ?? true ? null : root,
    matched: new Map(Object.entries(options.matched ?? {})),
  };
  return {
    label: settings.label,
    async projects(call?: CallOptions): Promise<ProjectInfo[]> {
      const projects = new Map((await beneath?.projects(call) ?? []).map((project) => [project.name, project]));
      for (const name of await folder.projects(call)) {
        if (!projects.has(name)) projects.set(name, { name, id: projectId(name) });
      }
      const [damaged] = (await folder.containers(call)).damaged;
      if (projects.size === 0 && damaged && !settings.skipDamaged) {
        throw unsyncedDamage(null, { file: damaged.name, reason: damaged.reason });
      }
      return [...projects.values()].sort((a, b) => a.name < b.name ? -1 : 1);
    },
    open: (project: string): Source =>
      new OfflineProject(folder, project, beneath ? beneath.open(project) : null, settings),
    refresh() {
      folder = new OfflineFolder(root, options.legacyProject ?? null);
      beneath?.refresh?.();
    },
    stay: () => beneath?.stay?.(),
    close: () => beneath?.close(),
  };
}
