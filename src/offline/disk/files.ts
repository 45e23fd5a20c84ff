/**
 * The bytes of files that never reached storage.
 *
 * @module
 */

import { openStream } from "../../archive/disk/local.ts";
import { FileMissingError, folderError } from "../../errors.ts";
import type { FileContent, FileOptions } from "../../source.ts";
import type { FileOrigin } from "../content.ts";
import { type Operation, parse } from "../legacy/log.ts";

/**
 * Opens a file; `FileMissingError` where it is nowhere.
 *
 * @param below Files are only read below this folder, wherever links lead; null: anywhere.
 */
export async function openOrigin(
  path: string,
  origin: FileOrigin,
  below: string | null,
  options: FileOptions,
): Promise<FileContent> {
  switch (origin.kind) {
    case "disk":
      return await openFirst(path, origin.paths, below, options);
    case "log":
      return inMemory(contentOf(path, origin), options);
    case "text":
      return inMemory(new TextEncoder().encode(origin.text), options);
    case "folder":
      throw folderError(path, origin.names);
  }
}

/** Tells whether the bytes of a file can be had, and how many there are where that is known. */
export function lookAt(origin: FileOrigin): { size: number | null } | null {
  if (origin.kind !== "disk") return { size: null };
  for (const path of origin.paths) {
    try {
      const info = Deno.statSync(path);
      if (info.isFile) return { size: info.size };
    } catch {
      // Not there, or not for us to read.
    }
  }
  return null;
}

async function openFirst(
  path: string,
  candidates: string[],
  below: string | null,
  options: FileOptions,
): Promise<FileContent> {
  for (const candidate of candidates) {
    const info = await Deno.stat(candidate).catch(() => null);
    if (!info?.isFile) continue;
    if (below !== null && !`${await Deno.realPath(candidate)}`.startsWith(`${await Deno.realPath(below)}/`)) {
      throw new FileMissingError(
        `The file "${path}" lies outside of ${below}, and so is not given out: pass --follow-links to allow it.`,
        { path },
      );
    }
    return { bytes: await openStream(candidate, options), size: info.size };
  }
  throw new FileMissingError(
    `The file "${path}" never reached Neptune, and is no longer where it was logged from (${candidates.join(", ")}).`,
    { path },
  );
}

function inMemory(content: Uint8Array, { from = 0, to = content.length, signal }: FileOptions): FileContent {
  signal?.throwIfAborted();
  const bytes = new Blob([content.slice(from, Math.max(from, to))]).stream();
  return { bytes, size: content.length };
}

/** Reads the operation again: contents are too large to be kept. */
function contentOf(path: string, { path: log, start, end, point }: FileOrigin & { kind: "log" }): Uint8Array {
  try {
    using file = Deno.openSync(log);
    file.seekSync(start, Deno.SeekMode.Start);
    const bytes = new Uint8Array(end - start);
    for (let at = 0; at < bytes.length;) {
      const read = file.readSync(bytes.subarray(at));
      if (read === null) break;
      at += read;
    }
    const operation = (parse(new TextDecoder().decode(bytes)) as { obj: Operation }).obj;
    const value = point === null ? operation.file_content : (operation.values as { value: unknown }[])[point].value;
    return Uint8Array.fromBase64(typeof value === "string" ? value : (value as { data: string }).data);
  } catch (cause) {
    throw new FileMissingError(`The file "${path}" cannot be read from the log ${log}.`, { path }, { cause });
  }
}
