/**
 * Traps in forks: runs hold only their own points, parents may be missing, cyclic, or named in other ways.
 *
 * @module
 */

import assert from "node:assert/strict";
import { filePoint, float, floatPoint, histogramPoint, int, string, stringPoint } from "../../samples/rows.ts";
import { type ArchiveRow, filePath, sanitized } from "../../samples/writer.ts";
import type { FileRef } from "../../src/types.ts";
import { assertFound, assertNotFound, ownAttributes, pairs, points, text, values } from "../ask.ts";
import { type AwkwardCase, PROJECT, sys, T, writeFile, writeRuns } from "./case.ts";

const fork = (parent: string, step: number): ArchiveRow[] => [
  string("sys/forking/parent", parent),
  int("sys/forking/step", step),
];

/** Points of `path` at these steps; the values tell the run. */
const line = (path: string, value: number, ...steps: number[]): ArchiveRow[] =>
  steps.map((step) => floatPoint(path, step, T + Math.trunc(step), value + step / 100));
const told = (value: number, ...steps: number[]) => steps.map((step) => [step, value + step / 100] as const);

export const forkCases: AwkwardCase[] = [
  {
    name: "fork of a fork",
    rule: "Each ancestor counts up to the smallest fork step on the way down.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1), line("m", 1, 0, 1, 2, 3, 4, 5)],
        B: [sys("B", 2, ...fork("A", 3)), line("m", 2, 4, 5, 6)],
        C: [sys("C", 3, ...fork("B", 5)), line("m", 3, 6, 7)],
        D: [sys("D", 4, ...fork("B", 1)), line("m", 4, 2, 3)],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await pairs(source, "B", "m"), [...told(1, 0, 1, 2, 3), ...told(2, 4, 5, 6)]);
      assert.deepEqual(await pairs(source, "C", "m"), [...told(1, 0, 1, 2, 3), ...told(2, 4, 5), ...told(3, 6, 7)]);
      assert.deepEqual(await pairs(source, "D", "m"), [...told(1, 0, 1), ...told(4, 2, 3)]);
      assert.deepEqual(await pairs(source, "C", "m", { lineage: "own" }), told(3, 6, 7));
      const { "m:float_series": m } = await values(source, "C", { paths: ["m"] });
      const { lastStep, last, min, max } = m as Record<string, number>;
      assert.deepEqual({ lastStep, last, min, max }, { lastStep: 7, last: 3.07, min: 1, max: 3.07 });
      await assertNotFound(source, "unresolved_parent");
    },
  },
  {
    name: "points at the fork step",
    rule: "On an equal step the parent wins; where the parent has no point at the fork step, the child's stays.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1), [...line("both", 1, 0, 1, 2), ...line("child", 1, 0, 1)]],
        B: [sys("B", 2, ...fork("A", 2)), [...line("both", 2, 2, 3), ...line("child", 2, 2, 3)]],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await pairs(source, "B", "both"), [...told(1, 0, 1, 2), ...told(2, 3)]);
      assert.deepEqual(await pairs(source, "B", "child"), [...told(1, 0, 1), ...told(2, 2, 3)]);
      assert.deepEqual(await pairs(source, "B", "both", { lineage: "own" }), told(2, 2, 3));
    },
  },
  {
    name: "inherited only",
    rule:
      "A series that only an ancestor logged, at or before the fork, exists in the child; one that began later does not.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1), [...line("early", 1, 0, 1), ...line("late", 1, 5)]],
        B: [sys("B", 2, ...fork("A", 2)), line("own", 2, 3)],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await ownAttributes(source, "B"), ["early:float_series", "own:float_series"]);
      assert.deepEqual(await pairs(source, "B", "early"), told(1, 0, 1));
      assert.deepEqual(await pairs(source, "B", "late"), []);
      assert.deepEqual(await pairs(source, "B", "early", { lineage: "own" }), []);
      const found = await values(source, "B", { paths: ["early", "late"] });
      assert.deepEqual(Object.keys(found), ["early:float_series"]);
      assert.equal((found["early:float_series"] as { last: number }).last, 1.01);
    },
  },
  {
    name: "every kind of series is inherited",
    rule: "Texts, histograms and files are inherited as numbers are; single values are not.",
    async write(dir) {
      const stored = (step: number) => filePath("A", "f", ".txt", step);
      const archive = await writeRuns(dir, {
        A: [
          [int("only", 1), ...sys("A", 1)],
          [
            stringPoint("s", 0, T, "a"),
            histogramPoint("h", 0, T, { type: "COUNTING", edges: [0, 1], values: [1] }),
            stringPoint("s", 5, T, "b"),
          ],
          [filePoint("f", 0, T, stored(0)), filePoint("f", 5, T, stored(5))],
        ],
        B: [sys("B", 2, ...fork("A", 2)), [stringPoint("s", 3, T, "c")]],
      });
      for (const step of [0, 5]) await writeFile(archive.files, sanitized(PROJECT), stored(step), `at ${step}`);
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await pairs(source, "B", "s", { kind: "string" }), [[0, "a"], [3, "c"]]);
      assert.deepEqual(await pairs(source, "B", "h", { kind: "histogram" }), [
        [0, { type: "COUNTING", edges: [0, 1], values: [1] }],
      ]);
      const files = await points(source, "B", "f", { kind: "file" });
      assert.deepEqual(files.map(({ step }) => step), [0]);
      assert.equal(await text(source, files[0].value as FileRef), "at 0");
      assert.deepEqual(await ownAttributes(source, "B"), ["f:file_series", "h:histogram_series", "s:string_series"]);
      assert.deepEqual((await values(source, "B", { paths: ["s"] }))["s:string_series"], { lastStep: 3, last: "c" });
    },
  },
  {
    name: "absent parent",
    rule: "A fork whose parent is not in the archive counts as a root, and that is reported.",
    write: (dir) => writeRuns(dir, { B: [sys("B", 2, ...fork("gone", 3)), line("m", 2, 4, 5)] }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await pairs(source, "B", "m"), told(2, 4, 5));
      await assertFound(source, "unresolved_parent", 1);
    },
  },
  {
    name: "parent by short id",
    rule: "A parent is looked for by run id, then by custom id, then by short id.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1), line("m", 1, 0, 1)],
        B: [sys("B", 2, ...fork("AWK-1", 1)), line("m", 2, 2)],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await pairs(source, "B", "m"), [...told(1, 0, 1), ...told(2, 2)]);
    },
  },
  {
    name: "fork step as a float",
    rule: "The fork step may be an int or a float, also a fractional one.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1), line("m", 1, 0, 0.5, 1)],
        B: [
          sys("B", 2, string("sys/forking/parent", "A"), float("sys/forking/step", 0.5)),
          line("m", 2, 0.75),
        ],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await pairs(source, "B", "m"), [...told(1, 0, 0.5), ...told(2, 0.75)]);
    },
  },
  {
    name: "fork step finer than steps",
    rule:
      "Steps were rounded to six decimals and the fork step was not: the point at the fork step is inherited all the same.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1), line("m", 1, 0, 0.1234567, 1)],
        B: [
          sys("B", 2, string("sys/forking/parent", "A"), float("sys/forking/step", 0.1234567)),
          line("m", 2, 0.5),
        ],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual((await pairs(source, "B", "m")).map(([step]) => step), [0, 0.123457, 0.5]);
    },
  },
  {
    name: "fork cycle",
    rule: "Runs that name each other as parents are read, with their own points at least.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1, ...fork("B", 2)), line("m", 1, 3)],
        B: [sys("B", 2, ...fork("A", 2)), line("m", 2, 4)],
        C: [sys("C", 3, ...fork("C", 2)), line("m", 3, 5)],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual((await pairs(source, "A", "m")).at(-1), [3, 1.03]);
      assert.deepEqual((await pairs(source, "B", "m")).at(-1), [4, 2.04]);
      assert.deepEqual(await pairs(source, "C", "m"), told(3, 5));
      await assertFound(source, "fork_cycle");
    },
  },
  {
    name: "lineage within the experiment",
    rule:
      "Within the experiment a run has its own points and those of the ancestors next to it that share its experiment.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1, string("sys/name", "one")), line("m", 1, 0, 1, 2)],
        B: [sys("B", 2, string("sys/name", "two"), ...fork("A", 1)), line("m", 2, 2, 3)],
        C: [sys("C", 3, string("sys/name", "two"), ...fork("B", 2)), line("m", 3, 3)],
        D: [sys("D", 4, string("sys/name", "one"), ...fork("C", 3)), line("m", 4, 4)],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      const within = (id: string) => pairs(source, id, "m", { lineage: "experiment" });
      assert.deepEqual(await within("C"), [...told(2, 2), ...told(3, 3)]);
      assert.deepEqual(await within("B"), told(2, 2, 3));
      assert.deepEqual(await within("D"), told(4, 4));
      assert.deepEqual(await pairs(source, "D", "m"), [...told(1, 0, 1), ...told(2, 2), ...told(3, 3), ...told(4, 4)]);
    },
  },
  {
    name: "long chain of forks",
    rule: "A hundred generations are followed to the root.",
    write: (dir) =>
      writeRuns(
        dir,
        Object.fromEntries(
          generations.map((n) => [`G${n}`, [
            n === 0 ? sys("G0", 0) : sys(`G${n}`, n, ...fork(`G${n - 1}`, n - 1)),
            line("m", n, n),
          ]]),
        ),
      ),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await pairs(source, "G99", "m"), generations.flatMap((n) => told(n, n)));
    },
  },
];

const generations = Array.from({ length: 100 }, (_, n) => n);
