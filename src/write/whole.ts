/**
 * Writes files whole or not at all.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { NeptuneError, WriteError, type WriteErrorReason } from "../errors.ts";
import { requirePermission } from "../permissions/require.ts";

/**
 * Makes a file in place of what is there; its folder is made where there is none. Until the file is whole it has another name beside
 * it, and is taken away when it does not get whole.
 *
 * @param path Where to.
 * @param write Writes to the path it is given.
 * @throws {WriteError} The disk does not take it.
 */
export async function makeWhole<T>(path: string, write: (part: string) => Promise<T>): Promise<T> {
  const folder = dirname(path);
  requirePermission({ name: "write", path: folder }, `save ${path}`);
  // A short name of its own: two writers never share it, and it fits where the name of the file just does.
  const part = join(folder, `.${crypto.randomUUID()}.part`);
  return await sayingWhatFailed(path, async () => {
    await Deno.mkdir(folder, { recursive: true });
    try {
      const result = await write(part);
      await Deno.rename(part, path);
      return result;
    } catch (error) {
      await Deno.remove(part).catch(() => {});
      throw error;
    }
  });
}

/**
 * Writes bytes to a file in place of what is there, all of them or none.
 *
 * @param path Where to.
 * @param bytes What to write.
 * @param signal Ends it.
 * @throws {WriteError} The disk does not take it.
 */
export async function writeWhole(path: string, bytes: ReadableStream<Uint8Array>, signal?: AbortSignal): Promise<void> {
  try {
    await makeWhole(path, (part) => Deno.writeFile(part, bytes, { signal, createNew: true }));
  } catch (error) {
    await bytes.cancel().catch(() => {});
    throw error;
  }
}

/** Errors of the operating system, from Deno or from Polars, become ones that name the file. */
export async function sayingWhatFailed<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw named(path, error);
  }
}

/** The same for what is done at once. */
export function sayingWhatFailedSync<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw named(path, error);
  }
}

function named(path: string, error: unknown): unknown {
  const reason = error instanceof NeptuneError ? null : reasonOf(error);
  if (reason === null) return error;
  const why = reason === "other" ? (error as Error).message : SENTENCES[reason];
  return new WriteError(
    `The file ${path} cannot be written: ${why}. Nothing of it is left, and what was there before is as it was.`,
    { path, reason },
    { cause: error },
  );
}

const SENTENCES: Record<Exclude<WriteErrorReason, "other">, string> = {
  full: "the disk is full",
  "no rights": "the user that runs the program has no right to write there",
  "read-only": "the disk is read-only",
  name: "the file system does not take this name",
};

/** By the texts of the operating systems, which Deno and Polars pass on. */
const REASONS: [WriteErrorReason, RegExp][] = [
  ["full", /ENOSPC|EDQUOT|os error (28|122)\b|No space left|quota exceeded|not enough space/i],
  ["read-only", /EROFS|os error 30\b|read-only file system/i],
  ["no rights", /EACCES|EPERM|os error (1|13)\b|permission denied|access is denied/i],
  ["name", /ENAMETOOLONG|EILSEQ|os error (36|63|84|92|123)\b|name too long/i],
];

function reasonOf(error: unknown): WriteErrorReason | null {
  if (!(error instanceof Error) || error instanceof DOMException) return null;
  const text = `${(error as { code?: string }).code ?? ""} ${error.message}`;
  const [reason = null] = REASONS.find(([, pattern]) => pattern.test(text)) ?? [];
  return reason ?? (isOfFiles(error, text) ? "other" : null);
}

/** Errors of files have numbers below 41, those of networks above. */
function isOfFiles(error: Error, text: string): boolean {
  const { NotFound, AlreadyExists, IsADirectory, NotADirectory, FilesystemLoop, Busy, NotCapable } = Deno.errors;
  const types = [NotFound, AlreadyExists, IsADirectory, NotADirectory, FilesystemLoop, Busy, NotCapable];
  return /\(os error ([1-9]|[123]\d|40)\)/.test(text) || types.some((type) => error instanceof type);
}
