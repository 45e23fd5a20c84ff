/**
 * One opened folder of unsynced data: what lies in it, and what its runs hold.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { resolve } from "node:path";
import type { DamagedFileError } from "../errors.ts";
import { requirePermission } from "../permissions/require.ts";
import type { CallOptions } from "../source.ts";
import { type Shared, shared } from "../async/shared.ts";
import { type DiskContent, sizeOf } from "./content.ts";
import { search } from "./disk/search.ts";
import { type LegacyFolder, readLegacyFolder } from "./legacy/folder.ts";
import { readLegacyRun } from "./legacy/read.ts";
import { unite } from "./rules/unite.ts";
import { pauseNowAndThen } from "../async/pause.ts";
import { openContainer, type ScaleDatabase } from "./scale/container.ts";
import { readDatabase } from "./scale/read.ts";

const logger = getLogger(["neptune-fetcher", "offline"]);

/** The contents of runs are kept until they take more than this. */
const KEPT_BYTES = 256 * 1024 * 1024;

/** What lies in a folder. Names are relative to it, with slashes. */
export interface Containers {
  databases: ScaleDatabase[];
  /** Logs of runs of Neptune 2.x. */
  legacy: LegacyFolder[];
  /** Logs of projects and models, which are not runs. */
  others: LegacyFolder[];
  /** SQLite databases of something else. */
  foreign: string[];
  /** Databases that cannot be read at all, or not now. */
  damaged: { name: string; reason: string }[];
  /** Folders that may not be read. */
  unreadable: string[];
}

/** What one run has on disk. */
export interface DiskRun {
  /** The run id; of Neptune 2.x `offline/<uuid>` or `async/<uuid>`. */
  id: string;
  /** In the order in which they were made. */
  databases: ScaleDatabase[];
  folders: LegacyFolder[];
}

/** How the content of a run is read. */
export interface ContentOptions {
  /** The last step that the run inherited; -Infinity where it is no fork. */
  forkStep: number;
  /** Where the steps of series of Neptune 2.x go on that name none, or null where that is not known. */
  firstStep: ((path: string) => number) | null;
}

/** A folder that is searched with the first call; what was found is kept. */
export class OfflineFolder {
  readonly root: string;
  /** The project that runs of Neptune 2.x are taken to belong to, for their files do not say; null: none. */
  readonly legacyProject: string | null;
  readonly #containers: Shared<Containers>;
  readonly #contents = new Map<DiskRun, { content: DiskContent; bytes: number }>();
  #bytes = 0;

  constructor(root: string, legacyProject: string | null) {
    this.root = resolve(root);
    this.legacyProject = legacyProject;
    this.#containers = shared(({ signal }) => openAll(this.root, signal));
  }

  containers(options?: CallOptions): Promise<Containers> {
    return this.#containers(options);
  }

  /** The names of the projects, sorted. */
  async projects(options?: CallOptions): Promise<string[]> {
    const { databases, legacy } = await this.containers(options);
    const names = new Set(databases.map(({ project }) => project));
    if (this.legacyProject !== null && legacy.length > 0) names.add(this.legacyProject);
    return [...names].sort();
  }

  /** The runs of a project. */
  async runs(project: string, options?: CallOptions): Promise<DiskRun[]> {
    const { databases, legacy } = await this.containers(options);
    const runs = new Map<string, DiskRun>();
    const run = (id: string) => {
      let run = runs.get(id);
      if (!run) runs.set(id, run = { id, databases: [], folders: [] });
      return run;
    };
    for (const database of databases) if (database.project === project) run(database.runId).databases.push(database);
    if (project === this.legacyProject) {
      for (const folder of legacy) run(`${folder.mode}/${folder.id}`).folders.push(folder);
    }
    return [...runs.values()];
  }

  /** What a run holds; kept for a while. */
  async content(run: DiskRun, { forkStep, firstStep }: ContentOptions, signal?: AbortSignal): Promise<DiskContent> {
    const kept = this.#contents.get(run);
    if (kept) {
      // The most recently used comes last.
      this.#contents.delete(run);
      this.#contents.set(run, kept);
      return kept.content;
    }
    const contents: DiskContent[] = [];
    const pause = pauseNowAndThen(signal);
    for (const database of run.databases) {
      contents.push(await readDatabase(database, forkStep));
      await pause();
    }
    if (run.folders.length > 0) contents.push(await readLegacyRun(run.id, run.folders, firstStep));
    const content = unite(run.id, contents);
    const bytes = sizeOf(content);
    this.#contents.set(run, { content, bytes });
    this.#bytes += bytes;
    for (const [oldest, { bytes }] of this.#contents) {
      if (this.#bytes <= KEPT_BYTES || oldest === run) break;
      this.#contents.delete(oldest);
      this.#bytes -= bytes;
    }
    return content;
  }
}

async function openAll(root: string, signal: AbortSignal): Promise<Containers> {
  requirePermission({ name: "read", path: root }, `read the unsynced data in ${root}`);
  const found = search(root, signal);
  const all: Containers = {
    databases: [],
    legacy: [],
    others: [],
    foreign: [],
    damaged: [],
    unreadable: found.unreadable,
  };
  let busy: DamagedFileError | null = null;
  const pause = pauseNowAndThen(signal);
  for (const name of found.databases) {
    const opened = await openContainer(`${root}/${name}`, name);
    await pause();
    if (opened.kind === "database") all.databases.push(opened.database);
    else if (opened.kind === "foreign") all.foreign.push(name);
    else {
      if (opened.kind === "busy") busy ??= opened.error;
      all.damaged.push({ name, reason: opened.reason });
      logger.warn("The database {name} is damaged: {reason}", { name, reason: opened.reason });
    }
  }
  // Nothing to go on with, and the next call may find what this one does not.
  if (busy && all.databases.length === 0 && found.logs.length === 0) throw busy;
  all.databases.sort((a, b) => a.made < b.made ? -1 : a.made > b.made ? 1 : a.name < b.name ? -1 : 1);
  for (const { folder, names } of found.logs) {
    await pause();
    const read = readLegacyFolder(folder === "" ? root : `${root}/${folder}`, folder === "" ? "." : folder, names);
    (read.type === "run" ? all.legacy : all.others).push(read);
  }
  return all;
}
