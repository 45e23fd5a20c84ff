/**
 * The runs of a project as a table: what every run has by definition, and the heads of experiments.
 *
 * @module
 */

import type { ColumnTypes, Statement } from "../connect/statement.ts";
import { isShown, type RowSource, typeOf, utf16 } from "./rows.ts";
import { isPrecomputed, type Scope } from "./scope.ts";

/** What is stored of runs. */
const SYSTEM = {
  sys_id: ["sys/id", "string"],
  custom_id: ["sys/custom_run_id", "string"],
  own_name: ["sys/name", "string"],
  own_experiment: ["sys/experiment/name", "string"],
  created: ["sys/creation_time", "datetime"],
  trashed: ["sys/trashed", "bool"],
  archived: ["sys/archived", "bool"],
  said: ["sys/experiment/is_head", "bool"],
} as const;
type Stored = keyof typeof SYSTEM;

/** A run that has none of these is only known by its key. */
const TELLING: readonly Stored[] = ["sys_id", "custom_id", "own_name", "own_experiment", "created"];

const VALUES = { string: "string_value", bool: "bool_value", datetime: "datetime_value" } as const;

/** Columns of `runs`, and what they are made of. */
const COLUMNS = {
  key: ["key", []],
  sys_id: ["coalesce(sys_id, key)", ["sys_id"]],
  custom_id: ["coalesce(custom_id, key)", ["custom_id"]],
  name: ["coalesce(own_name, own_experiment)", ["own_name", "own_experiment"]],
  experiment: ["coalesce(own_experiment, own_name)", ["own_name", "own_experiment"]],
  trashed: ["coalesce(trashed, false)", ["trashed"]],
  archived: ["coalesce(archived, false)", ["archived"]],
  created: ["created", ["created"]],
  said: ["said", ["said"]],
} as const satisfies Record<string, readonly [text: string, from: readonly Stored[]]>;

/** A column of `runs`: `is_head` says so where nobody knows the experiment; `head` is one of an experiment. */
export type RunColumn = keyof typeof COLUMNS | "is_head" | "head";

/** Attributes that runs have by definition, whatever is stored: `path:type`, and their columns in `runs`. */
export const DERIVED: ReadonlyMap<string, RunColumn> = new Map([
  ["sys/id:string", "sys_id"],
  ["sys/custom_run_id:string", "custom_id"],
  ["sys/name:string", "name"],
  ["sys/experiment/name:string", "experiment"],
  ["sys/trashed:bool", "trashed"],
  ["sys/archived:bool", "archived"],
  ["sys/experiment/is_head:bool", "is_head"],
]);

/** Newest first; ties by key. */
export function runOrder({ facts }: Scope): string {
  return `created DESC NULLS LAST, ${facts.hasFarKeys ? utf16("key") : "key"}`;
}

/** Keys with signs that engines order in another way than we do. */
export const FAR_KEYS = "[\\x{E000}-\\x{10FFFF}]";

/** Further columns made of the rows of each run, in the same pass. */
export interface RunFacets {
  /** Exact paths of the rows, as places in the text. */
  paths: readonly string[];
  types: readonly string[];
  /** By name, what they come to. */
  columns: ReadonlyMap<string, Gathering>;
}

/** What several rows come to, given what takes together a value of each. */
export type Gathering = (gather: (how: "max" | "bool_or", value: string) => string) => string;
/** Where there are several rows for each run. */
export const OVER_ROWS: Parameters<Gathering>[0] = (how, value) => `${how}(${value})`;
/** Where there is one. */
export const OF_ONE_ROW: Parameters<Gathering>[0] = (_how, value) => value;

/** The aggregate that gives what is stored. */
function aggregate(name: Stored): string {
  const [path, type] = SYSTEM[name];
  const value = `CASE WHEN attribute_path = '${path}' AND attribute_type = '${type}' THEN ${VALUES[type]} END`;
  return `${type === "bool" ? "bool_or" : "max"}(${value}) AS ${name}`;
}

/** A query for rows of each run come down to one: `key`, what is stored, and further columns. */
function gathered(
  rows: string,
  stored: readonly Stored[],
  facets: RunFacets | null,
  paths: readonly Stored[],
  isCompacted: boolean,
): string {
  const list = [...new Set([...[...paths, ...stored].map((name) => `'${SYSTEM[name][0]}'`), ...facets?.paths ?? []])];
  const types = [...new Set([...[...paths, ...stored].map((name) => SYSTEM[name][1]), ...facets?.types ?? []])];
  // Of one attribute, a run has one row in the tables.
  const isOne = isCompacted && list.length === 1 && types.length === 1 && stored.length === 0;
  const gather = isOne ? OF_ONE_ROW : OVER_ROWS;
  const more = [...facets?.columns ?? []].map(([name, column]) => `${column(gather)} AS ${name}`);
  const columns = [...stored.map(aggregate), ...more];
  return `SELECT ${["run_id AS key", ...columns].join(", ")} FROM ${rows} WHERE attribute_path IN (${
    list.join(", ")
  }) AND attribute_type IN (${types.map((type) => `'${type}'`).join(", ")}) AND run_id IS NOT NULL${
    isOne ? "" : " GROUP BY run_id"
  }`;
}

