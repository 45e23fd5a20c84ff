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
  // Somebody types a search, letter by letter.
  const kept = new WeakMap<Project, AttributeDefinition[]>();
  const all = async (project: Project, signal: AbortSignal): Promise<AttributeDefinition[]> => {
    const known = kept.get(project);
    if (known) return known;
    const all = await collect(project, null, signal);
    kept.set(project, all);
    return all;
  };
  addRoute(app, viewer, "attributes", async ({ body, project, signal }: Asked): Promise<AttributesAnswer> => {
    const ids = body.strings("runs"), types = typesOf(body, "types");
    const there = ids === null
      ? await all(project, signal)
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

async function collect(
  { source }: Project,
  runs: string[] | null,
  signal: AbortSignal,
): Promise<AttributeDefinition[]> {
  const found: AttributeDefinition[] = [];
  for await (const page of source.attributes({ runs, signal })) found.push(...page);
  return found;
}
