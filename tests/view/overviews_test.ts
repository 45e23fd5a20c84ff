/** Overviews of series: what is merged for a chart holds every point of its part, and no spike is lost. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { bucketPoints } from "../../src/buckets.ts";
import { mergedRows, type Overview, overviewBuckets, Overviews } from "../../src/view/overviews.ts";

async function overviewOf(step: number[], value: number[], buckets: number): Promise<Overview> {
  const columns = await bucketPoints(async function* () {
    yield {
      spans: [{ series: 0, start: 0, end: step.length }],
      step: Float64Array.from(step),
      timestamp: new Float64Array(step.length),
      values: { kind: "float" as const, data: Float64Array.from(value) },
      preview: null,
    };
  }, { series: 1, maxBuckets: buckets + 1, range: null });
  return { ...overviewBuckets([columns]), unplaced: () => 0, inheritedUntil: () => null };
}

Deno.test("merged buckets hold every point of the part that is asked for", async () => {
  const point = fc.oneof(
    { weight: 8, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity) },
  );
  const series = fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), point), { minLength: 1, maxLength: 300 });
  const inputs = fc.tuple(
    series,
    fc.integer({ min: 1, max: 400 }),
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 0, max: 3000 }),
    fc.integer({ min: 1, max: 3000 }),
  );
  await fc.assert(
    fc.asyncProperty(inputs, async ([points, fine, buckets, from, width]) => {
      const sorted = points.toSorted((a, b) => a[0] - b[0]);
      const overview = await overviewOf(sorted.map(([step]) => step), sorted.map(([, value]) => value), fine);
      for (const range of [null, [from, from + width] as const]) {
        const merged = mergedRows(overview, 0, range, buckets);
        if (merged === null) {
          assert.notEqual(range, null, "the whole is never too coarse for itself");
          continue;
        }
        const inside = sorted.filter(([step]) => range === null || (step >= range[0] && step <= range[1]));
        const finite = inside.filter(([, value]) => Number.isFinite(value));
        const count = merged.finite.reduce((sum, one) => sum + one, 0);
        // A bucket at an end of the part may reach beyond it, and then holds more.
        if (range === null) assert.equal(count, finite.length);
        else assert.ok(count >= finite.length, `${count} of ${finite.length}`);
        for (const [step, value] of finite) {
          const held = merged.from.some((start, i) =>
            step >= start && step <= merged.to[i] && value >= merged.min[i] && value <= merged.max[i]
          );
          assert.ok(held, `step ${step}, value ${value}`);
        }
        merged.mean.forEach((mean, i) => {
          if (merged.finite[i] > 0) assert.ok(mean >= merged.min[i] && mean <= merged.max[i]);
          else assert.ok(Number.isNaN(mean));
        });
        assert.deepEqual(merged.from, merged.from.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("overviews are kept until they are many, or the data may have changed", async () => {
  const overviews = new Overviews();
  let reads = 0;
  const read = async () => {
    reads++;
    return await overviewOf([1, 2], [3, 4], 10);
  };
  await overviews.get("a", read);
  await overviews.get("a", read);
  assert.equal(reads, 1);
  overviews.clear();
  await overviews.get("a", read);
  assert.equal(reads, 2);
});
