/**
 * Bytes of stored files.
 *
 * @module
 */

import { DecodeError, FileMissingError, isNeptuneError } from "../errors.ts";
import type { FileContent, FileOptions } from "../source.ts";
import type { FileRef } from "../types.ts";
import type { Api } from "./api.ts";
import { signedUrlCall } from "./plan/requests.ts";

/** A signature that ran out answers with one of these, and is made anew once. */
const SIGNATURE_REFUSED: unknown[] = [400, 403];

/** Opens a file; the stream fails when the connection does. */
export async function fetchFile(
  api: Api,
  project: string,
  { path }: FileRef,
  { from = 0, to = Infinity, signal }: FileOptions,
): Promise<FileContent> {
  if (path === "") throw missing(path);
  for (let last = false;; last = true) {
    const url = await signedUrl(api, project, path, signal);
    let size: number | null = null;
    const onSize = (bytes: number) => size = bytes || null;
    const chunks = api.transport.chunks({ method: "GET", url, headers: {}, followRedirects: true }, signal, { onSize });
    try {
      const bytes = following(await chunks.next(), chunks);
      return { bytes: ReadableStream.from(from > 0 || to < Infinity ? within(bytes, from, to) : bytes), size };
    } catch (error) {
      if (!isNeptuneError(error, "ServerError")) throw error;
      if (error.fields.status === 404) throw missing(path, error);
      if (last || !SIGNATURE_REFUSED.includes(error.fields.status)) throw error;
    }
  }
}

/** The address of the bytes; it holds a signature, which is secret. */
async function signedUrl(api: Api, project: string, path: string, signal?: AbortSignal): Promise<string> {
  const call = signedUrlCall(project, path);
  const { files } = await api.json(call, signal);
  const url = Array.isArray(files) ? files[0]?.url : undefined;
  if (typeof url === "string" && URL.canParse(url, api.address)) return new URL(url, api.address).href;
  throw new DecodeError(
    `The server's answer to ${call.path} holds no address for "${path}". Ask again; if it stays so, report it.`,
    { offset: 0, what: "address of a file" },
  );
}

async function* following<T>(first: IteratorResult<T, void>, rest: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  if (!first.done) yield first.value;
  yield* rest;
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

function missing(path: string, cause?: unknown): FileMissingError {
  return new FileMissingError(
    `The server has no file at "${path}": it was not uploaded, or was deleted since.`,
    { path },
    { cause },
  );
}
