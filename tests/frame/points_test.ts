import assert from "node:assert/strict";
import fc from "fast-check";
import { disposeOf, numbers } from "../../src/columns.ts";
import { instants } from "../../src/frame/frame.ts";
import { collectPoints, giveBack } from "../../src/frame/points.ts";

const time = fc.oneof(fc.integer({ min: -8.64e15, max: 8.64e15 }), fc.integer({ min: -1e13, max: 1e13 }));

Deno.test("times are the same whether their memory may be written over or not; none is null", () => {
  const usual = fc.array(fc.integer({ min: -1e13, max: 1e13 }));
  fc.assert(fc.property(fc.oneof(usual, fc.array(fc.oneof(time, time, time, fc.constant(NaN)))), (times) => {
    const kept = Float64Array.from(times);
    const expected = instants("t", kept).toArray();
    assert.deepEqual([...kept], times);
    assert.deepEqual(instants("t", Float64Array.from(times), true).toArray(), expected);
    assert.deepEqual(
      expected.map((one) => one === null ? NaN : Number(one as unknown as Date)),
      times.map((one) => one + 0),
    );
  }));
});

Deno.test("memory that was given up is used again, and who still holds the column sees nothing in it", () => {
  const column = numbers(50_000).fill(7);
  disposeOf(column);
  assert.equal(column.length, 0);
  const again = numbers(49_000);
  assert.equal(again.length, 49_000);
  assert.equal(again[48_999], 7);
  // Much less would hold much more than it needs.
  disposeOf(again);
  assert.equal(numbers(1000)[0], 0);
});

Deno.test("points are given back only by who holds them alone", async () => {
  const block = (from: number, spans: number, owned?: boolean) => ({
    spans: Array.from({ length: spans }, (_, i) => ({ series: i, start: 2 * i, end: 2 * i + 2 })),
    step: Float64Array.from({ length: 2 * spans }, (_, i) => from + i),
    timestamp: new Float64Array(2 * spans),
    values: { kind: "float" as const, data: new Float64Array(2 * spans) },
    preview: null,
    owned,
  });
  const read = async (...blocks: ReturnType<typeof block>[]) => {
    async function* stream() {
      for (const one of blocks) yield await Promise.resolve(one);
    }
    const points = await collectPoints(stream(), blocks[0].spans.length, "float", false);
    for (const one of points) giveBack(one);
    return points.map(({ step }) => step.length);
  };
  assert.deepEqual(await read(block(0, 1, true)), [0]);
  assert.deepEqual(await read(block(0, 1)), [2]);
  assert.deepEqual(await read(block(0, 2, true)), [2, 2]);
  const first = block(0, 1, true), second = block(2, 1);
  assert.deepEqual(await read(first, second), [0]);
  assert.equal(first.step.length, 0);
  assert.equal(second.step.length, 2);
});
