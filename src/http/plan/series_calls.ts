/**
 * Requests for points of series, as data: what a group of series that was planned looks like on the wire.
 *
 * @module
 */

import type { SeriesQuery } from "../../source.ts";
import type { ApiCall } from "./call.ts";
import { JsonBytes, utf8 } from "./json_bytes.ts";
import { isDescending, pointsEach, type SeriesGroup } from "./series.ts";

/** `attributes/series/float`: points of float series. */
export function floatSeriesCall(query: SeriesQuery, group: SeriesGroup, project: string): ApiCall {
  const fields = {
    perSeriesPointsLimit: pointsEach(group),
    order: isDescending(query) ? "descending" : "ascending",
    stepRange: { from: group.from, to: group.to },
  };
  const { series } = query;
  const holders = new Holders(query);
  const body = new JsonBytes(160 * (1 + group.series.length));
  body.text(JSON.stringify(fields).slice(0, -1));
  group.series.forEach((one, at) => {
    const cursor = group.places?.cursor[at] ?? NaN;
    body.bytes(at === 0 ? FIRST : NEXT);
    body.integer(at);
    if (cursor === cursor) body.text(`","afterStep":${cursor},"series":{"attribute":`);
    else body.bytes(SERIES);
    body.string(series.paths[series.path[one]]);
    body.bytes(holders.of(series.run[one]));
  });
  body.text(group.series.length > 0 ? "}]}" : ',"requests":[]}');
  return {
    method: "POST",
    path: "/api/leaderboard/v1/proto/attributes/series/float",
    answer: "protobuf",
    body: body.finish(),
    project,
  };
}

/** `attributes/series`: points of other series, each going on with its token where it has one; `open` are positions in the group. */
export function pointSeriesCall(
  query: SeriesQuery,
  group: SeriesGroup,
  open: Iterable<number>,
  tokens: ReadonlyMap<number, string>,
  project: string,
): ApiCall {
  const { runs, paths, run, path } = query.series;
  return {
    method: "POST",
    path: "/api/leaderboard/v1/proto/attributes/series",
    answer: "protobuf",
    query: { useDeprecatedStringFields: "false" },
    body: {
      order: isDescending(query) ? "descending" : "ascending",
      stepRange: { from: group.from, to: group.to },
      ...(query.limit ? { perSeriesPointsLimit: query.limit.points } : {}),
      requests: Array.from(open, (at) => ({
        requestId: String(at),
        series: { attribute: paths[path[group.series[at]]], ...holder(query, runs[run[group.series[at]]]) },
        ...(tokens.has(at) ? { searchAfter: { finished: false, token: tokens.get(at) } } : {}),
      })),
    },
    project,
  };
}

/** Whose points, in what the protocol calls a series. */
function holder({ lineage }: SeriesQuery, run: string): Record<string, unknown> {
  // Which points a whole lineage has does not depend on the kind of entity.
  const own = { lineage: "NONE", lineageEntityType: lineage === "experiment" ? "EXPERIMENT" : "RUN" };
  return { holder: { identifier: run, type: "experiment" }, ...lineage === "full" ? { lineage: "FULL" } : own };
}

const FIRST = utf8(',"requests":[{"requestId":"'), NEXT = utf8('},{"requestId":"');
const SERIES = utf8('","series":{"attribute":');

/** What follows the name of an attribute, to the end of its series, by run; made once each. */
class Holders {
  readonly #query: SeriesQuery;
  readonly #runs: Uint8Array[] = [];

  constructor(query: SeriesQuery) {
    this.#query = query;
  }

  of(run: number): Uint8Array {
    return this.#runs[run] ??= utf8("," + JSON.stringify(this.#rest(run)).slice(1));
  }

  #rest(run: number): Record<string, unknown> {
    const { series, previews } = this.#query;
    return { ...holder(this.#query, series.runs[run]), ...previews ? { includePreview: true } : {} };
  }
}
