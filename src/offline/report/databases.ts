/**
 * Findings about databases of neptune-scale.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { finding } from "../../archive/report/finding.ts";
import type { Finding } from "../../source.ts";
import { KNOWN_VERSIONS, type ScaleDatabase, tableNames } from "../scale/container.ts";
import { withDatabase } from "../scale/database.ts";

/** How many operations a database holds, and what the server said of others. */
export async function databaseFindings(database: ScaleDatabase): Promise<Finding[]> {
  const { name, version, runId } = database;
  const findings: Finding[] = [];
  if (!KNOWN_VERSIONS.includes(version)) {
    const message =
      `The database ${name} is of version ${version}, which is not known: it is read like one of version v5.`;
    findings.push(finding("warning", "unknown_version", message, { run: runId, file: name }));
  }
  try {
    findings.push(...await withDatabase(database.path, (open) => look(open, database)));
  } catch {
    // That it is damaged is said where its operations are read.
  }
  return findings;
}

function look(open: DatabaseSync, { name, version, runId, project }: ScaleDatabase): Finding[] {
  const tables = tableNames(open);
  const one = (sql: string) => Object.values(open.prepare(sql).get() ?? {})[0] as number | null;
  const count = one("SELECT count(*) FROM run_operations") ?? 0;
  const first = one("SELECT min(sequence_id) FROM run_operations");
  const queued = one("SELECT seq FROM sqlite_sequence WHERE name = 'run_operations'") ?? count;
  const acknowledged = first === null ? queued : first - 1;
  const sent = tables.has("run_operation_submission") ? one("SELECT count(*) FROM run_operation_submission") ?? 0 : 0;
  const findings = [finding(
    "info",
    "database",
    `The database ${name} (${version}) of run ${runId} in ${project} holds ${count} operation${
      count === 1 ? "" : "s"
    }; ${acknowledged} before them ` +
      `were acknowledged by the server${sent > 0 ? `, ${sent} were sent without an answer` : ""}.`,
    { run: runId, file: name, count },
  )];
  if (!tables.has("operation_errors")) return findings;
  // The error itself is a pickle of Python, which is never loaded: type and text say enough.
  const errors = open.prepare(
    "SELECT error_type AS type, error_details AS details, count(*) AS count FROM operation_errors GROUP BY error_type, error_details",
  ).all() as { type: string | null; details: string | null; count: number }[];
  for (const { type, details, count } of errors) {
    const said = (details ?? "").replaceAll(/\s+/g, " ").trim().slice(0, 200);
    const message = `The server refused ${count} operations of run ${runId} (${type ?? "no type"}${
      said ? `: ${said}` : ""
    }).`;
    findings.push(finding("warning", "refused_operation", message, { run: runId, file: name, count }));
  }
  return findings;
}
