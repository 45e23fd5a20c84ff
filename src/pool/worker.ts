/**
 * The Web Worker: sends requests, decodes the answers, and hands the columns over.
 *
 * @module
 */

import { toPlainError } from "../errors.ts";
import { Transport } from "../transport/transport.ts";
import { runJob } from "./job.ts";
import { buffersOf, type FromWorker, type ToWorker } from "./protocol.ts";

const ALIVE_EVERY = 1000;

/** What is global in a worker. */
const scope = globalThis as unknown as {
  postMessage(message: FromWorker, transfer: ArrayBuffer[]): void;
  onmessage: (event: MessageEvent<ToWorker>) => void;
};
let transport: Transport | null = null;
let abort: AbortController | null = null;

function post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  scope.postMessage(message, transfer);
}

async function run(message: Extract<ToWorker, { type: "run" }>): Promise<void> {
  // One pool has one transport, so that its connections are kept from job to job.
  transport ??= new Transport(message.transport, { onRetry: (retry) => post({ type: "retry", retry }) });
  abort = new AbortController();
  const alive = setInterval(() => post({ type: "alive" }), ALIVE_EVERY);
  try {
    const blocks = runJob(transport, message.job, abort.signal, (by) => post({ type: "points", by }));
    for await (const block of blocks) post({ type: "block", block }, buffersOf(block));
    post({ type: "end" });
  } catch (error) {
    post({ type: "error", error: toPlainError(error) });
  } finally {
    clearInterval(alive);
    abort = null;
  }
}

scope.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "run") run(data);
  else abort?.abort();
};

post({ type: "ready" });
