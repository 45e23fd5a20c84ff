/**
 * One database of neptune-scale: whose data it holds, and what it says about them.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { type DamagedFileError, isNeptuneError } from "../../errors.ts";
import { readRun, type RunMessage } from "./messages.ts";
import { withDatabase } from "./database.ts";

/** The versions of databases that are known; later ones are read like the last. */
export const KNOWN_VERSIONS: readonly string[] = ["v1", "v2", "v3", "v4", "v5"];

/** One database. */
export interface ScaleDatabase {
  path: string;
  /** Below the folder that was opened, with slashes. */
  name: string;
  version: string;
  project: string;
  runId: string;
  /** When it was made, from its name, in nanoseconds since the epoch; orders databases of one run. */
  made: bigint;
  /** How the run was made; null: that message is on the server, or was never needed. */
  run: RunMessage | null;
  /** Why what it says about the run cannot be read, or null. */
  damage: string | null;
}

/** What a file that looks like a database is. */
export type Opened =
  | { kind: "database"; database: ScaleDatabase }
  /** A database of something else. */
  | { kind: "foreign" }
  | { kind: "damaged"; reason: string }
  /** Somebody writes it all the time. */
  | { kind: "busy"; reason: string; error: DamagedFileError };

/** Looks into a file: whose data it holds. Reads no operations but the one that made the run. */
export async function openContainer(path: string, name: string): Promise<Opened> {
  try {
    return await withDatabase(path, (database) => lookInto(database, path, name));
  } catch (error) {
    if (isNeptuneError(error, "PermissionError")) throw error;
    if (isNeptuneError(error, "DamagedFileError")) return { kind: "busy", reason: whyUnreadable(error), error };
    return { kind: "damaged", reason: whyUnreadable(error) };
  }
}

function lookInto(database: DatabaseSync, path: string, name: string): Opened {
  const tables = tableNames(database);
  if (!tables.has("run_operations") || !tables.has("metadata")) return { kind: "foreign" };
  const metadata = database.prepare("SELECT version, project, run_id FROM metadata").get();
  if (!metadata) return { kind: "damaged", reason: "it does not say whose data it holds" };
  const { version, project, run_id } = metadata as { version: string; project: string; run_id: string };
  const found: ScaleDatabase = {
    path,
    name,
    version: String(version),
    project: String(project),
    runId: String(run_id),
    made: madeAt(name),
    run: null,
    damage: null,
  };
  try {
    const first = database.prepare(
      "SELECT operation FROM run_operations WHERE operation_type = 1 ORDER BY sequence_id LIMIT 1",
    ).get() as { operation: Uint8Array } | undefined;
    if (first) found.run = readRun(first.operation);
  } catch (error) {
    found.damage = whyUnreadable(error);
  }
  return { kind: "database", database: found };
}

/** The names of the tables of a database. */
export function tableNames(database: DatabaseSync): Set<string> {
  const rows = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[];
  return new Set(rows.map(({ name }) => name));
}

/** Databases are called `<project>_<run>_<nanoseconds>.sqlite3`, or lie in a folder of such a name. */
function madeAt(name: string): bigint {
  const digits = /_(\d{10,})(?:\.sqlite3$|\/[^/]*$)/.exec(name)?.[1];
  return digits === undefined ? 0n : BigInt(digits);
}

/** What went wrong, without the end of the sentence. */
export function whyUnreadable(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}
