/**
 * Which runs match, and in which order.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Aggregation, Comparison, Nql, Predicate } from "../../src/nql/ast.ts";
import type { RunsQuery } from "../../src/source.ts";
import type { AttributeType } from "../../src/types.ts";
import { runIds, runs } from "../ask.ts";
import type { Sample, SampleCheck } from "./check.ts";
import type { Model, ModelRun } from "./model.ts";

type Test = (run: ModelRun, model: Model) => boolean;

const operand = (name: string, type: AttributeType, aggregation: Aggregation | null = null) => ({
  name,
  type,
  aggregation,
});
const test = (
  name: string,
  type: AttributeType,
  op: Comparison | "contains" | "matches",
  value: string,
): Predicate => ({
  op,
  operand: operand(name, type),
  value,
});
const exists = (name: string, type: AttributeType): Predicate => ({ op: "exists", operand: operand(name, type) });
const aggregate = (aggregation: Aggregation, name: string, op: Comparison, value: string): Predicate => ({
  op,
  operand: operand(name, "float_series", aggregation),
  value,
});
const and = (...terms: Nql[]): Nql => ({ op: "and", terms });
const or = (...terms: Nql[]): Nql => ({ op: "or", terms });
const not = (term: Nql): Nql => ({ op: "not", term });

const value = (run: ModelRun, name: string) => run.values.get(name);
const text = (run: ModelRun, name: string) => value(run, name) as string | undefined;
const created = (run: ModelRun) => value(run, "sys/creation_time:datetime") as number;
/** The aggregate over the whole lineage; NaN where there is no such series. */
function number(run: ModelRun, model: Model, name: string, aggregation: Aggregation): number {
  const series = model.latest(run.id, `${name}:float_series`);
  if (!series) return NaN;
  const all = series.all as number[];
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  switch (aggregation) {
    case "last":
      return series.last.value as number;
    case "min":
      return Math.min(...all);
    case "max":
      return Math.max(...all);
    case "average":
      return mean;
    case "variance":
      return all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length;
  }
}

