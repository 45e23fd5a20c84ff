/**
 * Traps in series: the order of rows, the precision of steps, lost values, parts.
 *
 * @module
 */

import assert from "node:assert/strict";
import { float, floatPoint, histogramPoint, int, string, stringPoint } from "../../samples/rows.ts";
import { writeRun } from "../../samples/writer.ts";
import { attributes, ownAttributes, pairs, points, runOf, values } from "../ask.ts";
import { type AwkwardCase, PROJECT, roots, sys, T, writeRuns } from "./case.ts";

export const seriesCases: AwkwardCase[] = [
  {
    name: "step-major order",
    rule: "The rows of several series lie interleaved, step by step; each series is told apart and keeps its points.",
    write: (dir) =>
      writeRuns(dir, {
        A: [
          sys("A", 1),
          steps(50).flatMap((i) => ["a", "b", "c"].map((path) => floatPoint(path, i, T + i, value(path, i)))),
        ],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      for (const path of ["a", "b", "c"]) {
        assert.deepEqual(await pairs(source, "A", path), steps(50).map((i) => [i, value(path, i)]));
      }
    },
  },
  {
    name: "unsorted rows",
    rule: "Points come by ascending step whatever the order of the rows.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1), [5, 1, 4, 0, 3, 2].map((i) => floatPoint("m", i, T + i, i * i))],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await pairs(source, "A", "m"), steps(6).map((i) => [i, i * i]));
      const { "m:float_series": m } = await values(source, "A", { paths: ["m"] });
      assert.deepEqual((m as { last: number }).last, 25);
    },
  },
  {
    name: "decimal steps",
    rule: "A step with six decimals comes back as the float it was: unscaled / 1e6, not unscaled * 1e-6.",
    write: (dir) => writeRuns(dir, { A: [sys("A", 1), decimalSteps.map((step) => floatPoint("m", step, T, step))] }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual((await points(source, "A", "m")).map(({ step }) => step), decimalSteps);
      assert.deepEqual(await pairs(source, "A", "m", { stepRange: [0.1, 0.3] }), [[0.1, 0.1], [0.2, 0.2], [0.3, 0.3]]);
    },
  },
  {
    name: "large steps",
    rule:
      "Steps beyond 2^53 millionths come back as the floats next to them, in ranges and where runs are forked, too.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1), largeSteps.map((step, i) => floatPoint("m", step, T + i, i))],
        B: [[...sys("B", 2), string("sys/forking/parent", "A"), float("sys/forking/step", largeSteps[2])]],
        C: [[...sys("C", 3), string("sys/forking/parent", "A"), int("sys/forking/step", largeSteps[4])]],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      const all = largeSteps.map((step, i) => [step, i]);
      assert.deepEqual(await pairs(source, "A", "m"), all);
      assert.deepEqual(await pairs(source, "B", "m"), all.slice(0, 3));
      assert.deepEqual(await pairs(source, "C", "m"), all.slice(0, 5));
      for (const [i, step] of largeSteps.entries()) {
        assert.deepEqual(await pairs(source, "A", "m", { stepRange: [step, step] }), [[step, i]]);
      }
      const { "m:float_series": m } = await values(source, "A", { paths: ["m"] });
      assert.equal((m as { lastStep: number }).lastStep, 999_999_999_999);
    },
  },
  {
    name: "equal steps",
    rule: "Steps that were rounded to the same six decimals all stay, in the order of the file.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1), [
          floatPoint("m", 0.0000001, T, 9),
          floatPoint("m", 0.0000002, T + 1, 8),
          floatPoint("m", 0.0000003, T + 2, 7),
          floatPoint("m", 1, T + 3, 6),
        ]],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await pairs(source, "A", "m"), [[0, 9], [0, 8], [0, 7], [1, 6]]);
    },
  },
  {
    name: "NaN and infinite points",
    rule: "A point with a time and no value is NaN, not absent; infinities are values.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1), [
          floatPoint("inf", 0, T, Infinity),
          floatPoint("m", 0, T, 1),
          floatPoint("inf", 1, T, -Infinity),
          floatPoint("m", 1, T, NaN),
          floatPoint("all", 2, T, NaN),
          floatPoint("m", 2, T, NaN),
        ]],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await pairs(source, "A", "m"), [[0, 1], [1, NaN], [2, NaN]]);
      assert.deepEqual(await pairs(source, "A", "inf"), [[0, Infinity], [1, -Infinity]]);
      assert.deepEqual(await pairs(source, "A", "all"), [[2, NaN]]);
      const { "m:float_series": m, "all:float_series": all } = await values(source, "A", { paths: ["m", "all"] });
      assert.deepEqual([(m as { last: number }).last, (m as { lastStep: number }).lastStep], [NaN, 2]);
      assert.deepEqual((all as { last: number }).last, NaN);
    },
  },
  {
    name: "aggregates",
    rule: "Last, least, greatest, average and population variance are computed from the points.",
    write: (dir) => writeRuns(dir, { A: [sys("A", 1), [3, 1, 4, 1, 5].map((y, i) => floatPoint("m", i, T + i, y))] }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      const { "m:float_series": m } = await values(source, "A", { paths: ["m"] });
      const { average, variance, ...exact } = m as Record<string, number>;
      assert.deepEqual(exact, { lastStep: 4, last: 5, min: 1, max: 5 });
      assert.ok(Math.abs(average - 2.8) < 1e-12 && Math.abs(variance - 2.56) < 1e-12, `${average}, ${variance}`);
    },
  },
  {
    name: "series in later parts",
    rule: "A run goes on in further parts, sorted by number: part 10 after part 9, not after part 1.",
    async write(dir) {
      const { data, files } = await roots(dir);
      const part = (part: number, batches: Parameters<typeof writeRun>[0]["batches"]) =>
        writeRun({ dataRoot: data, projectId: PROJECT, runId: "A", part, batches });
      await part(0, [sys("A", 1), [floatPoint("first", 0, T, 1)]]);
      for (let n = 1; n <= 11; n++) await part(n, [[floatPoint("same", 0, T, n), floatPoint(`m${n}`, n, T, n)]]);
      return { data, files };
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await pairs(source, "A", "first"), [[0, 1]]);
      for (const n of [1, 10, 11]) assert.deepEqual(await pairs(source, "A", `m${n}`), [[n, n]]);
      assert.deepEqual(await pairs(source, "A", "same"), steps(11).map((i) => [0, i + 1]));
      assert.equal((await ownAttributes(source, "A")).length, 13);
    },
  },
  {
    name: "one class in several row groups",
    rule: "Row groups are batches of one class, many of a kind and in any order; none is overlooked.",
    write: (dir) =>
      writeRuns(dir, {
        A: [
          [floatPoint("z", 0, T, 1)],
          [stringPoint("s", 0, T, "x"), histogramPoint("h", 1, T, { type: "COUNTING", edges: [0, 1], values: [2] })],
          sys("A", 1),
          [floatPoint("a", 0, T, 2)],
          [stringPoint("t", 0, T, "y")],
        ],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await ownAttributes(source, "A"), [
        "a:float_series",
        "h:histogram_series",
        "s:string_series",
        "t:string_series",
        "z:float_series",
      ]);
      assert.deepEqual(await pairs(source, "A", "a"), [[0, 2]]);
      assert.deepEqual(await pairs(source, "A", "t", { kind: "string" }), [[0, "y"]]);
      assert.equal((await runOf(source, "A")).sysId, "AWK-1");
    },
  },
  {
    name: "one path, two kinds of series",
    rule: "A path that is a float series in one run and a string series in another gives each kind its own points.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1), [floatPoint("m", 0, T, 1)]],
        B: [sys("B", 2), [stringPoint("m", 0, T, "one")]],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await pairs(source, "A", "m"), [[0, 1]]);
      assert.deepEqual(await pairs(source, "A", "m", { kind: "string" }), []);
      assert.deepEqual(await pairs(source, "B", "m", { kind: "string" }), [[0, "one"]]);
      assert.deepEqual(await pairs(source, "B", "m"), []);
      assert.deepEqual(await attributes(source, { paths: ["m"] }), ["m:float_series", "m:string_series"]);
    },
  },
  {
    name: "odd log lines",
    rule: "Empty and multi-line texts of a string series are points like others.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1), lines.map((line, i) => stringPoint("log", i, T + i, line))],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await pairs(source, "A", "log", { kind: "string" }), lines.map((line, i) => [i, line]));
      const { "log:string_series": log } = await values(source, "A", { paths: ["log"] });
      assert.deepEqual(log, { lastStep: 3, last: lines[3] });
    },
  },
  {
    name: "lost text",
    rule: "A point of a string series with a time and no text stays a point, its text null.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1), [
          stringPoint("log", 0, T, "a"),
          { attribute_path: "log", attribute_type: "string_series", step: 1, timestamp: T },
        ]],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await pairs(source, "A", "log", { kind: "string" }), [[0, "a"], [1, null]]);
    },
    archiveOnly: "Neptune's API has no way to send a text that is missing",
  },
];

const steps = (n: number) => Array.from({ length: n }, (_, i) => i);
const value = (path: string, i: number) => path.charCodeAt(0) + i / 8;
const largeSteps = [
  9_007_199_254.740993,
  12_345_678_901,
  98_765_432_109.12346,
  123_456_789_012.5,
  300_000_000_001,
  999_999_999_999,
];
const decimalSteps = [0.000001, 0.1, 0.2, 0.3, 0.7, 1.1, 2.675, 1234.567891, 4503599.627371, 999999999.999999];
const lines = ["", "one\ntwo", "😀", " blank "];
