/**
 * Findings about stored files: which are missing, which lie over each other.
 *
 * @module
 */

import type { Finding } from "../../source.ts";
import { FILE_TYPES, FOLDER } from "../../types.ts";
import { partsOf } from "../index/batches.ts";
import { keepOwn, readGroups } from "../index/read_parts.ts";
import type { Part } from "../disk/layout.ts";
import { stringsOf } from "../parquet/decoded.ts";
import type { RowGroupReader } from "../parquet/row_group.ts";
import { isLogged } from "../parquet/point_values.ts";
import type { PartsContext, ReadContext } from "../read/context.ts";
import { finding } from "./finding.ts";

/** Attributes of runs and how many of their files are missing. */
type Missing = Map<string, { run: string; attribute: string; files: string[]; count: number }>;

/** Findings about stored files. */
export async function fileFindings(
  context: ReadContext,
  filesRoot: string | null,
  stored: AsyncIterable<FilesOfRun>,
): Promise<Finding[]> {
  const { index, signal } = context;
  // What a project noted when it first needed a file may no longer be so.
  const files = context.files.anew();
  const users = new Map<string, Set<string>>();
  const missing: Missing = new Map();
  let count = 0;
  for await (const { run, rows } of stored) {
    const refs = filesRoot === null ? null : await files.refs(rows.map(({ file }) => file), signal, true);
    for (const [i, { path: attribute, type, file }] of rows.entries()) {
      if (file !== null) {
        count++;
        const seen = users.get(file) ?? new Set();
        users.set(file, seen.add(`${attribute} of ${index.keys[run]}`));
      }
      const lost = file === null ? await isLost(context, attribute, type) : refs !== null && isMissing(type, refs[i]!);
      if (lost) note(missing, index.keys[run], attribute, file);
    }
  }
  const findings = [...missing.values()].map(({ run, attribute, files, count }) =>
    finding(
      "warning",
      "missing_file",
      files.length > 0
        ? `${count} file${count > 1 ? "s" : ""} of ${attribute} of run ${run} ${
          count > 1 ? "are" : "is"
        } not in the files folder.`
        : `The file of ${attribute} of run ${run} was lost before or during the export.`,
      { run, attribute, file: files[0] ?? null, count },
    )
  );
  if (filesRoot === null && count > 0) {
    findings.push(finding(
      "warning",
      "missing_file",
      `No files folder was found beside the data folder, so none of ${count} files can be opened: pass \`files\`.`,
      { count },
    ));
  }
  for (const [file, attributes] of users) {
    if (attributes.size < 2) continue;
    findings.push(finding(
      "warning",
      "shared_file",
      `${
        [...attributes].slice(0, 3).join(" and ")
      } point to one file, ${file}: the exporter has overwritten all but the last.`,
      { file, count: attributes.size },
    ));
  }
  return findings;
}

/** The files of a run. */
export interface FilesOfRun {
  run: number;
  rows: FileRow[];
}

/** A file of an attribute, or of a point. */
export interface FileRow {
  path: string;
  type: string;
  /** null: it was lost. */
  file: string | null;
}

/** The files of all runs that have any. */
export async function* runFiles(context: PartsContext): AsyncGenerator<FilesOfRun> {
  for (const run of context.index.keys.keys()) {
    const rows = await fileRows(context, run);
    if (rows.length > 0) yield { run, rows };
  }
}

const STORED = new Set<string>([...FILE_TYPES, "file_series"]);

/** All rows of files of a run but the phantoms among file points. */
async function fileRows({ index, readOptions }: PartsContext, run: number): Promise<FileRow[]> {
  const found: FileRow[] = [];
  const choose = (group: RowGroupReader, part: Part) => {
    group.where("type", (type) => STORED.has(type));
    if (!index.mixed.has(part)) return;
    keepOwn(group, index.project, part);
    group.where("run", (name) => name === index.keys[run]);
  };
  const read = (group: RowGroupReader) => {
    if (group.length === 0) return;
    const path = stringsOf(group.strings("path")), type = stringsOf(group.strings("type"));
    const file = stringsOf(group.strings("file")), logged = isLogged(group);
    for (let row = 0; row < path.length; row++) {
      if (type[row] === "file" || logged(row)) found.push({ path: path[row]!, type: type[row]!, file: file[row] });
    }
  };
  await readGroups(partsOf(index, [run]), readOptions, {
    telling: ["type", "project", "run"],
    choose,
    columns: ["path", "file", "timestamp"],
    read,
  });
  return found;
}

async function isLost({ isReal }: ReadContext, attribute: string, type: string): Promise<boolean> {
  return type !== "file" || await isReal("file", attribute);
}

/** Folders have no size: one that stands where a file should be is none. */
function isMissing(type: string, { size, mimeType }: { size: number | null; mimeType: string }): boolean {
  return size === null && !(type === "file_set" && mimeType === FOLDER);
}

function note(missing: Missing, run: string, attribute: string, file: string | null): void {
  const key = `${run}\0${attribute}`;
  const known = missing.get(key) ?? { run, attribute, files: [], count: 0 };
  missing.set(key, known);
  known.count++;
  if (file !== null && known.files.length === 0) known.files.push(file);
}
