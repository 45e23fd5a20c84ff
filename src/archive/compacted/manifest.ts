/**
 * The manifest of a compacted project folder: which files count, and what they were when they were written.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import type { Finding } from "../../source.ts";
import { ParquetError } from "../parquet/format/thrift.ts";
import { COMPACTED } from "../disk/layout.ts";
import { type TableName, TABLES } from "./tables.ts";

const FORMAT = "neptune-fetcher compacted archive";
/** Raised whenever what is stored changes. */
const VERSION = 1;

/** One file of a table. */
export interface TableFileEntry {
  /** Below the folder: `series/0001-0001.parquet`. */
  name: string;
  rows: number;
  bytes: number;
  sha256: string;
  /** The end of the file, from the page indexes on. */
  tail: { bytes: number; crc32: number };
}

/** What was added at once. */
export interface Pass {
  pass: number;
  /** When, in ISO 8601. */
  written: string;
  runs: number;
  values: number;
  points: number;
  findings: Finding[];
  files: TableFileEntry[];
}

/** What a manifest says. */
export interface Manifest {
  project: string;
  /** The files root that was left where it is: an absolute path; null: it lies beside the data root. */
  files: string | null;
  passes: Pass[];
}

/** Reads a manifest. Throws a {@linkcode ParquetError} where it is not as it was written. */
export function parseManifest(text: string): Manifest {
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ParquetError(`${COMPACTED} is no JSON`);
  }
  if (json?.format !== FORMAT) throw new ParquetError(`${COMPACTED} is no manifest of a compacted archive`);
  if (json.version !== VERSION) {
    throw new ParquetError(`${COMPACTED} has version ${json.version}, but only ${VERSION} can be read here`);
  }
  const { crc32: checksum, ...rest } = json;
  if (checksumOf(rest) !== checksum) throw new ParquetError(`the checksum of ${COMPACTED} does not fit its text`);
  return rest as unknown as Manifest;
}

/** The text of a manifest. */
export function manifestText({ project, files, passes }: Manifest): string {
  const rest = { format: FORMAT, version: VERSION, project, files, passes };
  return JSON.stringify({ ...rest, crc32: checksumOf(rest) }, null, 1) + "\n";
}

function checksumOf(rest: Record<string, unknown>): number {
  return crc32(JSON.stringify(rest));
}

/** The name of a file of a table. */
export function tableFileName(table: TableName, pass: number, number: number): string {
  const digits = (n: number) => String(n).padStart(4, "0");
  return `${table}/${digits(pass)}-${digits(number)}.parquet`;
}

/** The files of a table in a pass, by their numbers in order. */
export function filesOf(pass: Pass, table: TableName): TableFileEntry[] {
  return pass.files.filter(({ name }) => name.startsWith(`${table}/`)).sort((a, b) => a.name < b.name ? -1 : 1);
}

/** The names of all tables. */
export const TABLE_NAMES = Object.keys(TABLES) as TableName[];
