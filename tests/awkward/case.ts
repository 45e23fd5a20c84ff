/**
 * The shape of an awkward archive, and what most of them share.
 *
 * @module
 */

import { datetime, string } from "../../samples/rows.ts";
import { type ArchiveRow, type RowBatch, writeRun } from "../../samples/writer.ts";
import type { Catalog } from "../../src/source.ts";

/** The two roots of an archive. */
export interface ArchiveRoots {
  data: string;
  files: string;
}

/** What a person may choose when opening an archive. */
export interface ArchiveChoices {
  damagedRuns?: "error" | "skip";
  timeZone?: string;
  includeIncomplete?: boolean;
}

/** One archive with one trap in it. */
export interface AwkwardCase {
  name: string;
  /** The rule that a reader has to keep, in a sentence. */
  rule: string;
  /** Writes the archive below `dir`. */
  write(dir: string): Promise<ArchiveRoots>;
  /** Asserts the rule; the catalogs that `open` gives are closed by the caller. */
  check(open: (choices?: ArchiveChoices) => Promise<Catalog>): Promise<void>;
  /** Why this cannot be asked of a server that reads the archive. */
  archiveOnly?: string;
}

/** The project of every case that has only one. */
export const PROJECT = "org/awkward";

/** When the runs begin: 2025-01-01, in milliseconds. */
export const T = Date.UTC(2025, 0, 1);

/** The two roots below `dir`, made. */
export async function roots(dir: string): Promise<ArchiveRoots> {
  const archive = { data: `${dir}/data`, files: `${dir}/files` };
  await Deno.mkdir(archive.data, { recursive: true });
  await Deno.mkdir(archive.files, { recursive: true });
  return archive;
}

/** Writes each run as one part 0. */
export async function writeRuns(
  dir: string,
  runs: Record<string, RowBatch[]>,
  projectId = PROJECT,
): Promise<ArchiveRoots> {
  const archive = await roots(dir);
  for (const [runId, batches] of Object.entries(runs)) {
    await writeRun({ dataRoot: archive.data, projectId, runId, batches });
  }
  return archive;
}

/** The `sys` rows of the n-th run, in the order of the exporter. */
export function sys(runId: string, n: number, ...more: ArchiveRow[]): ArchiveRow[] {
  return [
    ...more,
    datetime("sys/creation_time", T + n * 1000),
    string("sys/custom_run_id", runId),
    string("sys/id", `AWK-${n}`),
  ].sort((a, b) => sortKey(a) < sortKey(b) ? -1 : 1);
}

const sortKey = (row: ArchiveRow) => `${row.attribute_path}:${row.attribute_type}`;

/** Writes a file below the project's folder in the files root. */
export async function writeFile(
  files: string,
  projectFolder: string,
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  const whole = `${files}/${projectFolder}/${path}`;
  await Deno.mkdir(whole.slice(0, whole.lastIndexOf("/")), { recursive: true });
  await Deno.writeFile(whole, typeof content === "string" ? new TextEncoder().encode(content) : content);
}
