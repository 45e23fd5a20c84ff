/**
 * What the main thread and a Web Worker tell each other. One worker does one job at a time.
 *
 * @module
 */

import type { SeriesBlock } from "../columns.ts";
import type { PlainError } from "../errors.ts";
import type { Retry, TransportOptions } from "../transport/transport.ts";
import type { FloatSeriesJob } from "./job.ts";

/** From the main thread. */
export type ToWorker =
  | { type: "run"; job: FloatSeriesJob; transport: TransportOptions }
  /** Ends the job that runs. */
  | { type: "abort" };

/** From a worker. */
export type FromWorker =
  /** The worker has started. */
  | { type: "ready" }
  /** Sent all the time while a job runs, so that a worker that hangs is found out. */
  | { type: "alive" }
  /** So many more points have come. */
  | { type: "points"; by: number }
  | { type: "block"; block: SeriesBlock }
  | { type: "retry"; retry: Retry }
  /** The job is done. */
  | { type: "end" }
  | { type: "error"; error: PlainError };

/** The memory of a block, to be handed over instead of copied. */
export function buffersOf({ step, timestamp, values, preview }: SeriesBlock): ArrayBuffer[] {
  const columns = [step, timestamp, ...values.kind === "float" ? [values.data] : []];
  const all = preview ? [...columns, preview.isPreview, preview.completion] : columns;
  return all.map((column) => column.buffer as ArrayBuffer);
}
