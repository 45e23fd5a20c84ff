/**
 * Bytes of stored files.
 *
 * @module
 */

import { begun, streamOf } from "../async/begun.ts";
import { DecodeError, FileMissingError, folderError, isNeptuneError } from "../errors.ts";
import type { FileContent, FileOptions } from "../source.ts";
import { trustedAddress } from "../transport/address.ts";
import type { FileRef } from "../types.ts";
import type { Api } from "./api.ts";
import { incomplete } from "./complete.ts";
import { signedUrlCall } from "./plan/requests.ts";

/** A signature that ran out answers with one of these, and is made anew once. */
const SIGNATURE_REFUSED: unknown[] = [400, 403];

/** Opens a file; the stream fails when the connection does, and when it holds more or less than the file. */
export async function fetchFile(
  api: Api,
  project: string,
  ref: FileRef,
  { from = 0, to = Infinity, signal }: FileOptions,
): Promise<FileContent> {
  const { path } = ref;
  if (path === "") throw missing(path);
  for (let last = false;; last = true) {
    const url = await signedUrl(api, project, path, signal);
    let size: number | null = null;
    const onSize = (bytes: number, { headers }: Response) => {
      size = bytes || null;
      const foreign = isForeign(ref, headers.get("content-type"));
      if (foreign) throw notTheFile(ref, `a page of type ${headers.get("content-type")}`);
      if (size !== null && ref.size !== null && size !== ref.size) throw notTheFile(ref, `${size} bytes`);
    };
    const chunks = api.transport.chunks({ method: "GET", url, headers: {}, followRedirects: true }, signal, { onSize });
    try {
      const bytes = counted(ref, begun(await chunks.next(), chunks));
      return {
        bytes: streamOf(from > 0 || to < Infinity ? within(bytes, from, to) : bytes, () => chunks.return(undefined)),
        size,
      };
    } catch (error) {
      if (!isNeptuneError(error, "ServerError")) throw error;
      if (error.fields.status === 404) throw missing(path, error, error.fields.inside);
      if (last || !SIGNATURE_REFUSED.includes(error.fields.status)) throw error;
    }
  }
}

/** The address of the bytes; it holds a signature, which is secret. */
async function signedUrl(api: Api, project: string, path: string, signal?: AbortSignal): Promise<string> {
  const call = signedUrlCall(project, path);
  const { files } = await api.json(call, signal);
  if (!Array.isArray(files) || files.length !== 1) throw incomplete(call, `there is no address for "${path}"`);
  const url = typeof files[0]?.url === "string" ? trustedAddress(files[0].url, api.address) : null;
  if (url !== null) return url;
  throw new DecodeError(
    `The address that the server gives for "${path}" is not one to fetch a file from: it must begin with http:// or https://, and ` +
      "with https:// where the server's own does. Ask the owner of the server.",
    { offset: 0, what: "address of a file" },
  );
}

/** A page in place of the file: a login, a proxy that speaks for the storage. */
function isForeign({ mimeType, path }: FileRef, type: string | null): boolean {
  return /^(text\/html|application\/xhtml\+xml)\b/i.test(type ?? "") && !/html/i.test(mimeType) &&
    !/\.x?html?$/i.test(path);
}

/** Passes on the bytes of a file, and fails where there are more or fewer than it has. */
async function* counted(ref: FileRef, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let count = 0;
  for await (const piece of bytes) {
    count += piece.length;
    if (ref.size !== null && count > ref.size) throw notTheFile(ref, `more than ${ref.size} bytes`);
    yield piece;
  }
  if (ref.size !== null && count < ref.size) throw notTheFile(ref, `${count} bytes`);
}

function notTheFile({ path, size }: FileRef, what: string): DecodeError {
  return new DecodeError(
    `What came for "${path}" is not the file: it is ${what}${
      size === null ? "" : `, where the file has ${size}`
    }. Try again, and ` +
      "check that no proxy or login page is in between.",
    { offset: 0, what: "file", path },
  );
}

/** The bytes from `from` to before `to`: storages differ in what ranges they take, so that the others are passed over. */
async function* within(bytes: AsyncIterable<Uint8Array>, from: number, to: number): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const chunk of bytes) {
    const part = chunk.subarray(Math.max(0, from - at), Math.max(0, to - at));
    if (part.length > 0) yield part;
    at += chunk.length;
    if (at >= to) return;
  }
}

function missing(path: string, cause?: unknown, inside?: unknown): FileMissingError {
  if (inside !== undefined) return folderError(path, namesIn(path, inside), cause);
  return new FileMissingError(
    `The server has no file at "${path}": it was not uploaded, or was deleted since.`,
    { path },
    { cause },
  );
}

/** The names that a server tells of a folder: they become paths, here and there, and lead nowhere else. */
function namesIn(path: string, told: unknown): string[] {
  const isName = (name: unknown): name is string =>
    typeof name === "string" && !name.includes("\0") &&
    name.split(/[/\\]/).every((part) => !["", ".", ".."].includes(part));
  if (Array.isArray(told) && told.every(isName)) return told;
  throw new DecodeError(
    `What the server tells of the folder "${path}" is no list of the names in it. Ask the owner of the server.`,
    { offset: 0, what: "folder of files", path },
  );
}
