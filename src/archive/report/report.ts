/**
 * What is wrong or doubtful with the stored data of a project.
 *
 * @module
 */

import type { Finding } from "../../source.ts";
import { damagedRunName, damageOf, nameOf } from "../index/damage.ts";
import { finding } from "./finding.ts";
import type { ProjectIndex, RunIndex } from "../index/project_index.ts";
import { foundAt, parentOf, type Store, textOf } from "../disk/store.ts";
import {
  type Folder,
  folderNames,
  idInStem,
  isProjectName,
  parsePartName,
  type Part,
  readFolder,
} from "../disk/layout.ts";
import { CHECK, readGroups } from "../index/read_parts.ts";
import { fileFindings, runFiles } from "./files.ts";
import { rowFindings, type RowNotes } from "./rows.ts";
import type { PartsContext } from "../read/context.ts";

/** Where the data of a project lie. */
export interface ReportRoots {
  store: Store;
  data: string;
  /** null: no files folder was found. */
  files: string | null;
  /** Whether the times of points are put right. */
  timesConverted: boolean;
  /** Decode every value, too. */
  thorough: boolean;
  onProgress?: (by: number, total: number | null) => void;
}

/** Looks through folders, index and rows of a project: opens every part. */
export async function makeReport(context: PartsContext, roots: ReportRoots): Promise<Finding[]> {
  const { index } = context;
  if (roots.thorough) await decodeAll(context, roots.onProgress);
  const findings = [
    ...index.folders.flatMap((folder) => folderFindings(folder)),
    ...await rootFindings(roots),
    ...copyFindings(index),
    ...idFindings(index),
    ...forkFindings(index),
    ...await rowFindings(context, roots.timesConverted),
    ...await fileFindings(context, roots.files, runFiles(context)),
    ...await exportErrors(index, roots),
    ...roots.thorough ? [] : [notDecoded(index)],
    // Last: looking at rows finds damage, too.
    ...damageFindings(index),
  ];
  return bySeverity(findings);
}

/** What the runs alone do not show: of folders, of rows that were dropped, of what could not be exported. */
export async function sourceFindings(
  context: PartsContext,
  roots: Pick<ReportRoots, "store" | "data">,
  notes: RowNotes,
): Promise<Finding[]> {
  const { index } = context;
  const rows = await notes.findings();
  return [
    ...index.folders.flatMap((folder) => folderFindings(folder)),
    ...copyFindings(index),
    ...rows.filter(({ kind }) => kind !== "nan_restored" && kind !== "nan_or_absent"),
    ...await exportErrors(index, roots),
    ...damageFindings(index),
  ];
}

