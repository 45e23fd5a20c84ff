/**
 * The protobuf messages that neptune-scale queues: `Run` and `UpdateRunSnapshot` of the package `neptune.ingest.v1`.
 *
 * Millions of points lie in maps of paths to numbers, so those are read without an object for each.
 *
 * @module
 */

import type { Histogram } from "../../types.ts";
import { type ByteRange, Reader } from "../../wire/reader.ts";
import { StringTable } from "../../wire/string_table.ts";

/** How a run was made. */
export interface RunMessage {
  experiment: string | null;
  /** Milliseconds since the epoch. */
  created: number | null;
  fork: { parent: string; step: number | null } | null;
  /** Whether the configs of the parent are the child's too; null: not said. */
  inheritConfigs: boolean | null;
}

/** A file as an operation names it. */
export interface StoredName {
  path: string;
  size: number;
  mimeType: string;
}

/** A value of any type that has no path of its own for speed. */
export type MessageValue =
  | { type: "float"; value: number }
  | { type: "int"; value: bigint }
  | { type: "bool"; value: boolean }
  | { type: "string"; value: string }
  | { type: "datetime"; value: number }
  | { type: "string_set"; value: string[] }
  | { type: "file"; value: StoredName }
  | { type: "histogram"; value: Histogram };

/** What an update is told to; called in the order of the message. */
export interface SnapshotVisitor {
  assign(path: string, value: MessageValue, timestamp: number): void;
  changeSet(path: string, add: string[], remove: string[], timestamp: number): void;
  /** A point of a float series. `step` NaN: none was given; `preview` is its completion, or null. */
  float(path: number, value: number, step: number, timestamp: number, preview: number | null): void;
  point(path: string, value: MessageValue, step: number, timestamp: number): void;
  /** A value of a type that is not known. */
  unknown(path: string): void;
}

const WHAT = "operation";

/** Reads a `Run` message. */
export function readRun(bytes: Uint8Array): RunMessage {
  const reader = new Reader(bytes, WHAT);
  const run: RunMessage = { experiment: null, created: null, fork: null, inheritConfigs: null };
  while (reader.more()) {
    switch (reader.tag()) {
      case 5 << 3 | 2:
        run.experiment = reader.string();
        break;
      case 3 << 3 | 2:
        run.created = readTimestamp(reader);
        break;
      case 2 << 3 | 2:
        run.fork = readFork(reader);
        break;
      case 9 << 3:
        run.inheritConfigs = reader.bool();
        break;
      default:
        reader.skip(0);
    }
  }
  return run;
}

function readFork(reader: Reader): RunMessage["fork"] {
  const fork: NonNullable<RunMessage["fork"]> = { parent: "", step: null };
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === (2 << 3 | 2)) fork.parent = reader.string();
    else if (tag === (4 << 3 | 2)) fork.step = readStep(reader);
    else reader.skip(0);
  }
  reader.leave(outer);
  return fork;
}

/** A step in whole and millionths; dividing once gives the float that was logged. */
function readStep(reader: Reader): number {
  let whole = 0, micro = 0;
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 1 << 3) whole = reader.integer();
    else if (tag === 2 << 3) micro = reader.integer();
    else reader.skip(0);
  }
  reader.leave(outer);
  if (micro === 0) return whole;
  return whole < 9e9 ? (whole * 1e6 + micro) / 1e6 : Number(`${whole}.${String(micro).padStart(6, "0")}`);
}

/** Milliseconds since the epoch; what is finer is cut off. */
function readTimestamp(reader: Reader): number {
  let seconds = 0, nanos = 0;
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 1 << 3) seconds = reader.integer();
    else if (tag === 2 << 3) nanos = reader.integer();
    else reader.skip(0);
  }
  reader.leave(outer);
  return seconds * 1000 + Math.floor(nanos / 1e6);
}

/** Reads `UpdateRunSnapshot` messages. Paths are numbers of {@linkcode SnapshotReader.paths}. */
export class SnapshotReader {
  readonly #table = new StringTable();
  readonly #floatPaths: number[] = [];
  readonly #floatValues: number[] = [];
  readonly #others: { path: string; value: MessageValue | null }[] = [];
  readonly #place: ByteRange = { start: 0, end: 0 };
  #double = 0;

  /** The paths of float series by number. */
  get paths(): readonly string[] {
    return this.#table.names;
  }

