/**
 * One archive: which projects it holds, and the index of each.
 *
 * @module
 */

import { blake2b } from "@noble/hashes/blake2.js";
import { ArchiveError, ProjectNotFoundError } from "../errors.ts";
import { didYouMean, suggest } from "../suggest.ts";
import type { CallOptions } from "../source.ts";
import type { ProjectInfo } from "../types.ts";
import { FolderIndex } from "./index/folder_index.ts";
import type { SegmentWorkersFor } from "./index/read_segments.ts";
import { unreadableError, warnUnreadable } from "./index/damage.ts";
import { damageReason } from "./parquet/damage.ts";
import { openPart } from "./parquet/open.ts";
import { buildIndex, type IndexOptions, type ProjectIndex } from "./index/project_index.ts";
import { COMPACTED, type Folder, isProjectName, type Part, readFolder, sanitized } from "./disk/layout.ts";
import { projectFolders, requireFilesFolder } from "./disk/root.ts";
import { type Store, textOf } from "./disk/store.ts";
import { parseManifest } from "./compacted/manifest.ts";
import type { CompactedFolder } from "./compacted/open.ts";
import { type Shared, shared } from "../async/shared.ts";

/** Options of an archive, completed. */
export interface ArchiveSettings extends IndexOptions {
  /** Where the archive lies. */
  store: Store;
  /** Absolute path of the data root. */
  data: string;
  /** Where stored files lie, and the folder that was named for them; null: none was. */
  filesStore: Store;
  files: string | null;
  /** The folder for summaries, or null. */
  cache: string | null;
  /** Web Workers that read parts. Default: none. */
  workers?: SegmentWorkersFor;
}

/** Which folders hold which projects. */
interface Contents {
  folders: Map<string, Folder>;
  /** Folder names by project. */
  projects: Map<string, string[]>;
  /** The folders that are compacted, by their names. */
  compacted: Map<string, CompactedFolder>;
}

