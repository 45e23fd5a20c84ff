/**
 * Findings about stored files: which are missing, which lie over each other.
 *
 * @module
 */

import pl from "nodejs-polars";
import type { Finding } from "../../source.ts";
import { batches, partsOf, runCondition } from "../index/batches.ts";
import { allOf } from "../parquet/predicates.ts";
import { stringValues } from "../parquet/decode.ts";
import { finding } from "./finding.ts";
import { readRows } from "../parquet/scan.ts";
import type { ReadContext } from "../read/context.ts";
import { FILE_TYPES } from "../../types.ts";

/** Attributes of runs and how many of their files are missing. */
type Missing = Map<string, { run: string; attribute: string; files: string[]; count: number }>;

/** Findings about stored files. */
export async function fileFindings(context: ReadContext, filesRoot: string | null): Promise<Finding[]> {
  const { index, readOptions } = context;
  const users = new Map<string, Set<string>>();
  const missing: Missing = new Map();
  let stored = 0;
  for await (const batch of batches(index, index.keys.map((_, run) => run), (run) => [run], readOptions)) {
    const rows = await fileRows(context, batch.targets);
    const refs = filesRoot === null ? null : await context.files.refs(rows.file, readOptions.signal);
    for (let i = 0; i < rows.file.length; i++) {
      const path = rows.file[i];
      const [run, attribute] = [rows.run[i]!, rows.path[i]!];
      if (path !== null) {
        stored++;
        const seen = users.get(path) ?? new Set();
        users.set(path, seen.add(`${attribute} of ${run}`));
      }
      // Folders have a type but no size.
      const lost = path === null
        ? await isLost(context, attribute, rows.type[i]!)
        : refs !== null && isMissing(refs[i]!);
      if (lost) note(missing, run, attribute, path);
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
  if (filesRoot === null && stored > 0) {
    findings.push(finding(
      "warning",
      "missing_file",
      `No files folder was found beside the data folder, so none of ${stored} files can be opened: pass \`files\`.`,
      { count: stored },
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

interface FileRows {
  run: (string | null)[];
  path: (string | null)[];
  type: (string | null)[];
  file: (string | null)[];
}

/** All rows of files but the phantoms among file points. */
async function fileRows({ index, readOptions }: ReadContext, runs: number[]): Promise<FileRows> {
  const frame = await readRows(partsOf(index, runs), {
    where: allOf([pl.col("attribute_type").isIn([...FILE_TYPES, "file_series"]), runCondition(index, runs)]),
    columns: ["run", "path", "type", "timestamp", "file"],
    then: (rows) =>
      rows.filter(
        pl.col("file").isNotNull().or(pl.col("timestamp").isNotNull()).or(pl.col("type").eq(pl.lit("file"))),
      ),
  }, readOptions);
  const column = (name: string) => frame ? stringValues(frame, name) : [];
  return { run: column("run"), path: column("path"), type: column("type"), file: column("file") };
}

async function isLost(context: ReadContext, attribute: string, type: string): Promise<boolean> {
  if (type !== "file") return true;
  return (await context.phantoms.real("file", new Set([attribute]), context.readOptions)).has(attribute);
}

function isMissing({ size, mimeType }: { size: number | null; mimeType: string }): boolean {
  return size === null && mimeType !== "inode/directory";
}

function note(missing: Missing, run: string, attribute: string, file: string | null): void {
  const key = `${run}\0${attribute}`;
  const known = missing.get(key) ?? { run, attribute, files: [], count: 0 };
  missing.set(key, known);
  known.count++;
  if (file !== null && known.files.length === 0) known.files.push(file);
}
