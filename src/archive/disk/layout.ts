/**
 * Names on disk: the folders of an archive, the parts in them, and what is unfinished or foreign.
 *
 * @module
 */

import { blake2b } from "@noble/hashes/blake2.js";
import { HASHES } from "./hashes.ts";
import { diskFault } from "./fault.ts";

/** One Parquet file that holds rows of a run (in old layouts: of several runs). */
export interface Part {
  folder: Folder;
  name: string;
  path: string;
  size: number;
  /** Milliseconds since the epoch. */
  modified: number;
  /** When anything about the file changed, its times and its name too; milliseconds since the epoch, 0 where nobody knows. */
  changed: number;
  /** The number of the file on its disk, 0 where nobody knows. */
  inode: number;
  /** Where it is among the parts of its folder. */
  place: number;
  /** The file name without `_part_<n>.parquet`: the sanitized run id. Empty in the oldest layout, `part_<n>.parquet`. */
  stem: string;
  number: number;
  /** Why the file cannot be read, or null. */
  damage: string | null;
}

/** One project folder. */
export interface Folder {
  name: string;
  path: string;
  /** Sorted by name; those of one stem by number. */
  parts: Part[];
  /** Names of files that the exporter had not finished (`.tmp`). */
  unfinished: string[];
  /** Names of other files. */
  strays: string[];
  /** Model registry folders inside, which hold no runs. */
  models: string[];
  /** Why the folder cannot be listed, or null. */
  damage: string | null;
}

/** As long an id as the exporter can write: more bytes, and the names of its files have more than the 255 that file systems take. */
const LONGEST_ID = 219;

/**
 * The file or folder name that the exporter makes of a project name, run id or model id. The exporter fails on longer ids than it can
 * write; we cut them.
 */
export function sanitized(id: string): string {
  const digest = blake2b(new TextEncoder().encode(id), { dkLen: 8 });
  const readable = id.replace(/[^\p{L}\p{N}_-]/gu, "_");
  const { read } = new TextEncoder().encodeInto(readable, new Uint8Array(LONGEST_ID));
  return readable.slice(0, read) + "-" +
    Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Splits the name of a part, or gives null where it is not one. Only the trailing number counts: run ids may hold `_part_0`. */
export function parsePartName(name: string): { stem: string; number: number } | null {
  const match = /^(?:(.*)_)?part_(\d+)\.parquet$/su.exec(name);
  return match && { stem: match[1] ?? "", number: Number(match[2]) };
}

const MODEL_FOLDERS = ["models", "model_versions"];

/** The project folders of a data root, sorted by name. */
export function folderNames(root: string): string[] {
  return [...Deno.readDirSync(root)].filter((entry) => !entry.name.startsWith(".") && isFolder(root, entry))
    .map(({ name }) => name).sort();
}

/**
 * Lists one project folder. Sizes and times are read for parts only. One system call after another: 20,000 asynchronous
 * ones take ten times as long.
 */
export function readFolder(root: string, name: string): Folder {
  const path = `${root}/${name}`;
  const folder: Folder = { name, path, parts: [], unfinished: [], strays: [], models: [], damage: null };
  // Names are sorted natively, parts with comparisons of ours: with 71,000 of them that is a difference.
  const names: string[] = [];
  try {
    for (const entry of Deno.readDirSync(path)) {
      // Among them what macOS puts beside each file it copies to other disks: `._run_part_0.parquet`.
      if (entry.name.startsWith(".")) continue;
      // A folder that is called like a part stands where one should be.
      if (!isFolder(path, entry) || parsePartName(entry.name)) names.push(entry.name);
      else if (MODEL_FOLDERS.includes(entry.name)) folder.models.push(entry.name);
    }
  } catch (error) {
    if ((folder.damage = diskFault(error)) === null) throw error;
  }
  for (const name of names.sort()) {
    const part = parsePartName(name);
    if (part) folder.parts.push(readPart(folder, name, part));
    else if (name.endsWith(".parquet.tmp")) folder.unfinished.push(name);
    else if (name !== HASHES) folder.strays.push(name);
  }
  if (folder.parts.some(({ number }) => number > 9)) {
    folder.parts.sort((a, b) => a.stem < b.stem ? -1 : a.stem > b.stem ? 1 : a.number - b.number);
    folder.parts.forEach((part, place) => part.place = place);
  }
  return folder;
}

function readPart(folder: Folder, name: string, split: { stem: string; number: number }): Part {
  const path = `${folder.path}/${name}`, place = folder.parts.length;
  try {
    const { size, mtime, ctime, ino, isDirectory } = Deno.statSync(path);
    const damage = isDirectory ? "it is a folder" : null;
    const times = { modified: mtime?.getTime() ?? 0, changed: ctime?.getTime() ?? 0, inode: ino ?? 0 };
    return { folder, name, path, size, ...times, place, ...split, damage };
  } catch (error) {
    // A link that leads nowhere, a file that was removed just now.
    const damage = diskFault(error);
    if (damage === null) throw error;
    return { folder, name, path, size: 0, modified: 0, changed: 0, inode: 0, place, ...split, damage };
  }
}

/** Tells whether the exporter may have made a folder of this name: a system's own, `lost+found`, it has not. */
export function isProjectName(name: string): boolean {
  return /^[\p{L}\p{N}_-]+$/u.test(name);
}

/** The parts of runs whose export was not finished: the exporter writes part 0 last. */
export function unfinishedParts({ parts }: Folder): Part[] {
  const later = parts.filter(({ number, stem }) => number > 0 && stem !== "");
  if (later.length === 0) return [];
  const finished = new Set(parts.flatMap(({ number, stem }) => number === 0 ? [stem] : []));
  return later.filter(({ stem }) => !finished.has(stem));
}

/** Tells whether an entry is a folder, also through a symbolic link. */
export function isFolder(parent: string, entry: Deno.DirEntry): boolean {
  if (!entry.isSymlink) return entry.isDirectory;
  try {
    return Deno.statSync(`${parent}/${entry.name}`).isDirectory;
  } catch {
    return false;
  }
}
