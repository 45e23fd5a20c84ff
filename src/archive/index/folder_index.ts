/**
 * The index of one project folder: segments in the cache folder, or in memory where there is none.
 *
 * Segments are only ever added. A part that was read again is in a later segment, which counts; what no longer counts is left
 * out when segments are put together. So an interrupted first reading goes on where it was, and two processes do not disturb
 * each other.
 *
 * @module
 */

import { blake2b } from "@noble/hashes/blake2.js";
import type { CallOptions } from "../../source.ts";
import type { Folder, Part } from "../disk/layout.ts";
import { damageReason } from "../parquet/damage.ts";
import { ParquetFile } from "../parquet/file.ts";
import { mergeSegments } from "./merge.ts";
import { encodeSegment, type PartRecord, REPLACED, type Segment, type Stage, StoredSegment } from "./segment.ts";
import { summarizeParts } from "./summarize_parts.ts";

/** A segment, and which of its parts still are as it says. */
export interface LiveSegment {
  segment: Segment;
  /** 1 for each part that counts. */
  live: Uint8Array;
}

const STAGES = ["parameters", "series"] as const;

/** The number of a part in a segment. */
interface Place {
  live: Uint8Array;
  number: number;
}

/** Parts up to this size are read as a whole at once: opening them is most of the work. */
const SMALL_PART = 1 << 20;
/** More segments than that are put together. */
const MOST_SEGMENTS = 8;
/** Segments that were put together with others may still be read by another process; milliseconds. */
const KEPT_AFTER = 3_600_000;
/** A segment is stored after so many parts, or bytes of parts, so that not much is lost when reading is interrupted. */
const PARTS_TOGETHER = 4000, BYTES_TOGETHER = 64 << 20;

/** The index of one project folder. */
export class FolderIndex {
  readonly folder: Folder;
  readonly #cache: string | null;
  readonly #byName: Map<string, Part>;
  #segments: LiveSegment[] = [];
  /** Where what was read of each part is. */
  #read = new Map<Part, Partial<Record<"parameters" | "series", Place>>>();
  /** Parts whose columns are not those of the exporter. */
  readonly #unlike = new Set<Part>();
  #queue: Promise<unknown> = Promise.resolve();

