/// <reference lib="dom" />

/**
 * What the table shows: which runs, in which order, with which columns.
 *
 * @module
 */

import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { AttributeDefinition } from "../../../types.ts";
import type { DifferAnswer, RunsRequest, TableSliceRequest } from "../../api.ts";
import { type Codec, NUMBER_OR_NONE, type Param, param, SWITCH, TEXT, TEXTS, wordCodec } from "../address.ts";
import { ask } from "../client.ts";
import { chosenRuns, project } from "../selection.ts";
import { askedColumn, columnOfText, isSame, keyOfColumn, type PickedColumn, textOfColumn } from "./columns.ts";

/** Neptune's query language. */
export const query: Param<string> = param("q", TEXT);
/** What the search box holds. */
export const searchText: Param<string> = param("f", TEXT);
/** Runs in the trash. */
export const trash: Param<"no" | "only" | "all"> = param("t", wordCodec("no", "only", "all"));
/** Only columns that differ. */
export const onlyDiffering: Param<boolean> = param("d", SWITCH);
/** The groups that are folded; the empty text is the group of runs without a value. */
export const closedGroups: Param<string[]> = param("x", TEXTS);

/** The order of the runs. */
export interface Order {
  column: PickedColumn;
  descending: boolean;
}

const ORDER: Codec<Order | null> = {
  read: (text) => {
    const column = text && columnOfText(text.replace(/^-/, ""));
    return column ? { column, descending: text.startsWith("-") } : null;
  },
  write: (order) => order && `${order.descending ? "-" : ""}${keyOfColumn(order.column)}`,
};

/** By what the runs are sorted; null: newest first. */
export const order: Param<Order | null> = param("o", ORDER);

const GROUP: Codec<AttributeDefinition | null> = {
  read: (text) => {
    const column = text && columnOfText(text);
    return column ? { path: column.path, type: column.type } : null;
  },
  write: (group) => group && keyOfColumn({ ...group, shown: "last", pinned: false }),
};

/** By what the runs are grouped. */
export const group: Param<AttributeDefinition | null> = param("g", GROUP);

const COLUMNS: Codec<PickedColumn[] | null> = {
  read: (text) => text === null ? null : TEXTS.read(text).flatMap((one) => columnOfText(one) ?? []),
  write: (columns) => columns && (TEXTS.write(columns.map(textOfColumn)) ?? ""),
};

const columnsParam: Param<PickedColumn[] | null> = param("k", COLUMNS);

/** What the server proposed for a project; null: nothing yet. */
const proposal: Signal<{ project: string | null; columns: PickedColumn[] } | null> = signal(null);

/** Counts how often what was remembered was given up. */
const forgotten: Signal<number> = signal(0);

/** What there is at first: what was picked last for this project, else what the server proposes; null: it has not yet. */
const initial: ReadonlySignal<PickedColumn[] | null> = computed(() => {
  void forgotten.value;
  const remembered = COLUMNS.read(localStorage.getItem(storageName()));
  return remembered ?? (proposal.value?.project === project.value ? proposal.value.columns : null);
});

/** The columns that were picked: by the address, or what was picked last for this project, or some at first; null: not known yet. */
const known: ReadonlySignal<PickedColumn[] | null> = computed(() => columnsParam.value ?? initial.value);

/** The same; none where they are not known yet. */
export const picked: ReadonlySignal<PickedColumn[]> = computed(() => known.value ?? []);

/** Whether the server is to propose columns. */
export const isProposalDue: ReadonlySignal<boolean> = computed(() => known.value === null);

/** Takes the columns that the server proposes for a project. */
export function propose(project: string | null, columns: readonly AttributeDefinition[]): PickedColumn[] {
  const picked = columns.map((one) => ({ ...one, shown: "last" as const, pinned: false }));
  proposal.value = { project, columns: picked };
  return picked;
}

function storageName(): string {
  return `columns of ${project.value ?? ""}`;
}

/** Picks columns, and remembers them for the next visit. `replace`: without a step to which one could go back. */
export function pick(columns: PickedColumn[], { replace = false } = {}): void {
  localStorage.setItem(storageName(), COLUMNS.write(columns)!);
  if (replace) columnsParam.replace(columns);
  else columnsParam.set(columns);
}

const FIRST_WIDTH = "width of runs";

/** How wide the first column was made, in pixels; null: as it is at first. */
export const chosenFirstWidth: Signal<number | null> = signal(
  NUMBER_OR_NONE.read(localStorage.getItem(FIRST_WIDTH)),
);

/** Gives the first column a width, and remembers it for all projects; null: the one it has at first. */
export function setFirstWidth(width: number | null): void {
  if (width === null) localStorage.removeItem(FIRST_WIDTH);
  else localStorage.setItem(FIRST_WIDTH, String(width));
  chosenFirstWidth.value = width;
}

/** The column whose edge is dragged, and how wide it is meanwhile; null: none is. */
export const resizing: Signal<PickedColumn | null> = signal(null);

/** Back to the columns that there are at first. */
export function pickFirst(): void {
  localStorage.removeItem(storageName());
  forgotten.value++;
  columnsParam.set(null);
}

/** Which runs, as requests say it. */
export const asked: ReadonlySignal<RunsRequest> = computed(() => ({
  project: project.value,
  query: query.value,
  search: searchText.value,
  ids: null,
  trashed: trash.value === "no" ? false : trash.value === "only" ? true : null,
}));

/** What decides which rows there are. */
export const listing: ReadonlySignal<Omit<TableSliceRequest, "columns" | "from" | "to">> = computed(() => ({
  ...asked.value,
  sort: order.value && { ...askedColumn(order.value.column), descending: order.value.descending },
  group: group.value,
  closed: closedGroups.value,
}));

/** Which configs differ: among the chosen runs where there are several, else among all that match. */
export const differing: Signal<DifferAnswer | null> = signal(null);

/** A second reload of the table where the first was of data that have changed since. */
export const reloads: Signal<number> = signal(0);

effect(() => {
  const chosen = chosenRuns.value;
  const request = { ...asked.value, ids: chosen.length > 1 ? chosen : null };
  void reloads.value;
  if (!onlyDiffering.value) return void (differing.value = null);
  const stop = new AbortController();
  ask("differ", request, stop.signal).then((answer) => differing.value = answer, () => {});
  return () => stop.abort();
});

/** The columns that are shown, pinned ones first. */
export const columns: ReadonlySignal<PickedColumn[]> = computed(() => {
  const changing = resizing.value;
  const all = shownColumns().map((one) => changing && isSame(one, changing) ? changing : one);
  return [...all.filter(({ pinned }) => pinned), ...all.filter(({ pinned }) => !pinned)];
});

function shownColumns(): PickedColumn[] {
  const known = differing.value;
  if (!known) return picked.value;
  const name = ({ path, type }: AttributeDefinition) => `${type}:${path}`;
  const differ = new Set(known.attributes.map(name));
  const isConfig = ({ type }: AttributeDefinition) =>
    ["string", "int", "float", "bool", "datetime", "string_set"].includes(type);
  const kept = picked.value.filter((one) => one.path.startsWith("sys/") || !isConfig(one) || differ.has(name(one)));
  const there = new Set(kept.map(name));
  const others = known.attributes.filter((one) => !there.has(name(one)));
  return [...kept, ...others.map(({ path, type }) => ({ path, type, shown: "last" as const, pinned: false }))];
}
