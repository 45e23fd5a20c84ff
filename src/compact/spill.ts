/**
 * Points on their way from the order of runs to the order of attributes: sorted in portions that fit into memory, which wait on disk.
 *
 * @module
 */

import { readAt } from "../archive/disk/bytes.ts";
import { FieldReader, FieldWriter } from "../archive/index/segments/fields.ts";
import type { SeriesType } from "../types.ts";
import type { Limits } from "./limits.ts";
import { sayingWhatFailedSync } from "../write/whole.ts";

/** The values of points: floats, or what else series hold. */
export type PointData = Float64Array | unknown[];

/** Points of one series, ascending by step. */
export interface SeriesPoints {
  step: Float64Array;
  /** NaN where no time is. */
  timestamp: Float64Array;
  values: PointData;
}

/** A stretch of one series in a spill. */
export interface SpilledSeries {
  spill: Spill;
  attribute: string;
  run: number;
  /** The row among those of the attribute. */
  start: number;
  points: number;
  firstStep: number;
  lastStep: number;
}

/** What kind of values the series of each type have. */
export const FIELD_OF = {
  float_series: "float",
  string_series: "string",
  file_series: "string",
  histogram_series: "histogram",
} as const satisfies Record<SeriesType, string>;

/** The key of an attribute: its type and its path. */
export function attributeKey(type: SeriesType, path: string): string {
  return `${type}:${path}`;
}

/** The type and the path of a key. */
export function ofKey(key: string): { type: SeriesType; path: string } {
  const colon = key.indexOf(":");
  return { type: key.slice(0, colon) as SeriesType, path: key.slice(colon + 1) };
}

/** Collects points, and writes them as spills. */
export class Spiller {
  readonly #folder: string;
  readonly #limits: Limits;
  #room = 1 << 12;
  #step = new Float64Array(this.#room);
  #timestamp = new Float64Array(this.#room);
  #float = new Float64Array(this.#room);
  /** The number of the series of each point. */
  #series = new Uint32Array(this.#room);
  #others: unknown[] = [];
  #rows = 0;
  #bytes = 0;
  readonly #numbers = new Map<string, Map<number, number>>();
  #list: { key: string; run: number }[] = [];
  readonly spills: Spill[];

  /** @param spills Those that are there already. */
  constructor(folder: string, limits: Limits, spills: Spill[] = []) {
    this.#folder = folder;
    this.#limits = limits;
    this.spills = spills;
  }

  /** How many points wait to be written. */
  get rows(): number {
    return this.#rows;
  }

