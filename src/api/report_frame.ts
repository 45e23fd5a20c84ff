/**
 * The reports of archives and of unsynced data as frames.
 *
 * @module
 */

import { UnsupportedError } from "../errors.ts";
import { recordsFrame } from "../frame/frame.ts";
import type { Frame } from "../frame/typed.ts";
import { FLAG } from "../options/kinds.ts";
import { declare, optional } from "../options/options.ts";
import { LONG_CALL, type LongCallOptions } from "../progress/show.ts";
import type { CallOptions, Finding, Source } from "../source.ts";

/** Options of {@linkcode ReadOnlyProject.archiveReport}. */
export interface ArchiveReportOptions extends LongCallOptions {
  /**
   * Also decode every value of every file, and compare every stored file with the hash that was written with it: what cannot be
   * read or has changed is found whatever it is, and takes as long as reading the whole archive. Default: false.
   */
  thorough?: boolean;
}

/** The options of `archiveReport`. */
export const ARCHIVE_REPORT = declare<ArchiveReportOptions>()({ ...LONG_CALL, thorough: optional(FLAG, false) });

/** One row for each finding. Throws `UnsupportedError` for what is no archive. */
export async function reportFrame(
  source: Source,
  { thorough, ...call }: CallOptions & { thorough: boolean },
): Promise<Frame> {
  if (!source.report) {
    throw new UnsupportedError(`${source.label} is not an archive, and only archives have a report of their health.`, {
      source: source.label,
      feature: "report",
    });
  }
  return findingsFrame(await source.report({ ...call, thorough, hashes: thorough ? "all" : "data" }));
}

/** What lies on disk that never reached a server. Throws `UnsupportedError` for what reads no such data. */
export async function unsyncedFrame(source: Source, call: CallOptions): Promise<Frame> {
  if (!source.unsyncedReport) {
    throw new UnsupportedError(
      `${source.label} holds no unsynced data: pass \`offline\`, a folder .neptune of a Neptune client.`,
      { source: source.label, feature: "offlineReport" },
    );
  }
  return findingsFrame(await source.unsyncedReport(call));
}

function findingsFrame(findings: Finding[]): Frame {
  return recordsFrame({
    severity: findings.map((one) => one.severity),
    kind: findings.map((one) => one.kind),
    run: findings.map((one) => one.run),
    attribute: findings.map((one) => one.attribute),
    file: findings.map((one) => one.file),
    count: findings.map((one) => one.count),
    message: findings.map((one) => one.message),
  }, ["count"]);
}
