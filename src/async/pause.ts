/**
 * Long work on the main thread lets others have their turn.
 *
 * @module
 */

/** Milliseconds of work in one go: a turn of others takes two or three, in which nothing is done where nobody has any. */
let turn = 30;

/** When others last had their turn. Of all work together: many short calls in a row would else be one long one. */
let turned = 0;

/** From here on others have their turn after so many milliseconds of work. */
export function pauseEvery(milliseconds: number): void {
  turn = milliseconds;
}

/** Gives a function that lets others have their turn when it is time, and tells whether it did. Throws when the signal aborts. */
export function pauseNowAndThen(signal?: AbortSignal): () => Promise<boolean> {
  return async () => {
    signal?.throwIfAborted();
    if (performance.now() - turned < turn) return false;
    // A timer waits a little. `setImmediate` does not, and Deno looks at the network once in some sixty of those.
    await new Promise<void>((resolve) => setTimeout(resolve));
    turned = performance.now();
    signal?.throwIfAborted();
    return true;
  };
}