/** The worst first. */
export function bySeverity(findings: Finding[]): Finding[] {
  const order = ["error", "warning", "info"];
  return findings.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

/** Decodes every value of every part: whatever cannot be read is marked as damaged. */
async function decodeAll({ index, readOptions }: PartsContext, onProgress?: ReportRoots["onProgress"]): Promise<void> {
  const bytes = index.shown.reduce((sum, { size }) => sum + size, 0);
  for (const part of index.shown) {
    await readGroups([part], readOptions, CHECK);
    onProgress?.(part.size, bytes);
  }
}

function notDecoded(index: ProjectIndex): Finding {
  return finding(
    "info",
    "not_decoded",
    `Not every value of the ${index.shown.length} files was decoded: archiveReport({ thorough: true }) does, and takes longer.`,
    { count: index.shown.length },
  );
}

function damageFindings(index: ProjectIndex): Finding[] {
  const damaged = new Set([...index.damaged.keys(), ...index.shown.filter((part) => part.damage !== null)]);
  return [...damaged].map((part) => {
    const run = damagedRunName(part, index);
    return finding(
      "error",
      "damaged_part",
      `The file ${nameOf(part)} of run ${run} cannot be read: ${damageOf(part)}.`,
      {
        run,
        file: nameOf(part),
      },
    );
  });
}

function folderFindings(folder: Folder): Finding[] {
  const findings: Finding[] = [];
  const stems = Map.groupBy(folder.parts.filter((part) => part.stem !== ""), (part) => part.stem);
  for (const [stem, parts] of stems) {
    const numbers = new Set(parts.map((part) => part.number));
    const file = nameOf(parts[0]);
    if (!numbers.has(0)) {
      findings.push(incomplete(folder, stem, file, "its first part is missing"));
      continue;
    }
    const missing = Array.from({ length: Math.max(...numbers) }, (_, n) => n).filter((n) => !numbers.has(n));
    if (missing.length > 0) {
      findings.push(finding(
        "warning",
        "part_gap",
        `Of the parts of ${folder.name}/${stem}, number ${missing.join(", ")} is missing: what it held is lost.`,
        { run: idInStem(stem), file, count: missing.length },
      ));
    }
  }
  const killed = new Set(folder.unfinished.map((name) => parsePartName(name.replace(/\.tmp$/, ""))?.stem ?? name));
  for (const stem of killed) {
    if (!stems.has(stem)) {
      findings.push(incomplete(folder, stem, `${folder.name}/${stem}`, "it never got beyond .tmp files"));
    }
  }
  if (folder.models.length > 0) {
    const names = folder.models.map((name) => `${folder.name}/${name}`).join(" and ");
    findings.push(
      finding("info", "model_registry", `${names} holds models of the model registry, which are not runs.`, {
        file: `${folder.name}/${folder.models[0]}`,
        count: folder.models.length,
      }),
    );
  }
  if (folder.strays.length > 0) findings.push(strays(folder.strays.map((name) => `${folder.name}/${name}`)));
  return findings;
}

function incomplete(folder: Folder, stem: string, file: string, reason: string): Finding {
  return finding(
    "warning",
    "incomplete_run",
    `The export of ${folder.name}/${stem} was interrupted, ${reason}: the run is hidden unless incomplete ones are asked for.`,
    { run: idInStem(stem), file },
  );
}

function strays(names: string[]): Finding {
  const shown = names.slice(0, 3).join(", ") + (names.length > 3 ? " and others" : "");
  return finding("info", "stray_file", `${shown}: not written by the exporter as part of a run, and left alone.`, {
    file: names[0],
    count: names.length,
  });
}

/** What lies beside the folders of the projects, and folders of which nobody knows what they hold. */
async function rootFindings({ store, data }: ReportRoots): Promise<Finding[]> {
  const inside = await folderNames(store, data);
  const names = (await store.list(data)).map(({ name }) => name)
    .filter((name) => !name.startsWith(".") && !inside.includes(name));
  const folders = await Promise.all(inside.map((name) => readFolder(store, data, name)));
  const unreadable = folders.filter((folder) => folder.damage !== null);
  return [
    ...names.length > 0 ? [strays(names.sort())] : [],
    ...unreadable.map(({ name, damage }) =>
      finding(
        isProjectName(name) ? "error" : "info",
        "unreadable_folder",
        `The folder ${name} of the archive cannot be read: ${damage}.`,
        { file: name },
      )
    ),
  ];
}

function copyFindings(index: ProjectIndex): Finding[] {
  const findings: Finding[] = [];
  const files = (run: number) => index.parts[run].map((part: Part) => nameOf(part)).join(" and ");
  for (const run of index.repeated) {
    findings.push(finding(
      "warning",
      "same_run_twice",
      `Run ${index.keys[run]} lies in ${files(run)}: it is read as one run, equal rows count once.`,
      { run: index.keys[run], file: nameOf(index.parts[run][0]) },
    ));
  }
  return findings;
}

/** Runs that may be one, and runs without a name. */
export function idFindings(index: RunIndex): Finding[] {
  const findings: Finding[] = [];
  const ids = index.system.column("sys/id", "string")?.values ?? [];
  for (const [id, runs] of Map.groupBy(index.keys.keys(), (run) => ids[run])) {
    if (runs.length < 2) continue;
    const keys = runs.map((run) => index.keys[run]);
    findings.push(finding(
      "warning",
      "same_run_twice",
      `${keys.join(" and ")} have the same sys/id ${id}: probably one run, exported by two exporters.`,
      { run: keys[0], count: runs.length },
    ));
  }
  index.keys.forEach((key, run) => {
    if (!index.bare[run]) return;
    findings.push(finding(
      "warning",
      "no_sys_rows",
      `Run ${key} has no sys attributes: its name and times are unknown, and its configs were probably not exported.`,
      { run: key },
    ));
  });
  return findings;
}

/** Forks whose parents are not known. */
export function forkFindings({ keys, parents }: RunIndex): Finding[] {
  return parents.unresolved.map(({ run, parent, reason }) => {
    if (reason === "cycle") {
      return finding(
        "warning",
        "fork_cycle",
        `Run ${keys[run]} is an ancestor of its own parent ${parent}: it counts as a root.`,
        {
          run: keys[run],
        },
      );
    }
    const why = reason === "missing" ? "is not in the archive" : "has no known fork step";
    return finding(
      "warning",
      "unresolved_parent",
      `The parent ${parent} of run ${keys[run]} ${why}: the run counts as a root, without inherited points.`,
      { run: keys[run] },
    );
  });
}

interface ExportError {
  project_id?: string;
  run_id?: string;
  attribute_path?: string | null;
  exception?: string;
}

/** What the exporter itself said it could not export, where its error file still lies beside the data. */
async function exportErrors(
  index: ProjectIndex,
  { store, data }: Pick<ReportRoots, "store" | "data">,
): Promise<Finding[]> {
  const name = "neptune_exporter_errors.jsonl";
  for (const folder of [parentOf(data), parentOf(parentOf(data))]) {
    const path = `${folder}/${name}`;
    const text = await foundAt(store, path) && await textOf(store, path).catch(() => null);
    if (text !== null) return text.split("\n").flatMap((line) => exportError(index, line));
  }
  return [];
}

function exportError(index: ProjectIndex, line: string): Finding[] {
  let error: ExportError;
  try {
    error = JSON.parse(line);
  } catch {
    return [];
  }
  if (error?.project_id !== index.project) return [];
  const what = error.attribute_path
    ? `attribute ${error.attribute_path} of run ${error.run_id}`
    : `run ${error.run_id}`;
  return [finding("warning", "export_error", `The exporter could not export ${what} (${error.exception}).`, {
    run: error.run_id ?? null,
    attribute: error.attribute_path ?? null,
  })];
}
