/// <reference lib="dom" />

/**
 * What is shown is in the address: `/charts?s=DIG-1.4&m=train`. Each thing has a short key; what is as usual is left out. Going back and
 * forth in the browser goes back and forth in the page.
 *
 * @module
 */

import { computed, type ReadonlySignal, signal } from "@preact/signals";

const current = signal(new URL(globalThis.location.href));

globalThis.addEventListener("popstate", () => current.value = new URL(globalThis.location.href));

/** How a value is written in the address. */
export interface Codec<T> {
  /** null: the address does not have it. */
  read(text: string | null): T;
  /** null: it is as usual, and left out. */
  write(value: T): string | null;
}

/** A part of what is shown. Reading `value` in a component has it drawn again when it changes. */
export interface Param<T> extends ReadonlySignal<T> {
  /** Changes it: a step to which one can go back. */
  set(value: T): void;
  /** Changes it without a step of its own, for what changes all the time: typing, dragging. */
  replace(value: T): void;
}

/** A part of what is shown, under a key of the address that no other part has. */
export function param<T>(key: string, codec: Codec<T>): Param<T> {
  const text = computed(() => current.value.searchParams.get(key));
  const value = computed(() => codec.read(text.value));
  const change = (next: T, replace: boolean) => go({ [key]: codec.write(next) }, { replace });
  return Object.assign(value, {
    set: (next: T) => change(next, false),
    replace: (next: T) => change(next, true),
  });
}

/** The section that is shown: `/`, `/charts`. */
export const sectionPath: ReadonlySignal<string> = computed(() => current.value.pathname);

/** Goes to a section, or changes several parts in one step. Keys that are null are taken out. */
export function go(
  params: Record<string, string | null>,
  { path = current.value.pathname, replace = false }: { path?: string; replace?: boolean } = {},
): void {
  const url = addressWith(params, path);
  if (url === current.value.pathname + current.value.search) return;
  if (replace) history.replaceState(null, "", url);
  else history.pushState(null, "", url);
  current.value = new URL(url, current.value);
}

/** The address of the same with some parts changed, for links. */
export function addressWith(params: Record<string, string | null>, path: string = current.value.pathname): string {
  const query = new URLSearchParams(current.value.search);
  for (const [key, value] of Object.entries(params)) {
    if (value === null) query.delete(key);
    else query.set(key, value);
  }
  // What need not be encoded in a query is easier to read, and shorter.
  const text = query.toString().replace(/%2F/g, "/").replace(/%2C/g, ",").replace(/%3A/g, ":").replace(/%7E/g, "~");
  return text === "" ? path : `${path}?${text}`;
}

/** A text; usually empty. */
export const TEXT: Codec<string> = { read: (text) => text ?? "", write: (value) => value === "" ? null : value };

/** A switch; usually off. */
export const SWITCH: Codec<boolean> = { read: (text) => text !== null, write: (value) => value ? "" : null };

/** A number, or nothing. */
export const NUMBER_OR_NONE: Codec<number | null> = {
  read: (text) => text === null || text === "" || !Number.isFinite(Number(text)) ? null : Number(text),
  write: (value) => value === null ? null : String(value),
};

/** One of a few words; usually the first. */
export function wordCodec<const T extends string>(...words: readonly T[]): Codec<T> {
  return {
    read: (text) => words.find((word) => word === text) ?? words[0],
    write: (value) => value === words[0] ? null : value,
  };
}

/** A list of texts, in which a `~` stands before `,` and `~`. */
export const TEXTS: Codec<string[]> = {
  read: (text) => text === null || text === "" ? [] : splitTexts(text),
  write: (value) => value.length === 0 ? null : value.map((one) => one.replace(/[~,]/g, "~$&")).join(","),
};

function splitTexts(text: string): string[] {
  const found = text.match(/(?:~[^]|[^,~])+/g) ?? [];
  return found.map((one) => one.replace(/~([^])/g, "$1"));
}
