/**
 * All projects of a source at once.
 *
 * @module
 */

import { fetchGlobalTable } from "../bulk/global_table.ts";
import { Notes } from "../bulk/notes.ts";
import { RUNS_TABLE, type RunsTableOptions } from "../bulk/runs_table.ts";
import { withDisplay } from "../display/frame.ts";
import { recordsFrame } from "../frame/frame.ts";
import type { ProjectRow, ProjectRunRow } from "../frame/rows.ts";
import type { Frame } from "../frame/typed.ts";
import { openCatalog } from "./open.ts";
import { SOURCE, type SourceOptions } from "./source_options.ts";
import { checkOptions } from "../options/options.ts";
import { publicCall } from "../progress/call.ts";
import { CALL, type LongCall, longCall } from "../progress/show.ts";

/**
 * The projects of an archive, or those that the API token may see on a server, as a frame with the columns `name` and `id`.
 *
 * @example
 * ```ts
 * for (const name of (await listProjects({ archive: "exports/data" })).getColumn("name")) {
 *   const project = new ReadOnlyProject({ archive: "exports/data", project: name });
 * }
 * ```
 */
export async function listProjects(options: SourceOptions & { signal?: AbortSignal } = {}): Promise<Frame<ProjectRow>> {
  const asked = checkOptions("listProjects", { ...SOURCE, ...CALL }, options);
  return await publicCall(asked.signal, async (signal) => {
    const catalog = openCatalog(asked);
    try {
      const projects = await catalog.projects({ signal });
      return withDisplay<ProjectRow>(
        recordsFrame({ name: projects.map(({ name }) => name), id: projects.map(({ id }) => id) }),
      );
    } finally {
      catalog.close();
    }
  });
}

/**
 * The runs of all projects in one frame: like {@linkcode ReadOnlyProject.fetchRunsDf}, with the name of the project in the first
 * column, `sys/project`. The order and the limit are those of all projects together; runs that are equal in the attribute sorted
 * by stand by project.
 *
 * @example
 * ```ts
 * const best = await fetchRunsDfGlobal({ archive: "exports/data", sortBy: "validation/accuracy", limit: 10 });
 * ```
 */
export async function fetchRunsDfGlobal(options: SourceOptions & RunsTableOptions = {}): Promise<Frame<ProjectRunRow>> {
  return await fetchTable("fetchRunsDfGlobal", "runs", options, false);
}

/** Like {@linkcode fetchRunsDfGlobal}, with the newest run of each experiment. */
export async function fetchExperimentsDfGlobal(
  options: SourceOptions & RunsTableOptions = {},
): Promise<Frame<ProjectRunRow>> {
  return await fetchTable("fetchExperimentsDfGlobal", "experiments", options, true);
}

async function fetchTable(
  call: string,
  what: string,
  options: SourceOptions & RunsTableOptions,
  heads: boolean,
): Promise<Frame<ProjectRunRow>> {
  const asked = checkOptions(call, { ...SOURCE, ...RUNS_TABLE }, options);
  const catalog = openCatalog(asked);
  try {
    const notes = new Notes();
    const work = (running: LongCall) => fetchGlobalTable(catalog, { ...asked, ...running, notes }, heads);
    return withDisplay<ProjectRunRow>(
      await longCall(asked, { description: what, unit: what.slice(0, -1) }, work),
      notes.texts,
    );
  } finally {
    catalog.close();
  }
}