/** Makes the table `system`, which needs `rows`: what runs tell of themselves, and further columns. */
export function withSystem(statement: Statement, rows: RowSource, facets: RunFacets): void {
  if (!isOneFolder(rows)) return statement.with("system", gathered("rows", TELLING, facets, TELLING, false));
  statement.with("known", knownRuns(statement, rows));
  statement.with("facets", gathered("rows", [], facets, [], true));
  const columns = [...facets.columns.keys()].map((name) => `facets.${name}`);
  statement.with(
    "system",
    `SELECT known.*, CAST(NULL AS STRING) AS own_experiment, ${columns.join(", ")} ` +
      "FROM known LEFT JOIN facets ON facets.key = known.key",
  );
}

/** Whether all of a project is one compacted folder, so that its table of runs has each once. */
export function isOneFolder({ groups, compacted }: RowSource): boolean {
  return groups.length === 0 && compacted.length === 1;
}

/** The condition that a row of `system` tells nothing of its run. */
export const TELLS_NOTHING = TELLING.map((name) => `system.${name} IS NULL`).join(" AND ");

/**
 * Makes the table `runs`, which needs `rows`: one row for each run, with these columns. Where all of a project is compacted, most of
 * them are those of its table of runs.
 */
export function withRuns(
  statement: Statement,
  scope: Scope,
  columns: Iterable<RunColumn>,
  facets: RunFacets | null = null,
): void {
  const given = new Set(columns), isPlaced = given.has("is_head") || given.has("head");
  const plain = new Set<keyof typeof COLUMNS>(["key"]);
  for (const one of given) if (one !== "is_head" && one !== "head") plain.add(one);
  if (isPlaced) { for (const one of ["name", "said", "created"] as const) plain.add(one); }
  const stored = new Set<Stored>([...plain].flatMap((one) => [...COLUMNS[one][1]]));
  const names = [...facets?.columns.keys() ?? []];
  if (isPrecomputed(scope)) {
    // The table of runs knows the others; its name is that of either attribute.
    const others = [...stored].filter((one) => one === "own_experiment" ? plain.has("experiment") : !IN_TABLE.has(one));
    const known = knownRuns(statement, scope.rows);
    if (others.length === 0 && names.length === 0) statement.with("told", known);
    else {
      statement.with("known", known);
      statement.with("facets", gathered("rows", others, facets, [], true));
      statement.with(
        "told",
        `SELECT known.*, ${[...others, ...names].map((name) => `facets.${name}`).join(", ")} ` +
          "FROM known LEFT JOIN facets ON facets.key = known.key",
      );
    }
    if (!others.includes("own_experiment")) stored.delete("own_experiment");
  } else {
    let rows = "rows";
    const { bare } = scope.facts;
    if (bare.length > 0) {
      // Whatever else is read of them, they are there.
      statement.table("bare", { key: bare });
      const shown = [
        "int_value",
        "float_value",
        "string_value",
        "bool_value",
        "datetime_value",
        "string_set_value",
        "file_value",
      ];
      const nothing = `SELECT key AS run_id, 'sys/id' AS attribute_path, 'string' AS attribute_type, ${
        shown.map((name) => `CAST(NULL AS ${typeOf(name)}) AS ${name}`).join(", ")
      } FROM bare`;
      statement.with(
        "all_rows",
        `SELECT run_id, attribute_path, attribute_type, ${shown.join(", ")} FROM rows UNION ALL ${nothing}`,
      );
      rows = "all_rows";
    }
    statement.with("told", gathered(rows, [...stored], facets, TELLING, false));
  }
  const text = (one: keyof typeof COLUMNS) =>
    one === "name" && !stored.has("own_experiment") ? "own_name" : COLUMNS[one][0];
  const selected = [...plain].map((one) => `${text(one)} AS ${one}`);
  const placed = `SELECT ${[...selected, ...names].join(", ")} FROM told`;
  if (!isPlaced) return statement.with("runs", placed);
  statement.with("named", placed);
  // The head is the newest run that says it is, or else the newest.
  statement.with(
    "placed",
    `SELECT *, row_number() OVER (PARTITION BY name ORDER BY CASE WHEN said THEN 0 ELSE 1 END, ${
      runOrder(scope)
    }) AS place ` +
      "FROM named",
  );
  statement.with(
    "runs",
    "SELECT *, CASE WHEN name IS NULL THEN said ELSE place = 1 END AS is_head, " +
      "name IS NOT NULL AND place = 1 AS head FROM placed",
  );
}

/** What the tables of runs of compacted folders have. */
const IN_TABLE: ReadonlySet<Stored> = new Set(["sys_id", "custom_id", "own_name", "created"]);

/** A query for the tables of runs of compacted folders. */
function knownRuns(statement: Statement, { compacted, hidden }: RowSource): string {
  const tables = compacted.map(({ runs }, at) => {
    statement.files(`runs${at}`, runs, "parquet", RUN_COLUMNS);
    return `SELECT * FROM runs${at}`;
  });
  return "SELECT run_id AS key, sys_id, custom_run_id AS custom_id, experiment_name AS own_name, " +
    `creation_time AS created FROM (${tables.join(" UNION ALL ")}) WHERE ${isShown(statement, hidden)}`;
}

const RUN_COLUMNS: ColumnTypes = [
  ["run_id", "STRING"],
  ["sys_id", "STRING"],
  ["custom_run_id", "STRING"],
  ["experiment_name", "STRING"],
  ["creation_time", "TIMESTAMP"],
];
