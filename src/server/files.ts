/**
 * Stored files: signed addresses (E12, E13), and what is behind them.
 *
 * @module
 */

import type { Context, Hono } from "hono";
import { addressOf } from "./auth.ts";
import { Body } from "./body.ts";
import { type Server, signalOf } from "./context.ts";
import { readToken, writeToken } from "./leftovers.ts";
import { Refusal } from "./refusal.ts";

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
      const place = writeToken([info.id, path]);
      const expires = String(Math.floor(Date.now() / 1000) + VALID_SECONDS);
      // Azure's SDK drops query parameters that are not called like those of its own signatures.
      const query = new URLSearchParams({ se: expires, sig: server.keys.sign(`${place} ${expires}`) });
      return { project_identifier, path, url: `${addressOf(context)}${FOLDER}${place}?${query}`, provider: "aws" };
    }),
  );
  return context.json({ files });
}

async function download(server: Server, context: Context): Promise<Response> {
  const signal = signalOf(context);
  const place = context.req.param("place")!;
  const expires = context.req.query("se") ?? "";
  if (!server.keys.signed(`${place} ${expires}`, context.req.query("sig") ?? "")) {
    throw new Refusal(403, "ACCESS_DENIED", "The address of the file is not signed by this server.");
  }
  if (Number(expires) < Date.now() / 1000) {
    throw new Refusal(400, "BAD_REQUEST", "The address of the file has expired: ask for a new one.");
  }
  const [id, path] = readToken(place)!;
  if (path === "") throw new Refusal(404, "FILE_NOT_FOUND", "The file was not exported.");
  const { source } = await server.projects.find(id, { signal });
  const bytes = await source.file({ path, size: null, mimeType: "application/octet-stream" }, { signal });
  const headers = {
    "content-type": "application/octet-stream",
    "accept-ranges": "bytes",
    "cache-control": "no-transform",
  };
  const range = context.req.header("x-ms-range") ?? context.req.header("range");
  if (range === undefined) return new Response(bytes, { headers });
  const { first, last } = readRange(range);
  const { part, size } = await cut(bytes, first, last);
  if (first >= size) {
    return new Response(null, { status: 416, headers: { ...headers, "content-range": `bytes */${size}` } });
  }
  const contentRange = `bytes ${first}-${first + part.size - 1}/${size}`;
  return new Response(part, { status: 206, headers: { ...headers, "content-range": contentRange } });
}

/** Reads `bytes=first-last`, both included. */
function readRange(header: string): { first: number; last: number } {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header.trim());
  if (match) return { first: Number(match[1]), last: match[2] === "" ? Infinity : Number(match[2]) };
  throw new Refusal(400, "BAD_REQUEST", `The range ${JSON.stringify(header)} is not of the form bytes=0-99.`);
}

/** The bytes from `first` to `last`, and how many there are in all, for which the rest has to be read too. */
async function cut(
  bytes: ReadableStream<Uint8Array>,
  first: number,
  last: number,
): Promise<{ part: Blob; size: number }> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    const start = Math.max(0, first - size);
    const end = Math.min(chunk.length, last + 1 - size);
    if (start < end) pieces.push(chunk.slice(start, end) as Uint8Array<ArrayBuffer>);
    size += chunk.length;
  }
  return { part: new Blob(pieces), size };
}
