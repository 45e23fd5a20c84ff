/**
 * Which configs differ, and which values they have.
 *
 * @module
 */

import type { Hono } from "hono";
import type { ValueColumn } from "../../columns.ts";
import { type AttributeDefinition, type AttributeType, CONFIG_TYPES } from "../../types.ts";
import type { DifferAnswer, DistinctAnswer } from "../api.ts";
import { addRoute, type Asked, type Viewer } from "../context.ts";
import { tableCell } from "../json.ts";
import { listingOf, listingWords } from "./runs.ts";

/** Adds `differ` and `distinct`. */
export function addConfigsRoutes(app: Hono, viewer: Viewer): void {
  addRoute(app, viewer, "differ", (asked) => differ(viewer, asked));
  addRoute(app, viewer, "distinct", distinct);
}

const CONFIGS: readonly AttributeType[] = CONFIG_TYPES;

/** Which configs are not the same in all runs: their values differ, or some runs lack them. */
export async function differ({ listings, differences }: Viewer, asked: Asked): Promise<DifferAnswer> {
  // Others may wait for the same: it is not ended with the request that began it.
  return await differences.get(listingWords(asked), async () => {
    const { groups, total } = await listingOf(listings, asked);
    return await compared(asked, groups.flatMap((group) => group.runs.map(({ key }) => key)), total);
  });
}

/** What is known of a config so far: its first value, and whether there is another. */
interface Seen extends AttributeDefinition {
  first: unknown;
  differs: boolean;
  runs: number;
}

async function compared({ project }: Asked, runs: string[], total: number): Promise<DifferAnswer> {
  const seen = new Map<string, Seen>();
  for await (const block of project.source.values({ runs, types: CONFIGS })) {
    for (const column of block.columns) {
      const { type, run, path } = column;
      const values = comparable(column);
      const there = new Array<Seen | undefined>(block.paths.length);
      for (let i = 0; i < run.length; i++) {
        const at = path[i];
        let one = there[at];
        if (!one) {
          const name = `${type}:${block.paths[at]}`;
          one = seen.get(name) ?? { path: block.paths[at], type, first: values[i], differs: false, runs: 0 };
          seen.set(name, there[at] = one);
        }
        one.runs++;
        if (!one.differs && !Object.is(one.first, values[i])) one.differs = true;
      }
    }
  }
  const found = [...seen.values()].filter(({ path, differs, runs }) =>
    !path.startsWith("sys/") && (differs || runs < total)
  );
  // What most runs have comes first: what a few have says little about all.
  found.sort((a, b) => b.runs - a.runs || (a.path < b.path ? -1 : 1));
  return { runs: total, attributes: found.map(({ path, type }) => ({ path, type })) };
}

/** The values of a column of configs, equal where they mean the same. */
function comparable(column: ValueColumn): ArrayLike<unknown> {
  // The elements of a set have no order.
  if (column.type === "string_set") return column.data.map((set) => JSON.stringify(set.toSorted()));
  // There is no other zero.
  if (column.type === "float") return column.data.map((value) => value + 0);
  return column.data as ArrayLike<unknown>;
}

async function distinct({ body, project, signal }: Asked): Promise<DistinctAnswer> {
  const path = body.required("path", body.string("path"));
  const search = (body.string("search") ?? "").toLowerCase();
  const counts = new Map<string, number>();
  for await (const block of project.source.values({ paths: [path], types: CONFIGS, signal })) {
    for (const column of block.columns) {
      for (let i = 0; i < column.run.length; i++) {
        const cell = tableCell(column, i, null);
        for (const value of Array.isArray(cell) ? cell : [String(cell)]) {
          counts.set(value, (counts.get(value) ?? 0) + 1);
        }
      }
    }
  }
  const values = [...counts].filter(([value]) => value.toLowerCase().includes(search))
    .sort(([x, a], [y, b]) => b - a || (x < y ? -1 : 1)).slice(0, body.count("most") ?? 100);
  return { values: values.map(([value, runs]) => ({ value, runs })) };
}
