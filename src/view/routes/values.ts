/**
 * Latest values of some runs.
 *
 * @module
 */

import type { Hono } from "hono";
import type { ValuesAnswer } from "../api.ts";
import { addRoute, type Asked, runsOfIds, typesOf, type Viewer } from "../context.ts";
import { latestValue } from "../json.ts";

/** Adds `values`. */
export function addValuesRoute(app: Hono, viewer: Viewer): void {
  addRoute(app, viewer, "values", values);
}

async function values({ body, project, signal }: Asked): Promise<ValuesAnswer> {
  const runs = await runsOfIds(project, body.required("runs", body.strings("runs")), signal);
  const numbers = new Map(runs.map(({ key }, i) => [key, i]));
  const found: ValuesAnswer["values"] = [];
  const query = { runs: [...numbers.keys()], paths: body.strings("paths"), types: typesOf(body, "types"), signal };
  for await (const block of project.source.values(query)) {
    for (const column of block.columns) {
      for (let i = 0; i < column.run.length; i++) {
        const run = numbers.get(block.runs[column.run[i]])!;
        found.push({ run, path: block.paths[column.path[i]], ...latestValue(column, i) });
      }
    }
  }
  return {
    runs: runs.map(({ sysId, customId, name, unsynced }) => ({ id: sysId, customId, name, unsynced })),
    values: found,
  };
}
