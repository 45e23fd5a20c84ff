/**
 * A query under construction: text of SQL, with every value, name and path from outside beside it and never in it.
 *
 * @module
 */

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { columnFromArray, float64, int32, int64, tableFromColumns, tableToIPC, utf8 } from "@uwdata/flechette";
import { type Expression_Literal, type Relation, RelationSchema } from "./gen/spark_pb.ts";

/** A value of a query. A bigint is a 64-bit integer, a number a double. */
export type SqlValue = string | number | bigint | boolean;

/** Columns of a small table that travels with a query. */
export type SentColumns = Record<string, readonly (string | null)[] | Int32Array | Float64Array | BigInt64Array>;

/** Columns of Parquet files, by name and type; engines find them by name, and what a file lacks is null. */
export type ColumnTypes = readonly (readonly [name: string, type: string])[];

/** Whether a query needs a column. */
export type IsNeeded = (column: string) => boolean;

/** What a query is made of. */
export class Statement {
  readonly #arguments: Record<string, { exprType: { case: "literal"; value: { literalType: Literal } } }> = {};
  readonly #names = new Map<string, string>();
  readonly #references = new Map<string, (isNeeded: IsNeeded) => RelType>();
  readonly #clauses = new Map<string, string | ((isNeeded: IsNeeded) => string)>();
  readonly #parquet = new Map<string, readonly string[]>();
  /** The Parquet files that its plan reads, by names and patterns. */
  parquet: string[] = [];

  /** A value, as its place in the text. */
  value(value: SqlValue): string {
    const key = `${typeof value} ${Object.is(value, -0) ? "-0" : value}`;
    let name = this.#names.get(key);
    if (name === undefined) {
      this.#names.set(key, name = `v${this.#names.size}`);
      this.#arguments[name] = { exprType: { case: "literal", value: { literalType: literal(value) } } };
    }
    return `:${name}`;
  }

  /** Several values, as their places in the text. */
  values(values: Iterable<SqlValue>): string {
    return Array.from(values, (value) => this.value(value)).join(", ");
  }

  /** Files, as a table with this name. Of columns, those are read that the query names. */
  files(
    name: string,
    paths: readonly string[],
    format: "parquet" | "binaryFile",
    columns?: string | ColumnTypes,
  ): void {
    if (format === "parquet") this.#parquet.set(name, paths);
    this.#references.set(name, (isNeeded) => {
      const schema = typeof columns === "object" ? neededOf(columns, isNeeded) : columns;
      return {
        case: "read",
        value: { readType: { case: "dataSource", value: { format, schema, paths: [...paths] } } },
      };
    });
  }

  /** Columns of our own, as a table with this name. */
  table(name: string, columns: SentColumns): void {
    const table = tableFromColumns(
      Object.entries(columns).map(([name, values]) => [
        name,
        values instanceof Int32Array
          ? columnFromArray(values, int32())
          : values instanceof Float64Array
          ? columnFromArray(values, float64())
          : values instanceof BigInt64Array
          ? columnFromArray(values, int64())
          : columnFromArray(values as string[], utf8()),
      ]),
    );
    const data = tableToIPC(table, { format: "stream" })!;
    this.#references.set(name, () => ({ case: "localRelation", value: { data: new Uint8Array(data) } }));
  }

  /** Names the result of a query, for those that follow. Its text may depend on which columns they need. */
  with(name: string, query: string | ((isNeeded: IsNeeded) => string)): void {
    this.#clauses.set(name, query);
  }

  /** The whole query, with the tables and columns that it needs and no others: engines look for the files of all that are there. */
  plan(query: string): Relation {
    const needed = new Set(namesIn(query));
    const isNeeded = (name: string) => needed.has(name);
    const named: string[] = [];
    for (const [name, clause] of [...this.#clauses].reverse()) {
      if (!isNeeded(name)) continue;
      const text = typeof clause === "string" ? clause : clause(isNeeded);
      for (const one of namesIn(text)) needed.add(one);
      named.unshift(`${name} AS (${text})`);
    }
    const clauses = named.length > 0 ? `WITH ${named.join(",\n")}\n` : "";
    const references = [...this.#references].filter(([name]) => isNeeded(name))
      .map(([name, relation], number) => aliased(name, number, relation(isNeeded)));
    this.parquet = [...this.#parquet].filter(([name]) => isNeeded(name)).flatMap(([, paths]) => paths);
    const root = create(RelationSchema, {
      common: { planId: 1n },
      relType: { case: "sql", value: { query: clauses + query, namedArguments: this.#arguments } },
    });
    return create(RelationSchema, {
      common: { planId: 0n },
      relType: { case: "withRelations", value: { root, references } },
    });
  }
}

/** All that may be a name in a text of SQL. */
function namesIn(text: string): Iterable<string> {
  return Array.from(text.matchAll(/\b[a-z_]\w*/g), ([name]) => name);
}

/** Without any column, engines would look into the files for all there are. */
function neededOf(columns: ColumnTypes, isNeeded: IsNeeded): string {
  const needed = columns.filter(([name]) => isNeeded(name));
  return (needed.length > 0 ? needed : columns.slice(0, 1)).map((column) => column.join(" ")).join(", ");
}

function aliased(alias: string, number: number, relType: RelType): Relation {
  const planId = BigInt(2 * number + 2);
  const input = create(RelationSchema, { common: { planId: planId + 1n }, relType });
  return create(RelationSchema, {
    common: { planId },
    relType: { case: "subqueryAlias", value: { alias, input } },
  });
}

type RelType = MessageInitShape<typeof RelationSchema>["relType"];
type Literal = Extract<Expression_Literal["literalType"], { value: SqlValue }>;

function literal(value: SqlValue): Literal {
  switch (typeof value) {
    case "string":
      return { case: "string", value };
    case "bigint":
      return { case: "long", value };
    case "boolean":
      return { case: "boolean", value };
    default:
      return { case: "double", value };
  }
}
