/**
 * Points of string, histogram and file series (`attributes/series`).
 *
 * @module
 */

import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { Context, Hono } from "hono";
import { type SeriesBlock, seriesList } from "../../columns.ts";
import type { SeriesQuery } from "../../source.ts";
import {
  type FileRef,
  type Histogram,
  POINT_KINDS,
  type PointKind,
  SERIES_TYPES,
  type SeriesType,
} from "../../types.ts";
import { type ProtoPointValueDTOSchema, ProtoSeriesValuesResponseDTOSchema } from "../../wire/gen/neptune_pb.ts";
import { Body } from "../body.ts";
import { protobuf, type Server, signalOf } from "../context.ts";
import { type Group, groups, readRequests, readStepRange, type SeriesRequest } from "../requests.ts";

type Kind = Exclude<PointKind, "float">;
type Point = MessageInitShape<typeof ProtoPointValueDTOSchema>;

/** Adds `attributes/series`. */
export function addPointSeriesRoutes(app: Hono, server: Server): void {
  app.post("/api/leaderboard/v1/proto/attributes/series", (context) => pointSeries(server, context));
}

/**
 * Gives all points at once: each series that exists is finished with the first answer, those that do not exist are left out.
 */
async function pointSeries(server: Server, context: Context): Promise<Response> {
  const signal = signalOf(context);
  const oldFields = context.req.query("useDeprecatedStringFields") !== "false";
  const body = await Body.of(context.req.raw);
  const descending = body.word("order", ["ascending", "descending"]) === "descending";
  const points = body.count("perSeriesPointsLimit");
  const limit: SeriesQuery["limit"] = points === null ? null : { points, from: descending ? "end" : "start" };
  const stepRange = readStepRange(body);
  const requests = await readRequests(server, body, signal);

  const found = new Map<number, Point[]>();
  for (const group of groups(requests)) {
    for (const [kind, members] of await byKind(group, requests, signal)) {
      for (const i of members) found.set(i, []);
      if (points === 0) continue;
      const series = seriesList(members.map((i) => ({ run: requests[i].holder!.run.key, path: requests[i].path })));
      const query = { kind, series, stepRange, lineage: group.lineage, limit, signal };
      for await (const block of group.project.source.series(query)) {
        for (const { series, start, end } of block.spans) {
          const list = found.get(members[series])!;
          for (let row = start; row < end; row++) list.push(point(block, row, oldFields));
        }
      }
    }
  }
  const answered = [...found].sort(([a], [b]) => a - b);
  const series = answered.map(([i, points]) => ({
    requestId: requests[i].id,
    searchAfter: { finished: true, token: "end" },
    series: {
      case: oldFields ? "stringSeries" as const : "seriesValues" as const,
      value: { values: descending ? points.reverse() : points },
    },
  }));
  const message = create(ProtoSeriesValuesResponseDTOSchema, { series });
  return protobuf(toBinary(ProtoSeriesValuesResponseDTOSchema, message));
}

/** The members of a group that exist, by the kind of their points. */
async function byKind(
  { project, members }: Group,
  requests: SeriesRequest[],
  signal: AbortSignal,
): Promise<Map<Kind, number[]>> {
  const runs = [...new Set(members.map((i) => requests[i].holder!.run.key))];
  const paths = [...new Set(members.map((i) => requests[i].path))];
  const types = SERIES_TYPES.filter((type) => type !== "float_series");
  const kinds = new Map<string, Kind>();
  for await (const block of project.source.existing({ runs, paths, types, signal })) {
    block.run.forEach((run, row) => {
      const kind = POINT_KINDS[block.types[block.type[row]] as SeriesType] as Kind;
      kinds.set(pair(block.runs[run], block.paths[block.path[row]]), kind);
    });
  }
  const existing = members.filter((i) => kinds.has(pair(requests[i].holder!.run.key, requests[i].path)));
  return Map.groupBy(existing, (i) => kinds.get(pair(requests[i].holder!.run.key, requests[i].path))!);
}

function pair(run: string, path: string): string {
  return JSON.stringify([run, path]);
}

/** A point whose value is lost has an empty one: Neptune's clients fail on points without a value. */
function point({ step, timestamp, values }: SeriesBlock, row: number, oldFields: boolean): Point {
  const time = timestamp[row];
  const value = values.data[row] as string | Histogram | FileRef | null;
  const common = {
    timestampMillis: Number.isFinite(time) ? BigInt(Math.trunc(time)) : 0n,
    step: step[row],
    completionRatio: 1,
  };
  switch (values.kind) {
    case "histogram": {
      const { type, edges, values } = value as Histogram | null ?? { type: "COUNTING", edges: [], values: [] };
      const histogram = { type, edges: [...edges], values: [...values] };
      return { ...common, object: { value: { case: "histogram", value: histogram } } };
    }
    case "file": {
      const { path, size, mimeType } = value as FileRef | null ?? { path: "", size: 0, mimeType: "" };
      const fileRef = { path, sizeBytes: BigInt(size ?? -1), mimeType };
      return { ...common, object: { value: { case: "fileRef", value: fileRef } } };
    }
    default: {
      const text = value as string | null ?? "";
      if (oldFields) return { ...common, value: text };
      return { ...common, object: { value: { case: "stringValue", value: text } } };
    }
  }
}