/** A deterministic id of a project, in the form of a UUID. */
export function projectId(name: string): string {
  const bytes = blake2b(new TextEncoder().encode(name), { dkLen: 16 });
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The error for a project that an archive does not hold; it names those that it holds. */
export function projectNotFound(data: string, project: string, available: string[]): ProjectNotFoundError {
  const listed = available.slice(0, 10).join(", ") + (available.length > 10 ? ", …" : "");
  return new ProjectNotFoundError(
    `The archive ${data} has no project "${project}".${didYouMean(suggest(project, available))} It holds ` +
      `${available.length === 0 ? "none that can be read" : listed}.`,
    { project, available },
  );
}

/** What was seen of an archive since it was looked at anew; who began before goes on with what there was then. */
interface Seen {
  contents: Shared<Contents>;
  folders: Map<string, Shared<FolderIndex>>;
  indexes: Map<string, Shared<ProjectIndex>>;
}

/** One archive on disk. Nothing is read before the first call; what was read once is kept. */
export class Archive {
  readonly #settings: ArchiveSettings;
  #seen: Seen;
  /** The indexes that there were before the archive was looked at anew. */
  readonly #earlier = new Map<string, FolderIndex>();
  /** How often the archive was looked at anew. */
  generation = 0;

  constructor(settings: ArchiveSettings) {
    this.#settings = settings;
    this.#seen = this.#look();
  }

  /** Looks at the folders again with the next call: what came, went or changed since is seen. */
  refresh(): void {
    this.generation++;
    this.#seen = this.#look();
  }

  /** The projects, sorted by name. */
  async projects(options?: CallOptions): Promise<ProjectInfo[]> {
    return await this.#projects(this.#seen, options);
  }

  async #projects({ contents }: Seen, options?: CallOptions): Promise<ProjectInfo[]> {
    const { projects, folders } = await contents(options);
    const unreadable = projects.size === 0 ? [...folders.values()].find(({ damage }) => damage !== null) : undefined;
    if (unreadable?.compacted) throw unreadableError(unreadable);
    return [...projects.keys()].sort().map((name) => ({ name, id: projectId(name) }));
  }

  /** The project with this name or id. */
  async project(nameOrId: string, options?: CallOptions): Promise<ProjectInfo> {
    const seen = this.#seen;
    const projects = await this.#projects(seen, options);
    const found = projects.find(({ name, id }) => name === nameOrId || id === nameOrId);
    if (found) return found;
    const { folders } = await seen.contents(options);
    // Where no part can be read, the name of the folder still tells.
    if (folders.has(sanitized(nameOrId))) return { name: nameOrId, id: projectId(nameOrId) };
    throw projectNotFound(this.#settings.data, nameOrId, projects.map(({ name }) => name));
  }

  /** The runs of a project, by its name. */
  index(project: string, options?: CallOptions): Promise<ProjectIndex> {
    const { contents, folders, indexes } = this.#seen;
    let index = indexes.get(project);
    if (!index) {
      index = shared(async ({ signal, onProgress }) => {
        const found = await contents({ signal }), { projects } = found;
        const names = projects.get(project) ?? [sanitized(project)];
        // The folder that is named after the project counts before copies under other names.
        names.sort((a, b) => Number(b === sanitized(project)) - Number(a === sanitized(project)));
        const unreadable = names.map((name) => found.folders.get(name)).find((folder) => folder?.damage);
        if (unreadable && (unreadable.compacted || !this.#settings.skipDamaged)) throw unreadableError(unreadable);
        const own = [];
        for (const name of names) {
          own.push(await this.#indexOf(folders, found.folders.get(name)!, { signal, onProgress }));
        }
        return await buildIndex(project, own, this.#settings, signal);
      });
      indexes.set(project, index);
    }
    return index(options);
  }

  /** The folder of a project that is compacted, by its name; null: its runs have parts. */
  async compacted(project: string, options?: CallOptions): Promise<CompactedFolder | null> {
    const { projects, folders, compacted } = await this.#seen.contents(options);
    const names = projects.get(project) ?? [];
    const [folder] = names.flatMap((name) => compacted.get(name) ?? []);
    if (!folder) return null;
    const { path, parts } = folders.get(folder.name)!;
    if (names.length > 1 || parts.length > 0) {
      const where = parts.length > 0 ? `${path} holds parts of runs, too` : `it lies in ${names.join(" and ")}`;
      throw new ArchiveError(
        `The project ${project} is compacted, but ${where}: keep one of them in the data folder, and move the other elsewhere.`,
        { path },
      );
    }
    return folder;
  }

  #look(): Seen {
    const folders: Seen["folders"] = new Map();
    return { contents: this.#listing(folders), folders, indexes: new Map() };
  }

  #listing(indexes: Seen["folders"]): Shared<Contents> {
    return shared(async ({ signal }) => {
      const folders = new Map<string, Folder>();
      const projects = new Map<string, string[]>(), compacted = new Map<string, CompactedFolder>();
      const { store, data, filesStore, files } = this.#settings;
      if (files !== null) await requireFilesFolder(filesStore, files, signal);
      for (const name of await projectFolders(store, data, signal)) {
        const folder = await readFolder(store, data, name, signal);
        folders.set(name, folder);
        if (folder.compacted && folder.damage === null) {
          const found = await readManifest(folder, signal);
          if (found) compacted.set(name, found);
        }
        if (folder.damage !== null) {
          if (isProjectName(name)) warnUnreadable(folder);
          continue;
        }
        const inside = compacted.get(name);
        for (const project of inside ? [inside.manifest.project] : await this.#projectsOf(indexes, folder, signal)) {
          projects.set(project, [...projects.get(project) ?? [], name]);
        }
      }
      return { folders, projects, compacted };
    });
  }

  /** Most folders hold the one project they are named after, which one row proves. */
  async #projectsOf(indexes: Seen["folders"], folder: Folder, signal?: AbortSignal): Promise<string[]> {
    for (const part of folder.parts) {
      const project = await projectOf(part, signal);
      if (project === null) continue;
      if (sanitized(project) === folder.name) return [project];
      break;
    }
    const index = await this.#indexOf(indexes, folder, { signal });
    return [...index.projects()];
  }

  /** The index of a folder, with the parameters of all its parts. */
  #indexOf(indexes: Seen["folders"], folder: Folder, options: CallOptions): Promise<FolderIndex> {
    let index = indexes.get(folder.name);
    if (!index) {
      index = shared(async (options) => {
        const { cache, workers } = this.#settings, { signal } = options;
        const earlier = this.#earlier.get(folder.name);
        const index = await FolderIndex.open(folder, { cache, earlier, workers, signal });
        this.#earlier.set(folder.name, index);
        await index.ensure(folder.parts, "parameters", options);
        return index;
      });
      indexes.set(folder.name, index);
    }
    return index(options);
  }
}

/** What a compacted folder says of itself; null, and the folder is damaged, where that cannot be read. */
async function readManifest(folder: Folder, signal?: AbortSignal): Promise<CompactedFolder | null> {
  const { store, name, path } = folder;
  try {
    const text = await textOf(store, `${path}/${COMPACTED}`, signal);
    return { store, name, path, manifest: parseManifest(text ?? "") };
  } catch (error) {
    signal?.throwIfAborted();
    const reason = damageReason(error);
    folder.damage = reason.includes(COMPACTED) ? reason : `${COMPACTED}: ${reason}`;
    return null;
  }
}

/** The project that the first row of a part names, or null. */
async function projectOf(part: Part, signal?: AbortSignal): Promise<string | null> {
  try {
    using file = await openPart(part, signal);
    await file.load(["project"], signal);
    for (const group of file.groups()) {
      if (group.length === 0) continue;
      const { values, present, strings } = group.strings("project");
      return present && present[0] === 0 ? null : strings.get(values[0]);
    }
  } catch (error) {
    signal?.throwIfAborted();
    damageReason(error);
  }
  return null;
}
