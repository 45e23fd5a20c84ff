/**
 * Writes archives as neptune-exporter leaves them on disk, from rows as its files hold them.
 *
 * @module
 */

import { sanitized } from "../src/archive/disk/layout.ts";
import { ByteWriter } from "hyparquet-writer";
import { type PartOptions, PartWriter } from "../src/export/encode.ts";
import { partName } from "../src/export/names.ts";
import type { RowBatch } from "../src/archive/parquet/schema.ts";

export { sanitized } from "../src/archive/disk/layout.ts";
export { millionths } from "../src/export/encode.ts";
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
}

/** Writes one part of one run under its exporter name and returns its path. */
export async function writeRun({ dataRoot, projectId, runId, part = 0, batches }: RunPart): Promise<string> {
  const folder = `${dataRoot}/${sanitized(projectId)}`;
  await Deno.mkdir(folder, { recursive: true });
  const path = `${folder}/${partName(runId, part)}`;
  await Deno.writeFile(path, encodePart({ projectId, runId, batches }));
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
