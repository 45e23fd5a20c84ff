/**
 * Reads what the page of a project shows.
 *
 * @module
 */

import { cells } from "../../frame/cell.ts";
import type { MediaBundle } from "../../display/bundle.ts";
import { projectPage, type ProjectPageData } from "../../display/page/project.ts";
import { longCall } from "../../progress/show.ts";
import type { RunsPage, Source } from "../../source.ts";
import { attribute, compare } from "../../nql/build.ts";

const NEWEST = 10;
/** A report reads all data of an archive: a page waits for it no longer than this, in milliseconds. */
const REPORT_MS = 2000;

const NOT_TRASHED = compare(attribute("sys/trashed", "bool"), "=", false);

/** The page of a project. */
export async function showProject(open: (signal?: AbortSignal) => Promise<Source>): Promise<MediaBundle> {
  return await longCall({ progressBar: null }, { description: "project", unit: "point" }, async ({ signal }) => {
    const source = await open(signal);
    const runs = await firstRuns(source, false, signal);
    return projectPage({
      name: (await source.project({ signal })).name,
      source: source.label,
      runs: runs.total,
      experiments: (await firstRuns(source, true, signal)).total,
      newest: await newest(source, runs.runs, signal),
      ...await findings(source, signal),
      ...source.unsyncedReport ? { health: { of: "unsynced data", report: "offlineReport()" } } : {},
    });
  });
}

async function firstRuns(source: Source, heads: boolean, signal?: AbortSignal): Promise<RunsPage> {
  for await (const page of source.runs({ where: NOT_TRASHED, heads, limit: NEWEST, signal })) return page;
  return { runs: [], total: 0 };
}

async function newest(
  source: Source,
  runs: RunsPage["runs"],
  signal?: AbortSignal,
): Promise<ProjectPageData["newest"]> {
  const rows = new Map(runs.map(({ key, sysId, name, customId }) => [
    key,
    { id: sysId, name, customId, created: null as Date | null, tags: [] as string[] },
  ]));
  const paths = ["sys/creation_time", "sys/tags"];
  for await (const block of source.values({ runs: [...rows.keys()], paths, signal })) {
    for (const { run, cell: { value } } of cells(block)) {
      if (value instanceof Date) rows.get(run)!.created = value;
      if (value instanceof Set) rows.get(run)!.tags = [...value];
    }
  }
  return [...rows.values()];
}

async function findings(
  source: Source,
  signal?: AbortSignal,
): Promise<Pick<ProjectPageData, "findings" | "unchecked">> {
  if (!source.report) return { findings: null };
  const late = AbortSignal.timeout(REPORT_MS);
  try {
    return { findings: await source.report({ signal: signal ? AbortSignal.any([signal, late]) : late }) };
  } catch (error) {
    if (error !== late.reason) throw error;
    return { findings: null, unchecked: true };
  }
}
