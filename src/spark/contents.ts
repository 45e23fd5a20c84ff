/**
 * What lies in an archive that a Spark server reads: its folders, the parts in them, and which project is where.
 *
 * @module
 */

import type { Manifest } from "../archive/compacted/manifest.ts";
import { COMPACTED, parsePartName } from "../archive/disk/layout.ts";

/** One data file, by the folder and the name it has. */
export interface StoredPart {
  name: string;
  /** Bytes. */
  size: number;
  stem: string;
  number: number;
}

/** One of the exporter's files, by the path that the engine has for it. */
export interface PlacedPart extends StoredPart {
  path: string;
}

/** Files that are read as one table. */
export interface PartGroup {
  /** The number of the folder: a run in two folders lies there twice. */
  copy: number;
  /** The number of these parts: rows of part 2 come before those of part 10. */
  part: number;
  /** Patterns or names of files. */
  paths: string[];
  /** Whether rows that do not name their project are of the one asked for: their folder is named after it. */
  unnamed?: boolean;
}

/** The tables of a compacted folder, each as its files. */
export interface CompactedTables {
  /** The number of the folder. */
  copy: number;
  runs: string[];
  values: string[];
  series: string[];
}

/** What lies in one project folder. */
export interface StoredFolder {
  parts: StoredPart[];
  /** Whether it holds the tables of `compactArchive()`. */
  isCompacted: boolean;
}

/** The parts of each project folder, among these files; others are passed over. */
export function partsIn(root: string, files: Iterable<{ path: string; size: number }>): Map<string, StoredFolder> {
  const folders = new Map<string, StoredFolder>();
  const start = `${bare(root)}/`;
  // Of object storage, some say keys without the bucket.
  const inBucket = /^[a-z][a-z0-9+.-]*:\/\//i.test(root) ? start.slice(start.indexOf("/") + 1) : start;
  for (const { path, size } of files) {
    let place = bare(path);
    if (!place.startsWith(start)) {
      if (!place.startsWith(inBucket)) continue;
      place = start.slice(0, -inBucket.length) + place;
    }
    const [folder, name, ...deeper] = place.slice(start.length).split("/");
    if (name === undefined || deeper.length > 0 || folder.startsWith(".") || name.startsWith(".")) continue;
    const part = parsePartName(name);
    if (!part && name !== COMPACTED) continue;
    let known = folders.get(folder);
    if (!known) folders.set(folder, known = { parts: [], isCompacted: false });
    if (part) known.parts.push({ name, size, ...part });
    else known.isCompacted = true;
  }
  return folders;
}

/** Engines write the same path in several ways: with a scheme and any number of slashes, or without both. */
function bare(path: string): string {
  return path.replace(/^[a-z][a-z0-9+.-]*:/i, "").replace(/^\/+/, "").replace(/\/+$/, "");
}

/** The parts of runs whose export was finished; all where unfinished ones are asked for, too. */
export function shownParts(parts: readonly StoredPart[], includeIncomplete: boolean): StoredPart[] {
  if (includeIncomplete) return [...parts];
  const finished = new Set(parts.filter(({ number, stem }) => number === 0 || stem === "").map(({ stem }) => stem));
  return parts.filter(({ stem }) => finished.has(stem));
}

/** The parts of a folder that are shown, by the paths that the engine has for them. */
export function placed({ path, shown }: { path: string; shown: readonly StoredPart[] }): PlacedPart[] {
  return shown.map((part) => ({ ...part, path: `${path}/${part.name}` }));
}

/** The shown parts of one folder by their numbers. A pattern stands for all files with a number where all are shown. */
export function groupParts(
  { path, all, shown }: { path: string; all: readonly StoredPart[]; shown: readonly StoredPart[] },
  copy: number,
): PartGroup[] {
  const isShown = new Set(shown);
  const numbers = [...new Set(shown.map(({ number }) => number))].sort((a, b) => a - b);
  return numbers.map((part) => {
    const some = all.filter(({ number }) => number === part);
    const isAll = some.every((one) => isShown.has(one) && one.stem !== "");
    const paths = isAll && some.length > 1
      ? [`${path}/*_part_${part}.parquet`]
      : some.filter((one) => isShown.has(one)).map(({ name }) => `${path}/${name}`);
    return { copy, part, paths };
  });
}

/** The files of the tables that a manifest names. */
export function tablesOf({ passes }: Manifest, folder: string, copy: number): CompactedTables {
  const names = passes.flatMap(({ files }) => files.map(({ name }) => name));
  const of = (table: string) => names.filter((name) => name.startsWith(`${table}/`)).map((name) => `${folder}/${name}`);
  return { copy, runs: of("runs"), values: of("values"), series: of("series") };
}
