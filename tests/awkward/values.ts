/**
 * Traps in single values: phantom rows, lost NaNs, empty and odd values.
 *
 * @module
 */

import assert from "node:assert/strict";
import { bool, datetime, float, int, phantom, string, stringSet } from "../../samples/rows.ts";
import { assertFound, assertNotFound, attributes, ownAttributes, values } from "../ask.ts";
import { type AwkwardCase, PROJECT, sys, writeRuns } from "./case.ts";

export const valueCases: AwkwardCase[] = [
  {
    name: "phantom parameters",
    rule: "A parameter row without a value is no attribute; another run of the export batch has it.",
    write: (dir) =>
      writeRuns(dir, {
        A: [[int("seed", 7), phantom("note", "string"), phantom("flag", "bool"), ...sys("A", 1)]],
        B: [[phantom("seed", "int"), string("note", "hi"), bool("flag", false), ...sys("B", 2)]],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await ownAttributes(source, "A"), ["seed:int"]);
      assert.deepEqual(await ownAttributes(source, "B"), ["flag:bool", "note:string"]);
      assert.deepEqual(await values(source, "A", { paths: ["seed", "note", "flag"] }), { "seed:int": 7n });
      assert.deepEqual(await values(source, "B", { paths: ["seed", "note", "flag"] }), {
        "note:string": "hi",
        "flag:bool": false,
      });
      await assertFound(source, "phantom_rows", 3);
    },
  },
  {
    name: "lost NaN config, certain",
    rule:
      "A float that only one run has, without a value, was logged as NaN: a phantom needs another run with a value.",
    write: (dir) => writeRuns(dir, { A: [[float("x", NaN), ...sys("A", 1)]], B: [sys("B", 2)] }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await values(source, "A", { paths: ["x"] }), { "x:float": NaN });
      assert.deepEqual(await ownAttributes(source, "B"), []);
    },
  },
  {
    name: "lost NaN config, doubtful",
    rule:
      "Where several runs have a float without a value and none has one, it is not known which logged NaN: absent, and reported.",
    write: (dir) =>
      writeRuns(dir, {
        A: [[float("x", NaN), ...sys("A", 1)]],
        B: [[phantom("x", "float"), ...sys("B", 2)]],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await attributes(source, { paths: ["x"] }), []);
      assert.deepEqual(await values(source, "A", { paths: ["x"] }), {});
      await assertFound(source, "nan_or_absent");
    },
  },
  {
    name: "phantom float beside a value",
    rule: "A float without a value is absent where another run has a value.",
    write: (dir) =>
      writeRuns(dir, {
        A: [[float("x", 1.5), ...sys("A", 1)]],
        B: [[phantom("x", "float"), ...sys("B", 2)]],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await ownAttributes(source, "B"), []);
      assert.deepEqual(await values(source, "A", { paths: ["x"] }), { "x:float": 1.5 });
      await assertNotFound(source, "nan_or_absent");
    },
  },
  {
    name: "empty set and empty string",
    rule: "An empty set and an empty string are values; a null list is a phantom.",
    write: (dir) =>
      writeRuns(dir, {
        A: [[stringSet("tags"), string("note", ""), ...sys("A", 1)]],
        B: [[phantom("tags", "string_set"), phantom("note", "string"), ...sys("B", 2)]],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await values(source, "A", { paths: ["tags", "note"] }), {
        "tags:string_set": [],
        "note:string": "",
      });
      assert.deepEqual(await ownAttributes(source, "B"), []);
    },
  },
  {
    name: "one path, two types",
    rule: "A path with an int in one run and a float in another has one type in each of them.",
    write: (dir) =>
      writeRuns(dir, {
        A: [[phantom("x", "float"), int("x", 3), ...sys("A", 1)]],
        B: [[float("x", 3), phantom("x", "int"), ...sys("B", 2)]],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await values(source, "A", { paths: ["x"] }), { "x:int": 3n });
      assert.deepEqual(await values(source, "B", { paths: ["x"] }), { "x:float": 3 });
      assert.deepEqual((await attributes(source, { paths: ["x"] })).sort(), ["x:float", "x:int"]);
      assert.deepEqual(await attributes(source, { paths: ["x"], types: ["int"] }), ["x:int"]);
    },
  },
  {
    name: "integers beyond 2^53",
    rule: "Every 64-bit integer keeps its last digit.",
    write: (dir) =>
      writeRuns(dir, {
        A: [[
          int("a", 9007199254740993n),
          int("b", -(2n ** 63n)),
          int("c", 2n ** 63n - 1n),
          int("d", -1),
          ...sys("A", 1),
        ]],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await values(source, "A", { paths: ["a", "b", "c", "d"] }), {
        "a:int": 9007199254740993n,
        "b:int": -(2n ** 63n),
        "c:int": 2n ** 63n - 1n,
        "d:int": -1n,
      });
    },
  },
  {
    name: "floats at the edge",
    rule: "Infinities, the smallest and the largest float survive.",
    write: (dir) =>
      writeRuns(dir, {
        A: [[
          float("a", Infinity),
          float("b", -Infinity),
          float("c", 5e-324),
          float("d", Number.MAX_VALUE),
          ...sys("A", 1),
        ]],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await values(source, "A", { paths: ["a", "b", "c", "d"] }), {
        "a:float": Infinity,
        "b:float": -Infinity,
        "c:float": 5e-324,
        "d:float": Number.MAX_VALUE,
      });
    },
  },
  {
    name: "odd strings",
    rule: "Line breaks, quotes, NUL, emoji and long texts come back code point by code point.",
    write: (dir) =>
      writeRuns(dir, {
        A: [[string("long", long), string("odd", odd), stringSet("set", "b,c", "a", ""), ...sys("A", 1)]],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await values(source, "A", { paths: ["long", "odd", "set"] }), {
        "long:string": long,
        "odd:string": odd,
        "set:string_set": ["", "a", "b,c"],
      });
    },
  },
  {
    name: "odd paths",
    rule: "Attribute paths with dots, colons, backticks, blanks or other scripts are found by their exact name.",
    write: (dir) => writeRuns(dir, { A: [[...oddPaths.map((path, i) => int(path, i)), ...sys("A", 1)]] }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      for (const [i, path] of oddPaths.entries()) {
        assert.deepEqual(await values(source, "A", { paths: [path] }), { [`${path}:int`]: BigInt(i) });
      }
    },
  },
  {
    name: "far dates",
    rule: "Dates from 1600 to 9999 survive to the millisecond.",
    write: (dir) => writeRuns(dir, { A: [[datetime("new", late), datetime("old", early), ...sys("A", 1)]] }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await values(source, "A", { paths: ["new", "old"] }), {
        "new:datetime": late,
        "old:datetime": early,
      });
    },
  },
  {
    name: "unknown attribute type",
    rule: "An attribute of a type nobody knows is left out and reported; the rest of the run reads as ever.",
    write: (dir) =>
      writeRuns(dir, {
        A: [[
          int("seed", 7),
          ...sys("A", 1),
          { attribute_path: "what", attribute_type: "hologram", string_value: "?" },
        ]],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await ownAttributes(source, "A"), ["seed:int"]);
      assert.deepEqual(await values(source, "A", { paths: ["what", "seed"] }), { "seed:int": 7n });
      await assertFound(source, "unknown_type");
    },
  },
];

const long = "0123456789".repeat(20_000);
const odd = "a\n\tb\"'`\\ \u0000 e\u0301 żółć 実験 😀\r\n";
const oddPaths = [
  "a.b",
  "a_b",
  "a:int",
  "with `ticks`",
  "żółć/実験",
  "a b/c",
  "/lead",
  "trail/",
  "😀",
  "A.B",
  "%2F?x=1&y#z",
];
const early = Date.UTC(1600, 0, 1, 0, 0, 0, 1);
const late = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
