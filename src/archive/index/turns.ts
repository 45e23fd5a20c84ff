/**
 * Reading long series in turns: the points of some steps, then those of the steps after them. Forks, too, are put together step by
 * step, so that no turn needs what another has read.
 *
 * @module
 */

import type { StepRange } from "../../types.ts";
import type { Part } from "../disk/layout.ts";
import { tailOf } from "../disk/store.ts";
import { damageReason } from "../parquet/damage.ts";
import { openPart } from "../parquet/open.ts";
import { BYTES_PER_ROW, partsOf } from "./batches.ts";
import { damagedError, damagedRunName } from "./damage.ts";
import type { ProjectIndex } from "./project_index.ts";

/** One turn. */
export interface StepTurn {
  /** The steps, ends included. undefined: all of them. */
  window: StepRange | undefined;
  /** About which share of all rows it is. */
  share: number;
  /** How many points came out of it; to be set by who reads, so that the next turns are as large as they may be. */
  kept: number;
  /** To be set where it was not read. */
  skipped?: boolean;
}

/** Fewer rows are read in one turn: at the end of each a row group is read twice. */
const ONE_TURN = 1_500_000;
/** About as many points are in memory at once. */
const TURN_POINTS = 700_000;
/** By how much turns grow from one to the next, at most. */
const TURN_GROWTH = 8;

/** The steps of some rows. */
interface Stretch {
  steps: [number, number];
  rows: number;
}

/** How turns are cut. */
export interface TurnOptions {
  signal?: AbortSignal;
  /** The last steps come first. */
  backwards?: boolean;
  /**
   * Looks at all of these parts before the first of several turns, for those who go on without damaged ones: what one turn gave of a
   * part cannot be taken back when a later one finds it broken.
   */
  check?: (parts: readonly Part[]) => Promise<void>;
  /** How many rows are read in one turn, and how many points each of several turns is to have. */
  sizes?: { whole: number; points: number };
}

/**
 * Cuts the steps of runs into turns, by what the files say of their row groups.
 *
 * A part that breaks between two turns is an error, also where damaged parts are left out.
 */
export async function* stepTurns(
  index: Pick<ProjectIndex, "parts">,
  runs: readonly number[],
  { signal, backwards = false, check, sizes = { whole: ONE_TURN, points: TURN_POINTS } }: TurnOptions = {},
): AsyncGenerator<StepTurn> {
  const parts = partsOf(index, runs);
  // A row takes a byte at the least, mostly ten.
  const isLarge = parts.reduce((bytes, { size }) => bytes + size, 0) > sizes.whole;
  const stretches = isLarge ? await stretchesOf(parts, sizes.points, signal) : null;
  const all = stretches?.reduce((sum, { rows }) => sum + rows, 0) ?? 0;
  if (stretches === null || all <= sizes.whole) {
    yield { window: undefined, share: 1, kept: 0 };
    return;
  }
  await check?.(parts);
  const sound = parts.filter(({ damage }) => damage === null);
  // How many rows the next turn is to have is known when the one before was read.
  let size = sizes.points;
  for (const { window, rows } of (backwards ? lastFirst : firstFirst)(stretches, () => size)) {
    const turn: StepTurn = { window, share: rows / all, kept: 0 };
    yield turn;
    const broken = sound.find(({ damage }) => damage !== null);
    if (broken) throw damagedError(broken, damagedRunName(broken, null));
    if (!turn.skipped) size = Math.min(size * TURN_GROWTH, sizes.points * rows / Math.max(1, turn.kept));
  }
}

/** The steps of a turn, and about how many rows have them. */
interface Window {
  window: StepRange;
  rows: number;
}

function* firstFirst(stretches: readonly Stretch[], size: () => number): Generator<Window> {
  let from: number | null = null, rows = 0;
  for (const [i, stretch] of stretches.entries()) {
    rows += stretch.rows;
    const next = stretches[i + 1];
    // A turn ends before the first step of the next stretch.
    if (next && (rows < size() || next.steps[0] <= (from ?? -Infinity))) continue;
    yield { window: [from, next ? below(next.steps[0]) : null], rows };
    from = next ? next.steps[0] : null;
    rows = 0;
  }
}

function* lastFirst(stretches: readonly Stretch[], size: () => number): Generator<Window> {
  let to: number | null = null, rows = 0;
  for (let i = stretches.length - 1; i >= 0; i--) {
    rows += stretches[i].rows;
    const first = stretches[i].steps[0];
    // A turn begins with the first step of a stretch.
    if (i > 0 && (rows < size() || stretches[i - 1].steps[0] === first)) continue;
    yield { window: [i > 0 ? first : null, to], rows };
    to = below(first);
    rows = 0;
  }
}

/** The steps of the row groups, ascending by the first; null where the files do not tell those of more than a few rows. */
async function stretchesOf(parts: readonly Part[], few: number, signal?: AbortSignal): Promise<Stretch[] | null> {
  const stretches: Stretch[] = [];
  let untold = 0;
  for (const part of parts) {
    if (part.damage !== null) continue;
    if (isReadWhole(part)) {
      untold += part.size / BYTES_PER_ROW;
      continue;
    }
    try {
      const told = toldBy.get(part) ?? await readStretches(part, signal);
      stretches.push(...told.stretches);
      untold += told.untold;
    } catch (error) {
      signal?.throwIfAborted();
      // Whoever reads the rows hears of it.
      damageReason(error);
    }
  }
  return untold > few ? null : stretches.sort((a, b) => a.steps[0] - b.steps[0]);
}

/** Of a small object it takes as long to be told of its row groups as to read it. */
function isReadWhole({ folder, size }: Part): boolean {
  return !folder.store.isLocal && tailOf(size) === size;
}

/** What a part tells of its row groups, and how many rows it does not tell of. */
interface Told {
  stretches: Stretch[];
  untold: number;
}

/** Parts that were asked before: who zooms into charts reads the same ones again and again. */
const toldBy = new WeakMap<Part, Told>();

async function readStretches(part: Part, signal?: AbortSignal): Promise<Told> {
  using file = await openPart(part, signal);
  const told: Told = { stretches: [], untold: 0 };
  for (const group of file.groups()) {
    const steps = group.extremes("step");
    if (steps) told.stretches.push({ steps, rows: group.length });
    // Rows of configs have no steps; those of other tools may have some, and are read in every turn.
    else told.untold += group.length;
  }
  toldBy.set(part, told);
  return told;
}

const number = new Float64Array(1), bits = new BigInt64Array(number.buffer);

/** The greatest number that is smaller. */
function below(step: number): number {
  if (step === 0) return -Number.MIN_VALUE;
  number[0] = step;
  bits[0] += step > 0 ? -1n : 1n;
  return number[0];
}
