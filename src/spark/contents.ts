/**
 * What lies in an archive that a Spark server reads: its folders, the parts in them, and which project is where.
 *
 * @module
 */

import { parsePartName } from "../archive/disk/layout.ts";

/** One data file, by the folder and the name it has. */
export interface StoredPart {
  name: string;
  /** Bytes. */
  size: number;
  stem: string;
  number: number;
}

/** Files that are read as one table. */
export interface PartGroup {
  /** The number of the folder: a run in two folders lies there twice. */
  copy: number;
  /** The number of these parts: rows of part 2 come before those of part 10. */
  part: number;
  /** Patterns or names of files. */
  paths: string[];
}

/** The parts of each project folder, among these files; others are passed over. */
export function partsIn(root: string, files: Iterable<{ path: string; size: number }>): Map<string, StoredPart[]> {
  const folders = new Map<string, StoredPart[]>();
  const start = `${bare(root)}/`;
  for (const { path, size } of files) {
    const place = bare(path);
    if (!place.startsWith(start)) continue;
    const [folder, name, ...deeper] = place.slice(start.length).split("/");
    const part = name === undefined ? null : parsePartName(name);
    if (!part || deeper.length > 0 || folder.startsWith(".") || name.startsWith(".")) continue;
    const known = folders.get(folder);
    if (known) known.push({ name, size, ...part });
    else folders.set(folder, [{ name, size, ...part }]);
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

/** Parts of one folder by their numbers. A pattern stands for all files with a number where all are wanted. */
export function groupParts(
  folder: string,
  copy: number,
  all: readonly StoredPart[],
  wanted: readonly StoredPart[],
): PartGroup[] {
  const isWanted = new Set(wanted);
  const numbers = [...new Set(wanted.map(({ number }) => number))].sort((a, b) => a - b);
  return numbers.map((part) => {
    const some = all.filter(({ number }) => number === part);
    const isAll = some.every((one) => isWanted.has(one) && one.stem !== "");
    const paths = isAll && some.length > 1
      ? [`${folder}/*_part_${part}.parquet`]
      : some.filter((one) => isWanted.has(one)).map(({ name }) => `${folder}/${name}`);
    return { copy, part, paths };
  });
}
