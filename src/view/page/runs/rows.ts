/// <reference lib="dom" />

/**
 * The rows that are seen, and those near them: asked for in pages, and columns in blocks, as they come into view.
 *
 * @module
 */

import { batch, effect, type Signal, signal } from "@preact/signals";
import type { ProgressAnswer } from "../../api.ts";
import { AnswerError, ask } from "../client.ts";
import { askedColumn, keyOfColumn, type PickedColumn } from "./columns.ts";
import { type KnownRows, PAGE_ROWS, TablePages } from "./known_rows.ts";
import { columns, isProposalDue, listing, propose, reloads } from "./state.ts";

/** Columns of a block: scrolling sideways asks seldom. */
const BLOCK = 12;

/** What is known; a new object whenever there is more. */
export const known: Signal<{ table: KnownRows }> = signal({ table: new TablePages() });

/** Whether the rows are those of an earlier question, and the answer to the present one is awaited. */
export const isOutdated: Signal<boolean> = signal(true);

/** Why there is no answer, as a sentence; empty: there is one. */
export const problem: Signal<string> = signal("");

/** How far the server is with what takes long; null: nothing does. */
export const progress: Signal<ProgressAnswer["progress"]> = signal(null);

effect(() => {
  if (!isOutdated.value) return void (progress.value = null);
  const timer = setInterval(async () => {
    const answer = await ask("progress", {}).catch(() => null);
    if (isOutdated.value && answer) progress.value = answer.progress;
  }, 700);
  return () => clearInterval(timer);
});

/** What is seen: rows, and columns by their place. */
export const seen: Signal<{ from: number; to: number; columns: readonly PickedColumn[] }> = signal({
  from: 0,
  to: PAGE_ROWS,
  columns: [],
});

let current = new TablePages();
let stop = new AbortController();
const asking = new Map<string, AbortController>();

effect(() => {
  const request = listing.value;
  void reloads.value;
  stop.abort();
  stop = new AbortController();
  for (const one of asking.values()) one.abort();
  asking.clear();
  current = new TablePages();
  isOutdated.value = true;
  load(current, request, 0, isProposalDue.peek() ? null : columns.peek().slice(0, BLOCK));
});

let timer: ReturnType<typeof setTimeout>;

effect(() => {
  void seen.value;
  void columns.value;
  clearTimeout(timer);
  // While somebody scrolls fast, what flies by is not asked for.
  timer = setTimeout(loadSeen, 40);
});

function loadSeen(): void {
  if (isOutdated.value) return;
  const { from, to, columns: shown } = seen.value;
  const all = columns.value;
  const places = shown.map((column) => all.indexOf(column)).filter((place) => place >= 0);
  const blocks = new Set(places.map((place) => Math.floor(place / BLOCK)));
  const wanted = new Set<string>();
  for (let page = Math.floor(from / PAGE_ROWS); page <= Math.floor(Math.max(from, to - 1) / PAGE_ROWS); page++) {
    if (page * PAGE_ROWS >= current.rows && page > 0) break;
    for (const block of blocks.size > 0 ? blocks : [0]) {
      const asked = isProposalDue.value ? null : all.slice(block * BLOCK, (block + 1) * BLOCK);
      const name = `${page} ${asked?.map(keyOfColumn).join(" ")}`;
      wanted.add(name);
      if (asked && current.has(page, asked) || asking.has(name)) continue;
      load(current, listing.value, page, asked, name);
    }
  }
  for (const [name, one] of asking) if (!wanted.has(name)) one.abort();
}

function load(
  pages: TablePages,
  request: typeof listing.value,
  page: number,
  asked: PickedColumn[] | null,
  name: string = "first",
): void {
  const abort = new AbortController();
  asking.set(name, abort);
  const slice = {
    ...request,
    columns: asked?.map(askedColumn) ?? null,
    from: page * PAGE_ROWS,
    to: (page + 1) * PAGE_ROWS,
  };
  ask("runs", slice, abort.signal).then(
    (answer) => {
      const isFirst = isOutdated.value;
      let isAnother = false;
      batch(() => {
        isAnother = pages.add(page, asked ?? propose(request.project, answer.columns ?? []), answer);
        if (pages !== current) return;
        problem.value = "";
        isOutdated.value = false;
        known.value = { table: pages };
      });
      if (isFirst || isAnother) loadSeen();
    },
    (error) => {
      if (abort.signal.aborted || pages !== current) return;
      problem.value = error instanceof AnswerError ? error.message : String(error);
    },
  ).finally(() => {
    if (asking.get(name) === abort) asking.delete(name);
  });
}

/** The ids of the runs from one row to another, for choosing many at once. */
export async function idsBetween(from: number, to: number): Promise<string[]> {
  const { slice } = await ask("runs", { ...listing.value, columns: [], from, to });
  return slice.flatMap((row) => "id" in row ? row.id : []);
}
