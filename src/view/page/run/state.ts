/// <reference lib="dom" />

/**
 * Which run is shown, and what of it.
 *
 * @module
 */

import { computed, type ReadonlySignal } from "@preact/signals";
import { type Codec, NUMBER_OR_NONE, type Param, param, TEXT, wordCodec } from "../address.ts";
import { shownRuns } from "../selection.ts";

/** The run that the address names; empty: the first that is chosen, else the newest. */
export const runParam: Param<string> = param("r", TEXT);

/** The run that is shown; null: none. */
export const shownRun: ReadonlySignal<string | null> = computed(() => runParam.value || (shownRuns.value?.[0] ?? null));

/** The parts of the page of a run. */
export const RUN_PARTS = ["values", "logs", "images", "histograms", "files", "lineage", "health"] as const;

/** The part that is shown. */
export const runPart: Param<typeof RUN_PARTS[number]> = param("rt", wordCodec(...RUN_PARTS));

/** Words that paths or values must contain. */
export const valueSearch: Param<string> = param("rq", TEXT);

/** The log that is shown; empty: the first. */
export const logPath: Param<string> = param("rl", TEXT);

/** What lines of the log must contain. */
export const logSearch: Param<string> = param("rf", TEXT);

/** The step up to which images and histograms are shown; null: the last. */
export const shownStep: Param<number | null> = param("rs", NUMBER_OR_NONE as Codec<number | null>);
