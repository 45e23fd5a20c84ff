/**
 * Long work on the main thread lets others have their turn.
 *
 * @module
 */

/** Milliseconds of work in one go. */
const TURN = 15;

/** Gives a function that lets others have their turn when it is time, and tells whether it did. Throws when the signal aborts. */
export function pauseNowAndThen(signal?: AbortSignal): () => Promise<boolean> {
  let start = performance.now();
  return async () => {
    signal?.throwIfAborted();
    if (performance.now() - start < TURN) return false;
    await new Promise<void>((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
    start = performance.now();
    return true;
  };
}
