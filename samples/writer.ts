/**
 * Writes archives as neptune-exporter leaves them on disk: its folders, its file names, its Parquet schema.
 *
 * A row is what one row of the file holds, under the names of the file's columns. What the exporter does to values on
 * the way, this writer does too: NaN becomes null, steps become decimals with six places.
 *
 * @module
 */

import { blake2b } from "@noble/hashes/blake2.js";
import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";

/** One row of a Parquet part; absent columns are null. */
export interface Row {
  attribute_path: string;
  attribute_type: string;
  /** A bigint is taken as millionths, unrounded. */
  step?: number | bigint | null;
  /** Milliseconds since the epoch. */
  timestamp?: number | null;
  int_value?: number | bigint | null;
  float_value?: number | null;
  string_value?: string | null;
  bool_value?: boolean | null;
  /** Milliseconds since the epoch. */
  datetime_value?: number | null;
  string_set_value?: string[] | null;
  file_value?: { path: string | null } | null;
  histogram_value?: HistogramCell | null;
  /** Only where a row belongs to another project than the file's name says. */
  project_id?: string | null;
  /** Only where a row belongs to another run than the file's name says. */
  run_id?: string | null;
}

/** A histogram as the file stores it: one edge more than values. */
export interface HistogramCell {
  type: string | null;
  edges: (number | null)[] | null;
  values: (number | null)[] | null;
}

/** Rows by column, for large parts: all arrays are equally long, absent columns are null. Values as in {@linkcode Row}. */
export type Columns = { [name in keyof Row]-?: ArrayLike<Row[name]> } extends infer C ? Partial<C> : never;

/** Rows that were exported together; each batch is one row group. */
export type Batch = Row[] | Columns;

const text = { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } } as const;
const time = {
  type: "INT64",
  converted_type: "TIMESTAMP_MILLIS",
  logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
} as const;

/** The schema of every part, element by element. */
export const SCHEMA: readonly SchemaElement[] = [
  { name: "schema", repetition_type: "REQUIRED", num_children: 14 },
  leaf("project_id", text),
  leaf("run_id", text),
  leaf("attribute_path", text),
  leaf("attribute_type", text),
  leaf("step", {
    type: "FIXED_LEN_BYTE_ARRAY",
    type_length: 8,
    converted_type: "DECIMAL",
    precision: 18,
    scale: 6,
    logical_type: { type: "DECIMAL", precision: 18, scale: 6 },
  }),
  leaf("timestamp", time),
  leaf("int_value", { type: "INT64" }),
  leaf("float_value", { type: "DOUBLE" }),
  leaf("string_value", text),
  leaf("bool_value", { type: "BOOLEAN" }),
  leaf("datetime_value", time),
  ...list("string_set_value", text),
  { name: "file_value", repetition_type: "OPTIONAL", num_children: 1 },
  leaf("path", text),
  { name: "histogram_value", repetition_type: "OPTIONAL", num_children: 3 },
  leaf("type", text),
  ...list("edges", { type: "DOUBLE" }),
  ...list("values", { type: "DOUBLE" }),
];

function leaf(name: string, type: Partial<SchemaElement>): SchemaElement {
  return { name, repetition_type: "OPTIONAL", ...type };
}

function list(name: string, element: Partial<SchemaElement>): SchemaElement[] {
  return [
    { name, repetition_type: "OPTIONAL", converted_type: "LIST", logical_type: { type: "LIST" }, num_children: 1 },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    leaf("element", element),
  ];
}

/** What to write, and where. */
export interface RunPart {
  /** The data root. */
  dataRoot: string;
  projectId: string;
  runId: string;
  /** The part number; 0 when absent. */
  part?: number;
  batches: Batch[];
}

/** Writes one part of one run under its exporter name and returns its path. */
export async function writeRun({ dataRoot, projectId, runId, part = 0, batches }: RunPart): Promise<string> {
  const folder = `${dataRoot}/${san(projectId)}`;
  await Deno.mkdir(folder, { recursive: true });
  const path = `${folder}/${partName(runId, part)}`;
  await Deno.writeFile(path, encodePart({ projectId, runId, batches }));
  return path;
}

