import { create, toBinary } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import {
  LineageEntityType,
  ProtoGetTimeseriesBucketsRequestSchema as Request,
  ProtoLineage,
  ProtoScale,
  ProtoTimeseriesBucketsDTOSchema as Buckets,
  type TimeseriesBucket,
} from "../../src/wire/gen/neptune_pb.ts";
import { connect, PATHS } from "./client.ts";
import { MEMORY_PROJECT, memoryCatalog, type MemoryPoint, memoryRun } from "./memory.ts";
import { HOLDER, sample } from "./sample.ts";

const points: MemoryPoint[] = [[0, 4], [1, NaN], [2, -1], [3, Infinity], [5, 2.5], [10, 7], [11, 100, true]];
const { catalog } = memoryCatalog({
  runs: [memoryRun(1), memoryRun(2)],
  series: { "run-1:m": points, "run-2:m": [[4, NaN]], "run-1:odd ${}\\ name": [[1, 1]] },
});
const client = await connect(catalog);

interface Ask {
  expressions?: [id: string, run: string, formula: string][];
  maxBuckets?: number;
  from?: number;
  to?: number;
  includePreview?: boolean;
  stepRange?: { from?: number; to?: number };
  xScale?: ProtoScale;
  axis?: "steps" | "epochMillis";
}

function message({ expressions = [["a", "MEM-1", "${m}"]], axis = "steps", ...ask }: Ask) {
  return toBinary(
    Request,
    create(Request, {
      expressions: expressions.map(([requestId, run, customYFormula]) => ({
        requestId,
        runId: run.includes("/") ? run : `${MEMORY_PROJECT}/${run}`,
        customYFormula,
        includePreview: ask.includePreview ?? false,
        lineage: ProtoLineage.FULL,
        entityType: LineageEntityType.RUN,
      })),
      view: {
        maxBuckets: ask.maxBuckets ?? 3,
        from: ask.from,
        to: ask.to,
        xScale: ask.xScale ?? ProtoScale.linear,
        xAxis: { value: { case: axis, value: {} } },
        pointFilters: ask.stepRange && { stepRange: ask.stepRange },
      },
    }),
  );
}

const buckets = async (ask: Ask, from = client) =>
  (await from.message(Buckets, from.post(PATHS.buckets, message(ask)))).entries;
const one = async (ask: Ask) => (await buckets(ask))[0].bucket;
const edges = (all: TimeseriesBucket[]) => all.map(({ index, fromX, toX }) => [Number(index), fromX, toX]);

Deno.test("buckets end at their upper edge, the first ends at the first step, and empty ones are left out", async () => {
  assert.deepEqual(edges(await one({})), [[0, -Infinity, 0], [1, 0, 5], [2, 5, 10]]);
  assert.deepEqual(edges(await one({ maxBuckets: 11 })), [
    [0, -Infinity, 0],
    [1, 0, 1],
    [2, 1, 2],
    [3, 2, 3],
    [5, 4, 5],
    [10, 9, 10],
  ]);
  assert.deepEqual(edges(await one({ maxBuckets: 3, from: 1, to: 3 })), [[0, -Infinity, 1], [1, 1, 2], [2, 2, 3], [
    3,
    3,
    Infinity,
  ]]);
});

Deno.test("a bucket summarises its finite points and counts the others", async () => {
  const [first, middle] = await one({});
  assert.deepEqual([first.first!.x, first.first!.y, first.last!.y, first.localMin, first.localMax, first.localSum], [
    0,
    4,
    4,
    4,
    4,
    4,
  ]);
  assert.deepEqual([middle.first!.x, middle.first!.y, middle.last!.x, middle.last!.y], [2, -1, 5, 2.5]);
  assert.deepEqual([middle.localMin, middle.localMax, middle.localSum], [-1, 2.5, 1.5]);
  assert.deepEqual([middle.finitePointCount, middle.nanCount, middle.positiveInfCount, middle.negativeInfCount], [
    2n,
    1n,
    1n,
    0n,
  ]);
});

Deno.test("the range covers all series of the request, points that are not finite too", async () => {
  const expressions: Ask["expressions"] = [["a", "MEM-1", "${odd \\$\\{\\}\\\\ name}"], ["b", "MEM-2", "${m}"]];
  const entries = await buckets({ expressions, maxBuckets: 2 });
  assert.deepEqual(edges(entries[0].bucket), [[0, -Infinity, 1]]);
  assert.deepEqual(edges(entries[1].bucket), [[1, 1, 4]]);
  assert.equal(entries[1].bucket[0].first, undefined);
  assert.equal(entries[1].bucket[0].nanCount, 1n);
});

Deno.test("a single step makes a single bucket that has it", async () => {
  assert.deepEqual(edges(await one({ expressions: [["a", "MEM-2", "${m}"]] })), [[0, 4, Infinity]]);
});

Deno.test("previews and ranges of steps are obeyed", async () => {
  assert.deepEqual(edges(await one({ includePreview: true })).at(-1), [2, 5.5, 11]);
  assert.deepEqual(edges(await one({ stepRange: { from: 2, to: 5 } })), [[0, -Infinity, 2], [1, 2, 3.5], [2, 3.5, 5]]);
});

Deno.test("every request id is answered once, also where there is no such series", async () => {
  const expressions: Ask["expressions"] = [["x", "NO-1", "${m}"], ["y", "MEM-1", "${no/such}"], ["z", "MEM-1", "${m}"]];
  const entries = await buckets({ expressions });
  assert.deepEqual(entries.map((one) => [one.requestId, one.bucket.length]), [["x", 0], ["y", 0], ["z", 3]]);
  assert.deepEqual(await buckets({ expressions: [] }), []);
});

Deno.test("what cannot be computed is refused with 400", async () => {
  const asks: Ask[] = [
    { maxBuckets: 1 },
    { xScale: ProtoScale.log },
    { axis: "epochMillis" },
    { expressions: [["a", "MEM-1", "${m} + 1"]] },
    { expressions: [["a", "MEM-1", "m"]] },
  ];
  for (const ask of asks) assert.equal((await client.error(client.post(PATHS.buckets, message(ask)))).status, 400);
  assert.equal((await client.error(client.post(PATHS.buckets, new Uint8Array([0xff, 1, 2])))).status, 400);
});

Deno.test("buckets of a fork hold what it inherits", async () => {
  const [entry] = await buckets(
    { expressions: [["a", HOLDER("DIG-7"), "${train/loss}"]], maxBuckets: 11 },
    await sample,
  );
  assert.equal(entry.bucket.reduce((sum, bucket) => sum + bucket.finitePointCount, 0n), 500n);
});
