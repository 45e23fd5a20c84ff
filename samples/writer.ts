/**
 * Writes archives as neptune-exporter leaves them on disk, from rows as its files hold them.
 *
 * @module
 */

import { sanitized } from "../src/archive/disk/layout.ts";
import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { type ArchiveColumns, type ArchiveRow, type RowBatch, SCHEMA } from "../src/archive/parquet/schema.ts";
import { partName } from "../src/export/names.ts";
import { millionths } from "../src/export/steps.ts";

export { sanitized } from "../src/archive/disk/layout.ts";
export { millionths } from "../src/export/steps.ts";
export { filePath, partName } from "../src/export/names.ts";
export {
  type ArchiveColumns,
  type ArchiveRow,
  type HistogramCell,
  type RowBatch,
  SCHEMA,
} from "../src/archive/parquet/schema.ts";

/** What to write, and where. */
export interface RunPart {
  /** The data root. */
  dataRoot: string;
  projectId: string;
  runId: string;
  /** The part number; 0 when absent. */
  part?: number;
  batches: RowBatch[];
  pageBytes?: number;
}

/** Writes one part of one run under its exporter name and returns its path. */
export async function writeRun({ dataRoot, runId, part = 0, ...rest }: RunPart): Promise<string> {
  const folder = `${dataRoot}/${sanitized(rest.projectId)}`;
  await Deno.mkdir(folder, { recursive: true });
  const path = `${folder}/${partName(runId, part)}`;
  await Deno.writeFile(path, encodePart({ runId, ...rest }));
  return path;
}

/** The bytes of one part. */
export function encodePart({ batches, ...options }: PartOptions & { batches: RowBatch[] }): Uint8Array<ArrayBuffer> {
  const bytes = new ByteWriter();
  const part = new PartWriter(bytes, options);
  for (const batch of batches) part.write(batch);
  part.finish();
  return new Uint8Array(bytes.getBytes());
}

/** The exporter cuts its row groups here. */
const ROW_GROUP_ROWS = 1_048_576;

/** What the rows of a part have in common. Another schema serves to write what other tools make of an archive. */
interface PartOptions {
  projectId: string;
  runId: string;
  schema?: readonly SchemaElement[];
  /** Store NaN as NaN. The exporter stores it as null, and so loses NaN configs. Default: false. */
  keepNaN?: boolean;
  /** How large pages are, about. Default: a megabyte, as the exporter's. */
  pageBytes?: number;
}

/** Writes one part batch by batch. */
class PartWriter {
  readonly #options: Required<PartOptions>;
  readonly #parquet: ParquetWriter;

  constructor(bytes: ByteWriter, { schema = SCHEMA, keepNaN = false, pageBytes = 1 << 20, ...ids }: PartOptions) {
    this.#options = { ...ids, schema, keepNaN, pageBytes };
    this.#parquet = new ParquetWriter({
      writer: bytes,
      schema: [...schema],
      codec: "SNAPPY",
      statisticsTruncateLength: Infinity,
      createdBy: "neptune-fetcher (hyparquet-writer)",
    });
  }

  write(batch: RowBatch): void {
    const { projectId, runId, schema, keepNaN, pageBytes } = this.#options;
    const columns = Array.isArray(batch) ? rowsToColumns(batch) : batch;
    const length = columns.attribute_path?.length ?? 0;
    const columnData = topLevel(schema).map((element) => {
      const { name } = element;
      const fallback = name === "project_id" ? projectId : name === "run_id" ? runId : null;
      const nullNaN = name === "timestamp" || (name === "float_value" && !keepNaN);
      const data = storedColumn(element, columns[name as keyof ArchiveRow], length, fallback, nullNaN);
      return { name, data, offsetIndex: false };
    });
    this.#parquet.write({ columnData, rowGroupSize: ROW_GROUP_ROWS, pageSize: pageBytes });
  }

  finish(): void {
    this.#parquet.finish();
  }
}

/** Rows by column. */
function rowsToColumns(rows: ArchiveRow[]): ArchiveColumns {
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
