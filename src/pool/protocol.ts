/**
 * What the main thread and a Web Worker tell each other. One worker does one job at a time.
 *
 * @module
 */

import type { SeriesBlock } from "../columns.ts";
import type { PlainError } from "../errors.ts";

/** What pools of one kind do: all of it is plain data. */
export interface WorkKind {
  /** What all jobs of a pool have in common. */
  settings: unknown;
  /** One piece of work. */
  job: unknown;
  /** What it gives, one after the other. */
  result: unknown;
  /** What it tells besides. `points`: so many more have come. */
  news: { points: number } | object;
}

/**
 * Does a job, somewhere: gives results as they are there. What has come when it breaks off is given before the error is thrown.
 */
export type RunJob<K extends WorkKind> = (
  job: K["job"],
  signal: AbortSignal,
  tell: (news: K["news"]) => void,
) => AsyncGenerator<K["result"], void>;

/** From the main thread. */
export type ToWorker<K extends WorkKind> =
  | { type: "run"; job: K["job"]; settings: K["settings"] }
  /** One result was taken. */
  | { type: "taken" }
  /** Ends the job that runs. */
  | { type: "abort" };

/** From a worker. */
export type FromWorker<K extends WorkKind> =
  /** The worker has started. */
  | { type: "ready" }
  /** Sent all the time while a job runs, so that a worker that hangs is found out. */
  | { type: "alive" }
  | { type: "news"; news: K["news"] }
  | { type: "result"; result: K["result"] }
  /** The job is done. */
  | { type: "end" }
  | { type: "error"; error: PlainError };

/** The memory of a block, to be handed over instead of copied. */
export function buffersOf({ step, timestamp, values, preview }: SeriesBlock): ArrayBuffer[] {
  const columns = [step, timestamp, ...values.kind === "float" ? [values.data] : []];
  const all = preview ? [...columns, preview.isPreview, preview.completion] : columns;
  return all.map((column) => column.buffer as ArrayBuffer);
}
