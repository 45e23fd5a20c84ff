/**
 * What list and fetch calls return.
 *
 * @module
 */

import { callStack, isNeptuneError, OptionError, printable, showUserLine } from "../errors.ts";
import { jupyterDisplay, type MediaBundle } from "../display/bundle.ts";

/** So many items are read for a page; its table shows the first of them. */
const SHOWN = 200;
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
  readonly #row: (item: Item) => object;
  /** Awaiting reads later, when the line that made the listing is off the stack. */
  readonly #call = callStack();

  /**
   * Made by this module.
   *
   * @param what What is listed, for people: `runs of team/project`.
   * @param stream Reads the items one by one.
   * @param all Reads all of it.
   * @param row An item as the row of a table, for a notebook.
   */
  constructor(
    what: string,
    stream: () => AsyncIterable<Item>,
    all: () => Promise<All>,
    row: (item: Item) => object,
  ) {
    this.#what = what;
    this.#stream = stream;
    this.#all = all;
    this.#row = row;
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
    return this.#shown(await Array.fromAsync(this.#stream()));
  }

  /** The array, which shows itself in a notebook as the listing does. */
  #shown(items: Item[]): Item[] {
    const value = () => this.#page(items.slice(0, SHOWN), items.length > SHOWN);
    return Object.defineProperty(items, jupyterDisplay, { value, configurable: true, writable: true });
  }

  async #page(items: Item[], more: boolean): Promise<MediaBundle> {
    const { listingPage } = await import("../display/page/listing.ts");
    return listingPage({ what: this.#what, items: items.map((item) => ({ ...this.#row(item) })), more });
  }

  async #everything(): Promise<All> {
    try {
      const all = await this.#all();
      return Array.isArray(all) ? this.#shown(all as Item[]) as All : all;
    } catch (error) {
      if (isNeptuneError(error)) showUserLine(error, this.#call);
      throw error;
    }
  }

  /** What a notebook shows: the first items. */
  async [jupyterDisplay](): Promise<MediaBundle> {
    const items: Item[] = [];
    for await (const item of this.#stream()) {
      items.push(item);
      if (items.length > SHOWN) break;
    }
    return await this.#page(items.slice(0, SHOWN), items.length > SHOWN);
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

// Without `await` the compiler refuses what follows; scripts and notebooks run without one. The loop would only say what a listing is
// not, and the length would be undefined, as if that were the answer.
Object.defineProperty(Listing.prototype, Symbol.iterator, {
  value: () => {
    throw new OptionError(
      "A listing is read as it arrives: write `for await (const one of listing)`, or `for (const one of await listing)`.",
      { option: "await", value: null },
    );
  },
});
for (const member of ["length", "map", "filter", "forEach", "0", "height", "columns"]) {
  Object.defineProperty(Listing.prototype, member, {
    get() {
      const wanted = member === "0" ? "[0]" : `.${member}`;
      throw new OptionError(`A listing is read as it arrives: await it first, as in \`(await listing)${wanted}\`.`, {
        option: "await",
        value: null,
      });
    },
  });
}
