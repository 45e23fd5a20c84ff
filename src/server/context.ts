/**
 * What the endpoints share.
 *
 * @module
 */

import type { Context } from "hono";
import type { Tokens } from "./tokens.ts";
import type { Definition, PageCache, RestOfPoints, RestOfValues } from "./page_cache.ts";
import type { Holder, Project, Projects } from "./projects.ts";
import { Refusal } from "./refusal.ts";

/** What the endpoints share. */
export interface Server {
  tokens: Tokens;
  projects: Projects;
  /** What follows a page of attribute definitions. */
  definitions: PageCache<Definition[]>;
  /** What follows a page of values. */
  values: PageCache<RestOfValues>;
  /** What follows a page of float points. */
  points: PageCache<RestOfPoints>;
}

/** Aborts when nobody waits for the answer any more. */
export function signalOf(context: Context): AbortSignal {
  return context.env.signal;
}

/** A query parameter, decoded. */
export function parameter(context: Context, name: string): string {
  const value = context.req.query(name);
  if (value !== undefined) return value;
  throw new Refusal(400, "BAD_REQUEST", `The address lacks the query parameter ${name}.`);
}

/** The project named by the query parameter `projectIdentifier`. */
export function projectOf(server: Server, context: Context): Promise<Project> {
  return server.projects.find(parameter(context, "projectIdentifier"), { signal: signalOf(context) });
}

/** The run that a holder identifier means; refuses one that means none. */
export async function requireRun(server: Server, identifier: string, signal: AbortSignal): Promise<Holder> {
  const [holder] = await server.projects.holders([identifier], null, { signal });
  if (holder) return holder;
  throw new Refusal(404, "EXPERIMENT_NOT_FOUND", `There is no run ${JSON.stringify(identifier)}.`);
}

/** An answer that is a protobuf message. */
export function protobuf(body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>): Response {
  // no-transform: compressing takes longer than a loopback or a local network gains.
  return new Response(body, {
    headers: { "content-type": "application/x-protobuf", "cache-control": "no-store, no-transform" },
  });
}
