import assert from "node:assert/strict";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import type { SeriesBlock } from "../../src/columns.ts";
import { DecodeError } from "../../src/errors.ts";
import { FloatSeriesDecoder } from "../../src/wire/float_series.ts";
import { encodeFloatSeries } from "../../src/wire/encode/float_series.ts";
import { ProtoFloatSeriesValuesResponseDTOSchema as Answer } from "../../src/wire/gen/neptune_pb.ts";
import { decodeFloatSeries } from "./decode.ts";

type Point = { time: number; step: number; value: number; preview: boolean; completion: number };

const point: fc.Arbitrary<Point> = fc.record({
  time: fc.oneof(fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }), fc.integer({ min: -1e12, max: 1e15 })),
  step: fc.oneof(fc.nat(1e6), fc.double({ min: 0, max: 1e12, noNaN: true })),
  value: fc.double(),
  preview: fc.boolean(),
  completion: fc.float({ min: 0, max: 1, noNaN: true }),
});

/** Series in an answer, in any order: steps ascend, and request ids are the numbers from 0. */
const answer: fc.Arbitrary<{ id: number; points: Point[] }[]> = fc.nat(12).chain((count) => {
  const ids = Array.from({ length: count }, (_, id) => id);
  const points = fc.array(point, { maxLength: 40 }).map((all) => all.sort((a, b) => a.step - b.step));
  return fc.tuple(fc.shuffledSubarray(ids, { minLength: count }), fc.tuple(...ids.map(() => points)))
    .map(([ids, lists]) => ids.map((id, i) => ({ id, points: lists[i] })));
});

function message(series: { id: number; points: Point[] }[]): MessageInitShape<typeof Answer> {
  return {
    series: series.map(({ id, points }) => ({
      requestId: String(id),
      series: {
        totalItemCount: BigInt(points.length),
        values: points.map(({ time, step, value, preview, completion }) => ({
          timestampMillis: BigInt(time),
          step,
          value,
          isPreview: preview,
          completionRatio: preview ? completion : 1,
        })),
      },
    })),
  };
}

function generated(series: { id: number; points: Point[] }[]): Uint8Array {
  return toBinary(Answer, create(Answer, message(series)));
}

/** The block that these points are. */
function columns(series: { id: number; points: Point[] }[]): SeriesBlock | null {
  const points = series.flatMap((one) => one.points);
  if (points.length === 0) return null;
  let start = 0;
  return {
    spans: series.filter((one) => one.points.length > 0).map(({ id, points }) => ({
      series: id,
      start,
      end: start += points.length,
    })),
    step: Float64Array.from(points, (one) => one.step),
    timestamp: Float64Array.from(points, (one) => one.time === 0 ? NaN : one.time),
    values: { kind: "float", data: Float64Array.from(points, (one) => one.value) },
    preview: {
      isPreview: Uint8Array.from(points, (one) => Number(one.preview)),
      completion: Float64Array.from(points, (one) => one.preview ? one.completion : 1),
    },
    owned: true,
  };
}

Deno.test("any answer of generated code decodes to its points, however its bytes are cut", () => {
  fc.assert(fc.property(answer, fc.array(fc.nat(100_000)), (series, cuts) => {
    const block = decodeFloatSeries(generated(series), { requests: series.length }, cuts);
    assert.deepEqual(block, columns(series));
  }));
});

Deno.test("points cut at every single byte decode to the same", () => {
  const series = [{
    id: 1,
    points: Array.from({ length: 20 }, (_, i) => ({
      time: 1.7e12 + i,
      step: i,
      value: i / 3,
      preview: i > 17,
      completion: 0.5,
    })),
  }, { id: 0, points: [] }];
  const bytes = generated(series);
  for (let cut = 0; cut <= bytes.length; cut++) {
    assert.deepEqual(decodeFloatSeries(bytes, { requests: 2 }, [cut]), columns(series), `cut at ${cut}`);
  }
  assert.deepEqual(decodeFloatSeries(bytes, { requests: 2 }, [...bytes.keys()]), columns(series));
});

