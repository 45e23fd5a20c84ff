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
import { pauseNowAndThen } from "../../async/pause.ts";
import { concat } from "../../columns.ts";
import { tidyUp } from "../../memory.ts";
import type { CallOptions } from "../../source.ts";
import type { Folder, Part } from "../disk/layout.ts";
import { damageReason } from "../parquet/damage.ts";
import { ParquetFile } from "../parquet/file.ts";
import { mergeSegments } from "./segments/merge.ts";
import { type PartColumns, Stage } from "./segments/segment.ts";
import { readSegments, type SegmentRead, type SegmentWorkersFor } from "./read_segments.ts";
import { encodeSegment, REPLACED, StoredSegment } from "./segments/stored.ts";

/** A segment, and which of its parts still are as it says. */
export interface LiveSegment {
  segment: StoredSegment;
  /** Where each of its parts is in the folder; -1: what the segment says of it no longer counts. */
  places: Int32Array;
  /** What the segment has of each of its parts (a {@linkcode Stage}); 0: nothing, as it cannot be read. */
  stages: Uint8Array;
}

/** A segment with what it notes of its parts. */
interface PlacedSegment {
  segment: StoredSegment;
  noted: PartColumns;
  /** Where each of its parts is in the folder; -1: what the segment says of it does not count. */
  places: Int32Array;
}

/** How a folder is indexed. */
export interface FolderIndexOptions {
  /** The folder for indexes, or null. */
  cache: string | null;
  /** The index of the same folder before it was looked at again. */
  earlier?: FolderIndex;
  /** Web Workers that read parts. Default: none. */
  workers?: SegmentWorkersFor;
  signal?: AbortSignal;
}

/** What can be read of a part by itself. */
type What = "parameters" | "series";

/** Which segment tells of each part of the folder, and under which number. */
interface Holders {
  segments: (LiveSegment | undefined)[];
  numbers: Uint32Array;
}

/** Parts up to this size are read as a whole at once: opening them is most of the work. */
const SMALL_PART = 1 << 20;
/** More segments than that are put together. */
const MOST_SEGMENTS = 8;
/** Segments that were put together with others may still be read by another process; milliseconds. */
const KEPT_AFTER = 3_600_000;
/** After so many parts it is seen whether others should have their turn. */
const SOME = 256;

/** The index of one project folder. */
export class FolderIndex {
  readonly folder: Folder;
  readonly #cache: string | null;
  readonly #workers: SegmentWorkersFor | null;
  #segments: LiveSegment[] = [];
  #holders: Record<What, Holders>;
  /** Parts whose columns are not those of the exporter. */
  readonly #unlike = new Set<Part>();
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(folder: Folder, { cache, workers }: FolderIndexOptions) {
    this.folder = folder;
    this.#holders = noHolders(folder);
    this.#cache = cache === null ? null : `${cache}/index-${digest(folder.store.identity(folder.path))}`;
    this.#workers = workers ?? null;
  }

  /** Opens the index of a folder, with what is known of its parts already. */
  static async open(folder: Folder, options: FolderIndexOptions): Promise<FolderIndex> {
    const { cache, earlier, signal } = options;
    const index = new FolderIndex(folder, options);
    if (cache !== null) await index.#load(signal);
    else for (const { segment } of earlier?.segments ?? []) index.#take(await index.#compare(segment, true, signal));
    return index;
  }

  /** Newest last. */
  get segments(): readonly LiveSegment[] {
    return this.#segments;
  }

  /** The projects whose runs the parts hold. A file that does not name its project is its folder's. */
  projects(): Set<string> {
    const found = new Set<string>();
    for (const live of this.#segments) {
      const { segment } = live, { part, project } = segment.entries;
      for (let entry = 0; entry < part.length; entry++) {
        if (isTold(live, part[entry])) found.add(segment.projects[project[entry]] ?? this.folder.name);
      }
    }
    return found;
  }

  /** How many bytes the index takes. */
  get bytes(): number {
    return this.#segments.reduce((sum, { segment }) => sum + segment.bytes, 0);
  }

  /** The checksums of the footers of parts, as they were read, by their places in the folder; 0: it is not known. */
  footers(): Uint32Array {
    const found = new Uint32Array(this.folder.parts.length);
    for (const { segment, places } of this.#segments) {
      const { footer } = segment.parts();
      places.forEach((place, number) => {
        if (place >= 0) found[place] = footer[number];
      });
    }
    return found;
  }

