/**
 * Listings of large folders: several pages at once, though each page only says where the next one begins.
 *
 * Names in a folder mostly begin alike and go on with a digit or a letter. So the keys that are still unknown are split at these signs,
 * and each part is listed by itself. Whoever comes to the end of one takes half of what another has still to do.
 *
 * @module
 */

import type { ListPage } from "./answers.ts";

/** Gives a page: keys behind `after`. */
export type AskPage = (after: string, signal?: AbortSignal) => Promise<ListPage>;

/** So many pages are asked for at once. */
const AT_ONCE = 16;
/** Where unknown keys are split at first: what names go on with behind what they have in common. */
const SIGNS = "123456789AIQ_aiq";
/** Pages that one lists alone before others help: small folders cost no request more. */
const ALONE = 2;

/** Keys behind `after`, up to and with `upTo`; null: to the end. */
interface Stretch {
  after: string;
  upTo: string | null;
  isDone: boolean;
}

/** Every page of a folder, in any order, each object in exactly one. */
export async function allPages(prefix: string, ask: AskPage, signal?: AbortSignal): Promise<ListPage[]> {
  const pages: ListPage[] = [];
  const take = async (stretch: Stretch, inner?: AbortSignal): Promise<boolean> => {
    const page = await ask(stretch.after, inner);
    const last = [page.objects.at(-1)?.key, page.prefixes.at(-1)].filter((key) => key !== undefined).sort(byBytes).at(
      -1,
    );
    // Behind a folder that is told as one name, its keys are passed over.
    const reached = last?.endsWith("/") ? last + LAST : last;
    pages.push(cut(page, stretch.upTo));
    stretch.isDone = !page.isCut || reached === undefined ||
      (stretch.upTo !== null && byBytes(reached, stretch.upTo) >= 0);
    if (!stretch.isDone) stretch.after = reached!;
    return !stretch.isDone;
  };
  const whole: Stretch = { after: prefix, upTo: null, isDone: false };
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
  };
  const start = (stretch: Stretch) => {
    const job: Promise<void> = work(stretch).finally(() => running.delete(job));
    running.add(job);
  };
  const split = (stretch: Stretch, middle: string | null): Stretch | null => {
    if (stretch.isDone || middle === null) return null;
    const rest = { after: middle, upTo: stretch.upTo, isDone: false };
    stretch.upTo = middle;
    start(rest);
    return rest;
  };
  /** Others take half of what is left, as long as there is something between its ends. */
  const help = () => {
    for (const stretch of [...open]) {
      if (open.size >= AT_ONCE) return;
      split(stretch, between(stretch.after, stretch.upTo, prefix));
    }
  };
  start(whole);
  let last = whole;
  const begin = commonStart(pages.flatMap(({ objects }) => objects.map(({ key }) => key)));
  for (const sign of SIGNS) {
    const middle = begin + sign;
    if (begin.startsWith(prefix) && byBytes(last.after, middle) < 0) last = split(last, middle) ?? last;
  }
  while (running.size > 0) await Promise.race(running);
  signal?.throwIfAborted();
  if (failed !== null) throw (failed as { error: unknown }).error;
  return pages;
}

/** What all keys, which are sorted, begin with. */
function commonStart(keys: readonly string[]): string {
  const first = keys[0] ?? "", last = keys.at(-1) ?? "";
  let length = 0;
  while (length < first.length && first[length] === last[length]) length++;
  const start = first.slice(0, length);
  // Not in the middle of a sign.
  return start.isWellFormed() ? start : start.slice(0, -1);
}

/** Sorts behind all signs that keys have. */
const LAST = "\u{10ffff}";
/** Between these signs lie those of most keys. */
const LOW = 0x20, HIGH = 0x7e;

/** A key in the middle of two, as far as can be told; null where they are too close to each other. */
export function between(after: string, upTo: string | null, prefix: string): string | null {
  const low = after.slice(prefix.length);
  let high = upTo === null ? null : upTo.slice(prefix.length);
  let begin = prefix;
  for (let at = 0; at <= low.length; at++) {
    const from = signAt(low, at, LOW), to = signAt(high, at, HIGH + 1);
    const middle = (from + to) >> 1;
    if (middle > from) {
      const key = begin + String.fromCharCode(middle);
      // Signs of other scripts were taken for the last of these.
      return byBytes(after, key) < 0 && (upTo === null || byBytes(key, upTo) < 0) ? key : null;
    }
    // Neighbours: what begins like the lower one may be followed by any sign.
    if (to > from) high = null;
    begin += String.fromCharCode(from);
  }
  return null;
}

function signAt(key: string | null, at: number, otherwise: number): number {
  if (key === null || at >= key.length) return otherwise;
  return Math.min(Math.max(key.charCodeAt(at), LOW), HIGH);
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
