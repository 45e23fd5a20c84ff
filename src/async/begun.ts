/**
 * Streams of which something was read before they are passed on.
 *
 * @module
 */

/** Pieces of which the first has come already. Whoever leaves them ends the others. */
export async function* begun<T>(
  first: IteratorResult<T, void>,
  rest: AsyncGenerator<T, void>,
): AsyncGenerator<T, void> {
  try {
    if (first.done) return;
    yield first.value;
    yield* rest;
  } finally {
    await rest.return();
  }
}

/**
 * A stream of pieces.
 *
 * @param end Ends what they are made of: it is called when the stream is cancelled, as pieces that nobody began to read cannot do it.
 */
export function streamOf(
  pieces: AsyncGenerator<Uint8Array>,
  end: () => Promise<unknown>,
): ReadableStream<Uint8Array> {
  return ReadableStream.from<Uint8Array>({
    [Symbol.asyncIterator]: () => ({
      next: () => pieces.next(),
      return: async () => {
        await pieces.return(undefined);
        await end();
        return { done: true, value: undefined };
      },
    }),
  });
}
