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
import type { FileRef } from "../../types.ts";

/** Azure's SDK wants three segments in the path of an address. */
const FOLDER = "/storage/files/";
const VALID_SECONDS = 3600;

/** Adds the routes of files. */
export function addFileRoutes(app: Hono, server: Server): void {
  app.post("/api/storagebridge/v1/signedUrl", (context) => signedUrls(server, context));
  app.post("/api/storagebridge/v1/azure/signedUrl", (context) => signedUrls(server, context));
  app.get(FOLDER + ":place", (context) => download(server, context));
}

async function signedUrls(server: Server, context: Context): Promise<Response> {
  const signal = signalOf(context);
  const body = await Body.of(context.req.raw);
  const files = await Promise.all(
    body.required("files", body.objects("files")).map(async (file) => {
      const project_identifier = file.required("project_identifier", file.string("project_identifier"));
      const path = file.required("path", file.string("path"));
      if (file.word("permission", ["read", "write"]) === "write") {
        throw new Refusal(403, "ACCESS_DENIED", "This server is read-only: files cannot be uploaded.");
      }
      const { info } = await server.projects.find(project_identifier, { signal });
      const place = encodePageToken([info.id, path]);
      const expires = String(Math.floor(Date.now() / 1000) + VALID_SECONDS);
      // Azure's SDK drops query parameters that are not called like those of its own signatures.
      const query = new URLSearchParams({ se: expires, sig: server.tokens.sign(`${place} ${expires}`) });
      return { project_identifier, path, url: `${addressOf(context)}${FOLDER}${place}?${query}`, provider: "aws" };
    }),
  );
  return context.json({ files });
}

async function download(server: Server, context: Context): Promise<Response> {
  const signal = signalOf(context);
  const place = context.req.param("place")!;
  const expires = context.req.query("se") ?? "";
  if (!server.tokens.signed(`${place} ${expires}`, context.req.query("sig") ?? "")) {
    throw new Refusal(403, "ACCESS_DENIED", "The address of the file is not signed by this server.");
  }
  if (Number(expires) < Date.now() / 1000) {
    throw new Refusal(400, "BAD_REQUEST", "The address of the file has expired: ask for a new one.");
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
  if (range === undefined) return new Response((await source.file(file, { signal })).bytes, { headers });
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
