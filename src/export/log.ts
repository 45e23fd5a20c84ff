/**
 * What an export leaves beside the files, for the report of the archive: their hashes, and what could not be exported.
 *
 * @module
 */

import { HASHES, hashLines, readHashes } from "../archive/disk/hashes.ts";
import { makeWhole, sayingWhatFailed } from "../write/whole.ts";

/** Adds hashes of files that are about to appear in a folder. */
export async function addHashes(folder: string, hashes: Map<string, string>): Promise<void> {
  if (hashes.size === 0) return;
  const path = `${folder}/${HASHES}`;
  await sayingWhatFailed(path, () => Deno.writeTextFile(path, hashLines(hashes), { append: true, create: true }));
}

/** Puts the hashes in order, each file once; files that never appeared are left out. */
export async function tidyHashes(folder: string): Promise<void> {
  const hashes = await readHashes(folder);
  if (hashes === null) return;
  const there: [string, string][] = [];
  for (const one of hashes) if (await isFile(`${folder}/${one[0]}`)) there.push(one);
  there.sort(([a], [b]) => a < b ? -1 : 1);
  await makeWhole(`${folder}/${HASHES}`, (part) => Deno.writeTextFile(part, hashLines(there)));
}

/** What could not be exported: one line of the exporter's own file for that. */
export interface ExportErrorLine {
  project_id: string;
  run_id: string;
  /** null: all of the run. */
  attribute_path: string | null;
  attribute_type: string | null;
  /** Why. */
  exception: string;
}

/** The exporter's own name for it. */
const ERROR_FILE = "neptune_exporter_errors.jsonl";

/** The runs of a project of which it is noted that something could not be exported. */
export async function runsWithErrors(destination: string, project: string): Promise<Set<string>> {
  const lines = (await readErrors(destination)).map((line) => {
    try {
      return JSON.parse(line) as Partial<ExportErrorLine>;
    } catch {
      return {};
    }
  });
  return new Set(lines.flatMap(({ project_id, run_id }) => project_id === project && run_id ? [run_id] : []));
}

async function readErrors(destination: string): Promise<string[]> {
  const text = await Deno.readTextFile(`${destination}/${ERROR_FILE}`).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  return text.split("\n").filter((line) => line !== "");
}

/** Notes what could not be exported of these runs, in place of what was noted of them before. */
export async function noteErrors(
  destination: string,
  project: string,
  runs: Set<string>,
  errors: ExportErrorLine[],
): Promise<void> {
  const path = `${destination}/${ERROR_FILE}`;
  const before = await readErrors(destination);
  const kept = before.filter((line) => !concerns(line, project, runs));
  if (errors.length === 0 && kept.length === before.length) return;
  const lines = [...kept, ...errors.map((one) => JSON.stringify(one))];
  await makeWhole(path, (part) => Deno.writeTextFile(part, lines.map((line) => `${line}\n`).join("")));
}

function concerns(line: string, project: string, runs: Set<string>): boolean {
  try {
    const { project_id, run_id } = JSON.parse(line);
    return project_id === project && runs.has(run_id);
  } catch {
    return false;
  }
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}