/** The bytes of one part. Another schema serves to write what other tools make of an archive. */
export function encodePart(
  { projectId, runId, batches, schema = SCHEMA }: {
    projectId: string;
    runId: string;
    batches: Batch[];
    schema?: readonly SchemaElement[];
  },
): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: [...schema],
    codec: "SNAPPY",
    statisticsTruncateLength: Infinity,
    createdBy: "neptune-fetcher samples (hyparquet-writer)",
  });
  for (const batch of batches) {
    const columns = Array.isArray(batch) ? columnsOf(batch) : batch;
    const length = columns.attribute_path?.length ?? 0;
    const columnData = topLevel(schema).map((element) => {
      const { name } = element;
      const fallback = name === "project_id" ? projectId : name === "run_id" ? runId : null;
      const data = storedColumn(element, columns[name as keyof Row], length, fallback);
      return { name, data, offsetIndex: false };
    });
    parquet.write({ columnData, rowGroupSize: 1_048_576 });
  }
  parquet.finish();
  return new Uint8Array(writer.getBytes());
}

function columnsOf(rows: Row[]): Columns {
  const names = new Set(rows.flatMap((row) => Object.keys(row) as (keyof Row)[]));
  return Object.fromEntries([...names].map((name) => [name, rows.map((row) => row[name])]));
}

function topLevel(schema: readonly SchemaElement[]): SchemaElement[] {
  const elements: SchemaElement[] = [];
  for (let i = 1; i < schema.length; i = skip(schema, i)) elements.push(schema[i]);
  return elements;
}

/** The index of the element after element `i` and all below it. */
function skip(schema: readonly SchemaElement[], i: number): number {
  let next = i + 1;
  for (let child = 0; child < (schema[i].num_children ?? 0); child++) next = skip(schema, next);
  return next;
}

function storedColumn(
  { name, type, converted_type }: SchemaElement,
  values: ArrayLike<unknown> | undefined,
  length: number,
  fallback: string | null,
): unknown[] {
  if (values === undefined) return new Array(length).fill(fallback);
  if (values.length !== length) throw new RangeError(`Column ${name} holds ${values.length} values, not ${length}.`);
  return Array.from(values, (value) => {
    if (value === null || value === undefined) return fallback;
    if (name === "step" && converted_type === "DECIMAL") return typeof value === "number" ? millionths(value) : value;
    if (name === "int_value" && type === "INT64") return BigInt(value as number | bigint);
    if (name === "float_value") return Number.isNaN(value) ? null : value;
    return value;
  });
}

/** A step as the exporter stores it: millionths of its exact decimal value, rounded half to even. */
export function millionths(step: number): bigint {
  if (Number.isSafeInteger(step)) return BigInt(step) * 1_000_000n;
  // 60 places hold every digit that can tell a tie from its neighbours.
  const [whole, fraction] = Math.abs(step).toFixed(60).split(".");
  let n = BigInt(whole + fraction.slice(0, 6));
  const rest = fraction.slice(6);
  const tie = "5".padEnd(rest.length, "0");
  if (rest > tie || (rest === tie && n % 2n === 1n)) n++;
  return step < 0 ? -n : n;
}

/** The exporter's folder or file name for an id: readable characters, then the BLAKE2b digest (8 bytes) of the id. */
export function san(id: string): string {
  return `${readable(id)}-${digest(id)}`;
}

/** The file name of one part of a run. */
export function partName(runId: string, part = 0): string {
  return `${san(runId)}_part_${part}.parquet`;
}

/**
 * The path under which the exporter for Neptune 3.x stores a file, relative to the project's folder in the files root.
 * `extension` comes with its dot.
 */
export function filePath(runId: string, attributePath: string, extension: string, step?: number): string {
  const parts = [...components(runId), ...components(attributePath)];
  if (step !== undefined) parts.push(`step_${step.toFixed(6)}`);
  return parts.map(readable).map(shortened).join("/") + extension;
}

function components(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return path.startsWith("/") ? ["/", ...parts] : parts;
}

function readable(text: string): string {
  return text.replace(/[^\p{L}\p{N}_-]/gu, "_");
}

function shortened(component: string): string {
  const points = [...component];
  return points.length <= 255 ? component : `${points.slice(0, 238).join("")}_${digest(component)}`;
}

function digest(text: string): string {
  const bytes = blake2b(new TextEncoder().encode(text), { dkLen: 8 });
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
