/**
 * Operations on the attributes of one run, in their order, to what the run then holds.
 *
 * @module
 */

import { finding } from "../../archive/report/finding.ts";
import { type AttributeType, type PointKind, seriesTypeOf } from "../../types.ts";
import type { DiskContent, OwnSeries, Single, SingleType, Value } from "../content.ts";
import { type DropReason, SeriesBuilder, type SeriesRules } from "./series.ts";

/** Changes of a set, one after the other. */
interface SetState {
  /** Whether all of it is known; else it begins with what is on the server. */
  whole: boolean;
  added: Set<string>;
  removed: Set<string>;
  time: number;
}

/** Replays operations. Once an attribute has a type, operations of another type are dropped, as on the server. */
export class Replay {
  readonly #run: string;
  readonly #rules: SeriesRules;
  readonly #types = new Map<string, AttributeType>();
  readonly #singles = new Map<string, Single>();
  readonly #sets = new Map<string, SetState>();
  readonly #series = new Map<string, SeriesBuilder>();
  readonly #mismatches = new Map<string, { count: number; wanted: AttributeType }>();
  /** What was dropped of series that were cleared or deleted later. */
  readonly #lost = new Map<DropReason, number>();
  damage: DiskContent["damage"] = null;
  began: number | null = null;
  /** Where the files are that the operations name. */
  readonly files: DiskContent["files"] = new Map();
  /** Findings of the reader of the files, which are passed on. */
  readonly findings: DiskContent["findings"] = [];

  /**
   * @param run The id of the run, for messages.
   * @param rules How strict the server was.
   */
  constructor(run: string, rules: SeriesRules) {
    this.#run = run;
    this.#rules = rules;
  }

