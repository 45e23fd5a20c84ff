/**
 * What is wrong or doubtful with a compacted project: what was found of its source, and what its tables show.
 *
 * @module
 */

import type { CallOptions, Finding } from "../../source.ts";
import { FILE_TYPES } from "../../types.ts";
import type { DoubtfulType } from "../index/phantoms.ts";
import type { ReadContext } from "../read/context.ts";
import { fileFindings, type FileRow, type FilesOfRun } from "../report/files.ts";
import { finding } from "../report/finding.ts";
import { forkFindings, idFindings } from "../report/report.ts";
import { nanFindings } from "../report/rows.ts";
import { filesOf, TABLE_NAMES } from "./manifest.ts";
import type { OpenFolder } from "./open.ts";
import type { LeafRequest } from "./table_file.ts";
import { TableFault, TableReader } from "./table_reader.ts";
import { TABLES } from "./tables.ts";

/** What a report looks at. */
export interface ReportScope extends Pick<CallOptions, "onProgress"> {
  /** null: no files folder was found. */
  files: string | null;
  /** Whether the times of points are put right. */
  timesConverted: boolean;
  /** Decode every value, too. */
  thorough: boolean;
  valueless: (type: DoubtfulType) => Promise<Map<string, number>>;
}

/** The findings of a compacted project. */
export async function compactedFindings(
  context: ReadContext,
  open: OpenFolder,
  { files, timesConverted, thorough, valueless, onProgress }: ReportScope,
): Promise<Finding[]> {
  const { index } = context;
  const stored = open.folder.manifest.passes.flatMap(({ findings }) => findings);
  const floats = [...await valueless("float")].map(([path, rows]) => ({ path, rows }));
  return [
    ...stored.filter(({ kind }) => !(timesConverted && kind === "local_times")),
    ...idFindings(index),
    ...forkFindings(index),
    ...nanFindings(floats),
    ...await fileFindings(context, files, runFiles(context)),
    ...thorough ? await decodeAll(open, context.signal, onProgress) : [notDecoded(open)],
  ];
}

/** Decodes every value of every table; gives what cannot be read. */
export async function decodeAll(
  { folder: { store, name, path, manifest } }: OpenFolder,
  signal?: AbortSignal,
  onProgress?: CallOptions["onProgress"],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const bytes = manifest.passes.flatMap(({ files }) => files).reduce((sum, file) => sum + file.bytes, 0);
  for (const pass of manifest.passes) {
    for (const table of TABLE_NAMES) {
      const leaves = TABLES[table].columns.flatMap(requestsOf);
      for (const file of filesOf(pass, table)) {
        const reader = new TableReader(store, path, [file]);
        let lost = 0, reason = "";
        const noteFault = (error: unknown) => {
          if (!(error instanceof TableFault)) throw error;
          reason ||= error.reason;
          lost++;
        };
        await reader.checkWords(signal).catch(noteFault);
        for (let row = 0; row < file.rows; row += ROWS_AT_ONCE) {
          const rows = Math.min(ROWS_AT_ONCE, file.rows - row);
          for (const leaf of leaves) {
            await reader.read([leaf], [{ row, rows }], signal).catch(noteFault);
          }
        }
        if (lost > 0) {
          const message = `The file ${name}/${file.name} cannot be read everywhere: ${reason}.`;
          findings.push(finding("error", "damaged_part", message, { file: `${name}/${file.name}`, count: lost }));
        }
        onProgress?.(file.bytes, bytes);
      }
    }
  }
  return findings;
}

const ROWS_AT_ONCE = 100_000;

/** The leaves of a column, and how they are read. */
export function requestsOf({ name, holds }: typeof TABLES.series.columns[number]): LeafRequest[] {
  switch (holds) {
    case "string":
      return [{ path: [name], kind: "string" }];
    case "int":
      return [{ path: [name], kind: "int" }];
    case "bool":
      return [{ path: [name], kind: "bool" }];
    case "strings":
      return [{ path: [name], kind: "string", isList: true }];
    case "file":
      return [{ path: [name, "path"], kind: "string" }];
    case "histogram":
      return [
        { path: [name, "type"], kind: "string" },
        { path: [name, "edges"], kind: "float", isList: true },
        { path: [name, "values"], kind: "float", isList: true },
      ];
    default:
      return [{ path: [name], kind: "float" }];
  }
}

function notDecoded({ folder: { manifest } }: OpenFolder): Finding {
  const count = manifest.passes.reduce((sum, { files }) => sum + files.length, 0);
  return finding(
    "info",
    "not_decoded",
    `Not every value of the ${count} files was decoded: archiveReport({ thorough: true }) does, and takes longer.`,
    { count },
  );
}

/** The files of all runs that have any. */
async function* runFiles(context: ReadContext): AsyncGenerator<FilesOfRun> {
  const { index } = context;
  const all = index.keys.map((_, run) => run);
  const rows = new Map<number, FileRow[]>();
  const add = (run: number, row: FileRow) => {
    const known = rows.get(run);
    if (known) known.push(row);
    else rows.set(run, [row]);
  };
  for await (const { path, type, pieces } of context.cells(all, { types: [...FILE_TYPES, "no_file"], paths: null })) {
    for (const { runs, cells: { entries, fields } } of pieces) {
      entries.forEach((entry, i) => {
        const file = type === "no_file" ? null : (fields.value as (string | null)[])[i];
        if (runs[entry] >= 0) add(runs[entry], { path, type: type === "no_file" ? "file" : type, file });
      });
    }
  }
  const query = { type: "file_series" as const, paths: null, stepRange: [null, null] as const, timestamps: false };
  for (const { sources } of context.batches(all, (run) => [run])) {
    const points = await context.points(sources, query);
    for (const run of sources) {
      points.paths.forEach((path, code) => {
        for (const row of points.own(run, code) ?? []) {
          add(run, { path, type: "file_series", file: points.values[row] as string | null });
        }
      });
    }
  }
  for (const run of [...rows.keys()].sort((a, b) => a - b)) yield { run, rows: rows.get(run)! };
}
