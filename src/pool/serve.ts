/**
 * The side of a Web Worker: does the jobs that come, one at a time, and hands over what they give.
 *
 * @module
 */

import { pauseEvery } from "../async/pause.ts";
import { toPlainError } from "../errors.ts";
import type { FromWorker, ToWorker, WorkKind } from "./protocol.ts";

const ALIVE_EVERY = 1000;
/** After so many milliseconds of work it is seen whether the job was aborted: nobody else waits for a turn. */
const TURN = 100;
/** So many results may wait to be taken: a worker runs no further ahead. */
const AHEAD = 2;

/**
 * Does jobs from now on.
 *
 * @param run Does one.
 * @param buffersOf The memory of a result, to be handed over instead of copied.
 */
export function serveJobs<K extends WorkKind>(
  run: (
    job: K["job"],
    settings: K["settings"],
    signal: AbortSignal,
    tell: (news: K["news"]) => void,
  ) => AsyncIterable<K["result"]>,
  buffersOf: (result: K["result"]) => ArrayBuffer[],
): void {
  pauseEvery(TURN);
  /** What is global in a worker. */
  const scope = globalThis as unknown as {
    postMessage(message: FromWorker<K>, transfer: ArrayBuffer[]): void;
    onmessage: (event: MessageEvent<ToWorker<K>>) => void;
  };
  let abort: AbortController | null = null;
  let ahead = 0;
  let goOn = () => {};
  const post = (message: FromWorker<K>, transfer: ArrayBuffer[] = []) => scope.postMessage(message, transfer);
  const work = async ({ job, settings }: Extract<ToWorker<K>, { type: "run" }>) => {
    const { signal } = abort = new AbortController();
    ahead = 0;
    const alive = setInterval(() => post({ type: "alive" }), ALIVE_EVERY);
    try {
      for await (const result of run(job, settings, signal, (news) => post({ type: "news", news }))) {
        post({ type: "result", result }, buffersOf(result));
        if (++ahead >= AHEAD && !signal.aborted) await new Promise<void>((resolve) => goOn = resolve);
        signal.throwIfAborted();
      }
      post({ type: "end" });
    } catch (error) {
      post({ type: "error", error: toPlainError(error) });
    } finally {
      clearInterval(alive);
      abort = null;
    }
  };
  scope.onmessage = ({ data }: MessageEvent<ToWorker<K>>) => {
    if (data.type === "run") work(data);
    else if (data.type === "taken") ahead--;
    else abort?.abort();
    goOn();
  };
  post({ type: "ready" });
}
