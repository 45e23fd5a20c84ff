/** Cells to a wide frame. */

import assert from "node:assert/strict";
import type { ValueBlock } from "../../src/columns.ts";
import { TableBuilder } from "../../src/bulk/table.ts";

const run = (key: string) => ({ run: { key, sysId: key, customId: key, name: null }, project: null });

/** Two runs, whose `a` is an int in one and a string in the other, and whose `a:int` is a float. */
const block: ValueBlock = {
  runs: ["r1", "r2"],
  paths: ["a", "a:int"],
  columns: [
    { type: "int", run: Uint32Array.of(0), path: Uint32Array.of(0), data: BigInt64Array.of(5n) },
    { type: "string", run: Uint32Array.of(1), path: Uint32Array.of(0), data: ["five"] },
    { type: "float", run: Uint32Array.of(0, 1), path: Uint32Array.of(1, 1), data: Float64Array.of(0.5, NaN) },
  ],
};

Deno.test("an attribute that is called like the column of another keeps a column of its own", async () => {
  const table = new TableBuilder([run("r1"), run("r2")], []);
  table.add(block, null);
  const frame = await table.frame([]);
  assert.deepEqual(frame.columns, ["sys/custom_run_id", "sys/name", "a:int", "a:int:float", "a:string"]);
  assert.deepEqual(frame.rows(), [["r1", null, 5, 0.5, null], ["r2", null, null, NaN, "five"]]);
});

Deno.test("a table without rows keeps the types of its columns", async () => {
  const table = new TableBuilder([run("r1"), run("r2")], []);
  table.add(block, null);
  const frame = await table.frame([], []);
  assert.equal(frame.height, 0);
  assert.deepEqual(Object.values(frame.schema).map(String), [
    "DataType(String)",
    "DataType(String)",
    "DataType(Int64)",
    "DataType(Float64)",
    "DataType(String)",
  ]);
});

Deno.test("rows come in the order that is asked for", async () => {
  const table = new TableBuilder([run("r1"), run("r2")], []);
  table.add(block, null);
  assert.deepEqual((await table.frame([], [1])).rows(), [["r2", null, null, NaN, "five"]]);
  assert.deepEqual(table.order("a:int", "float", null, false), [0, 1]);
});