  /** Tells whether the columns of a part are those of the exporter. */
  isAlike(part: Part): boolean {
    return part.folder === this.folder && this.#holds(part, "parameters") && !this.#unlike.has(part);
  }

  /**
   * Makes sure that the parameters of parts are in the index, or their series.
   *
   * @param onProgress Told how many parts have been read.
   */
  async ensure(parts: readonly Part[], what: What, options: CallOptions): Promise<void> {
    const isMissing = (part: Part) => part.damage === null && !this.#holds(part, what);
    if (!parts.some(isMissing)) return;
    // One after the other: what two calls ask for is read once.
    const work = this.#queue.then(() => this.#readAll(parts.filter(isMissing), what, options));
    this.#queue = work.catch(() => {});
    await work;
  }

  #holds({ place }: Part, what: What): boolean {
    return this.#holders[what].segments[place] !== undefined;
  }

  async #readAll(parts: Part[], what: What, { signal, onProgress }: CallOptions): Promise<void> {
    const started = Date.now(), first = this.#segments.length;
    const jobs = parts.map((part) => ({ part, stage: stageOf(part, what) }));
    const found = readSegments(jobs, {
      owner: this.folder.path,
      room: MOST_SEGMENTS - first,
      workers: this.#workers,
      signal,
      onProgress: (by) => onProgress?.(by, parts.length),
    });
    // In the order of the parts, whichever was there first: of what two segments say of a run, the first counts.
    const there: number[] = [];
    for await (const { parts, number, pieces, threads } of found) {
      const segment = await this.#store(pieces, started, number);
      const place = there.filter((other) => other < number).length;
      there.push(number);
      this.#take(placed(segment, Int32Array.from(parts, (part) => part.place)), first + place);
      tidyUp(threads);
    }
    if (this.#segments.length > MOST_SEGMENTS) await this.#merge();
  }

  /**
   * Keeps a segment in the cache folder; where that fails, in memory. Is not aborted, as reading it anew would take longer.
   *
   * @param since When reading began, in milliseconds since the epoch. Segments are ordered by this and by their numbers.
   */
  async #store(pieces: SegmentRead["pieces"], since = Date.now(), number = 0): Promise<StoredSegment> {
    const pause = pauseNowAndThen();
    if (this.#cache !== null) {
      const order = `${String(since).padStart(15, "0")}-${String(number).padStart(6, "0")}`;
      const path = `${this.#cache}/${order}-${crypto.randomUUID()}`;
      try {
        Deno.mkdirSync(this.#cache, { recursive: true });
        {
          using file = Deno.openSync(`${path}.tmp`, { write: true, createNew: true });
          for (const piece of pieces()) {
            for (let at = 0; at < piece.length;) at += file.writeSync(piece.subarray(at));
            await pause();
          }
        }
        Deno.renameSync(`${path}.tmp`, `${path}.segment`);
        return await StoredSegment.in(`${path}.segment`);
      } catch {
        // A read-only or full disk: the cache only saves time.
        remove(`${path}.tmp`);
      }
    }
    return StoredSegment.of(concat(Uint8Array, [...pieces()]));
  }

  async #merge(): Promise<void> {
    const before = this.#segments;
    const counts = (segment: number, part: number) => before[segment].places[part] >= 0;
    const merged = mergeSegments(before.map(({ segment }) => segment), counts);
    const places = before.flatMap(({ places }) => [...places.filter((place) => place >= 0)]);
    const stored = await this.#store(() => encodeSegment(merged, this.folder.path));
    for (const { segment } of before) if (segment.path) rename(segment.path, segment.path + REPLACED);
    this.#segments = [];
    this.#holders = noHolders(this.folder);
    this.#take(placed(stored, Int32Array.from(places)));
  }

  async #load(signal?: AbortSignal): Promise<void> {
    if (this.#cache === null) return;
    for (const name of filesIn(this.#cache).sort()) {
      const path = `${this.#cache}/${name}`;
      const isOld = !(Number(name.slice(0, 15)) > Date.now() - KEPT_AFTER);
      if (!name.endsWith(".segment")) {
        if (isOld) remove(path);
        continue;
      }
      try {
        const segment = await StoredSegment.in(path, signal);
        // What could not be read is looked at again: the disk, or who may read it, may have changed since.
        if (segment.owner === this.folder.path) this.#take(await this.#compare(segment, false, signal));
      } catch {
        signal?.throwIfAborted();
        // Spoilt, of another version, or removed just now: the archive itself has all of it.
        if (isOld) remove(path);
      }
    }
    const isAlive = ({ places }: LiveSegment) => places.some((place) => place >= 0);
    for (const { segment } of this.#segments.filter((one) => !isAlive(one))) {
      if (segment.path) rename(segment.path, segment.path + REPLACED);
    }
    this.#segments = this.#segments.filter(isAlive);
    if (this.#segments.length > MOST_SEGMENTS) await this.#merge();
  }

  /**
   * Finds the parts of a segment that still are as it says.
   *
   * @param keepsDamaged Whether what could not be read then counts as damaged now.
   */
  async #compare(segment: StoredSegment, keepsDamaged: boolean, signal?: AbortSignal): Promise<PlacedSegment> {
    const noted = segment.parts(), { name, damage } = noted;
    const { parts } = this.folder, places = placesOf(name, parts);
    const pause = pauseNowAndThen(signal);
    for (let number = 0; number < name.length; number++) {
      if (number % SOME === 0) await pause();
      if (places[number] < 0) continue;
      const counts = (keepsDamaged || damage[number] === null) && isSame(noted, number, parts[places[number]]);
      if (!counts) places[number] = -1;
    }
    return { segment, noted, places };
  }

  /** Takes a segment in, at once: what earlier ones say of the same parts no longer counts. */
  #take({ segment, noted: { stage, alike, damage }, places }: PlacedSegment, at = this.#segments.length): void {
    const stages = stage.map((one, number) => damage[number] === null ? one : 0);
    const live: LiveSegment = { segment, places, stages };
    for (let number = 0; number < places.length; number++) {
      const place = places[number];
      if (place < 0) continue;
      const part = this.folder.parts[place];
      for (const what of ["parameters", "series"] as const) {
        const { segments, numbers } = this.#holders[what];
        if ((stage[number] & Stage[what]) === 0) continue;
        const before = segments[place];
        if (before) before.places[numbers[place]] = -1;
        segments[place] = live;
        numbers[place] = number;
      }
      for (const { segments, numbers } of [this.#holders.parameters, this.#holders.series]) {
        // Of a part that was read again, what the earlier segment said of the other half is gone, too.
        if (segments[place]?.places[numbers[place]] === -1) segments[place] = undefined;
      }
      if (alike[number] === 1) this.#unlike.delete(part);
      else this.#unlike.add(part);
      part.damage = damage[number];
    }
    this.#segments.splice(at, 0, live);
  }
}

