/**
 * Listings of large folders: several pages at once, though each page only says where the next one begins.
 *
 * Names in a folder mostly begin alike and go on with a digit or a letter. So the keys that are still unknown are split at the signs
 * that follow, and each part is listed by itself. Whoever comes to the end of one takes half of what another has still to do. Every
 * part may end with a page that goes on behind it, in vain: so only long ones are split, and where names have signs.
 *
 * @module
 */

import type { ListPage } from "./answers.ts";

/** Gives a page: keys behind `after`. */
export type AskPage = (after: string, signal?: AbortSignal) => Promise<ListPage>;

/** So many pages are asked for at once. */
const AT_ONCE = 16;
/** Pages that one lists alone before others help: small folders cost no request more. Who has had as many since is helped again. */
const ALONE = 2;

/** Keys behind `after`, up to and with `upTo`; null: to the end. */
interface Stretch {
  after: string;
  upTo: string | null;
  isDone: boolean;
  /** Pages of it since it was split. */
  pages: number;
}

/** Every page of a folder, in any order, each object in exactly one. */
export async function allPages(prefix: string, ask: AskPage, signal?: AbortSignal): Promise<ListPage[]> {
  const pages: ListPage[] = [];
  const signs = new Signs(prefix);
  const take = async (stretch: Stretch, inner?: AbortSignal): Promise<boolean> => {
    const page = await ask(stretch.after, inner);
    const last = [page.objects.at(-1)?.key, page.prefixes.at(-1)].filter((key) => key !== undefined).sort(byBytes).at(
      -1,
    );
    // Behind a folder that is told as one name, its keys are passed over.
    const reached = last?.endsWith("/") ? last + LAST : last;
    signs.add(page);
    pages.push(cut(page, stretch.upTo));
    stretch.pages++;
    stretch.isDone = !page.isCut || reached === undefined ||
      (stretch.upTo !== null && byBytes(reached, stretch.upTo) >= 0);
    if (!stretch.isDone) stretch.after = reached!;
    return !stretch.isDone;
  };
  const whole: Stretch = { after: prefix, upTo: null, isDone: false, pages: 0 };
  for (let count = 0; count < ALONE; count++) if (!await take(whole, signal)) return pages;

  const abort = new AbortController();
  const inner = signal ? AbortSignal.any([signal, abort.signal]) : abort.signal;
  const open = new Set<Stretch>();
  const running = new Set<Promise<void>>();
  let failed: { error: unknown } | null = null;
  const work = async (stretch: Stretch) => {
    open.add(stretch);
    try {
      while (failed === null && await take(stretch, inner)) help();
    } catch (error) {
      failed ??= { error };
      abort.abort(error);
    } finally {
      open.delete(stretch);
    }
    if (failed === null) help();
  };
  const start = (stretch: Stretch) => {
    const job: Promise<void> = work(stretch).finally(() => running.delete(job));
    running.add(job);
  };
  const split = (stretch: Stretch, middle: string): Stretch => {
    const rest = { after: middle, upTo: stretch.upTo, isDone: false, pages: 0 };
    stretch.upTo = middle;
    stretch.pages = 0;
    start(rest);
    return rest;
  };
  /** Others take half of what is left, where that is much and there is something between its ends. */
  const help = () => {
    for (
      const stretch of [...open].filter(({ isDone, pages }) => !isDone && pages >= ALONE).sort((a, b) =>
        b.pages - a.pages
      )
    ) {
      if (open.size >= AT_ONCE) return;
      const middle = signs.between(stretch.after, stretch.upTo);
      if (middle !== null) split(stretch, middle);
    }
  };
  start(whole);
  let last = whole;
  for (const middle of signs.behind(whole.after).slice(0, AT_ONCE - 1)) last = split(last, middle);
  while (running.size > 0) await Promise.race(running);
  signal?.throwIfAborted();
  if (failed !== null) throw (failed as { error: unknown }).error;
  return pages;
}

