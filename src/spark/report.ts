/**
 * What is wrong with an archive, as far as it shows through an engine.
 *
 * @module
 */

import { idInStem, sanitized } from "../archive/disk/layout.ts";
import { finding } from "../archive/report/finding.ts";
import type { Finding } from "../source.ts";
import { partsIn, type StoredPart } from "./contents.ts";
import { type DamagedFile, damagedFile } from "./damage.ts";
import type { Engine, EngineSettings } from "./engine.ts";
import { findUnreadable, listFiles, lookInto } from "./listing.ts";

/**
 * What is wrong with the files of a project.
 *
 * @param thorough Reads every value.
 */
export async function reportFiles(
  engine: Engine,
  settings: EngineSettings,
  project: string,
  thorough: boolean,
  signal?: AbortSignal,
): Promise<Finding[]> {
  const { data, seen } = settings;
  const all = partsIn(data, await listFiles(engine, settings, signal));
  // Which project a folder holds need not be known: it may be its files that cannot be read.
  const own = [...all].filter(([name]) => name === sanitized(project));
  const findings: Finding[] = [];
  const raw: string[] = [];
  for (const [name, { parts, isCompacted }] of own.length > 0 ? own : all) {
    if (isCompacted) continue;
    const folder = { name, path: `${data}/${name}`, all: parts, shown: parts };
    const damaged = [...lookInto(folder, settings), ...await findUnreadable(engine, folder, thorough, signal)];
    findings.push(...damageFindings(damaged.map(damagedFile)), ...partFindings(name, parts));
    raw.push(name);
  }
  return [...findings, ...unseenFindings(raw, seen !== null)];
}

/** Runs of a folder whose export was interrupted, and parts that are missing between others. */
function partFindings(folder: string, parts: readonly StoredPart[]): Finding[] {
  const findings: Finding[] = [];
  for (const [stem, some] of Map.groupBy(parts.filter(({ stem }) => stem !== ""), ({ stem }) => stem)) {
    const numbers = new Set(some.map(({ number }) => number));
    const place = { run: idInStem(stem), file: `${folder}/${some[0].name}` };
    if (!numbers.has(0)) {
      findings.push(finding(
        "warning",
        "incomplete_run",
        `The export of ${folder}/${stem} was interrupted, its first part is missing: the run is hidden unless incomplete ones ` +
          "are asked for.",
        place,
      ));
      continue;
    }
    const missing = Array.from({ length: Math.max(...numbers) }, (_, n) => n).filter((n) => !numbers.has(n));
    if (missing.length === 0) continue;
    findings.push(finding(
      "warning",
      "part_gap",
      `Of the parts of ${folder}/${stem}, number ${missing.join(", ")} is missing: what it held is lost.`,
      { ...place, count: missing.length },
    ));
  }
  return findings;
}

/** Files that cannot be read. */
function damageFindings(damaged: readonly DamagedFile[]): Finding[] {
  return damaged.map(({ file, run, reason }) =>
    finding("error", "damaged_part", `The file ${file} of run ${run} cannot be read: ${reason}.`, { run, file })
  );
}

/** What nobody looked at. */
function unseenFindings(folders: readonly string[], isSeen: boolean): Finding[] {
  const findings = [finding(
    "info",
    "report_of_files",
    "Through a Spark server the report tells which files cannot be read or are missing, and nothing of what is in them or of " +
      "their hashes: read the archive without `spark` for the whole report.",
  )];
  if (isSeen) return findings;
  return [
    ...folders.map((folder) =>
      finding(
        "warning",
        "unseen_files",
        `Engines pass over files of ${folder} that are empty or whose names begin with "_", and nobody here can look whether there ` +
          "are any: pass `storageOptions`, so that this machine lists the folder, or compact the archive.",
        { file: folder },
      )
    ),
    ...findings,
  ];
}
