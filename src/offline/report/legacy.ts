/**
 * Findings about folders of Neptune 2.x.
 *
 * @module
 */

import { finding } from "../../archive/report/finding.ts";
import type { Finding } from "../../source.ts";
import type { LegacyFolder } from "../legacy/folder.ts";
import { readLog } from "../legacy/log.ts";

/** How many operations a folder holds, and how many of them the server has. */
export function legacyFindings(run: string, { path, name, mode, client, logs, acknowledged }: LegacyFolder): Finding[] {
  let count = 0, confirmed = 0;
  for (const log of logs) {
    try {
      for (const { version } of readLog(Deno.readFileSync(`${path}/${log}`), { cutOff: 0, broken: 0, reason: null })) {
        count++;
        if (version <= acknowledged) confirmed++;
      }
    } catch {
      // That it cannot be read is said where its operations are.
    }
  }
  const by = client === null ? "" : ` of neptune ${client}`;
  const server = mode === "offline"
    ? "none was sent"
    : confirmed === count
    ? "the server has all of them"
    : `the server has ${confirmed} of them`;
  const message = `The folder ${name}${by} of run ${run} holds ${count} operation${count === 1 ? "" : "s"}; ${server}.`;
  return [finding("info", "operation_log", message, { run, file: name, count })];
}