  /** The number of a series, until the next spill. */
  series(key: string, run: number): number {
    let runs = this.#numbers.get(key);
    if (!runs) this.#numbers.set(key, runs = new Map());
    let number = runs.get(run);
    if (number === undefined) {
      runs.set(run, number = this.#list.length);
      this.#list.push({ key, run });
    }
    return number;
  }

  /** Whether a point more has room; where it has not, the next thing to do is {@linkcode Spiller.write}. */
  get isFull(): boolean {
    return this.#rows >= this.#limits.spillPoints || this.#bytes >= this.#limits.spillBytes;
  }

  /** Adds a point. */
  add(series: number, step: number, timestamp: number, value: unknown): void {
    const row = this.#rows++;
    if (row === this.#room) this.#grow();
    this.#series[row] = series;
    this.#step[row] = step;
    this.#timestamp[row] = timestamp;
    if (typeof value === "number") this.#float[row] = value;
    else {
      this.#others[row] = value;
      this.#bytes += weight(value);
    }
  }

  /** Writes what was collected, sorted. */
  write(): void {
    if (this.#rows === 0) return;
    const order = [...this.#list.keys()].sort((a, b) => {
      const one = this.#list[a], other = this.#list[b];
      return one.key === other.key ? one.run - other.run : one.key < other.key ? -1 : 1;
    });
    const starts = new Uint32Array(this.#list.length + 1);
    const place = new Uint32Array(this.#list.length);
    order.forEach((series, at) => place[series] = at);
    for (let row = 0; row < this.#rows; row++) starts[place[this.#series[row]] + 1]++;
    for (let at = 1; at < starts.length; at++) starts[at] += starts[at - 1];
    const next = starts.slice();
    const rows = new Uint32Array(this.#rows);
    for (let row = 0; row < this.#rows; row++) rows[next[place[this.#series[row]]]++] = row;
    for (let at = 0; at < order.length; at++) ascend(rows.subarray(starts[at], starts[at + 1]), this.#step);
    const path = `${this.#folder}/${String(this.spills.length + 1).padStart(6, "0")}.spill`;
    this.spills.push(sayingWhatFailedSync(path, () => this.#writeTo(path, order, starts, rows)));
    this.clear();
  }

  /** Forgets what was collected since the last spill. */
  clear(): void {
    this.#rows = 0;
    this.#bytes = 0;
    this.#others = [];
    this.#numbers.clear();
    this.#list = [];
  }

  #grow(): void {
    this.#room = 2 * this.#room;
    const larger = <T extends Float64Array | Uint32Array>(array: T, more: T): T => {
      more.set(array as never);
      return more;
    };
    this.#step = larger(this.#step, new Float64Array(this.#room));
    this.#timestamp = larger(this.#timestamp, new Float64Array(this.#room));
    this.#float = larger(this.#float, new Float64Array(this.#room));
    this.#series = larger(this.#series, new Uint32Array(this.#room));
  }

  #writeTo(path: string, order: number[], starts: Uint32Array, rows: Uint32Array): Spill {
    const index: SpillIndex = {};
    let written = 0;
    {
      using file = Deno.openSync(`${path}.tmp`, { write: true, create: true, truncate: true });
      const write = (bytes: Uint8Array) => {
        const at = written;
        for (let from = 0; from < bytes.length;) from += file.writeSync(bytes.subarray(from));
        written += bytes.length;
        return [at, bytes.length] as [number, number];
      };
      for (let at = 0; at < order.length;) {
        const { key } = this.#list[order[at]];
        let end = at;
        while (end < order.length && this.#list[order[end]].key === key) end++;
        const kind = FIELD_OF[ofKey(key).type];
        const first = starts[at];
        const heads = new FieldWriter();
        const count = end - at;
        const numbers = Array.from({ length: count }, (_, i) => order[at + i]);
        heads.field("float", Float64Array.from(numbers, (series) => this.#list[series].run));
        heads.field("float", Float64Array.from({ length: count }, (_, i) => starts[at + i] - first));
        heads.field("float", Float64Array.from({ length: count }, (_, i) => starts[at + i + 1] - starts[at + i]));
        heads.field("float", Float64Array.from({ length: count }, (_, i) => this.#step[rows[starts[at + i]]]));
        heads.field("float", Float64Array.from({ length: count }, (_, i) => this.#step[rows[starts[at + i + 1] - 1]]));
        const blocks: [number, number][] = [];
        const size = kind === "float" ? this.#limits.blockPoints : this.#limits.otherPoints;
        for (let from = first; from < starts[end]; from += size) {
          const some = rows.subarray(from, Math.min(from + size, starts[end]));
          const writer = new FieldWriter();
          writer.field("float", Float64Array.from(some, (row) => this.#step[row]));
          writer.field("float", Float64Array.from(some, (row) => this.#timestamp[row]));
          if (kind === "float") writer.field("float", Float64Array.from(some, (row) => this.#float[row]));
          else writer.field(kind, Array.from(some, (row) => this.#others[row] ?? null) as never);
          blocks.push(write(writer.finish()));
        }
        index[key] = { series: count, heads: write(heads.finish()), rows: starts[end] - first, size, blocks };
        at = end;
      }
    }
    Deno.renameSync(`${path}.tmp`, path);
    return new Spill(path, index);
  }
}

/** Where the points of each attribute are in a spill. */
export interface SpillIndex {
  [key: string]: {
    series: number;
    heads: [at: number, length: number];
    rows: number;
    size: number;
    blocks: [number, number][];
  };
}

/** A portion of points on disk. */
export class Spill {
  #held: { key: string; block: number; points: SeriesPoints } | null = null;

  constructor(readonly path: string, readonly index: SpillIndex) {}

  /** Lets the block go that was read last. */
  letGo(): void {
    this.#held = null;
  }

  /** The series of an attribute, by run. */
  series(key: string): SpilledSeries[] {
    const found = this.index[key];
    if (!found) return [];
    using file = Deno.openSync(this.path);
    const reader = new FieldReader(readAt(file, ...found.heads), found.series);
    const [run, start, points, firstStep, lastStep] = [0, 1, 2, 3, 4].map(() => reader.field("float") as Float64Array);
    return Array.from(run, (run, i) => ({
      spill: this,
      attribute: key,
      run,
      start: start[i],
      points: points[i],
      firstStep: firstStep[i],
      lastStep: lastStep[i],
    }));
  }

  /** The points of a series, piece by piece. */
  *points({ attribute, start, points }: SpilledSeries): Generator<SeriesPoints> {
    const kind = FIELD_OF[ofKey(attribute).type];
    const { size } = this.index[attribute];
    for (let at = start; at < start + points;) {
      const block = Math.floor(at / size);
      const held = this.#block(attribute, block, kind, size);
      const from = at - block * size, until = Math.min(size, start + points - block * size);
      yield {
        step: held.step.subarray(from, until),
        timestamp: held.timestamp.subarray(from, until),
        values: held.values instanceof Float64Array
          ? held.values.subarray(from, until)
          : held.values.slice(from, until),
      };
      at = block * size + until;
    }
  }

  #block(key: string, block: number, kind: typeof FIELD_OF[SeriesType], size: number): SeriesPoints {
    if (this.#held?.key === key && this.#held.block === block) return this.#held.points;
    const { rows, blocks } = this.index[key];
    using file = Deno.openSync(this.path);
    const reader = new FieldReader(readAt(file, ...blocks[block]), Math.min(size, rows - block * size));
    const points = {
      step: reader.field("float") as Float64Array,
      timestamp: reader.field("float") as Float64Array,
      values: reader.field(kind) as PointData,
    };
    this.#held = { key, block, points };
    return points;
  }
}

/** The portion that was read last. */
let latest: Spill | null = null;

/** Points that are put in order one by one are handed on in pieces of so many. */
const MERGED = 1 << 16;

/** The points of one series, ascending by step, piece by piece; on equal steps in the order of the stretches. */
export function* pointsInOrder(stretches: readonly SpilledSeries[]): Generator<SeriesPoints> {
  const isInOrder = stretches.every(({ firstStep }, i) => i === 0 || stretches[i - 1].lastStep <= firstStep);
  if (isInOrder) {
    for (const stretch of stretches) {
      // Portions are gone through one after the other: of one block of each, the memory would grow with their number.
      if (latest !== stretch.spill) latest?.letGo();
      latest = stretch.spill;
      yield* stretch.spill.points(stretch);
    }
    return;
  }
  const cursors = stretches.map((stretch) => new Cursor(stretch));
  const isFloat = FIELD_OF[ofKey(stretches[0].attribute).type] === "float";
  while (true) {
    const out = { step: [] as number[], timestamp: [] as number[], values: [] as unknown[] };
    while (out.step.length < MERGED) {
      let least: Cursor | null = null;
      for (const cursor of cursors) if (cursor.points && (!least || cursor.step < least.step)) least = cursor;
      if (!least) break;
      out.step.push(least.step);
      out.timestamp.push(least.points!.timestamp[least.at]);
      out.values.push(least.points!.values[least.at]);
      least.next();
    }
    if (out.step.length === 0) return;
    yield {
      step: Float64Array.from(out.step),
      timestamp: Float64Array.from(out.timestamp),
      values: isFloat ? Float64Array.from(out.values as number[]) : out.values,
    };
  }
}

/** Goes through the points of a stretch. */
class Cursor {
  readonly #pieces: Iterator<SeriesPoints>;
  points: SeriesPoints | null = null;
  at = 0;

  constructor(stretch: SpilledSeries) {
    // A reader of its own: stretches of one spill would take each other's blocks away.
    this.#pieces = new Spill(stretch.spill.path, stretch.spill.index).points(stretch);
    this.points = this.#pieces.next().value ?? null;
  }

  get step(): number {
    return this.points!.step[this.at];
  }

  next(): void {
    if (++this.at < this.points!.step.length) return;
    this.at = 0;
    this.points = this.#pieces.next().value ?? null;
  }
}

function weight(value: unknown): number {
  if (typeof value === "string") return 16 + value.length;
  const edges = (value as { edges?: Float64Array } | null)?.edges;
  return edges ? 64 + 16 * edges.length : 8;
}

function ascend(rows: Uint32Array, step: Float64Array): void {
  for (let i = 1; i < rows.length; i++) {
    if (step[rows[i - 1]] > step[rows[i]]) {
      rows.sort((a, b) => step[a] - step[b] || a - b);
      return;
    }
  }
}
