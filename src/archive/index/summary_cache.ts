/**
 * Summaries of project folders kept between processes, outside the archive.
 *
 * @module
 */

import { blake2b } from "@noble/hashes/blake2.js";
import type { Folder, Part } from "../disk/layout.ts";
import type { Summary, SystemColumn, SystemValue } from "./summary.ts";

/** Raised whenever what is stored, or how it is found, changes. */
const VERSION = 1;

interface Stored {
  version: number;
  folder: string;
  parts: {
    name: string[];
    size: number[];
    modified: number[];
    foreign: (Part["foreign"])[];
    damage: (string | null)[];
  };
  summary: Omit<Summary, "columns"> & { columns: StoredColumn[] };
}

/** Values without a JSON form are stored as texts; null: the row lacks the attribute. */
type StoredColumn = Omit<SystemColumn, "values"> & { values: (number | string | boolean | string[] | null)[] };

/**
 * The stored summary of a folder, with the names of the parts it still holds for: those whose size and time are unchanged.
 * Fills in their `foreign` and `damage`. Null where nothing usable is stored.
 */
export async function loadSummary(
  cache: string,
  folder: Folder,
): Promise<{ summary: Summary; current: Set<string> } | null> {
  try {
    const stored = JSON.parse(await Deno.readTextFile(await fileOf(cache, folder))) as Stored;
    if (stored.version !== VERSION || stored.folder !== await Deno.realPath(folder.path)) return null;
    const { name, size, modified, foreign, damage } = stored.parts;
    const row = new Map(name.map((name, row) => [name, row]));
    const current = new Set<string>();
    for (const part of folder.parts) {
      const at = row.get(part.name);
      if (at === undefined || size[at] !== part.size || modified[at] !== part.modified) continue;
      part.foreign = foreign[at];
      part.damage = damage[at];
      current.add(part.name);
    }
    const columns = stored.summary.columns.map(decodeColumn);
    return { summary: { ...stored.summary, columns }, current };
  } catch {
    return null; // Missing, unreadable or spoilt: the archive itself has all of it.
  }
}

/** Stores the summary of a folder. Failing to is no error: the cache only saves time. */
export async function storeSummary(cache: string, folder: Folder, summary: Summary): Promise<void> {
  const column = <T>(of: (part: Part) => T) => folder.parts.map(of);
  const stored: Stored = {
    version: VERSION,
    folder: await Deno.realPath(folder.path),
    parts: {
      name: column((part) => part.name),
      size: column((part) => part.size),
      modified: column((part) => part.modified),
      foreign: column((part) => part.foreign),
      damage: column((part) => part.damage),
    },
    summary: { ...summary, columns: summary.columns.map((column) => encodeColumn(column, summary.run.length)) },
  };
  try {
    await Deno.mkdir(cache, { recursive: true });
    const file = await fileOf(cache, folder);
    const unfinished = `${file}.${crypto.randomUUID()}.tmp`;
    await Deno.writeTextFile(unfinished, JSON.stringify(stored));
    await Deno.rename(unfinished, file);
  } catch {
    // A read-only or full disk.
  }
}

async function fileOf(cache: string, folder: Folder): Promise<string> {
  const digest = blake2b(new TextEncoder().encode(await Deno.realPath(folder.path)), { dkLen: 16 });
  return `${cache}/summary-${Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")}.json`;
}

function encodeColumn({ path, type, values }: SystemColumn, rows: number): StoredColumn {
  const encoded = Array.from({ length: rows }, (_, row) => {
    const value = values[row];
    if (value === undefined) return null;
    return typeof value === "bigint" || (type === "float" && !Number.isFinite(value)) ? String(value) : value;
  });
  return { path, type, values: encoded as StoredColumn["values"] };
}

function decodeColumn({ path, type, values }: StoredColumn): SystemColumn {
  const decoded = values.map((value): SystemValue | undefined => {
    if (value === null) return undefined;
    if (type === "int") return BigInt(value as string);
    return type === "float" ? Number(value) : value;
  });
  return { path, type, values: decoded };
}
