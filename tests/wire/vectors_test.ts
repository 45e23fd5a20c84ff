/** Messages with known bytes, written down from the wire protocol. */

import assert from "node:assert/strict";
import { create, toBinary } from "@bufbuild/protobuf";
import { decodeAttributes, decodeQueryAttributes } from "../../src/wire/attributes.ts";
import { cellsInOrder, encodeQueryAttributes } from "../../src/wire/encode/attributes.ts";
import { encodeFloatSeries } from "../../src/wire/encode/float_series.ts";
import {
  LineageEntityType,
  ProtoAttributesDTOSchema,
  ProtoGetTimeseriesBucketsRequestSchema,
  ProtoLineage,
  ProtoScale,
} from "../../src/wire/gen/neptune_pb.ts";
import { decodeSeriesValues } from "../../src/wire/series_values.ts";
import { decodeFloatSeries } from "./decode.ts";

const V1 =
  "0a490a013012440802121e0880d095ffbc3111000000000000f03f19000000000000e03f2d0000803f122008e8d795ffbc3111000000000000044019000000000000f87f20012d0000803e";
const V2 = "0a050a01371200";
const V3 =
  "0a016d120b666c6f61745365726965734a460a016d120b666c6f617453657269657319000000000000084021000000000000000029000000000000f0bf31000000000000004039000000000000d03f41000000000000f83f";
const V4 = "0a087379732f746167731209737472696e6753657442061a01611a0162";
const V5 =
  "0a5e0a0230301205080112017422510a4f0880d095ffbc3111000000000000f03f2d0000803f323812360a08434f554e54494e4712180000000000000000000000000000f03f00000000000000401a1000000000000008400000000000001040";
const V6 =
  "0a430a2431313131313131312d313131312d313131312d313131312d3131313131313131313131311203522d311a160a026c721205666c6f6174220919fca9f1d24d62503f12050a03616263";
const V7 =
  "0a3d0a2430303030303030302d303030302d303030302d303030302d303030303030303030303030120b77732f70726f6a2f522d311a04247b6d7d200030011218090000000000000000110000000000002440200b3a020a00";

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g)!, (pair) => parseInt(pair, 16));

/** An attribute as a field of `ProtoAttributesDTO`. */
const asField = (hex: string) => bytes(`3a${(hex.length / 2).toString(16)}${hex}`);

Deno.test("two points, one of them a preview, decode and encode to the known bytes (V1)", () => {
  const block = decodeFloatSeries(bytes(V1), { previews: true });
  assert.deepEqual(block, {
    spans: [{ series: 0, start: 0, end: 2 }],
    step: Float64Array.of(1, 2.5),
    timestamp: Float64Array.of(1700000000000, 1700000001000),
    values: { kind: "float", data: Float64Array.of(0.5, NaN) },
    preview: { isPreview: Uint8Array.of(0, 1), completion: Float64Array.of(1, 0.25) },
    owned: true,
  });
  assert.deepEqual(encodeFloatSeries({ blocks: [block!], requestIds: ["0"] }), bytes(V1));
});

Deno.test("a series without points is answered all the same (V2)", () => {
  const others = encodeFloatSeries({ blocks: [], requestIds: ["0", "1", "2", "3", "4", "5", "6"] });
  assert.equal(decodeFloatSeries(Uint8Array.from([...others, ...bytes(V2)]), { requests: 8 }), null);
  assert.deepEqual(encodeFloatSeries({ blocks: [], requestIds: ["7"] }), bytes(V2));
});

Deno.test("aggregates of a float series, with a last value of 0 (V3)", () => {
  const { paths, columns } = decodeAttributes(asField(V3), "run");
  assert.deepEqual(paths, ["m"]);
  assert.deepEqual(columns, [{
    run: Uint32Array.of(0),
    path: Uint32Array.of(0),
    type: "float_series",
    data: {
      present: Uint8Array.of(1),
      lastStep: Float64Array.of(3),
      last: Float64Array.of(0),
      min: Float64Array.of(-1),
      max: Float64Array.of(2),
      average: Float64Array.of(0.25),
      variance: Float64Array.of(1.5),
    },
  }]);
});

Deno.test("a string set without inner name and type (V4)", () => {
  const { columns } = decodeAttributes(asField(V4), "run");
  assert.deepEqual(columns, [{
    run: Uint32Array.of(0),
    path: Uint32Array.of(0),
    type: "string_set",
    data: [["a", "b"]],
  }]);
});

Deno.test("a point of a histogram series, at the end of its series (V5)", () => {
  const { block, answers } = decodeSeriesValues(bytes(V5), "histogram");
  assert.deepEqual(answers, [{ series: 0, next: "end" }]);
  assert.deepEqual(block, {
    spans: [{ series: 0, start: 0, end: 1 }],
    step: Float64Array.of(1),
    timestamp: Float64Array.of(1700000000000),
    values: {
      kind: "histogram",
      data: [{ type: "COUNTING", edges: Float64Array.of(0, 1, 2), values: Float64Array.of(3, 4) }],
    },
    preview: null,
  });
});

Deno.test("a page of values with a next page (V6)", () => {
  const { block, nextPageToken } = decodeQueryAttributes(bytes(V6), (sysId) => `ws/proj/${sysId}`);
  assert.equal(nextPageToken, "abc");
  assert.deepEqual(block, {
    runs: ["ws/proj/R-1"],
    paths: ["lr"],
    columns: [{ run: Uint32Array.of(0), path: Uint32Array.of(0), type: "float", data: Float64Array.of(0.001) }],
  });

  // Ours holds the inner name and type too, which is good manners: the rest is the same.
  const identity = () => ({ id: "11111111-1111-1111-1111-111111111111", sysId: "R-1" });
  const ours = encodeQueryAttributes(block, cellsInOrder(block), identity, "abc");
  assert.deepEqual(decodeQueryAttributes(ours, (sysId) => `ws/proj/${sysId}`), { block, nextPageToken });
});

Deno.test("generated code writes a request for buckets to the known bytes (V7)", () => {
  const message = create(ProtoGetTimeseriesBucketsRequestSchema, {
    expressions: [{
      requestId: "00000000-0000-0000-0000-000000000000",
      runId: "ws/proj/R-1",
      customYFormula: "${m}",
      includePreview: false,
      lineage: ProtoLineage.FULL,
      entityType: LineageEntityType.RUN,
    }],
    view: {
      from: 0,
      to: 10,
      maxBuckets: 11,
      xScale: ProtoScale.linear,
      yScale: ProtoScale.linear,
      xAxis: { value: { case: "steps", value: {} } },
    },
  });
  assert.deepEqual(toBinary(ProtoGetTimeseriesBucketsRequestSchema, message), bytes(V7));
});

Deno.test("values of one run come without a run of their own", () => {
  const message = create(ProtoAttributesDTOSchema, { experimentId: "u", type: "run", attributes: [] });
  assert.deepEqual(decodeAttributes(toBinary(ProtoAttributesDTOSchema, message), "key"), {
    runs: ["key"],
    paths: [],
    columns: [],
  });
});