/** Queries on values, each with the same thing in plain code. */
const filters: [rule: string, where: Nql, same: Test][] = [
  [
    "a string equal to another",
    test("config/optimizer", "string", "=", "adam"),
    (run) => text(run, "config/optimizer:string") === "adam",
  ],
  [
    "a string unlike another, missing counts",
    test("sys/name", "string", "!=", "linear"),
    (run) => text(run, "sys/name:string") !== "linear",
  ],
  ["a string that contains", test("sys/custom_run_id", "string", "contains", "-2"), (run) => run.id.includes("-2")],
  [
    "a string that matches a part",
    test("sys/custom_run_id", "string", "matches", "sgd-[12]$"),
    (run) => /sgd-[12]$/.test(run.id),
  ],
  [
    "an int",
    test("config/batch_size", "int", ">", "32"),
    (run) => (value(run, "config/batch_size:int") as bigint) > 32n,
  ],
  ["an int to its last digit", test("config/seed", "int", "=", "2"), (run) => value(run, "config/seed:int") === 2n],
  [
    "a float",
    test("config/learning_rate", "float", "<=", "0.01"),
    (run) => (value(run, "config/learning_rate:float") as number) <= 0.01,
  ],
  [
    "a float in another spelling",
    test("config/learning_rate", "float", "=", "2e-3"),
    (run) => value(run, "config/learning_rate:float") === 0.002,
  ],
  [
    "a float that many runs lack",
    test("config/momentum", "float", "<", "0.5"),
    (run) => (value(run, "config/momentum:float") as number ?? NaN) < 0.5,
  ],
  [
    "a bool",
    test("config/cosine_schedule", "bool", "=", "True"),
    (run) => value(run, "config/cosine_schedule:bool") === true,
  ],
  [
    "a date",
    test("sys/creation_time", "datetime", ">=", "2025-11-06T08:00:00Z"),
    (run) => created(run) >= Date.UTC(2025, 10, 6, 8),
  ],
  [
    "a date with an offset",
    test("sys/creation_time", "datetime", "<", "2025-11-04T10:00:00.000+01:00"),
    (run) => created(run) < Date.UTC(2025, 10, 4, 9),
  ],
  [
    "an element of a set",
    test("sys/tags", "string_set", "contains", "fork"),
    (run) => (value(run, "sys/tags:string_set") as string[]).includes("fork"),
  ],
  ["part of an element is no element", test("sys/tags", "string_set", "contains", "for"), () => false],
  [
    "an attribute that exists",
    exists("sys/forking/parent", "string"),
    (run) => run.values.has("sys/forking/parent:string"),
  ],
  ["an attribute with another type", exists("config/seed", "float"), () => false],
  ["an inherited series exists", exists("logs/setup", "string_series"), () => true],
  ["a file exists", exists("report/mistakes.csv", "file"), (run) => run.values.has("report/mistakes.csv:file")],
  [
    "the last value of a series",
    test("validation/accuracy", "float_series", ">", "0.9"),
    (run, model) => number(run, model, "validation/accuracy", "last") > 0.9,
  ],
  [
    "the least value",
    aggregate("min", "validation/loss", "<", "0.3"),
    (run, model) => number(run, model, "validation/loss", "min") < 0.3,
  ],
  [
    "the greatest value",
    aggregate("max", "validation/accuracy", ">=", "0.92"),
    (run, model) => number(run, model, "validation/accuracy", "max") >= 0.92,
  ],
  [
    "the average",
    aggregate("average", "train/accuracy", ">", "0.85"),
    (run, model) => number(run, model, "train/accuracy", "average") > 0.85,
  ],
  [
    "the variance",
    aggregate("variance", "train/learning_rate", ">", "0"),
    (run, model) => number(run, model, "train/learning_rate", "variance") > 0,
  ],
  [
    "the last text",
    test("logs/train", "string_series", "contains", "step 450"),
    (run, model) => String(model.latest(run.id, "logs/train:string_series")!.last.value).includes("step 450"),
  ],
  ["all of nothing", and(), () => true],
  ["any of nothing", or(), () => false],
  ["not", not(test("sys/name", "string", "=", "mlp-adam")), (run) => text(run, "sys/name:string") !== "mlp-adam"],
  [
    "not a set that contains",
    not(test("sys/tags", "string_set", "contains", "relu")),
    (run) => !(value(run, "sys/tags:string_set") as string[]).includes("relu"),
  ],
  ["not, twice", not(not(exists("config/momentum", "float"))), (run) => run.values.has("config/momentum:float")],
  [
    "a tree",
    or(
      and(test("config/optimizer", "string", "=", "sgd"), not(test("sys/failed", "bool", "=", "true"))),
      and(exists("sys/forking/step", "int"), test("sys/forking/step", "int", ">=", "350"), or(), and()),
      and(test("config/hidden_units", "int", "=", "48"), test("config/seed", "int", "<", "3")),
    ),
    (run) =>
      (text(run, "config/optimizer:string") === "sgd" && value(run, "sys/failed:bool") !== true) ||
      (value(run, "config/hidden_units:int") === 48n && (value(run, "config/seed:int") as bigint) < 3n),
  ],
  [
    "a long list of alternatives",
    or(...Array.from({ length: 300 }, (_, i) => test("sys/id", "string", "=", `DIG-${3 * i}`))),
    (run) => Number(text(run, "sys/id:string")!.slice(4)) % 3 === 0,
  ],
];

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
  for await (const page of source.runs({ where: null, heads: false, sort: null, ...query })) return page.total;
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
  ...filters.map(([rule, where, same]): SampleCheck => ({
    name: `runs() where: ${rule}`,
    async check(sample) {
      const expected = newest(sample.model).filter((run) => same(run, sample.model)).map(({ id }) => id);
      assert.deepEqual(await runIds(sample.source, { where }), expected);
      assert.equal(await total(sample, { where }), expected.length);
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
