/**
 * SQLite databases of neptune-scale, opened so that nothing beside them changes.
 *
 * Opening a database in WAL mode makes files beside it even where it is only read. So a database without a log is opened as
 * immutable, and one with a log is copied to a temporary folder together with it. Who writes at the same time is noticed by
 * looking at the files before and after.
 *
 * @module
 */

import { tmpdir } from "node:os";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { DatabaseSync } from "node:sqlite";
import { DamagedFileError } from "../../errors.ts";
import { missingPermission } from "../../permissions/require.ts";

/** A live process is given so many chances to be caught between two writes. */
const ATTEMPTS = 6;
const FIRST_WAIT_MS = 20;

const SIDES = ["-wal", "-journal"];
/** The header of a log, which changes when it begins anew. */
const WAL_HEADER = 32;

/** Opens a database, and closes it after use; what was read while somebody wrote is read again. */
export async function withDatabase<T>(path: string, use: (database: DatabaseSync) => T): Promise<T> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT_MS * 2 ** attempt));
    const before = stateOf(path);
    let result: { value: T } | { error: unknown };
    try {
      result = { value: before.logged ? useCopy(path, use) : useImmutable(path, use) };
    } catch (error) {
      result = { error };
    }
    const after = stateOf(path);
    // What a writer adds to the end of a log that was copied does no harm; all else does.
    if (before.main !== after.main || before.log !== after.log || before.logged !== after.logged) continue;
    if ("error" in result) throw result.error;
    return result.value;
  }
  throw new DamagedFileError(
    `The database ${path} is being written all the time: read it when the program that writes it has ended.`,
    { run: path, file: path },
  );
}

interface FileState {
  /** Size and time of the database. */
  main: string;
  /** The header of the log, or nothing. */
  log: string;
  /** Whether there is a log with content. */
  logged: boolean;
}

function stateOf(path: string): FileState {
  const { size, mtime } = Deno.statSync(path);
  const sides = SIDES.map((side) => path + side).filter((side) => sizeOf(side) > 0);
  return { main: `${size} ${mtime?.getTime()}`, log: sides.map(headerOf).join(), logged: sides.length > 0 };
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

function headerOf(path: string): string {
  try {
    using file = Deno.openSync(path);
    const bytes = new Uint8Array(WAL_HEADER);
    return String(bytes.subarray(0, file.readSync(bytes) ?? 0));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

function useImmutable<T>(path: string, use: (database: DatabaseSync) => T): T {
  const database = openImmutable(path);
  return database ? useAndClose(database, use) : useCopy(path, use);
}

/** null: Deno opens databases by an address only where it may do everything, and without one there is no way to say it. */
function openImmutable(path: string): DatabaseSync | null {
  const url = pathToFileURL(path);
  url.searchParams.set("immutable", "1");
  try {
    return new DatabaseSync(url, { readOnly: true });
  } catch {
    return null;
  }
}

function useCopy<T>(path: string, use: (database: DatabaseSync) => T): T {
  const folder = temporaryFolder();
  try {
    const copy = `${folder}/${basename(path)}`;
    for (const side of ["", ...SIDES]) {
      if (side === "" || sizeOf(path + side) > 0) copyFile(path + side, copy + side);
    }
    // The copy is ours: a log of what was not finished may be rolled back in it.
    return useAndClose(new DatabaseSync(copy), use);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function temporaryFolder(): string {
  try {
    return Deno.makeTempDirSync({ prefix: "neptune-fetcher-" });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw missingPermission({ name: "write", path: placeForTemporaryFiles() }, "read a database from a copy of it");
  }
}

function placeForTemporaryFiles(): string {
  try {
    return tmpdir();
  } catch {
    return "/tmp";
  }
}

/** Copies content alone: a file that may not be written makes a copy that may. */
function copyFile(from: string, to: string): void {
  Deno.copyFileSync(from, to);
  if (Deno.build.os !== "windows") Deno.chmodSync(to, 0o600);
}

function useAndClose<T>(database: DatabaseSync, use: (database: DatabaseSync) => T): T {
  try {
    return use(database);
  } finally {
    database.close();
  }
}