  /** The last value counts, whatever `time` says: operations come in the order in which they were queued. */
  assign(path: string, type: SingleType, value: Value, time: number): void {
    if (!this.#fits(path, type)) return;
    if (type === "string_set") {
      const added = new Set(value as string[]);
      this.#sets.set(path, { whole: true, added, removed: new Set(), time });
    } else this.#singles.set(path, { type, value, time });
  }

  /** Adds to a set and takes from it. */
  changeSet(path: string, { add = [], remove = [] }: { add?: string[]; remove?: string[] }, time: number): void {
    if (!this.#fits(path, "string_set")) return;
    let set = this.#sets.get(path);
    if (!set) this.#sets.set(path, set = { whole: false, added: new Set(), removed: new Set(), time });
    for (const one of add) {
      set.added.add(one);
      set.removed.delete(one);
    }
    for (const one of remove) {
      set.added.delete(one);
      set.removed.add(one);
    }
    set.time = time;
  }

  /** Empties a set. */
  clearSet(path: string, time: number): void {
    if (!this.#fits(path, "string_set")) return;
    this.#sets.set(path, { whole: true, added: new Set(), removed: new Set(), time });
  }

  /** The series to add points to; null where the attribute is something else, and the point is dropped. */
  series(path: string, kind: PointKind): SeriesBuilder | null {
    const known = this.#series.get(path);
    if (known !== undefined && known.kind === kind) return known;
    if (!this.#fits(path, seriesTypeOf(kind))) return null;
    const series = new SeriesBuilder(kind, this.#rules);
    this.#series.set(path, series);
    return series;
  }

  /** What an attribute that is one value holds now. */
  single(path: string): Single | undefined {
    return this.#singles.get(path);
  }

  /** Forgets an attribute; it may come again with another type. */
  delete(path: string): void {
    this.#types.delete(path);
    this.#singles.delete(path);
    this.#sets.delete(path);
    for (const [why, count] of this.#series.get(path)?.dropped ?? []) {
      this.#lost.set(why, (this.#lost.get(why) ?? 0) + count);
    }
    this.#series.delete(path);
  }

  finish(): DiskContent {
    const singles = new Map(this.#singles);
    for (const [path, { whole, added, removed, time }] of this.#sets) {
      singles.set(path, { type: "string_set", value: [...added], time, ...whole ? {} : { removed } });
    }
    const series = new Map<string, OwnSeries>();
    let before: OwnSeries | undefined;
    for (const [path, builder] of this.#series) {
      const one = builder.finish();
      // Metrics are mostly logged together: their steps and times are kept once, a third of the memory.
      if (before) {
        one.step = keptOnce(one.step, before.step);
        one.timestamp = keptOnce(one.timestamp, before.timestamp);
      }
      series.set(path, before = one);
    }
    const dropped = [...this.#series].map(([path, { dropped }]) => [path, dropped] as const);
    const findings = [
      ...this.findings,
      ...droppedFindings(this.#run, [...dropped, [null, this.#lost]]),
      ...[...this.#mismatches].map(([path, { count, wanted }]) =>
        finding(
          "warning",
          "type_mismatch",
          `"${path}" of run ${this.#run} is of type ${this.#types.get(path) ?? "another type"}: ` +
            (count === 1
              ? `1 later operation that would make it ${wanted} is left out, as the server refused it.`
              : `${count} later operations that would make it ${wanted} are left out, as the server refused them.`),
          { run: this.#run, attribute: path, count },
        )
      ),
    ];
    return { singles, series, files: this.files, findings, damage: this.damage, began: this.began };
  }

  #fits(path: string, type: AttributeType): boolean {
    const known = this.#types.get(path);
    if (known === undefined) this.#types.set(path, type);
    else if (known !== type) {
      const mismatch = this.#mismatches.get(path) ?? { count: 0, wanted: type };
      mismatch.count++;
      this.#mismatches.set(path, mismatch);
      return false;
    }
    return true;
  }
}

/** The other numbers where they are the same; the memory of these is given back at once. */
function keptOnce(numbers: Float64Array, other: Float64Array): Float64Array {
  if (numbers.length !== other.length) return numbers;
  for (let i = 0; i < numbers.length; i++) if (numbers[i] !== other[i]) return numbers;
  (numbers.buffer as ArrayBuffer).transfer(0);
  return other;
}

/** What became of one point, and of several. */
const REASONS: Record<DropReason, [severity: "info" | "warning", one: string, several: string]> = {
  duplicate: [
    "info",
    "point that was there already, with the same step and value, counts once",
    "points that were there already, with the same step and value, count once",
  ],
  conflict: [
    "warning",
    "point with another value at a step that has one is left out: the first one counts",
    "points with another value at a step that has one are left out: the first one counts",
  ],
  step: [
    "warning",
    "point with a step below the one before is left out, as the server refused it",
    "points with a step below the one before are left out, as the server refused them",
  ],
  time: [
    "warning",
    "point with a time before that of the point before is left out, as the server refused it",
    "points with a time before that of the point before are left out, as the server refused them",
  ],
  fork: [
    "warning",
    "point at or before the fork step is left out, as the server refused it",
    "points at or before the fork step are left out, as the server refused them",
  ],
  preview: [
    "info",
    "preview at or before a committed step is left out",
    "previews at or before a committed step are left out",
  ],
  no_step: ["warning", "point without a step is left out", "points without a step are left out"],
};

/** One finding for each attribute and reason. */
export function droppedFindings(
  run: string,
  dropped: Iterable<readonly [path: string | null, Map<DropReason, number>]>,
): DiskContent["findings"] {
  return [...dropped].flatMap(([path, reasons]) =>
    [...reasons].map(([why, count]) => {
      const [severity, one, several] = REASONS[why];
      const what = path === null ? `Attributes of run ${run} that were deleted` : `"${path}" of run ${run}`;
      return finding(severity, `dropped_${why}`, `${what}: ${count} ${count === 1 ? one : several}.`, {
        run,
        attribute: path,
        count,
      });
    })
  );
}
