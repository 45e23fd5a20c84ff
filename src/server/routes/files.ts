/**
 * Stored files: signed addresses (`signedUrl`, `azure/signedUrl`), and what is behind them.
 *
 * @module
 */

import type { Context, Hono } from "hono";
import { addressOf } from "./auth.ts";
import { Body } from "../body.ts";
import { type Server, signalOf } from "../context.ts";
import { decodePageToken, encodePageToken } from "../page_cache.ts";
import { Refusal } from "../refusal.ts";
import { AZURE, GOOGLE, type Storage } from "../storage.ts";
import type { FileRef } from "../../types.ts";

/** Azure's SDK wants three segments in the path of an address. */
const FOLDER = "/storage/files/";

/** Adds the routes of files. */
export function addFileRoutes(app: Hono, server: Server): void {
  app.post("/api/storagebridge/v1/signedUrl", (context) => signedUrls(server, context, GOOGLE));
  app.post("/api/storagebridge/v1/azure/signedUrl", (context) => signedUrls(server, context, AZURE));
  app.get(FOLDER + ":place", (context) => download(server, context));
}

async function signedUrls(server: Server, context: Context, storage: Storage): Promise<Response> {
  const signal = signalOf(context);
  const body = await Body.of(context.req.raw);
  const files: Record<string, string>[] = [];
  for (const file of body.required("files", body.objects("files"))) {
    const project_identifier = file.required("project_identifier", file.string("project_identifier"));
    const path = file.required("path", file.string("path"));
    if (file.word("permission", ["read", "write"]) === "write") {
      throw new Refusal(403, "ACCESS_DENIED", "This server is read-only: files cannot be uploaded.");
    }
    const { info } = await server.projects.find(project_identifier, { signal });
    const place = encodePageToken([info.id, path]);
    const query = storage.signed(place, new Date(), (text) => server.tokens.sign(text));
    const url = `${addressOf(context)}${FOLDER}${place}?${query}`;
    files.push({ project_identifier, path, url, provider: storage.provider });
  }
  return context.json({ files });
}

async function download(server: Server, context: Context): Promise<Response> {
  const signal = signalOf(context);
  const place = context.req.param("place")!;
  const query = new URL(context.req.url).searchParams;
  const storage = query.has("X-Goog-Signature") ? GOOGLE : AZURE;
  const { until, text, signature } = storage.read(place, query);
  if (until < Date.now()) {
    const time = Number.isFinite(until) ? new Date(until).toISOString() : "";
    return storage.refuse(`Signed expiry time [${time}] must be after now: ask for a new address.`);
  }
  if (!server.tokens.signed(text, signature)) {
    return storage.refuse("The signature is not one of this server: ask for a new address.");
  }
  const [id, path] = decodePageToken(place)!;
  if (path === "") throw new Refusal(404, "FILE_NOT_FOUND", "The file was not exported.");
  const { source } = await server.projects.find(id, { signal });
  const file: FileRef = { path, size: null, mimeType: "application/octet-stream" };
  const headers = {
    "content-type": "application/octet-stream",
    "accept-ranges": "bytes",
    "cache-control": "no-transform",
  };
  const range = context.req.header("x-ms-range") ?? context.req.header("range");
  if (range === undefined) {
    const { bytes, size } = await source.file(file, { signal });
    return new Response(bytes, { headers: size === null ? headers : { ...headers, "content-length": String(size) } });
  }
  const { first, last } = readRange(range);
  const { bytes, size } = await source.file(file, { from: first, to: last + 1, signal });
  // Of a source that does not know the size beforehand, the part has to be read to say how long it is.
  const part = size === null ? await new Response(bytes as ReadableStream<Uint8Array<ArrayBuffer>>).bytes() : bytes;
  const length = size === null ? (part as Uint8Array).length : Math.min(last + 1, size) - first;
  if (length <= 0) {
    if (size !== null) await bytes.cancel();
    return new Response(null, { status: 416, headers: { ...headers, "content-range": `bytes */${size ?? "*"}` } });
  }
  const contentRange = `bytes ${first}-${first + length - 1}/${size ?? "*"}`;
  const more = { "content-range": contentRange, "content-length": String(length) };
  return new Response(part as BodyInit, { status: 206, headers: { ...headers, ...more } });
}

/** Reads `bytes=first-last`, both included. */
function readRange(header: string): { first: number; last: number } {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header.trim());
  const [first, last] = match ? [Number(match[1]), match[2] === "" ? Infinity : Number(match[2])] : [0, -1];
  if (first <= last) return { first, last };
  throw new Refusal(400, "BAD_REQUEST", `The range ${JSON.stringify(header)} is not of the form bytes=0-99.`);
}
