/**
 * Traps in what runs are: names, heads of experiments, archived and trashed ones.
 *
 * @module
 */

import assert from "node:assert/strict";
import { bool, floatPoint, phantom, string } from "../../samples/rows.ts";
import { encodePart, partName, sanitized, SCHEMA } from "../../samples/writer.ts";
import { assertFound, ownAttributes, points, runIds, runOf, runs, values } from "../ask.ts";
import { type AwkwardCase, PROJECT, sys, T, writeRuns } from "./case.ts";

export const identityCases: AwkwardCase[] = [
  {
    name: "archived by value",
    rule: "Whether a run is archived or trashed is told by the value, not by the row; without a value it is neither.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1, bool("sys/archived", true), phantom("sys/trashed", "bool"))],
        B: [sys("B", 2, phantom("sys/archived", "bool"), bool("sys/trashed", true))],
        C: [sys("C", 3)],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      const having = (name: string, value: string) =>
        runIds(source, { where: { op: "=", operand: { name, type: "bool", aggregation: null }, value } });
      assert.deepEqual(await having("sys/archived", "true"), ["A"]);
      assert.deepEqual(await having("sys/archived", "false"), ["C", "B"]);
      assert.deepEqual(await having("sys/trashed", "true"), ["B"]);
      assert.deepEqual(await having("sys/trashed", "false"), ["C", "A"]);
      const { "sys/archived:bool": archived } = await values(source, "C", { paths: ["sys/archived"] });
      assert.equal(archived, false);
    },
  },
  {
    name: "far ids",
    rule:
      "Runs of the same time are in the order of their ids, by UTF-16, also where signs beyond U+FFFF and before it meet.",
    write: (dir) =>
      writeRuns(dir, {
        "a\uffee": [sys("a\uffee", 1, string("sys/name", "E"))],
        "a\u{1f600}": [sys("a\u{1f600}", 1, string("sys/name", "E"))],
        "b": [sys("b", 1)],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await runIds(source), ["a\u{1f600}", "a\uffee", "b"]);
      assert.deepEqual(await runIds(source, { limit: 1 }), ["a\u{1f600}"]);
      assert.deepEqual(await runIds(source, { heads: true }), ["a\u{1f600}"]);
    },
  },
  {
    name: "no head named",
    rule: "Where no run says it is the head of its experiment, the newest one is.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1, string("sys/name", "E"))],
        B: [sys("B", 3, string("sys/name", "E"))],
        C: [sys("C", 2, string("sys/name", "E"))],
        D: [sys("D", 4)],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await runIds(source, { heads: true }), ["B"]);
      const paths = ["sys/experiment/name", "sys/experiment/is_head"];
      assert.deepEqual(await values(source, "A", { paths }), {
        "sys/experiment/name:string": "E",
        "sys/experiment/is_head:bool": false,
      });
      assert.deepEqual(await values(source, "B", { paths }), {
        "sys/experiment/name:string": "E",
        "sys/experiment/is_head:bool": true,
      });
      assert.deepEqual(await values(source, "D", { paths }), {});
    },
  },
  {
    name: "head named",
    rule: "The head of an experiment is the run that says so, newest or not.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1, string("sys/name", "E"), bool("sys/experiment/is_head", true))],
        B: [sys("B", 2, string("sys/name", "E"), bool("sys/experiment/is_head", false))],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await runIds(source, { heads: true }), ["A"]);
      assert.deepEqual(await runIds(source), ["B", "A"]);
    },
  },
  {
    name: "head in the trash",
    rule:
      "The head of an experiment stays its head in the trash: without the trash no run stands for the experiment, as in Python.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1, string("sys/name", "E"), bool("sys/experiment/is_head", false), bool("sys/trashed", false))],
        B: [sys("B", 2, string("sys/name", "E"), bool("sys/experiment/is_head", true), bool("sys/trashed", true))],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      const operand = { name: "sys/trashed", type: "bool", aggregation: null } as const;
      const where = { op: "=", operand, value: "false" } as const;
      assert.deepEqual(await runIds(source, { heads: true, where }), []);
      assert.deepEqual(await runIds(source, { heads: true }), ["B"]);
      assert.deepEqual(await runIds(source, { where }), ["A"]);
    },
  },
  {
    name: "head not exported",
    rule:
      "Where the head of an experiment was not exported the newest run stands in for it, but does not say that it was one.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1, string("sys/name", "E"), bool("sys/experiment/is_head", false))],
        B: [sys("B", 2, string("sys/name", "E"), bool("sys/experiment/is_head", false))],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await runIds(source, { heads: true }), ["B"]);
      const operand = { name: "sys/experiment/is_head", type: "bool", aggregation: null } as const;
      assert.deepEqual(await runIds(source, { where: { op: "=", operand, value: "true" } }), ["B"]);
      assert.deepEqual(await runIds(source, { where: { op: "=", operand, value: "false" } }), ["A"]);
    },
  },
  {
    name: "a file that does not name its project",
    rule:
      "A file without the name of its project is of the project that its folder is named after, also beside files that name theirs.",
    async write(dir) {
      const archive = await writeRuns(dir, { A: [sys("A", 1)], B: [sys("B", 2), [floatPoint("m", 1, T, 2)]] });
      const [top, ...columns] = SCHEMA;
      const schema = [
        { ...top, num_children: top.num_children! - 1 },
        ...columns.filter(({ name }) => name !== "project_id"),
      ];
      const batches = [sys("B", 2), [floatPoint("m", 1, T, 2)]];
      const bytes = encodePart({ projectId: PROJECT, runId: "B", batches, schema });
      await Deno.writeFile(`${archive.data}/${sanitized(PROJECT)}/${partName("B")}`, bytes);
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await runIds(source), ["B", "A"]);
      assert.deepEqual(await points(source, "B", "m"), [{ step: 1, value: 2, timestamp: T }]);
    },
  },
  {
    name: "experiment name only below sys/experiment",
    rule: "Where sys/name is missing, sys/experiment/name is the experiment's name.",
    write: (dir) => writeRuns(dir, { A: [sys("A", 1, string("sys/experiment/name", "E"))] }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.equal((await runOf(source, "A")).name, "E");
      assert.deepEqual(await runIds(source, { heads: true }), ["A"]);
    },
  },
  {
    name: "no sys rows",
    rule:
      "A run whose parameters were not exported goes by its run id; its name and times are unknown, and that is reported.",
    write: (dir) =>
      writeRuns(dir, {
        "A/1": [[{
          attribute_path: "loss",
          attribute_type: "float_series",
          step: 1,
          timestamp: T,
          float_value: 0.5,
        }]],
        B: [sys("B", 2)],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      const found = (await runs(source)).map(({ sysId, customId, name }) => ({ sysId, customId, name }));
      assert.deepEqual(found, [
        { sysId: "AWK-2", customId: "B", name: null },
        { sysId: "A/1", customId: "A/1", name: null },
      ]);
      assert.deepEqual(await values(source, "A/1", { paths: ["sys/id", "sys/custom_run_id", "sys/creation_time"] }), {
        "sys/id:string": "A/1",
        "sys/custom_run_id:string": "A/1",
      });
      assert.deepEqual(await ownAttributes(source, "A/1"), ["loss:float_series"]);
      await assertFound(source, "no_sys_rows", 1);
    },
  },
];
