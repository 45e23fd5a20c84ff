/**
 * Which points of which series a request asks for.
 *
 * @module
 */

import type { Lineage } from "../source.ts";
import type { StepRange } from "../types.ts";
import type { Body } from "./body.ts";
import type { Server } from "./context.ts";
import type { Holder, Project } from "./projects.ts";
import { Refusal } from "./refusal.ts";

/** One series of a request. */
export interface SeriesRequest {
  id: string;
  holder: Holder | null;
  path: string;
  lineage: Lineage;
  previews: boolean;
  /** Only points beyond this step, in the direction of travel; null: from the end of the series. */
  cursor: number | null;
}

/** Reads `requests`, which names series. */
export async function readRequests(server: Server, body: Body, signal: AbortSignal): Promise<SeriesRequest[]> {
  const requests = body.required("requests", body.objects("requests")).map((request) => {
    const series = request.required("series", request.object("series"));
    const holder = series.required("holder", series.object("holder"));
    return {
      id: request.required("requestId", request.string("requestId")),
      identifier: holder.required("identifier", holder.string("identifier")),
      path: series.required("attribute", series.string("attribute")),
      lineage: readLineage(series.string("lineage"), series.string("lineageEntityType")),
      previews: series.boolean("includePreview") ?? false,
      cursor: request.number("afterStep"),
    };
  });
  const holders = await server.projects.holders(requests.map((one) => one.identifier), null, { signal });
  return requests.map(({ identifier: _, ...request }, i) => ({ ...request, holder: holders[i] }));
}

/** Reads whose points belong to a series; the whole chain where a request does not tell. */
export function readLineage(lineage: string | null, entity: string | null): Lineage {
  if (lineage === null || lineage === "FULL") return "full";
  if (lineage !== "NONE" && lineage !== "ONLY_OWNED") {
    throw new Refusal(400, "BAD_REQUEST", `The lineage ${JSON.stringify(lineage)} is neither FULL nor NONE.`);
  }
  return entity === "EXPERIMENT" ? "experiment" : "own";
}

/** Reads `stepRange`. */
export function readStepRange(body: Body): StepRange {
  const range = body.object("stepRange");
  return [range?.number("from") ?? null, range?.number("to") ?? null];
}

/** Series that one query of one source can answer, with their positions in the request. */
export interface Group {
  project: Project;
  lineage: Lineage;
  previews: boolean;
  members: number[];
}

/** Puts series together that one query can answer; those of unknown runs are left out. */
export function groups(requests: readonly SeriesRequest[]): Group[] {
  const found = new Map<string, Group>();
  requests.forEach(({ holder, lineage, previews }, i) => {
    if (!holder) return;
    const key = [holder.project.info.id, lineage, previews].join();
    let group = found.get(key);
    if (!group) found.set(key, group = { project: holder.project, lineage, previews, members: [] });
    group.members.push(i);
  });
  return [...found.values()];
}