/** Sorts behind all signs that keys have. */
const LAST = "\u{10ffff}";
/** So many signs of a key are looked at, of about so many keys of a page. */
const LOOKED_AT = 32, KEYS_OF_PAGE = 50;
/** From here on, two signs of UTF-16 may be one. */
const PAIRED = 0xd800;
/** Signs that follow each other in names, by the first and the last. */
const RANGES = ["09", "AZ", "az"].map((ends) => [ends.charCodeAt(0), ends.charCodeAt(1)]);

/** What keys look like: the signs at each of their places behind the prefix. */
export class Signs {
  readonly #start: number;
  readonly #at: Set<number>[] = [];
  /** What all keys so far begin with. */
  #common: string | null = null;

  constructor(prefix: string) {
    this.#start = prefix.length;
  }

  /** Looks at some keys of a page. */
  add({ objects, prefixes }: Pick<ListPage, "prefixes"> & { objects: readonly { key: string }[] }): void {
    const keys = [...objects.map(({ key }) => key), ...prefixes];
    const every = Math.ceil(keys.length / KEYS_OF_PAGE);
    for (const key of keys.filter((_, i) => i % every === 0 || i === keys.length - 1)) {
      this.#common = this.#common === null ? key : commonStart(this.#common, key);
      for (let at = this.#start; at < Math.min(key.length, this.#start + LOOKED_AT); at++) {
        (this.#at[at] ??= new Set()).add(key.charCodeAt(at));
      }
    }
  }

  /** Where keys behind this one may go on: the digits or letters that follow where keys begin to differ, each as a key. */
  behind(after: string): string[] {
    const begin = this.#common ?? "", sign = after.charCodeAt(begin.length);
    const [, last] = RANGES.find(([first, last]) => first <= sign && sign <= last) ?? [];
    // Not all keys of a page are looked at: this one may begin otherwise.
    if (begin.length < this.#start || last === undefined || !after.startsWith(begin)) return [];
    return Array.from({ length: last - sign }, (_, i) => begin + String.fromCharCode(sign + 1 + i));
  }

  /** A key in the middle of two, where keys have a sign there; null where none is known. */
  between(after: string, upTo: string | null): string | null {
    for (let at = this.#start; at <= after.length; at++) {
      const begin = after.slice(0, at);
      const low = at < after.length ? after.charCodeAt(at) : -1;
      const high = upTo !== null && at < upTo.length && upTo.startsWith(begin) ? upTo.charCodeAt(at) : PAIRED;
      if (low >= PAIRED) return null;
      const known = [...this.#at[at] ?? []].filter((sign) => low < sign && sign < Math.min(high, PAIRED));
      // Keys behind all that were seen are looked for, too.
      if (known.length === 0 && upTo === null && begin === this.#common) known.push((low + HIGH) >> 1);
      if (known.length === 0) continue;
      const key = begin + String.fromCharCode(known.sort((a, b) => a - b)[known.length >> 1]);
      return byBytes(after, key) < 0 && (upTo === null || byBytes(key, upTo) < 0) ? key : null;
    }
    return null;
  }
}

/** Most signs of keys come before this one. */
const HIGH = 0x7f;

function commonStart(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  const start = one.slice(0, length);
  // Not in the middle of a sign.
  return start.isWellFormed() ? start : start.slice(0, -1);
}

/** Keys are sorted as their bytes are. */
function byBytes(a: string, b: string): number {
  if (a === b) return 0;
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [one, other] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (one === other) continue;
    // Pairs of surrogates stand for signs behind all others.
    const [first, second] = [one, other].map((code) => code >= 0xd800 && code <= 0xdfff ? code + 0x10000 : code);
    return first - second;
  }
  return a.length - b.length;
}

function cut(page: ListPage, upTo: string | null): ListPage {
  if (upTo === null) return page;
  const isIn = (key: string) => byBytes(key, upTo) <= 0;
  return { ...page, objects: page.objects.filter(({ key }) => isIn(key)), prefixes: page.prefixes.filter(isIn) };
}
