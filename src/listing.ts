/**
 * What list and fetch calls return.
 *
 * @module
 */

const inspect = Symbol.for("Deno.customInspect");

/**
 * Things still to be read: `await` it for all of them at once, or loop over it with `for await` to get them one by one as
 * they arrive. Nothing is read before either, and each `await` or loop reads anew.
 *
 * @example
 * ```ts
 * const frame = await project.fetchRuns();
 * for await (const run of project.fetchRuns()) console.log(run);
 * ```
 */
export class Listing<Item, All> implements AsyncIterable<Item>, PromiseLike<All> {
  readonly #what: string;
  readonly #stream: () => AsyncIterable<Item>;
  readonly #all: () => Promise<All>;

  /**
   * @param what What is listed, for people: `runs of team/project`.
   * @param stream Reads the items one by one.
   * @param all Reads all of it.
   */
  constructor(what: string, stream: () => AsyncIterable<Item>, all: () => Promise<All>) {
    this.#what = what;
    this.#stream = stream;
    this.#all = all;
  }

  /** Reads all of it. */
  then<A = All, B = never>(
    fulfilled?: ((all: All) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#all().then(fulfilled, rejected);
  }

  /** Reads the items one by one. */
  [Symbol.asyncIterator](): AsyncIterator<Item> {
    return this.#stream()[Symbol.asyncIterator]();
  }

  /** The items as an array. */
  async toArray(): Promise<Item[]> {
    return await Array.fromAsync(this.#stream());
  }

  /** What `console.log` shows. */
  [inspect](): string {
    return `Listing of ${this.#what}\n  await it for all at once, or loop over it with for await`;
  }
}
