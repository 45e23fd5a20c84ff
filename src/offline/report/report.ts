/**
 * What lies in a folder of unsynced data, what of it is lost, and what is doubtful.
 *
 * @module
 */

import { pauseNowAndThen } from "../../async/pause.ts";
import { finding } from "../../archive/report/finding.ts";
import type { CallOptions, Finding, Source } from "../../source.ts";
import type { DiskContent } from "../content.ts";
import { lookAt } from "../disk/files.ts";
import type { Containers, OfflineFolder } from "../folder.ts";
import type { OfflineIndex } from "../index/project_index.ts";
import { candidateFindings } from "./candidates.ts";
import { databaseFindings } from "./databases.ts";
import { legacyFindings } from "./legacy.ts";
import { supplementFindings } from "./supplements.ts";

/** What a report is made of. */
export interface ReportAsk extends CallOptions {
  folder: OfflineFolder;
  project: string;
  index: OfflineIndex;
  base: Source | null;
  /** What a run has on disk. */
  content(run: number): Promise<DiskContent>;
}

/** Looks through a whole folder: reads every run of the project. */
export async function makeOfflineReport(ask: ReportAsk): Promise<Finding[]> {
  const { folder, index, base, signal, onProgress } = ask;
  const containers = await folder.containers({ signal });
  const findings = folderFindings(containers, folder);
  const runs = index.disk.flatMap((disk, run) => disk ? [{ disk, run }] : []);
  const pause = pauseNowAndThen(signal);
  for (const { disk, run } of runs) {
    await pause();
    const key = index.keys[run];
    const content = await ask.content(run);
    for (const database of disk.databases) {
      findings.push(...await databaseFindings(database));
      await pause();
    }
    for (const one of disk.folders) findings.push(...legacyFindings(key, one));
    findings.push(...content.findings, ...fileFindings(key, content));
    if (content.damage) {
      const { file, reason } = content.damage;
      findings.push(
        finding("error", "damaged_data", `${file} of run ${key} is damaged: ${reason}.`, { run: key, file }),
      );
    }
    const beneath = index.base[run];
    if (base && beneath) findings.push(...await supplementFindings(base, beneath, content, signal));
    else if (base && disk.folders.some(({ mode }) => mode === "async")) {
      findings.push(...await candidateFindings(base, key, content, signal));
    }
    onProgress?.(1, runs.length);
  }
  for (const { run, parent, reason } of index.parents.unresolved) {
    if (index.disk[run] !== null) findings.push(unresolved(index.keys[run], parent, reason));
  }
  const order = ["error", "warning", "info"];
  return findings.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

function folderFindings(
  { legacy, others, foreign, damaged, unreadable }: Containers,
  folder: OfflineFolder,
): Finding[] {
  const findings = damaged.map(({ name, reason }) =>
    finding("error", "damaged_database", `The database ${name} cannot be read: ${reason}.`, { file: name })
  );
  for (const name of unreadable) {
    const message = `The folder ${name} may not be read: what it holds is not known.`;
    findings.push(finding("error", "unreadable_folder", message, { file: name }));
  }
  if (folder.legacyProject === null && legacy.length > 0) {
    const runs = new Set(legacy.map(({ mode, id }) => `${mode}/${id}`)).size;
    findings.push(finding(
      "warning",
      "project_unknown",
      `${runs} runs of Neptune 2.x do not say to which project they belong, and are left out: pass \`project\` with its name.`,
      { file: legacy[0].name, count: runs },
    ));
  }
  for (const { name, type } of others) {
    const message = `${name} holds operations on a ${type.replace("_", " ")}, which is not a run, and is left out.`;
    findings.push(finding("warning", "not_a_run", message, { file: name }));
  }
  if (foreign.length > 0) {
    const message =
      `${foreign.slice(0, 3).join(", ")}${foreign.length > 3 ? " and others" : ""}: SQLite databases of something ` +
      `else, left alone.`;
    findings.push(finding("info", "foreign_database", message, { file: foreign[0], count: foreign.length }));
  }
  return findings;
}

/** Which files are no longer where they were, and which have changed since they were logged. */
function fileFindings(run: string, { singles, series, files }: DiskContent): Finding[] {
  const findings: Finding[] = [];
  const note = (attribute: string, refs: ({ path: string; size: number | null } | null)[]) => {
    const missing: string[] = [], changed: string[] = [];
    for (const ref of refs) {
      if (ref === null) continue;
      const origin = files.get(ref.path);
      const there = origin && lookAt(origin);
      const place = origin?.kind === "disk" ? origin.paths[0] : ref.path;
      if (!there) missing.push(place);
      else if (there.size !== null && ref.size !== null && there.size !== ref.size) changed.push(place);
    }
    const what = (count: number) => `${count} file${count > 1 ? "s" : ""} of "${attribute}" of run ${run}`;
    if (missing.length > 0) {
      const message = `${what(missing.length)} ${missing.length > 1 ? "are" : "is"} no longer there, ${
        missing[0]
      } for example.`;
      findings.push(
        finding("warning", "missing_file", message, { run, attribute, file: missing[0], count: missing.length }),
      );
    }
    if (changed.length > 0) {
      const message = `${what(changed.length)} ${changed.length > 1 ? "have" : "has"} another size than when logged, ` +
        `${changed[0]} for example: it may be another file.`;
      findings.push(
        finding("warning", "changed_file", message, { run, attribute, file: changed[0], count: changed.length }),
      );
    }
  };
  for (const [path, { type, value }] of singles) {
    if (type === "file" || type === "artifact") note(path, [value as { path: string; size: number | null } | null]);
  }
  for (const [path, { values }] of series) if (values.kind === "file") note(path, values.data);
  return findings;
}

function unresolved(run: string, parent: string, reason: string): Finding {
  if (reason === "cycle") {
    return finding(
      "warning",
      "fork_cycle",
      `Run ${run} is its own ancestor by way of ${parent}: it counts as a root.`,
      { run },
    );
  }
  const message = reason === "missing"
    ? `The parent ${parent} of run ${run} is neither on disk nor in an archive: the run shows its own points only.`
    : `Run ${run} was forked from ${parent} at a step that is not known: it shows its own points only.`;
  return finding("warning", "unresolved_parent", message, { run });
}
