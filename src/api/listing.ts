/**
 * What list and fetch calls return.
 *
 * @module
 */

import { callStack, isNeptuneError, OptionError, printable, showUserLine } from "../errors.ts";
import { jupyterDisplay, type MediaBundle } from "../display/bundle.ts";
import { listingPage } from "../display/page/listing.ts";

const SHOWN = 20;
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
  readonly #rows: () => AsyncIterable<object>;
  /** Awaiting reads later, when the line that made the listing is off the stack. */
  readonly #call = callStack();

  /**
   * Made by this module.
   *
   * @param what What is listed, for people: `runs of team/project`.
   * @param stream Reads the items one by one.
   * @param all Reads all of it.
   * @param rows Reads the items one by one as rows of a table, for a notebook.
   */
  constructor(
    what: string,
    stream: () => AsyncIterable<Item>,
    all: () => Promise<All>,
    rows: () => AsyncIterable<object>,
  ) {
    this.#what = what;
    this.#stream = stream;
    this.#all = all;
    this.#rows = rows;
  }

  /** Reads all of it. */
  then<A = All, B = never>(
    fulfilled?: ((all: All) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#everything().then(fulfilled, rejected);
  }

  /** Reads the items one by one. */
  [Symbol.asyncIterator](): AsyncIterator<Item> {
    return this.#stream()[Symbol.asyncIterator]();
  }

  /** Reads all of it, and handles failure. */
  catch<B = never>(rejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<All | B> {
    return this.#everything().catch(rejected);
  }

  /** Reads all of it, and then does something whatever happened. */
  finally(settled?: (() => void) | null): Promise<All> {
    return this.#everything().finally(settled);
  }

  /** The items as an array. */
  async toArray(): Promise<Item[]> {
    return await Array.fromAsync(this.#stream());
  }

  async #everything(): Promise<All> {
    try {
      return await this.#all();
    } catch (error) {
      if (isNeptuneError(error)) showUserLine(error, this.#call);
      throw error;
    }
  }

  /** What a notebook shows: the first items. */
  async [jupyterDisplay](): Promise<MediaBundle> {
    const items: Record<string, unknown>[] = [];
    for await (const row of this.#rows()) {
      items.push({ ...row });
      if (items.length > SHOWN) break;
    }
    return listingPage({ what: this.#what, items: items.slice(0, SHOWN), more: items.length > SHOWN });
  }

  /** What is listed. */
  toString(): string {
    return printable(`Listing of ${this.#what}`);
  }

  /** What `console.log` shows. */
  [inspect](): string {
    return `${this.toString()}\n  await it for all at once, or loop over it with for await`;
  }
}

// Python loops without `await`. The compiler refuses that here; a notebook has no compiler, and would only say what it is not.
Object.defineProperty(Listing.prototype, Symbol.iterator, {
  value: () => {
    throw new OptionError(
      "A listing is read as it arrives: write `for await (const one of listing)`, or `for (const one of await listing)`.",
      { option: "await", value: null },
    );
  },
});