function placed(segment: StoredSegment, places: Int32Array): PlacedSegment {
  return { segment, noted: segment.parts(), places };
}

/** Tells whether a part of a segment still is as it says, and its parameters could be read. */
export function isTold({ places, stages }: LiveSegment, part: number): boolean {
  return places[part] >= 0 && (stages[part] & Stage.parameters) !== 0;
}

function noHolders({ parts }: Folder): Record<What, Holders> {
  const none = () => ({ segments: new Array(parts.length).fill(undefined), numbers: new Uint32Array(parts.length) });
  return { parameters: none(), series: none() };
}

/** Where parts with these names are in a folder; -1: it has none. Both are mostly in the same order. */
function placesOf(names: readonly (string | null)[], parts: readonly Part[]): Int32Array {
  let byName: Map<string, number> | null = null;
  let next = 0;
  return Int32Array.from(names, (name) => {
    if (parts[next]?.name !== name) {
      byName ??= new Map(parts.map((part, place) => [part.name, place]));
      next = byName.get(name!) ?? -1;
    }
    return next < 0 ? next : next++;
  });
}

/** Small parts are read as a whole, so are those of which the rest is needed now. */
function stageOf(part: Part, what: What): Stage {
  return part.size <= SMALL_PART && what === "parameters" ? Stage.both : Stage[what];
}

/** Times of changes are kept in whole seconds: what changed about when it was read may have changed again after that. Objects have none. */
const UNCERTAIN = 2000;

function isSame({ size, modified, changed, inode, footer, read }: PartColumns, number: number, part: Part): boolean {
  const isAlike = size[number] === part.size && modified[number] === part.modified &&
    changed[number] === part.changed && inode[number] === part.inode;
  return isAlike && (read[number] - changed[number] >= UNCERTAIN || footerOf(part) === footer[number]);
}

/** As it is recorded: 0 where there is no footer. */
function footerOf(part: Part): number {
  try {
    using file = new ParquetFile(part.folder.store.open(part));
    return file.footerChecksum;
  } catch (error) {
    damageReason(error);
    return 0;
  }
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
