/**
 * Rows to Parquet, with the exporter's schema and settings.
 *
 * @module
 */

import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { type ArchiveColumns, type ArchiveRow, type RowBatch, SCHEMA } from "../archive/parquet/schema.ts";

/** The exporter cuts its row groups here. */
const ROW_GROUP_ROWS = 1_048_576;

/** What the rows of a part have in common. Another schema serves to write what other tools make of an archive. */
export interface PartOptions {
  projectId: string;
  runId: string;
  schema?: readonly SchemaElement[];
  /** Store NaN as NaN. The exporter stores it as null, and so loses NaN configs. Default: false. */
  keepNaN?: boolean;
}

/** Writes one part batch by batch. */
export class PartWriter {
  readonly #options: Required<PartOptions>;
  readonly #bytes: ByteWriter;
  readonly #parquet: ParquetWriter;

  /** @param bytes Where to: in memory, or a {@linkcode FileByteWriter}. */
  constructor(bytes: ByteWriter, { schema = SCHEMA, keepNaN = false, ...ids }: PartOptions) {
    this.#options = { ...ids, schema, keepNaN };
    this.#bytes = bytes;
    this.#parquet = new ParquetWriter({
      writer: bytes,
      schema: [...schema],
      codec: "SNAPPY",
      statisticsTruncateLength: Infinity,
      createdBy: "neptune-fetcher (hyparquet-writer)",
    });
  }

  /** Bytes written so far. */
  get size(): number {
    return this.#bytes.offset;
  }

  write(batch: RowBatch): void {
    const { projectId, runId, schema, keepNaN } = this.#options;
    const columns = Array.isArray(batch) ? rowsToColumns(batch) : batch;
    const length = columns.attribute_path?.length ?? 0;
    const columnData = topLevel(schema).map((element) => {
      const { name } = element;
      const fallback = name === "project_id" ? projectId : name === "run_id" ? runId : null;
      const nullNaN = name === "timestamp" || (name === "float_value" && !keepNaN);
      const data = storedColumn(element, columns[name as keyof ArchiveRow], length, fallback, nullNaN);
      return { name, data, offsetIndex: false };
    });
    this.#parquet.write({ columnData, rowGroupSize: ROW_GROUP_ROWS });
  }

  finish(): void {
    this.#parquet.finish();
  }
}

/** Bytes that go to a file row group by row group. */
export class FileByteWriter extends ByteWriter {
  readonly #file: Deno.FsFile;

  constructor(file: Deno.FsFile) {
    super();
    this.#file = file;
  }

  flush(): void {
    for (let at = 0; at < this.index;) at += this.#file.writeSync(new Uint8Array(this.buffer, at, this.index - at));
    this.index = 0;
  }

  override finish(): void {
    this.flush();
  }
}

/** Rows by column. */
export function rowsToColumns(rows: ArchiveRow[]): ArchiveColumns {
  const names = new Set(rows.flatMap((row) => Object.keys(row) as (keyof ArchiveRow)[]));
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
  nullNaN: boolean,
): unknown[] {
  if (values === undefined) return new Array(length).fill(fallback);
  if (values.length !== length) throw new RangeError(`Column ${name} holds ${values.length} values, not ${length}.`);
  return Array.from(values, (value) => {
    if (value === null || value === undefined) return fallback;
    if (name === "step" && converted_type === "DECIMAL") return typeof value === "number" ? millionths(value) : value;
    if (name === "int_value" && type === "INT64") return BigInt(value as number | bigint);
    return nullNaN && Number.isNaN(value) ? null : value;
  });
}

/** As many digits as a step may have in the files, in millionths. */
const TOO_LARGE = 10n ** 18n;

/** Tells whether the files can hold a step exactly as it is: with 12 digits before the decimal point and 6 behind it. */
export function holdsStep(step: number): boolean {
  if (!(Math.abs(step) < 1e12)) return false;
  const n = millionths(step);
  if (n >= TOO_LARGE || n <= -TOO_LARGE) return false;
  const digits = String(n < 0n ? -n : n).padStart(7, "0");
  const nearest = Number(`${digits.slice(0, -6)}.${digits.slice(-6)}`);
  return (n < 0n ? -nearest : nearest) === step;
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