Deno.test("our bytes are the bytes of generated code", () => {
  fc.assert(fc.property(answer, (series) => {
    const indexed = series.map(({ points }, id) => ({ id, points }));
    const block = columns(indexed);
    const ours = encodeFloatSeries({ blocks: block ? [block] : [], requestIds: indexed.map(({ id }) => String(id)) });
    assert.deepEqual(ours, generated(indexed));
  }));
});

Deno.test("series that go on in later blocks, and descending ones, are encoded whole", () => {
  const block = (from: number): SeriesBlock => ({
    spans: [{ series: 0, start: 0, end: 2 }, { series: 1, start: 2, end: 3 }],
    step: Float64Array.of(from, from + 1, from),
    timestamp: Float64Array.of(NaN, 5, 6),
    values: { kind: "float", data: Float64Array.of(1, 2, 3) },
    preview: null,
  });
  const bytes = encodeFloatSeries({ blocks: [block(0), block(10)], requestIds: ["a", "b"], descending: true });
  const { series } = fromBinary(Answer, bytes);
  assert.deepEqual(
    series.map((one) => [one.requestId, one.series!.values.map(({ step }) => step)]),
    [["a", [11, 10, 1, 0]], ["b", [10, 0]]],
  );
  assert.deepEqual(series[0].series!.values.map((one) => one.timestampMillis), [5n, 0n, 5n, 0n]);
});

Deno.test("an answer that ends before its end is refused, also between two series", () => {
  fc.assert(fc.property(answer.filter((series) => series.length > 0), fc.nat(), (series, at) => {
    const bytes = generated(series);
    const cut = at % bytes.length;
    assert.throws(() => decodeFloatSeries(bytes.subarray(0, cut), { requests: series.length }), DecodeError);
  }));
});

