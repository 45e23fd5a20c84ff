/**
 * Which runs match, and in which order.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Aggregation, Nql } from "../../src/nql/ast.ts";
import { printNql } from "../../src/nql/print.ts";
import type { RunsQuery } from "../../src/source.ts";
import type { AttributeType } from "../../src/types.ts";
import { runIds, runs } from "../ask.ts";
import type { Sample, SampleCheck } from "./check.ts";
import { created, exists, FILTERS, NONSENSE, number, test, text, value } from "./filters.ts";
import type { Model, ModelRun } from "./model.ts";

const newestFirst = (a: ModelRun, b: ModelRun) => created(b) - created(a);
type Key = (run: ModelRun, model: Model) => string | number | bigint | boolean | undefined;

/** Orders, each with the value that it goes by. */
const orders: [path: string, type: AttributeType, aggregation: Aggregation | undefined, key: Key][] = [
  ["config/learning_rate", "float", undefined, (run) => value(run, "config/learning_rate:float") as number],
  ["config/momentum", "float", undefined, (run) => value(run, "config/momentum:float") as number],
  ["config/batch_size", "int", undefined, (run) => value(run, "config/batch_size:int") as bigint],
  ["sys/name", "string", undefined, (run) => text(run, "sys/name:string")],
  ["sys/creation_time", "datetime", undefined, created],
  ["config/cosine_schedule", "bool", undefined, (run) => Number(value(run, "config/cosine_schedule:bool"))],
  ["validation/accuracy", "float_series", undefined, (run, model) => number(run, model, "validation/accuracy", "last")],
  ["validation/accuracy", "float_series", "max", (run, model) => number(run, model, "validation/accuracy", "max")],
  ["train/accuracy", "float_series", "average", (run, model) => number(run, model, "train/accuracy", "average")],
  ["config/seed", "float", undefined, () => undefined],
];

function sorted(model: Model, key: Key, descending: boolean): string[] {
  const direction = descending ? -1 : 1;
  return [...model.runs].sort((a, b) => {
    const [x, y] = [key(a, model), key(b, model)];
    if (x === undefined || y === undefined) {
      return Number(x === undefined) - Number(y === undefined) || newestFirst(a, b);
    }
    return x < y ? -direction : x > y ? direction : newestFirst(a, b);
  }).map(({ id }) => id);
}

async function total({ source }: Sample, query: Partial<RunsQuery>): Promise<number> {
  for await (const page of source.runs({ ...query })) return page.total;
  return 0;
}

const newest = (model: Model) => [...model.runs].sort(newestFirst);
const heads = (model: Model) => newest(model).filter((run) => value(run, "sys/experiment/is_head:bool") === true);

export const runChecks: SampleCheck[] = [
  {
    name: "runs() without a query gives every run, newest first, with all its names",
    async check({ source, model }) {
      const found = (await runs(source)).map(({ sysId, customId, name }) => ({ sysId, customId, name }));
      const expected = newest(model).map((run) => ({
        sysId: text(run, "sys/id:string"),
        customId: run.id,
        name: text(run, "sys/name:string") ?? null,
      }));
      assert.equal(expected.length, 12);
      assert.deepEqual(found, expected);
    },
  },
  ...FILTERS.map(([rule, where, same]): SampleCheck => ({
    name: `runs() where: ${rule}`,
    async check(sample) {
      const expected = newest(sample.model).filter((run) => same(run, sample.model)).map(({ id }) => id);
      assert.deepEqual(await runIds(sample.source, { where }), expected);
      assert.equal(await total(sample, { where }), expected.length);
    },
  })),
  ...NONSENSE.map(([rule, where, name]): SampleCheck => ({
    name: `runs() where nothing can be meant is the same error whatever stands beside it: ${rule}`,
    async check({ source }) {
      const nothing: Nql = { op: "or", terms: [] }, everything: Nql = { op: "and", terms: [] };
      const queries: Nql[] = [
        where,
        { op: "not", term: where },
        { op: "and", terms: [nothing, where] },
        { op: "or", terms: [where, everything] },
        { op: "not", term: { op: "or", terms: [everything, { op: "and", terms: [where, nothing] }] } },
      ];
      const messages = new Set<string>();
      for (const where of queries) {
        await assert.rejects(() => runs(source, { where }), (error: Error) => {
          messages.add(error.message);
          return error.name === name;
        }, printNql(where));
      }
      assert.equal(messages.size, 1);
    },
  })),
  {
    name: "runs() with heads gives the head of every experiment, also together with a filter",
    async check({ source, model }) {
      const expected = heads(model);
      assert.equal(expected.length, 3);
      assert.deepEqual(await runIds(source, { heads: true }), expected.map(({ id }) => id));
      const where = test("config/optimizer", "string", "=", "adam");
      const adam = expected.filter((run) => text(run, "config/optimizer:string") === "adam");
      assert.deepEqual(await runIds(source, { heads: true, where }), adam.map(({ id }) => id));
    },
  },
  ...orders.map(([path, type, aggregation, key]): SampleCheck => ({
    name: `runs() sorted by ${aggregation ?? ""} ${path} (${type}), both ways: missing ones last, ties newest first`,
    async check({ source, model }) {
      for (const descending of [false, true]) {
        const found = await runIds(source, { sort: { path, type, aggregation, descending } });
        assert.deepEqual(found, sorted(model, key, descending));
      }
    },
  })),
  {
    name: "runs() from an offset and up to a limit; the total counts all that match",
    async check(sample) {
      const all = newest(sample.model).map(({ id }) => id);
      for (
        const [offset, limit] of [[0, 5], [3, 4], [10, 5], [12, 3], [50, 1], [0, 0], [0, 12], [7, undefined]] as const
      ) {
        const expected = all.slice(offset, limit === undefined ? undefined : offset + limit);
        assert.deepEqual(await runIds(sample.source, { offset, limit }), expected, `${offset}, ${limit}`);
        if (expected.length > 0) assert.equal(await total(sample, { offset, limit }), 12);
      }
      const where = exists("sys/forking/parent", "string");
      const sort = { path: "config/learning_rate", type: "float", descending: true } as const;
      const forks = sorted(sample.model, (run) => value(run, "config/learning_rate:float") as number, true)
        .filter((id) => sample.model.run(id).values.has("sys/forking/parent:string"));
      assert.deepEqual(await runIds(sample.source, { where, sort, offset: 1, limit: 2 }), forks.slice(1, 3));
      assert.equal(await total(sample, { where, sort, offset: 1, limit: 2 }), forks.length);
    },
  },
];
