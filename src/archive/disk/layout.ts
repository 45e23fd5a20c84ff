/**
 * Names on disk: the folders of an archive, the parts in them, and what is unfinished or foreign.
 *
 * @module
 */

import { blake2b } from "@noble/hashes/blake2.js";
import { pauseNowAndThen } from "../../async/pause.ts";
import { HASHES } from "./hashes.ts";
import { diskFault } from "./fault.ts";
import type { EntriesOptions, Stamp, Store, StoredEntry } from "./store.ts";

/** One Parquet file that holds rows of a run (in old layouts: of several runs). */
export class Part implements Stamp {
  readonly size: number;
  readonly modified: number;
  readonly changed: number;
  readonly inode: number;
  readonly etag: string | null;
  /** Where it is among the parts of its folder. */
  place: number;
  readonly number: number;
  readonly #stemLength: number;

  /** @param damage Why the file cannot be read, or null. */
  constructor(
    readonly folder: Folder,
    readonly name: string,
    { stem, number }: { stem: string; number: number },
    stamp: Stamp,
    public damage: string | null,
  ) {
    this.size = stamp.size;
    this.modified = stamp.modified;
    this.changed = stamp.changed;
    this.inode = stamp.inode;
    this.etag = stamp.etag;
    this.place = folder.parts.length;
    this.number = number;
    this.#stemLength = stem.length;
  }

  /** The file name without `_part_<n>.parquet`: the sanitized run id. Empty in the oldest layout, `part_<n>.parquet`. */
  get stem(): string {
    return this.name.slice(0, this.#stemLength);
  }

  get path(): string {
    return `${this.folder.path}/${this.name}`;
  }
}

/** One project folder. */
export interface Folder {
  /** Where it lies. */
  store: Store;
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
  /** Its runs lie in the tables of a compacted archive. */
  compacted: boolean;
  /** Why the folder cannot be listed, or null. */
  damage: string | null;
}

/** The manifest of a compacted project folder: its presence says that the folder is one. */
export const COMPACTED = "compacted.json";

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
  const at = name.lastIndexOf("part_");
  if (at < 0 || !name.endsWith(".parquet") || (at > 0 && name[at - 1] !== "_")) return null;
  const digits = name.slice(at + "part_".length, -".parquet".length);
  return /^\d+$/.test(digits) ? { stem: name.slice(0, Math.max(0, at - 1)), number: Number(digits) } : null;
}

/** The id of a run as the names of its files have it, for people: without the digest at its end. */
export function idInStem(stem: string): string {
  return stem.replace(/-[0-9a-f]{16}$/, "");
}

/** Whether a folder holds the tables of a compacted archive, and not what says which of their files count. */
export function isManifestGone(entries: readonly Pick<StoredEntry, "name" | "isFolder">[]): boolean {
  const isThere = (name: string, isFolder: boolean) =>
    entries.some((entry) => entry.name === name && entry.isFolder === isFolder);
  return ["runs", "attributes", "values"].every((table) => isThere(table, true)) && !isThere(COMPACTED, false);
}

const MODEL_FOLDERS = ["models", "model_versions"];

/** The project folders of a data root, sorted by name: also what is called like one and is none, such as a link that leads nowhere. */
export async function folderNames(store: Store, root: string, options?: EntriesOptions): Promise<string[]> {
  const entries = await store.list(root, options);
  const found = entries.filter(({ name, isFolder }) => isFolder ? !name.startsWith(".") : EXPORTED_FOLDER.test(name));
  return found.map(({ name }) => name).sort();
}

/** As the exporter calls its folders. */
const EXPORTED_FOLDER = /^[\p{L}\p{N}_-]*-[0-9a-f]{16}$/u;

/** A project folder of which nothing is known but where it is. */
export function folderAt(store: Store, name: string, path: string): Folder {
  return { store, name, path, parts: [], unfinished: [], strays: [], models: [], compacted: false, damage: null };
}

/** After so many parts it is seen whether others should have their turn. */
const SOME = 256;

/** Lists one project folder. Sizes and times are read for parts only. */
export async function readFolder(store: Store, root: string, name: string, signal?: AbortSignal): Promise<Folder> {
  const path = `${root}/${name}`;
  const folder = folderAt(store, name, path);
  const entries: StoredEntry[] = [];
  const pause = pauseNowAndThen(signal);
  try {
    const found = await store.list(path, { signal });
    await pause();
    for (const entry of found) {
      // Among them what macOS puts beside each file it copies to other disks: `._run_part_0.parquet`.
      if (entry.name.startsWith(".")) continue;
      // A folder that is called like a part stands where one should be.
      if (!entry.isFolder || parsePartName(entry.name)) entries.push(entry);
      else if (MODEL_FOLDERS.includes(entry.name)) folder.models.push(entry.name);
    }
    if (isManifestGone(found)) [folder.compacted, folder.damage] = [true, `${COMPACTED} is not there`];
  } catch (error) {
    if ((folder.damage = diskFault(error)) === null) throw error;
  }
  await pause();
  // Entries and not parts: there may be hundreds of thousands, and these are smaller.
  entries.sort((a, b) => a.name < b.name ? -1 : 1);
  await pause();
  for (const entry of entries) {
    const { name } = entry, part = parsePartName(name);
    if (part) folder.parts.push(readPart(folder, entry, part));
    else if (name.endsWith(".parquet.tmp")) folder.unfinished.push(name);
    else if (name === COMPACTED) folder.compacted = true;
    else if (name !== HASHES) folder.strays.push(name);
    if (folder.parts.length % SOME === 0) await pause();
  }
  if (folder.parts.some(({ number }) => number > 9)) {
    folder.parts.sort((a, b) => a.stem < b.stem ? -1 : a.stem > b.stem ? 1 : a.number - b.number);
    folder.parts.forEach((part, place) => part.place = place);
  }
  return folder;
}

function readPart(folder: Folder, entry: StoredEntry, split: { stem: string; number: number }): Part {
  try {
    const found = entry.look();
    return new Part(folder, entry.name, split, found, found.isFolder ? "it is a folder" : null);
  } catch (error) {
    // A link that leads nowhere, a file that was removed just now.
    const damage = diskFault(error);
    if (damage === null) throw error;
    return new Part(folder, entry.name, split, { size: 0, modified: 0, changed: 0, inode: 0, etag: null }, damage);
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
