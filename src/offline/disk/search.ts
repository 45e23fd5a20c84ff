/**
 * Finds what clients left below a folder.
 *
 * @module
 */

import { isFolder } from "../../archive/disk/local.ts";
import { OfflineError } from "../../errors.ts";
import { logNames } from "../legacy/folder.ts";

/** What lies below a folder, by paths relative to it, with slashes. */
export interface Found {
  /** Files that may be databases of neptune-scale, sorted. */
  databases: string[];
  /** Folders with logs of Neptune 2.x, sorted, with the names of the logs in order. */
  logs: { folder: string; names: string[] }[];
  /** Folders that may not be read. */
  unreadable: string[];
}

/** Folders in which no client puts anything, and which are large. */
const PASSED_OVER = new Set(["node_modules", ".git", "__pycache__", "site-packages", ".venv"]);

/**
 * Looks through a folder and all below it. One system call after another, as for archives.
 *
 * @throws {OfflineError} There is no such folder, or nothing of a client is below it.
 */
export function search(root: string, signal?: AbortSignal): Found {
  const found: Found = { databases: [], logs: [], unreadable: [] };
  const visited = new Set<string>();
  const look = (folder: string, below: string) => {
    signal?.throwIfAborted();
    let entries: Deno.DirEntry[];
    try {
      entries = [...Deno.readDirSync(folder)];
    } catch (error) {
      if (below === "") throw unreadable(root, error);
      found.unreadable.push(below);
      return;
    }
    const names = logNames(entries.filter(({ isDirectory }) => !isDirectory).map(({ name }) => name));
    if (names.length > 0) found.logs.push({ folder: below, names });
    for (const entry of entries) {
      const name = below === "" ? entry.name : `${below}/${entry.name}`;
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory || (entry.isSymlink && isFolder(path))) {
        if (PASSED_OVER.has(entry.name)) continue;
        // Links may lead in a circle, or to the same place twice.
        const real = entry.isSymlink || visited.has(path) ? Deno.realPathSync(path) : path;
        if (visited.has(real)) continue;
        visited.add(real);
        look(path, name);
      } else if (entry.name.endsWith(".sqlite3")) found.databases.push(name);
    }
  };
  visited.add(root);
  look(root, "");
  if (found.databases.length === 0 && found.logs.length === 0) {
    throw new OfflineError(
      `Below ${root} there are no data of a Neptune client: pass the folder .neptune that it made (by default in the folder where the ` +
        `program ran), or a folder around it.`,
      { path: root },
    );
  }
  found.databases.sort();
  found.logs.sort((a, b) => a.folder < b.folder ? -1 : 1);
  return found;
}

function unreadable(root: string, cause: unknown): OfflineError {
  const why = cause instanceof Deno.errors.NotFound
    ? `There is no folder ${root}`
    : cause instanceof Deno.errors.NotADirectory
    ? `${root} is a file`
    : `The folder ${root} cannot be read: ${(cause as Error).message}`;
  return new OfflineError(`${why}: pass as \`offline\` the folder .neptune of a client, or one around it.`, {
    path: root,
  }, {
    cause,
  });
}
