/**
 * Float series summarised in buckets (`attributes/timeseries/buckets`).
 *
 * @module
 */

import { create, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import type { Context, Hono } from "hono";
import { bucketPoints, bucketSeries } from "../../buckets.ts";
import { type BucketColumns, type BucketCut, type SeriesBlock, seriesList } from "../../columns.ts";
import type { StepRange } from "../../types.ts";
import {
  LineageEntityType,
  type ProtoCustomExpression,
  ProtoGetTimeseriesBucketsRequestSchema,
  ProtoLineage,
  ProtoScale,
  ProtoTimeseriesBucketsDTOSchema,
  type ProtoView,
} from "../../wire/gen/neptune_pb.ts";
import { readBytes } from "../body.ts";
import { protobuf, type Server, signalOf } from "../context.ts";
import { Refusal } from "../refusal.ts";
import { groups, readLineage, type SeriesRequest } from "../requests.ts";

/** Adds `attributes/timeseries/buckets`. */
export function addBucketRoutes(app: Hono, server: Server): void {
  app.post("/api/leaderboard/v1/proto/attributes/timeseries/buckets", (context) => buckets(server, context));
}

async function buckets(server: Server, context: Context): Promise<Response> {
  const signal = signalOf(context);
  const { expressions, view } = await readMessage(context.req.raw);
  const stepRange = checkView(view);
  const requests = await readExpressions(server, expressions, signal);
  const range = view!.from === undefined || view!.to === undefined ? null : [view!.from, view!.to] as const;
  const columns = await summarised(requests, stepRange, { maxBuckets: view!.maxBuckets, range }, signal);
  const bySeries = Map.groupBy(columns.series.keys(), (row) => columns.series[row]);
  const message = create(ProtoTimeseriesBucketsDTOSchema, {
    entries: requests.map(({ id }, i) => ({
      requestId: id,
      bucket: (bySeries.get(i) ?? []).map((row) => bucketMessage(columns, row)),
    })),
  });
  return protobuf(toBinary(ProtoTimeseriesBucketsDTOSchema, message));
}

async function readMessage(request: Request): Promise<MessageShape<typeof ProtoGetTimeseriesBucketsRequestSchema>> {
  const bytes = await readBytes(request);
  try {
    return fromBinary(ProtoGetTimeseriesBucketsRequestSchema, bytes);
  } catch (error) {
    const reason = (error as Error).message;
    throw new Refusal(400, "BAD_REQUEST", `The body is not a ProtoGetTimeseriesBucketsRequest: ${reason}.`);
  }
}

/** Refuses what would have to be computed in another way than over steps; gives the range of points to read. */
function checkView(view: ProtoView | undefined): StepRange {
  const refuse = (message: string) => {
    throw new Refusal(400, "BAD_REQUEST", message);
  };
  if (view === undefined || view.maxBuckets < 2) refuse("view.maxBuckets must be at least 2.");
  if (view!.xScale !== ProtoScale.linear) refuse("Buckets are only computed over a linear x axis.");
  const axis = view!.xAxis?.value.case ?? "steps";
  if (axis !== "steps") refuse(`Buckets are only computed over steps, not over ${axis}.`);
  const { from, to } = view!.pointFilters?.stepRange ?? {};
  return [from ?? null, to ?? null];
}

async function readExpressions(
  server: Server,
  expressions: ProtoCustomExpression[],
  signal: AbortSignal,
): Promise<SeriesRequest[]> {
  const holders = await server.projects.holders(expressions.map((one) => one.runId), null, { signal });
  return expressions.map((one, i) => ({
    id: one.requestId,
    holder: holders[i],
    path: pathOf(one.customYFormula),
    lineage: readLineage(
      one.lineage === ProtoLineage.FULL ? "FULL" : "NONE",
      one.entityType === LineageEntityType.EXPERIMENT ? "EXPERIMENT" : "RUN",
    ),
    previews: one.includePreview ?? false,
    cursor: null,
  }));
}

/** The attribute of a formula that is nothing but one: `${name}`, where a backslash goes before `\`, `$`, `{` and `}`. */
function pathOf(formula: string): string {
  const name = /^\$\{((?:[^\\${}]|\\[^])*)\}$/.exec(formula)?.[1];
  if (name !== undefined) return name.replace(/\\([^])/g, "$1");
  throw new Refusal(
    400,
    "BAD_REQUEST",
    `The formula ${JSON.stringify(formula)} is not a single attribute, such as \${loss}.`,
  );
}

/** Series of one kind are summarised by their source, if it can; the range of others is that of all together. */
async function summarised(
  requests: SeriesRequest[],
  stepRange: StepRange,
  cut: BucketCut,
  signal: AbortSignal,
): Promise<BucketColumns> {
  const parts = [...groups(requests)].map(({ project, lineage, previews, members }) => {
    const series = seriesList(members.map((i) => ({ run: requests[i].holder!.run.key, path: requests[i].path })));
    const query = { kind: "float" as const, series, stepRange, lineage, previews, signal };
    return { source: project.source, query, members };
  });
  if (parts.length === 1) {
    const [{ source, query, members }] = parts;
    const columns = await bucketSeries(source, query, cut);
    return { ...columns, series: columns.series.map((one) => members[one]) };
  }
  const read = async function* (): AsyncGenerator<SeriesBlock> {
    for (const { source, query, members } of parts) {
      for await (const block of source.series(query)) {
        yield { ...block, spans: block.spans.map((span) => ({ ...span, series: members[span.series] })) };
      }
    }
  };
  return await bucketPoints(read, { series: requests.length, ...cut });
}

function bucketMessage(columns: BucketColumns, row: number) {
  const finite = columns.finiteCount[row] > 0;
  return {
    index: BigInt(columns.index[row]),
    fromX: columns.fromX[row],
    toX: columns.toX[row],
    finitePointCount: BigInt(columns.finiteCount[row]),
    nanCount: BigInt(columns.nanCount[row]),
    positiveInfCount: BigInt(columns.positiveInfinityCount[row]),
    negativeInfCount: BigInt(columns.negativeInfinityCount[row]),
    ...finite && {
      first: { x: columns.firstX[row], y: columns.firstY[row] },
      last: { x: columns.lastX[row], y: columns.lastY[row] },
      localMin: columns.min[row],
      localMax: columns.max[row],
      localSum: columns.sum[row],
    },
  };
}