  /**
   * @param cache The folder for indexes, or null.
   * @param earlier The index of the same folder before it was looked at again.
   */
  constructor(folder: Folder, cache: string | null, earlier?: FolderIndex) {
    this.folder = folder;
    this.#byName = new Map(folder.parts.map((part) => [part.name, part]));
    this.#cache = cache === null ? null : `${cache}/index-${digest(Deno.realPathSync(folder.path))}`;
    if (this.#cache === null) { for (const { segment } of earlier?.segments ?? []) this.#add(segment); }
    this.#load();
  }

  /** Newest last. */
  get segments(): readonly LiveSegment[] {
    return this.#segments;
  }

  /** The part with a file name. */
  part(name: string): Part | undefined {
    return this.#byName.get(name);
  }

  /** Which runs the parts hold, of those whose parameters were read. A file that does not name its project is its folder's. */
  *entries(stage: "parameters" | "series"): Generator<{ part: Part; project: string; run: string }> {
    for (const { segment, live } of this.#segments) {
      for (const { part, project, run } of segment.entries) {
        const record = segment.parts[part];
        if (live[part] === 0 || record.damage !== null || !covers(record.stage, stage)) continue;
        yield { part: this.#byName.get(record.name)!, project: project ?? this.folder.name, run };
      }
    }
  }

  /** How many bytes the index takes. */
  get bytes(): number {
    return this.#segments.reduce((sum, { segment }) => sum + segment.bytes, 0);
  }

  /** Tells whether the columns of a part are those of the exporter. */
  isAlike(part: Part): boolean {
    return this.#read.has(part) && !this.#unlike.has(part);
  }

  /**
   * Makes sure that the parameters of parts are in the index, or their series.
   *
   * @param onProgress Told how many parts have been read.
   */
  async ensure(parts: readonly Part[], what: "parameters" | "series", options: CallOptions): Promise<void> {
    const isMissing = (part: Part) => part.damage === null && !this.#read.get(part)?.[what];
    if (!parts.some(isMissing)) return;
    // One after the other: what two calls ask for is read once.
    const work = this.#queue.then(() => this.#readAll(parts.filter(isMissing), what, options));
    this.#queue = work.catch(() => {});
    await work;
  }

  async #readAll(parts: Part[], what: "parameters" | "series", options: CallOptions): Promise<void> {
    for (const some of together(parts)) {
      const jobs = some.map((part) => ({ part, stage: stageOf(part, what) }));
      const segment = await summarizeParts(jobs, options.signal, (by) => options.onProgress?.(by, parts.length));
      this.#add(this.#store(segment));
    }
    if (this.#segments.length > MOST_SEGMENTS) this.#merge();
  }

  /** Keeps a segment in the cache folder; where that fails, in memory. */
  #store(segment: Omit<Segment, "bytes">): Segment {
    const pieces = encodeSegment(segment, this.folder.path);
    if (this.#cache !== null) {
      const path = `${this.#cache}/${String(Date.now()).padStart(15, "0")}-${crypto.randomUUID()}`;
      try {
        Deno.mkdirSync(this.#cache, { recursive: true });
        {
          using file = Deno.openSync(`${path}.tmp`, { write: true, createNew: true });
          for (const piece of pieces) for (let at = 0; at < piece.length;) at += file.writeSync(piece.subarray(at));
        }
        Deno.renameSync(`${path}.tmp`, `${path}.segment`);
        return StoredSegment.in(`${path}.segment`);
      } catch {
        // A read-only or full disk: the cache only saves time.
        remove(`${path}.tmp`);
      }
    }
    return StoredSegment.of(joined([...encodeSegment(segment, this.folder.path)]));
  }

  #merge(): void {
    const merged = this.#store(mergeSegments(this.#segments));
    for (const { segment } of this.#segments) if (segment.path) rename(segment.path, segment.path + REPLACED);
    this.#segments = [];
    this.#read.clear();
    this.#add(merged);
  }

  #load(): void {
    if (this.#cache === null) return;
    for (const name of filesIn(this.#cache).sort()) {
      const path = `${this.#cache}/${name}`;
      const isOld = !(Number(name.slice(0, 15)) > Date.now() - KEPT_AFTER);
      if (!name.endsWith(".segment")) {
        if (isOld) remove(path);
        continue;
      }
      try {
        const segment = StoredSegment.in(path);
        // What could not be read is looked at again: the disk, or who may read it, may have changed since.
        if (segment.owner === this.folder.path) this.#add(segment, (record) => record.damage === null);
      } catch {
        // Spoilt, of another version, or removed just now: the archive itself has all of it.
        if (isOld) remove(path);
      }
    }
    const dead = this.#segments.filter(({ live }) => !live.includes(1));
    for (const { segment } of dead) if (segment.path) rename(segment.path, segment.path + REPLACED);
    this.#segments = this.#segments.filter(({ live }) => live.includes(1));
    if (this.#segments.length > MOST_SEGMENTS) this.#merge();
  }

  /** Takes a segment in: what earlier ones say of the same parts no longer counts. */
  #add(segment: Segment, counts: (record: PartRecord) => boolean = () => true): void {
    const live = new Uint8Array(segment.parts.length);
    segment.parts.forEach((record, number) => {
      const part = this.#byName.get(record.name);
      if (!part || !counts(record) || !isSame(record, part)) return;
      const place = { live, number };
      let read = this.#read.get(part);
      if (!read) this.#read.set(part, read = {});
      for (const what of STAGES) {
        if (!covers(record.stage, what)) continue;
        const before = read[what];
        if (before) before.live[before.number] = 0;
        read[what] = place;
      }
      if (!record.alike) this.#unlike.add(part);
      else this.#unlike.delete(part);
      part.damage = record.damage;
      live[number] = 1;
    });
    this.#segments.push({ segment, live });
  }
}

function covers(stage: Stage, what: "parameters" | "series"): boolean {
  return stage === "both" || stage === what;
}

/** Small parts are read as a whole, so are those of which the rest is needed now. */
function stageOf(part: Part, what: "parameters" | "series"): Stage {
  return part.size <= SMALL_PART && what === "parameters" ? "both" : what;
}

/** Times of changes are kept in whole seconds: what changed about when it was read may have changed again after that. */
const UNCERTAIN = 2000;

function isSame(record: PartRecord, part: Part): boolean {
  const { size, modified, changed, inode } = record;
  if (size !== part.size || modified !== part.modified || changed !== part.changed || inode !== part.inode) {
    return false;
  }
  return record.read - changed >= UNCERTAIN || footerOf(part) === record.footer;
}

/** As it is recorded: 0 where there is no footer. */
function footerOf(part: Part): number {
  try {
    using file = new ParquetFile(part.path, part.size);
    return file.footerChecksum;
  } catch (error) {
    damageReason(error);
    return 0;
  }
}

function* together(parts: readonly Part[]): Generator<Part[]> {
  let some: Part[] = [], bytes = 0;
  for (const part of parts) {
    some.push(part);
    bytes += part.size;
    if (some.length < PARTS_TOGETHER && bytes < BYTES_TOGETHER) continue;
    yield some;
    [some, bytes] = [[], 0];
  }
  if (some.length > 0) yield some;
}

function joined(pieces: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function digest(path: string): string {
  const bytes = blake2b(new TextEncoder().encode(path), { dkLen: 16 });
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function filesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch {
    return [];
  }
}

function rename(path: string, name: string): void {
  try {
    Deno.renameSync(path, name);
  } catch {
    // Somebody else has put it together with others, too.
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Not there, or not ours.
  }
}
