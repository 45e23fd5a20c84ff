/**
 * The logs of a run of Neptune 2.x, replayed.
 *
 * @module
 */

import { finding } from "../../archive/report/finding.ts";
import type { DiskContent } from "../content.ts";
import { Replay } from "../rules/attributes.ts";
import { whyUnreadable } from "../scale/container.ts";
import type { LegacyFolder } from "./folder.ts";
import { type LogDamage, type LogEntry, readLog } from "./log.ts";
import { type ImplicitSteps, LegacyReplay } from "./replay.ts";

/** An operation with the log that holds it. */
interface Placed {
  entry: LogEntry;
  folder: LegacyFolder;
  log: string;
  /** When it was queued, or when its folder was made. */
  time: number;
}

/**
 * What the folders of one run hold.
 *
 * @param start The first step of series that count on, where it is known; null: 0.
 */
export async function readLegacyRun(
  run: string,
  folders: readonly LegacyFolder[],
  start: ((path: string) => number) | null,
): Promise<DiskContent> {
  const replay = new Replay(run, { forkStep: -Infinity, timesAscend: false });
  const guessed = start === null && folders.some(({ mode }) => mode === "async");
  const steps: ImplicitSteps = { from: start ?? (() => 0), guessed };
  const target = new LegacyReplay(run, replay, steps);
  for (const { entry, folder, log } of inOrder(folders.map((folder) => operations(run, folder, replay)))) {
    replay.began ??= entry.at === entry.at ? entry.at : null;
    target.apply(entry, folder, log);
  }
  await target.finish();
  return replay.finish();
}

/** The operations of several folders by time; those of one folder stay in their order. */
function* inOrder(all: Generator<Placed>[]): Generator<Placed> {
  const waiting = all.map((from) => ({ from, next: from.next() })).filter(({ next }) => !next.done);
  while (waiting.length > 0) {
    let first = 0;
    for (let i = 1; i < waiting.length; i++) {
      if (waiting[i].next.value.time < waiting[first].next.value.time) first = i;
    }
    const one = waiting[first];
    yield one.next.value;
    one.next = one.from.next();
    if (one.next.done) waiting.splice(first, 1);
  }
}

function* operations(run: string, folder: LegacyFolder, replay: Replay): Generator<Placed> {
  if (folder.damage !== null) replay.damage ??= { file: folder.name, reason: folder.damage };
  let expected: number | null = null, missing = 0, time = folder.created ?? -Infinity;
  for (const log of folder.logs) {
    const file = `${folder.name}/${log}`;
    const damage: LogDamage = { cutOff: 0, broken: 0, reason: null };
    let bytes: Uint8Array;
    try {
      bytes = Deno.readFileSync(`${folder.path}/${log}`);
    } catch (error) {
      replay.damage ??= { file, reason: whyUnreadable(error) };
      continue;
    }
    for (const entry of readLog(bytes, damage)) {
      if (expected !== null && entry.version > expected) missing += entry.version - expected;
      // What is there twice counts once.
      if (expected !== null && entry.version < expected) continue;
      expected = entry.version + 1;
      if (entry.at === entry.at) time = Math.max(time, entry.at);
      yield { entry, folder, log, time };
    }
    if (damage.broken > 0) {
      const message = `${damage.broken} places of ${file} are not operations: ${damage.reason}.`;
      replay.damage ??= { file, reason: damage.reason! };
      replay.findings.push(finding("error", "damaged_operation", message, { run, file, count: damage.broken }));
    }
    if (damage.cutOff > 0) {
      const message =
        `${file} ends in the middle of an operation, whose ${damage.cutOff} bytes are left out: the program ` +
        `ended while it wrote.`;
      replay.findings.push(finding("warning", "cut_off", message, { run, file }));
    }
  }
  if (missing > 0) {
    const message = `Of the operations of ${folder.name}, ${missing} are missing between others.`;
    replay.findings.push(finding("warning", "missing_operations", message, { run, file: folder.name, count: missing }));
  }
}
