/// <reference lib="dom" />

/**
 * The runs that are chosen, and their colours: all sections show the same.
 *
 * @module
 */

import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { PALETTE } from "../../display/palette.ts";
import { type Param, param, sectionPath, TEXT } from "./address.ts";
import { ask } from "./client.ts";
import { RUN_IDS } from "./run_ids.ts";

/** The project, where the address names one; empty: the one that is shown first. */
export const projectParam: Param<string> = param("p", TEXT);

/** The project as requests name it. */
export const project: ReadonlySignal<string | null> = computed(() => projectParam.value || null);

/** The runs that are chosen, by `sys/id`. */
export const chosenRuns: Param<string[]> = param("s", RUN_IDS);

/** The same, to ask whether one is among them. */
export const chosenSet: ReadonlySignal<ReadonlySet<string>> = computed(() => new Set(chosenRuns.value));

/** So many runs are shown where none is chosen. */
const NEWEST = 10;

const newestRuns: Signal<string[] | null> = signal(null);

/** Why the newest runs are not known, as a sentence; empty: nothing went wrong. */
export const newestProblem: Signal<string> = signal("");

/** What sections show: the runs that are chosen, else the newest; null: not known yet. */
export const shownRuns: ReadonlySignal<string[] | null> = computed(() =>
  chosenRuns.value.length > 0 ? chosenRuns.value : newestRuns.value
);

effect(() => {
  if (sectionPath.value === "/" || chosenRuns.value.length > 0) return;
  const first = { sort: null, group: null, closed: [], columns: [], from: 0, to: NEWEST };
  const all = { project: project.value, query: "", search: "", ids: null, trashed: false };
  newestRuns.value = null;
  newestProblem.value = "";
  ask("runs", { ...all, ...first }).then(
    ({ slice }) => newestRuns.value = slice.flatMap((row) => "id" in row ? row.id : []),
    (error) => newestProblem.value = error.message,
  );
});

/** Chooses a run, or takes it out. */
export function toggleRun(id: string): void {
  const all = chosenRuns.value;
  chosenRuns.set(chosenSet.value.has(id) ? all.filter((one) => one !== id) : [...all, id]);
}

/** Colours that were chosen by hand: `DIG-1:ff0000`. */
const ownColors: Param<string> = param("c", TEXT);

const colorsByHand = computed(() =>
  new Map(
    ownColors.value.split(",").filter((one) => /^.+:[0-9a-f]{6}$/s.test(one)).map((one) => {
      const colon = one.lastIndexOf(":");
      return [decodeURIComponent(one.slice(0, colon)), `#${one.slice(colon + 1)}`];
    }),
  )
);

/** The place of each run among those that are shown, by which it has its colour. */
const places = computed(() => new Map(shownRuns.value?.map((id, i) => [id, i])));

/** The colour of a run: chosen by hand, or by its place among the runs that are shown. */
export function colorOf(id: string): string {
  return colorsByHand.value.get(id) ?? PALETTE[(places.value.get(id) ?? 0) % PALETTE.length];
}

/** Gives a run a colour by hand; null: takes it back. */
export function setColor(id: string, color: string | null): void {
  const all = new Map(colorsByHand.value);
  if (color === null) all.delete(id);
  else all.set(id, color);
  ownColors.set([...all].map(([id, color]) => `${encodeURIComponent(id)}:${color.slice(1)}`).join(","));
}
