/**
 * Makes sure that a folder is the data root of an archive, and says which folder would be if it is not.
 *
 * @module
 */

import { ArchiveError, NeptuneError } from "../../errors.ts";
import { COMPACTED, folderNames, isManifestGone, parsePartName } from "./layout.ts";
import { foundAt, parentOf, type Store } from "./store.ts";

/** How many levels below a wrong folder are searched for the right one. */
const SEARCH_DEPTH = 3;
/** How many folders on one level are looked into. */
const SEARCH_WIDTH = 50;

/** What lies directly in a folder. */
interface Contents {
  folders: string[];
  /** Holds parts, finished or not. */
  parts: boolean;
}

/** The names of the project folders of a data root. Throws an `ArchiveError` where the folder is not a data root. */
export async function projectFolders(store: Store, root: string, signal?: AbortSignal): Promise<string[]> {
  store.permit(root, `read the archive ${root}`);
  const found = await store.find(root, signal).catch((error) => {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    if (error instanceof NeptuneError || signal?.aborted) throw error;
    throw new ArchiveError(`The archive folder ${root} cannot be read: ${error.message}.`, { path: root }, {
      cause: error,
    });
  });
  if (found === null) {
    throw new ArchiveError(
      `There is no folder ${root}${
        spelling(root)
      }: pass \`archive\`, the data folder that neptune-exporter wrote (by default exports/data).`,
      { path: root },
    );
  }
  if (!found.isFolder) throw await fileError(store, root);
  const contents = await contentsOf(store, root);
  if (await isDataRoot(store, root, contents)) return folderNames(store, root, { signal });
  throw await folderError(store, root, contents);
}

/**
 * Throws an `ArchiveError` where the folder that was named for stored files is not there. Those who may not look are told later. In
 * a bucket an empty folder is none, so that only a bucket that is not there is an error.
 */
export async function requireFilesFolder(store: Store, folder: string, signal?: AbortSignal): Promise<void> {
  if (!store.isPermitted(folder)) return;
  const found = await foundAt(store, folder, signal);
  if (found?.isFolder || (!found && !store.isLocal)) return;
  throw new ArchiveError(
    `There is no folder ${folder}${
      spelling(folder)
    }: pass as \`files\` the folder that neptune-exporter wrote files to (by default exports/files), or leave it out.`,
    { path: folder },
  );
}

/** What looks like a path elsewhere and is none here. */
function spelling(path: string): string {
  if (/[/\\]~([/\\]|$)/.test(path)) return " (only a shell takes ~ for the home folder)";
  return /[/\\]file:/.test(path) ? " (a file: URL is passed as new URL(…))" : "";
}

async function fileError(store: Store, path: string): Promise<ArchiveError> {
  const folder = parentOf(path);
  const suggestion = parsePartName(path) ? await dataRootAround(store, folder) : null;
  return new ArchiveError(
    `${path} is a file, but an archive is a folder: pass ${
      suggestion ?? "the data folder that holds the project folders"
    }.`,
    suggestion === null ? { path } : { path, suggestion },
  );
}

async function folderError(store: Store, path: string, contents: Contents): Promise<ArchiveError> {
  if (contents.folders.length === 0 && !contents.parts && await isEmpty(store, path)) {
    return new ArchiveError(
      `The folder ${path} is empty: pass the data folder that neptune-exporter wrote (by default exports/data).`,
      { path },
    );
  }
  const around = contents.parts ? await dataRootAround(store, path) : null;
  if (around) {
    return new ArchiveError(
      `${path} is a folder of one project inside an archive: pass ${around}, which holds all projects.`,
      { path, suggestion: around },
    );
  }
  const inside = await dataRootBelow(store, path, contents, SEARCH_DEPTH);
  if (inside) {
    return new ArchiveError(`${path} is a level too high to be an archive: pass ${inside}.`, {
      path,
      suggestion: inside,
    });
  }
  const sibling = `${parentOf(path)}/data`;
  if (sibling !== path && await isDataRoot(store, sibling, await contentsOf(store, sibling))) {
    return new ArchiveError(
      `${path} holds no exported runs: pass ${sibling}, and this folder as \`files\` if it holds the files.`,
      { path, suggestion: sibling },
    );
  }
  const unsynced = /[/\\]\.neptune$/.test(path) ? path : `${path}/.neptune`;
  if (await isThere(store, unsynced)) {
    return new ArchiveError(
      `${path} holds runs that never reached the server, and no exported ones: pass ${unsynced} as \`offline\`.`,
      {
        path,
        suggestion: unsynced,
      },
    );
  }
  return new ArchiveError(
    `${path} holds no exported runs: pass the data folder that neptune-exporter wrote (by default exports/data).`,
    { path },
  );
}

async function isThere(store: Store, path: string): Promise<boolean> {
  return (await foundAt(store, path))?.isFolder ?? false;
}

async function contentsOf(store: Store, path: string): Promise<Contents> {
  const contents: Contents = { folders: [], parts: false };
  try {
    const entries = await store.list(path, { glance: true });
    contents.parts = isManifestGone(entries);
    for (const { name, isFolder } of entries) {
      if (isFolder) {
        if (!name.startsWith(".")) contents.folders.push(name);
      } else if (parsePartName(name.replace(/\.tmp$/, "")) || name === COMPACTED) contents.parts = true;
    }
  } catch (error) {
    if (error instanceof NeptuneError) throw error;
    // Not there, or not for us to read: nothing to find.
  }
  contents.folders.sort();
  return contents;
}

/** A data root has folders, at least one of which holds parts or the models of a project. */
async function isDataRoot(store: Store, path: string, contents: Contents): Promise<boolean> {
  for (const name of contents.folders) {
    if (isModelFolder(name)) continue;
    const inside = await contentsOf(store, `${path}/${name}`);
    if (inside.parts || inside.folders.some(isModelFolder)) return true;
  }
  return false;
}

async function dataRootBelow(store: Store, path: string, contents: Contents, depth: number): Promise<string | null> {
  if (depth === 0) return null;
  const folders = contents.folders.slice(0, SEARCH_WIDTH).map((name) => `${path}/${name}`);
  for (const folder of folders) {
    const inside = await contentsOf(store, folder);
    if (await isDataRoot(store, folder, inside)) return folder;
  }
  for (const folder of folders) {
    const found = await dataRootBelow(store, folder, await contentsOf(store, folder), depth - 1);
    if (found) return found;
  }
  return null;
}

/** The data root that a folder with parts belongs to. */
async function dataRootAround(store: Store, folder: string): Promise<string | null> {
  const parent = isModelFolder(folder.slice(folder.lastIndexOf("/") + 1))
    ? parentOf(parentOf(folder))
    : parentOf(folder);
  return await isDataRoot(store, parent, await contentsOf(store, parent)) ? parent : null;
}

function isModelFolder(name: string): boolean {
  return name === "models" || name === "model_versions";
}

async function isEmpty(store: Store, path: string): Promise<boolean> {
  return (await store.list(path, { glance: true })).length === 0;
}
