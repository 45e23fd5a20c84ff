/**
 * What the routes share.
 *
 * @module
 */

import type { Context, Hono } from "hono";
import { Body } from "../server/body.ts";
import { signalOf } from "../server/context.ts";
import type { KnownRun } from "../server/runs.ts";
import type { Project, Projects } from "../server/projects.ts";
import { Refusal } from "../server/refusal.ts";
import type { LazyCatalog } from "../source.ts";
import { ATTRIBUTE_TYPES, type AttributeType } from "../types.ts";
import type { DifferAnswer, Routes } from "./api.ts";
import type { Kept } from "./kept.ts";
import type { Listings } from "./listing.ts";
import type { Overviews } from "./overviews.ts";

/** What the routes share. */
export interface Viewer {
  /** Series that were summarised for charts, kept for those who zoom. */
  overviews: Overviews;
  /** The rows of tables, kept for those who scroll. */
  listings: Listings;
  /** Which configs differ, for those who go to and fro. */
  differences: Kept<DifferAnswer>;
  catalog: LazyCatalog;
  /** Replaced when somebody asks to look for what is new: what was found out is kept with each project. */
  projects: Projects;
  /** The project that is shown where a request names none. */
  project: string | null;
  /** Says a sentence in the words of who started the page. */
  words: (text: string) => string;
}

let found = 0;
const numbers = new WeakMap<Project, number>();

/**
 * What stands for a project in the words under which something is kept: after somebody looked for what is new it is another one, so
 * that what was still being read then is not taken for new.
 */
export function wordOf(project: Project): number {
  const number = numbers.get(project) ?? found++;
  numbers.set(project, number);
  return number;
}

/** One request to a route, with its project. */
export interface Asked {
  body: Body;
  project: Project;
  signal: AbortSignal;
}

/** Adds a route that answers JSON about a project. */
export function addRoute<Name extends keyof Routes>(
  app: Hono,
  viewer: Viewer,
  name: Name,
  answer: (asked: Asked) => Promise<Routes[Name]["answer"]>,
): void {
  app.post(`/api/${name}`, async (context) => {
    const body = await Body.of(context.req.raw);
    const signal = signalOf(context);
    const project = await projectNamed(viewer, body.string("project"), signal);
    return context.json(await answer({ body, project, signal }));
  });
}

/** The project of this name; null: the one that is shown first. */
export async function projectNamed(viewer: Viewer, name: string | null, signal: AbortSignal): Promise<Project> {
  const wanted = name ?? viewer.project;
  if (wanted !== null) return await viewer.projects.find(wanted, { signal });
  const [first] = await viewer.projects.all({ signal });
  if (first) return first;
  throw new Refusal(404, "BAD_REQUEST", `There is no project in ${viewer.catalog.label}.`);
}

/** The runs of these ids, in their order; those that are not there are left out. */
export async function runsOfIds(project: Project, ids: readonly string[], signal: AbortSignal): Promise<KnownRun[]> {
  const found = await project.runs.find(ids.map((id) => ({ kind: "sysId", id, project: null })), { signal });
  return found.filter((run) => run !== null);
}

/** Attribute types of a request. */
export function typesOf(body: Body, name: string): AttributeType[] | null {
  return body.strings(name)?.map((type) => requireType(type)) ?? null;
}

/** An attribute type of a request. */
export function requireType(type: string): AttributeType {
  if ((ATTRIBUTE_TYPES as readonly string[]).includes(type)) return type as AttributeType;
  throw new Refusal(400, "BAD_REQUEST", `There is no attribute type ${JSON.stringify(type)}.`);
}

/** A parameter of an address. */
export function queryParameter(context: Context, name: string): string {
  const value = context.req.query(name);
  if (value !== undefined) return value;
  throw new Refusal(400, "BAD_REQUEST", `The address lacks ${name}.`);
}
