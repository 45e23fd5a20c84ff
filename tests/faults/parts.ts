/** Parts of the sample archive, written again with something changed. */

import { parquetMetadata, parquetReadObjects, type SchemaElement } from "hyparquet";
import { footerLength, readFooter } from "../../src/archive/parquet/format/footer.ts";
import { ThriftReader } from "../../src/archive/parquet/format/thrift.ts";
import { openBytes } from "../../src/archive/disk/local.ts";
import { ParquetFile } from "../../src/archive/parquet/file.ts";
import { type ArchiveRow, encodePart, SCHEMA } from "../../samples/writer.ts";
import type { Random } from "./random.ts";

/** Changes up to four bytes, the first of them here. */
export function changed(bytes: Uint8Array, at: number, random: Random): Uint8Array {
  const copy = bytes.slice();
  copy[at] = random.chance(0.3) ? 0xff - copy[at] : copy[at] ^ (1 << random.below(8));
  return copy;
}

/**
 * What a byte of a Parquet file belongs to. `values`: to the compressed bytes of a page, where nothing tells right ones from wrong ones
 * as long as they can be decoded.
 */
export function regionOf(bytes: Uint8Array, at: number): "values" | "header" | "footer" | "unused" {
  const start = bytes.length - footerLength(bytes, bytes.length);
  if (at >= start) return "footer";
  for (const { chunks } of readFooter(bytes.subarray(start, -8), bytes.length).groups) {
    for (const chunk of chunks) {
      if (at < chunk.start || at >= chunk.start + chunk.bytes) continue;
      const thrift = new ThriftReader(bytes, chunk.start);
      while (true) {
        const compressed = compressedSize(thrift);
        if (at < thrift.at) return "header";
        thrift.at += compressed;
        if (at < thrift.at) return "values";
      }
    }
  }
  return "unused";
}

function compressedSize(thrift: ThriftReader): number {
  let size = 0;
  for (let id = thrift.field(0); id > 0; id = thrift.field(id)) {
    if (id === 3) size = thrift.count();
    else thrift.skip();
  }
  return size;
}

/** The rows of each row group. */
async function batchesOf(bytes: Uint8Array): Promise<ArchiveRow[][]> {
  const file = new Uint8Array(bytes).buffer;
  const batches: ArchiveRow[][] = [];
  let rowStart = 0;
  for (const { num_rows } of parquetMetadata(file).row_groups) {
    const rowEnd = rowStart + Number(num_rows);
    const rows = await parquetReadObjects({ file, rowStart, rowEnd });
    batches.push(
      rows.map((row) =>
        ({ ...row, timestamp: time(row.timestamp), datetime_value: time(row.datetime_value) }) as ArchiveRow
      ),
    );
    rowStart = rowEnd;
  }
  return batches;
}

function time(value: unknown): number | null {
  return value instanceof Date ? value.getTime() : null;
}

async function again(bytes: Uint8Array, schema?: readonly SchemaElement[]): Promise<Uint8Array> {
  return encodePart({ projectId: "nereid/digits", runId: "", batches: await batchesOf(bytes), keepNaN: true, schema });
}

/** The same rows, and a column that the exporter does not know. */
export function withColumn(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  const [top, ...columns] = SCHEMA;
  return again(bytes, [{ ...top, num_children: top.num_children! + 1 }, ...columns, {
    name,
    type: "INT64",
    repetition_type: "OPTIONAL",
  }]);
}

/** The same rows without the name of the project. */
export function withoutProject(bytes: Uint8Array): Promise<Uint8Array> {
  const [top, ...columns] = SCHEMA;
  const others = columns.filter(({ name }) => name !== "project_id");
  return again(bytes, [{ ...top, num_children: top.num_children! - 1 }, ...others]);
}

/** The same rows in two files: the parameters, and everything else. */
export async function inTwoParts(bytes: Uint8Array): Promise<Uint8Array[]> {
  const [first, ...others] = await batchesOf(bytes);
  return [[first], others].map((batches) =>
    encodePart({ projectId: "nereid/digits", runId: "", batches, keepNaN: true })
  );
}

/** A file of the same size with another value in it, as it can be read; null where none was found. */
export async function otherValues(bytes: Uint8Array): Promise<Uint8Array | null> {
  const path = await Deno.makeTempFile({ suffix: ".parquet" });
  try {
    for (let at = 5000; at < bytes.length; at += 97) {
      if (regionOf(bytes, at) !== "values") continue;
      const copy = bytes.slice();
      copy[at] ^= 1;
      await Deno.writeFile(path, copy);
      try {
        using file = new ParquetFile(openBytes(path));
        for (const group of file.groups()) group.check();
        return copy;
      } catch {
        // Not to be read: the next one.
      }
    }
    return null;
  } finally {
    await Deno.remove(path);
  }
}
