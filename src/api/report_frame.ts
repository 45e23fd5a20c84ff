/**
 * The report of an archive as a frame.
 *
 * @module
 */

import { UnsupportedError } from "../errors.ts";
import { recordsFrame } from "../frame/frame.ts";
import type { Frame } from "../frame/typed.ts";
import type { CallOptions, Source } from "../source.ts";

/** One row for each finding. Throws `UnsupportedError` for what is no archive. */
export async function reportFrame(source: Source, call: CallOptions): Promise<Frame> {
  if (!source.report) {
    throw new UnsupportedError(`${source.label} is no archive, and only archives have a report of their health.`, {
      source: source.label,
      feature: "report",
    });
  }
  const findings = await source.report(call);
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
