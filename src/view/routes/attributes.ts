/**
 * Which attributes there are.
 *
 * @module
 */

import type { Hono } from "hono";
import type { Project } from "../../server/projects.ts";
import type { AttributeDefinition } from "../../types.ts";
import type { AttributesAnswer } from "../api.ts";
import { addRoute, type Asked, runsOfIds, typesOf, type Viewer } from "../context.ts";

/** Adds `attributes`. */
export function addAttributesRoute(app: Hono, viewer: Viewer): void {
  addRoute(app, viewer, "attributes", async ({ body, project, signal }: Asked): Promise<AttributesAnswer> => {
    const ids = body.strings("runs"), types = typesOf(body, "types");
    const there = ids === null
      ? await allAttributes(project)
      : await collect(project, (await runsOfIds(project, ids, signal)).map(({ key }) => key), signal);
    const words = (body.string("search") ?? "").toLowerCase().split(/\s+/);
    const found = there.filter(({ path, type }) => {
      const text = path.toLowerCase();
      return (!types || types.includes(type)) && words.every((word) => text.includes(word));
    });
    const from = body.count("from") ?? 0, to = body.count("to") ?? from + 100;
    return { total: found.length, attributes: found.slice(from, to) };
  });
}

/** Somebody types a search, letter by letter: what all runs have is read once. */
const kept = new WeakMap<Project, Promise<AttributeDefinition[]>>();

/** The attributes of all runs of a project. */
export async function allAttributes(project: Project): Promise<AttributeDefinition[]> {
  // Others may wait for the same: it is not ended with the request that began it.
  const all = kept.get(project) ?? collect(project, null);
  kept.set(project, all);
  all.catch(() => kept.delete(project));
  return await all;
}

async function collect(
  { source }: Project,
  runs: string[] | null,
  signal?: AbortSignal,
): Promise<AttributeDefinition[]> {
  const found: AttributeDefinition[] = [];
  for await (const page of source.attributes({ runs, signal })) found.push(...page);
  return found;
}