  /** Reads one message and tells what it says. What has a time and a step comes after both are known, so all waits. */
  read(bytes: Uint8Array, visitor: SnapshotVisitor): void {
    const reader = new Reader(bytes, WHAT);
    this.#floatPaths.length = this.#floatValues.length = this.#others.length = 0;
    let step = NaN, timestamp = NaN, preview: number | null = null;
    const assigned: { path: string; value: MessageValue | null }[] = [];
    const sets: { path: string; add: string[]; remove: string[] }[] = [];
    while (reader.more()) {
      switch (reader.tag()) {
        case 1 << 3 | 2:
          step = readStep(reader);
          break;
        case 2 << 3 | 2:
          timestamp = readTimestamp(reader);
          break;
        case 10 << 3 | 2:
          preview = readPreview(reader);
          break;
        case 4 << 3 | 2:
          assigned.push(this.#entry(reader, true)!);
          break;
        case 8 << 3 | 2: {
          const other = this.#entry(reader, false);
          if (other) this.#others.push(other);
          break;
        }
        case 5 << 3 | 2:
          sets.push(readSetChange(reader));
          break;
        default:
          reader.skip(0);
      }
    }
    for (const { path, value } of assigned) {
      if (value) visitor.assign(path, value, timestamp);
      else visitor.unknown(path);
    }
    for (const { path, add, remove } of sets) visitor.changeSet(path, add, remove, timestamp);
    for (let i = 0; i < this.#floatPaths.length; i++) {
      visitor.float(this.#floatPaths[i], this.#floatValues[i], step, timestamp, preview);
    }
    for (const { path, value } of this.#others) {
      if (value) visitor.point(path, value, step, timestamp);
      else visitor.unknown(path);
    }
  }

  /** One entry of a map of values; null where it is a number to append, which is noted. */
  #entry(reader: Reader, whole: boolean): { path: string; value: MessageValue | null } | null {
    const place = this.#place;
    place.start = place.end = 0;
    let value: MessageValue | null = null, isDouble = false;
    const outer = reader.enter();
    while (reader.more()) {
      const tag = reader.tag();
      if (tag === (1 << 3 | 2)) reader.text(place);
      else if (tag === (2 << 3 | 2)) {
        isDouble = false;
        value = this.#value(reader, whole);
        isDouble = value === DOUBLE;
      } else reader.skip(0);
    }
    reader.leave(outer);
    if (isDouble) {
      // Messages name the same paths in the same order.
      this.#floatPaths.push(reader.numberAt(place, this.#table, this.#floatPaths.length));
      this.#floatValues.push(this.#double);
      return null;
    }
    return { path: reader.textAt(place), value };
  }

  #value(reader: Reader, whole: boolean): MessageValue | null {
    let value: MessageValue | null = null;
    const outer = reader.enter();
    while (reader.more()) {
      switch (reader.tag()) {
        case 1 << 3 | 1:
          this.#double = reader.double();
          value = whole ? { type: "float", value: this.#double } : DOUBLE;
          break;
        case 3 << 3:
          value = { type: "int", value: reader.int64() };
          break;
        case 5 << 3:
          value = { type: "bool", value: reader.bool() };
          break;
        case 6 << 3 | 2:
          value = { type: "string", value: reader.string() };
          break;
        case 8 << 3 | 2:
          value = { type: "datetime", value: readTimestamp(reader) };
          break;
        case 12 << 3 | 2:
          value = { type: "string_set", value: readStrings(reader) };
          break;
        case 13 << 3 | 2:
          value = { type: "file", value: readFile(reader) };
          break;
        case 14 << 3 | 2:
          value = { type: "histogram", value: readHistogram(reader) };
          break;
        default:
          reader.skip(0);
      }
    }
    reader.leave(outer);
    return value;
  }
}

/** Stands for a number that is kept elsewhere. */
const DOUBLE: MessageValue = { type: "float", value: NaN };

function readPreview(reader: Reader): number | null {
  let is = false, completion = 0;
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 1 << 3) is = reader.bool();
    else if (tag === (2 << 3 | 5)) completion = reader.float();
    else reader.skip(0);
  }
  reader.leave(outer);
  return is ? completion : null;
}

function readStrings(reader: Reader): string[] {
  const values = new Set<string>();
  const outer = reader.enter();
  while (reader.more()) {
    if (reader.tag() === (1 << 3 | 2)) values.add(reader.string());
    else reader.skip(0);
  }
  reader.leave(outer);
  return [...values];
}

function readFile(reader: Reader): StoredName {
  const file = { path: "", size: 0, mimeType: "application/octet-stream" };
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === (1 << 3 | 2)) file.path = reader.string();
    else if (tag === 2 << 3) file.size = reader.integer();
    else if (tag === (3 << 3 | 2)) file.mimeType = reader.string() || file.mimeType;
    else reader.skip(0);
  }
  reader.leave(outer);
  return file;
}

function readHistogram(reader: Reader): Histogram {
  const edges: number[] = [], values: number[] = [];
  let type = "COUNTING";
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === (1 << 3 | 2) || tag === (1 << 3 | 1)) reader.doubles(edges);
    else if (tag === (4 << 3 | 2) || tag === (5 << 3 | 2)) {
      if (tag === (5 << 3 | 2)) type = "DENSITY";
      const around = reader.enter();
      while (reader.more()) {
        const inner = reader.tag();
        if (type === "DENSITY" && (inner >>> 3) === 1) reader.doubles(values);
        else if ((inner >>> 3) === 1) reader.integers(values);
        else reader.skip(0);
      }
      reader.leave(around);
    } else reader.skip(0);
  }
  reader.leave(outer);
  return { type, edges: Float64Array.from(edges), values: Float64Array.from(values) };
}

function readSetChange(reader: Reader): { path: string; add: string[]; remove: string[] } {
  const change = { path: "", add: [] as string[], remove: [] as string[] };
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === (1 << 3 | 2)) change.path = reader.string();
    else if (tag === (2 << 3 | 2)) {
      const around = reader.enter();
      while (reader.more()) {
        if (reader.tag() === (1 << 3 | 2)) readStringSetChange(reader, change);
        else reader.skip(0);
      }
      reader.leave(around);
    } else reader.skip(0);
  }
  reader.leave(outer);
  return change;
}

/** `ModifyStringSet`: a map of texts to 1 (add) or 2 (remove). */
function readStringSetChange(reader: Reader, into: { add: string[]; remove: string[] }): void {
  const outer = reader.enter();
  while (reader.more()) {
    if (reader.tag() !== (1 << 3 | 2)) {
      reader.skip(0);
      continue;
    }
    let text = "", operation = 0;
    const around = reader.enter();
    while (reader.more()) {
      const tag = reader.tag();
      if (tag === (1 << 3 | 2)) text = reader.string();
      else if (tag === 2 << 3) operation = reader.integer();
      else reader.skip(0);
    }
    reader.leave(around);
    if (operation === 1) into.add.push(text);
    else if (operation === 2) into.remove.push(text);
  }
  reader.leave(outer);
}