Deno.test("flipped bits give an error or as many points as there were, never anything else", () => {
  fc.assert(
    fc.property(answer.filter((series) => series.length > 0), fc.nat(), fc.nat(7), (series, at, bit) => {
      const bytes = generated(series);
      bytes[at % bytes.length] ^= 1 << bit;
      try {
        const block = decodeFloatSeries(bytes, { requests: series.length });
        assert.ok((block?.step.length ?? 0) <= bytes.length);
        assert.ok(block === null || block.step.every((step) => Number.isFinite(step)));
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("a length that is a lie does not make room for it", () => {
  const lie = Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x07, 0x0a, 0x01, 0x30, 0x12, 0xf0, 0xff, 0xff, 0xff, 0x07);
  const decoder = new FloatSeriesDecoder(
    { previews: true, requests: 1, pointsEach: Infinity },
    Number.MAX_SAFE_INTEGER,
  );
  assert.deepEqual(decoder.push(lie), []);
  assert.throws(() => decoder.finish(), DecodeError);
});

Deno.test("text, zeros and random bytes are refused", () => {
  for (const text of ["<html><body>Sign in</body></html>", "{}", "\0\0\0\0"]) {
    assert.throws(() => decodeFloatSeries(new TextEncoder().encode(text), {}), DecodeError, text);
  }
  fc.assert(fc.property(fc.uint8Array({ minLength: 20, maxLength: 200 }), (bytes) => {
    try {
      decodeFloatSeries(bytes, {});
    } catch (error) {
      assert.ok(error instanceof DecodeError, String(error));
    }
  }));
});

Deno.test("steps that go back or are no numbers, and answers that were not asked for, are refused", () => {
  // Points with a usual time are read together, others one by one.
  for (const time of [1, 1.7e12]) refusesSteps((step) => ({ time, step, value: 0, preview: false, completion: 1 }));
});

function refusesSteps(at: (step: number) => Point): void {
  const refused = (series: { id: number; points: Point[] }[], why: RegExp) =>
    assert.throws(() => decodeFloatSeries(generated(series), { requests: 2, pointsEach: 3 }), why);
  refused([{ id: 0, points: [at(2), at(1)] }], /step 1 comes after step 2/);
  refused([{ id: 0, points: [at(NaN)] }], /a step is NaN/);
  refused([{ id: 0, points: [at(1), at(Infinity)] }], /a step is Infinity/);
  refused([{ id: 0, points: [at(-Infinity), at(1)] }], /a step is -Infinity/);
  refused([{ id: 0, points: [] }, { id: 0, points: [] }], /answered twice/);
  refused([{ id: 2, points: [] }], /a request id was not asked for/);
  refused([{ id: 1, points: [] }], /no answer to request 0/);
  refused([{ id: 0, points: [at(1), at(2), at(3), at(4)] }, { id: 1, points: [] }], /4 points, more than the 3/);
  const down = decodeFloatSeries(generated([{ id: 0, points: [at(2), at(1)] }]), { descending: true });
  assert.deepEqual(down!.step, Float64Array.of(2, 1));
  const far = [-Number.MAX_VALUE, Number.MAX_VALUE];
  assert.deepEqual(decodeFloatSeries(generated([{ id: 0, points: far.map(at) }]), {})!.step, Float64Array.from(far));
}

Deno.test("fields of a later version are passed over", () => {
  const extra = [0x32, 0x02, 0x41, 0x42, 0x38, 0x01];
  const point = [0x11, ...new Uint8Array(Float64Array.of(7).buffer), ...extra];
  const series = [0x12, point.length, ...point, 0x18, 0x05];
  const entry = [0x0a, 0x01, 0x30, 0x12, series.length, ...series, 0x1a, 0x01, 0x00];
  const bytes = Uint8Array.from([0x0a, entry.length, ...entry, 0x15, 1, 2, 3, 4]);
  for (let cut = 0; cut < bytes.length; cut++) {
    assert.deepEqual(decodeFloatSeries(bytes, {}, [cut])!.step, Float64Array.of(7));
  }
});

Deno.test("an answer of more than a million points comes in several blocks, whose spans go on", () => {
  const rows = 1_200_000;
  const block: SeriesBlock = {
    spans: [{ series: 0, start: 0, end: rows }],
    step: Float64Array.from({ length: rows }, (_, i) => i),
    timestamp: new Float64Array(rows).fill(1.7e12),
    values: { kind: "float", data: new Float64Array(rows) },
    preview: null,
  };
  const bytes = encodeFloatSeries({ blocks: [block], requestIds: ["0"] });
  const decoder = new FloatSeriesDecoder({ previews: false, requests: 1, pointsEach: rows }, bytes.length);
  const blocks: SeriesBlock[] = [];
  for (let at = 0; at < bytes.length; at += 60_000) blocks.push(...decoder.push(bytes.subarray(at, at + 60_000)));
  blocks.push(decoder.finish()!);
  assert.deepEqual(blocks.map(({ spans }) => spans), [
    [{ series: 0, start: 0, end: 1_000_000 }],
    [{ series: 0, start: 0, end: 200_000 }],
  ]);
  assert.deepEqual(blocks[1].step.subarray(0, 2), Float64Array.of(1_000_000, 1_000_001));
  assert.equal(decoder.points, rows);
});

Deno.test("what came before the bytes broke off can be rescued", () => {
  const series = [{
    id: 2,
    points: Array.from(
      { length: 100 },
      (_, i) => ({ time: 1.7e12, step: i + 1, value: 1, preview: false, completion: 1 }),
    ),
  }];
  const bytes = generated(series);
  const decoder = new FloatSeriesDecoder({ previews: false, requests: 3, pointsEach: 100 });
  decoder.push(bytes.subarray(0, bytes.length - 40));
  const { spans, step } = decoder.rescue()!;
  assert.deepEqual(spans, [{ series: 2, start: 0, end: step.length }]);
  assert.ok(step.length >= 97 && step.length < 100);
  assert.equal(decoder.rescue(), null);
});
