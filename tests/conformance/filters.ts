/**
 * Queries on the sample's runs, each with the same thing in plain code.
 *
 * @module
 */

import type { Aggregation, Comparison, Nql, Predicate } from "../../src/nql/ast.ts";
import type { AttributeType } from "../../src/types.ts";
import type { Model, ModelRun } from "./model.ts";

type Test = (run: ModelRun, model: Model) => boolean;

const operand = (name: string, type: AttributeType, aggregation: Aggregation | null = null) => ({
  name,
  type,
  aggregation,
});
/** Asks one thing of one attribute. */
export const test = (
  name: string,
  type: AttributeType,
  op: Comparison | "contains" | "matches",
  value: string,
): Predicate => ({
  op,
  operand: operand(name, type),
  value,
});
/** Asks whether an attribute exists. */
export const exists = (name: string, type: AttributeType): Predicate => ({
  op: "exists",
  operand: operand(name, type),
});
const aggregate = (aggregation: Aggregation, name: string, op: Comparison, value: string): Predicate => ({
  op,
  operand: operand(name, "float_series", aggregation),
  value,
});
const and = (...terms: Nql[]): Nql => ({ op: "and", terms });
const or = (...terms: Nql[]): Nql => ({ op: "or", terms });
const not = (term: Nql): Nql => ({ op: "not", term });

/** A single value, by `path:type`. */
export const value = (run: ModelRun, name: string) => run.values.get(name);
/** A string, by `path:type`. */
export const text = (run: ModelRun, name: string) => value(run, name) as string | undefined;
/** When the run was created. */
export const created = (run: ModelRun) => value(run, "sys/creation_time:datetime") as number;
/** The aggregate over the whole lineage; NaN where there is no such series. */
export function number(run: ModelRun, model: Model, name: string, aggregation: Aggregation): number {
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

/** Conditions that make no sense, each with the error that says so. */
export const NONSENSE: readonly [rule: string, where: Nql, error: string][] = [
  ["no number", test("config/batch_size", "int", ">", "abc"), "NqlSyntaxError"],
  ["no date", test("sys/creation_time", "datetime", "!=", "yesterday"), "NqlSyntaxError"],
  ["part of a number", test("config/batch_size", "int", "contains", "3"), "NqlSyntaxError"],
  ["a set that is less", test("sys/tags", "string_set", "<", "a"), "NqlSyntaxError"],
  ["a file that is equal", test("config.json", "file", "=", "a"), "NqlSyntaxError"],
  ["a type that no run has here", test("sys/name", "bool", "=", "maybe"), "NqlSyntaxError"],
  ["an attribute that no run has", test("none", "float", "=", "a"), "NqlSyntaxError"],
  [
    "the greatest value of a config",
    { op: ">", operand: operand("config/batch_size", "int", "max"), value: "3" },
    "NqlSyntaxError",
  ],
  ["no regular expression", test("sys/name", "string", "matches", "("), "RegexError"],
  [
    "no regular expression, of an attribute of any type that no run has",
    { op: "matches", operand: { name: "none", type: null, aggregation: null }, value: "(" },
    "RegexError",
  ],
];

/** Queries, each with the same thing in plain code. */
export const FILTERS: readonly [rule: string, where: Nql, same: Test][] = [
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
    aggregate("variance", "train/learning_rate", ">", "1e-12"),
    (run, model) => number(run, model, "train/learning_rate", "variance") > 1e-12,
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
