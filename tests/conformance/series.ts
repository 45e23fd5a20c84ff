/**
 * Points of series.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import fc from "fast-check";
import { seriesList, type SeriesRef } from "../../src/columns.ts";
import type { Lineage, SeriesQuery } from "../../src/source.ts";
import type { FileRef } from "../../src/types.ts";
import { bytes, type Point, pointsOf, valuesByKey } from "../ask.ts";
import { sanitized } from "../../samples/writer.ts";
import { PROJECT } from "../../samples/make.ts";
import type { Sample, SampleCheck } from "./check.ts";
import type { ModelPoint, ModelSeriesQuery } from "./model.ts";

const KINDS = ["float", "string", "histogram", "file"] as const;
const LINEAGES: Lineage[] = ["full", "experiment", "own"];
const everything: ModelSeriesQuery = { kind: "float", stepRange: [null, null], lineage: "full", limit: null };

/** Asserts that the source gives what the model gives for these series, named by run id. */
async function assertPoints(sample: Sample, series: SeriesRef[], query: Partial<ModelSeriesQuery>): Promise<number> {
  const whole = { ...everything, ...query };
  const found = await pointsOf(sample.source, {
    ...whole,
    series: series.map((ref) => ({ ...ref, run: sample.keys.get(ref.run)! })),
  });
  let count = 0;
  for (const [i, ref] of series.entries()) {
    const expected = sample.model.points(ref, whole);
    assert.deepEqual(plain(found[i], whole.kind), plain(expected, whole.kind), `${ref.path} of ${ref.run}`);
    count += expected.length;
  }
  return count;
}

/** The value of a file is not compared here: how a reference looks is up to the source. */
function plain(points: (Point | ModelPoint)[], kind: string): unknown[] {
  return points.map(({ step, timestamp, value }) => [step, timestamp, kind === "file" ? value !== null : value]);
}

function allSeries({ model }: Sample, kind: string): SeriesRef[] {
  return model.runs.flatMap((run) =>
    model.series(run).filter((name) => name.endsWith(`:${kind}_series`))
      .map((name) => ({ run: run.id, path: name.slice(0, name.lastIndexOf(":")) }))
  );
}

/** Any query over the sample's series, some of them without points or unknown. */
function anyQuery(sample: Sample) {
  const step = fc.oneof(
    fc.constantFrom(0, 1, 29, 50, 150, 151, 200, 250, 350, 450, 500),
    fc.double({ min: -1, max: 510, noNaN: true }),
  );
  const end = fc.option(step, { nil: null, freq: 2 });
  return fc.constantFrom(...KINDS).chain((kind) => {
    const path = fc.constantFrom(...new Set(allSeries(sample, kind).map(({ path }) => path)), "no/such/series");
    const ref = fc.record({
      run: fc.constantFrom(...sample.model.runs.map(({ id }) => id)),
      path,
      after: fc.option(step, { nil: undefined }),
      before: fc.option(step, { nil: undefined }),
    });
    return fc.record({
      series: fc.array(ref, { maxLength: 6 }),
      query: fc.record({
        kind: fc.constant(kind),
        lineage: fc.constantFrom(...LINEAGES),
        stepRange: fc.tuple(end, end),
        limit: fc.option(
          fc.record({ points: fc.constantFrom(1, 2, 7, 100, 1000), from: fc.constantFrom("start", "end") }),
          { nil: null },
        ),
      }),
    });
  });
}

