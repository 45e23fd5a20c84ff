/**
 * Series in buckets: a source that summarises by itself gives what its points give.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { bucketPoints, bucketSeries } from "../../src/buckets.ts";
import { type BucketColumns, seriesList } from "../../src/columns.ts";
import type { SeriesQuery } from "../../src/source.ts";
import type { Sample, SampleCheck } from "./check.ts";

/** Rows by name, without sums. */
function rowsOf({ sum: _sum, ...columns }: BucketColumns) {
  const names = Object.entries(columns);
  return Array.from(columns.series, (_, row) => Object.fromEntries(names.map(([name, data]) => [name, data[row]])));
}

async function assertSame({ source }: Sample, query: SeriesQuery, maxBuckets: number, range: [number, number] | null) {
  const found = await bucketSeries(source, query, { maxBuckets, range });
  const options = { maxBuckets, range, series: query.series.run.length };
  const expected = await bucketPoints(() => source.series(query), options);
  assert.deepEqual(rowsOf(found), rowsOf(expected));
  // The last digits depend on the order of adding.
  found.sum.forEach((sum, row) => {
    const bound = 1e-9 * expected.finiteCount[row] * Math.max(Math.abs(expected.min[row]), Math.abs(expected.max[row]));
    assert.ok(Object.is(sum, expected.sum[row]) || Math.abs(sum - expected.sum[row]) <= bound, `${sum}`);
  });
  return found;
}

/** How many points there are from a step on. */
async function pointsFrom({ source }: Sample, query: SeriesQuery, from: number): Promise<number> {
  let count = 0;
  for await (const { step } of source.series(query)) count += step.filter((one) => one >= from).length;
  return count;
}

function floatSeries({ model, keys }: Sample) {
  return model.runs.flatMap((run) =>
    model.series(run).filter((name) => name.endsWith(":float_series"))
      .map((name) => ({ run: keys.get(run.id)!, path: name.slice(0, name.lastIndexOf(":")) }))
  );
}

export const bucketChecks: SampleCheck[] = [
  {
    name: "buckets(): all series, with and without a range, as their points give them",
    async check(sample) {
      const series = seriesList([...floatSeries(sample), { run: "nobody", path: "nothing" }]);
      for (const lineage of ["full", "own"] as const) {
        for (const range of [null, [0, 500], [150, 150], [17, 333.3]] as const) {
          const query: SeriesQuery = { kind: "float", series, lineage };
          const found = await assertSame(sample, query, 12, range && [...range]);
          const counts = [found.finiteCount, found.nanCount, found.positiveInfinityCount, found.negativeInfinityCount];
          const all = counts.reduce((sum, column) => sum + column.reduce((sum, one) => sum + one, 0), 0);
          // A range of one step has no place for what comes before.
          assert.equal(all, await pointsFrom(sample, query, range && range[0] === range[1] ? range[0] : -Infinity));
        }
      }
    },
  },
  {
    name: "buckets(): any range, number and step range",
    async check(sample) {
      const all = floatSeries(sample);
      const step = fc.oneof(fc.constantFrom(0, 50, 150, 250, 500), fc.double({ min: -1, max: 510, noNaN: true }));
      const asked = fc.record({
        some: fc.subarray(all, { minLength: 1, maxLength: 5 }),
        ends: fc.option(fc.tuple(step, step)),
        from: fc.option(step),
        maxBuckets: fc.integer({ min: 2, max: 300 }),
      });
      await fc.assert(
        fc.asyncProperty(asked, async ({ some, ends, from, maxBuckets }) => {
          const query: SeriesQuery = {
            kind: "float",
            series: seriesList(some),
            lineage: "full",
            stepRange: [from, null],
          };
          await assertSame(sample, query, maxBuckets, ends && [Math.min(...ends), Math.max(...ends)]);
        }),
        { numRuns: 30 },
      );
      // Buckets that are too narrow for a number.
      const query: SeriesQuery = { kind: "float", series: seriesList(all.slice(0, 3)), lineage: "full" };
      await assertSame(sample, query, 3, [0, 5e-324]);
    },
  },
  {
    name: "buckets(): of no series there are none",
    async check({ source }) {
      const query: SeriesQuery = { kind: "float", series: seriesList([]), lineage: "full" };
      assert.equal((await bucketSeries(source, query, { maxBuckets: 5, range: null })).series.length, 0);
    },
  },
];
