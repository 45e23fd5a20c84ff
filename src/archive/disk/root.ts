/**
 * Makes sure that a folder is the data root of an archive, and says which folder would be if it is not.
 *
 * @module
 */

import { requirePermission } from "../../permissions/require.ts";
import { ArchiveError } from "../../errors.ts";
import { folderNames, isFolder, parsePartName } from "./layout.ts";

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
export async function projectFolders(root: string): Promise<string[]> {
  requirePermission({ name: "read", path: root }, `read the archive ${root}`);
  const info = await Deno.stat(root).catch((error) => {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    throw new ArchiveError(`The archive folder ${root} cannot be read: ${error.message}.`, { path: root }, {
      cause: error,
    });
  });
  if (info === null) {
    throw new ArchiveError(
      `There is no folder ${root}${
        spelling(root)
      }: pass \`archive\`, the data folder that neptune-exporter wrote (by default exports/data).`,
      { path: root },
    );
  }
  if (!info.isDirectory) throw await fileError(root);
  const contents = await contentsOf(root);
  if (await isDataRoot(root, contents)) return folderNames(root);
  throw await folderError(root, contents);
}

/** What looks like a path elsewhere and is none here. */
function spelling(path: string): string {
  if (/[/\\]~([/\\]|$)/.test(path)) return " (only a shell takes ~ for the home folder)";
  return /[/\\]file:/.test(path) ? " (a file: URL is passed as new URL(…))" : "";
}

async function fileError(path: string): Promise<ArchiveError> {
  const folder = parentOf(path);
  const suggestion = parsePartName(path) ? await dataRootAround(folder) : null;
  return new ArchiveError(
    `${path} is a file, but an archive is a folder: pass ${
      suggestion ?? "the data folder that holds the project folders"
    }.`,
    suggestion === null ? { path } : { path, suggestion },
  );
}

async function folderError(path: string, contents: Contents): Promise<ArchiveError> {
  if (contents.folders.length === 0 && !contents.parts && await isEmpty(path)) {
    return new ArchiveError(
      `The folder ${path} is empty: pass the data folder that neptune-exporter wrote (by default exports/data).`,
      { path },
    );
  }
  const around = contents.parts ? await dataRootAround(path) : null;
  if (around) {
    return new ArchiveError(
      `${path} is a folder of one project inside an archive: pass ${around}, which holds all projects.`,
      { path, suggestion: around },
    );
  }
  const inside = await dataRootBelow(path, contents, SEARCH_DEPTH);
  if (inside) {
    return new ArchiveError(`${path} is a level too high to be an archive: pass ${inside}.`, {
      path,
      suggestion: inside,
    });
  }
  const sibling = `${parentOf(path)}/data`;
  if (sibling !== path && await isDataRoot(sibling, await contentsOf(sibling))) {
    return new ArchiveError(
      `${path} holds no exported runs: pass ${sibling}, and this folder as \`files\` if it holds the files.`,
      { path, suggestion: sibling },
    );
  }
  const unsynced = /[/\\]\.neptune$/.test(path) ? path : `${path}/.neptune`;
  if (await isThere(unsynced)) {
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

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}

async function contentsOf(path: string): Promise<Contents> {
  const contents: Contents = { folders: [], parts: false };
  try {
    for await (const entry of Deno.readDir(path)) {
      if (isFolder(path, entry)) {
        if (!entry.name.startsWith(".")) contents.folders.push(entry.name);
      } else if (parsePartName(entry.name.replace(/\.tmp$/, ""))) contents.parts = true;
    }
  } catch {
    // Not there, or not for us to read: nothing to find.
  }
  contents.folders.sort();
  return contents;
}

/** A data root has folders, at least one of which holds parts or the models of a project. */
async function isDataRoot(path: string, contents: Contents): Promise<boolean> {
  for (const name of contents.folders) {
    if (isModelFolder(name)) continue;
    const inside = await contentsOf(`${path}/${name}`);
    if (inside.parts || inside.folders.some(isModelFolder)) return true;
  }
  return false;
}

async function dataRootBelow(path: string, contents: Contents, depth: number): Promise<string | null> {
  if (depth === 0) return null;
  const folders = contents.folders.slice(0, SEARCH_WIDTH).map((name) => `${path}/${name}`);
  for (const folder of folders) {
    const inside = await contentsOf(folder);
    if (await isDataRoot(folder, inside)) return folder;
  }
  for (const folder of folders) {
    const found = await dataRootBelow(folder, await contentsOf(folder), depth - 1);
    if (found) return found;
  }
  return null;
}

/** The data root that a folder with parts belongs to. */
async function dataRootAround(folder: string): Promise<string | null> {
  const parent = isModelFolder(folder.slice(folder.lastIndexOf("/") + 1))
    ? parentOf(parentOf(folder))
    : parentOf(folder);
  return await isDataRoot(parent, await contentsOf(parent)) ? parent : null;
}

function isModelFolder(name: string): boolean {
  return name === "models" || name === "model_versions";
}

async function isEmpty(path: string): Promise<boolean> {
  for await (const _ of Deno.readDir(path)) return false;
  return true;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