export const seriesChecks: SampleCheck[] = [
  ...KINDS.flatMap((kind) =>
    LINEAGES.map((lineage): SampleCheck => ({
      name: `series(): every point of every ${kind} series, lineage ${lineage}`,
      async check(sample) {
        const count = await assertPoints(sample, allSeries(sample, kind), { kind, lineage });
        assert.ok(count > 0, "there are points");
      },
    }))
  ),
  {
    name: "series(): any steps, limits, lineages and series, also unknown ones, give what the naive model gives",
    async check(sample) {
      const property = fc.asyncProperty(anyQuery(sample), async ({ series, query }) => {
        await assertPoints(sample, series, query as ModelSeriesQuery);
      });
      await fc.assert(property, { numRuns: 60 });
    },
  },
  {
    name: "series(): both ends of a step range are inclusive, after and before are exclusive",
    async check(sample) {
      const ref = { run: "mlp-adam-2-cool", path: "train/loss" };
      assert.equal(await assertPoints(sample, [ref], { stepRange: [250, 251] }), 2);
      assert.equal(await assertPoints(sample, [ref], { stepRange: [251, 250] }), 0);
      assert.equal(await assertPoints(sample, [{ ...ref, after: 250, before: 252 }], {}), 1);
      assert.equal(await assertPoints(sample, [{ ...ref, after: 100 }], { stepRange: [null, 101] }), 1);
    },
  },
  {
    name: "series(): a limit counts from the start or from the end of what is asked for, in ascending steps",
    async check(sample) {
      const ref = { run: "mlp-sgd-1-slow", path: "validation/loss" };
      assert.equal(await assertPoints(sample, [ref], { limit: { points: 3, from: "end" } }), 3);
      assert.equal(
        await assertPoints(sample, [ref], { limit: { points: 3, from: "start" }, stepRange: [200, null] }),
        3,
      );
      assert.equal(await assertPoints(sample, [{ ...ref, before: 250 }], { limit: { points: 2, from: "end" } }), 2);
    },
  },
  {
    name: "series(): one series asked for twice, with other bounds, is given twice",
    async check(sample) {
      const ref = { run: "linear-1", path: "train/loss" };
      assert.equal(await assertPoints(sample, [ref, { ...ref, after: 490 }, ref], {}), 1010);
    },
  },
  {
    name: "series(): no series, unknown runs and unknown paths have no points",
    async check({ source, keys }) {
      assert.deepEqual(await pointsOf(source, { kind: "float", series: [] }), []);
      const series = [
        { run: "no such run", path: "train/loss" },
        { run: keys.get("linear-1")!, path: "no such series" },
        { run: keys.get("linear-1")!, path: "sys/id" },
        { run: keys.get("linear-1")!, path: "logs/train" },
      ];
      assert.deepEqual(await pointsOf(source, { kind: "float", series }), [[], [], [], []]);
    },
  },
  {
    name: "series(): with previews asked for, every point of an archive is a committed one",
    async check({ source, keys }) {
      const query: SeriesQuery = {
        ...everything,
        series: seriesList([{ run: keys.get("linear-1")!, path: "validation/loss" }]),
        previews: true,
      };
      let rows = 0;
      for await (const { preview, step } of source.series(query)) {
        rows += step.length;
        assert.ok(preview !== null && preview.isPreview.every((bit) => bit === 0));
        assert.ok(preview.completion.length === step.length && preview.completion.every((share) => share === 1));
      }
      assert.equal(rows, 10);
    },
  },
  {
    name: "file(): any part of a file is those bytes of it",
    async check({ source, keys }) {
      const key = keys.get("linear-1")!;
      const found = (await valuesByKey(source, { runs: [key], types: ["file"] })).get(key)!;
      const ref = found["config.json:file"] as FileRef;
      const whole = await bytes(source, ref);
      const ranges = [[0, 10], [5, undefined], [whole.length - 3, whole.length], [0, whole.length + 9], [
        7,
        7,
      ]] as const;
      for (const [from, to] of ranges) {
        const part = await new Response((await source.file(ref, { from, to })).bytes as ReadableStream).bytes();
        assert.deepEqual([...part], [...whole.subarray(from, to)], `${from} to ${to}`);
      }
    },
  },
  {
    name: "series(): the file of every point has its own bytes",
    async check(sample) {
      const ref = { run: "mlp-sgd-1-slow", path: "validation/confusion" };
      const [found] = await pointsOf(sample.source, {
        kind: "file",
        series: [{ ...ref, run: sample.keys.get(ref.run)! }],
      });
      const expected = sample.model.points(ref, { ...everything, kind: "file" });
      assert.equal(found.length, 5);
      for (const [i, { value }] of found.entries()) {
        const content = await Deno.readFile(`${sample.files}/${sanitized(PROJECT)}/${expected[i].value}`);
        assert.ok(Buffer.from(await bytes(sample.source, value as FileRef)).equals(content));
      }
    },
  },
];
