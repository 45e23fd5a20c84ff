/**
 * One attribute of one run.
 *
 * @module
 */

import type { Cell } from "../frame/cell.ts";
import { jupyterDisplay, type MediaBundle } from "../display/bundle.ts";
import { withDisplay } from "../display/frame.ts";
import { AttributeTypeError, printable } from "../errors.ts";
import { RunFile } from "./file.ts";
import { pointsFrame } from "../frame/frame.ts";
import type { Frame } from "../frame/typed.ts";
import { showAttribute } from "./page/attribute.ts";
import { FLAG, orNull, STEP_RANGE } from "../options/kinds.ts";
import { checkOptions, declare, optional } from "../options/options.ts";
import { publicCall } from "../progress/call.ts";
import { CALL, LONG_CALL, longCall, type LongCallOptions } from "../progress/show.ts";
import type { RunReader } from "./reader.ts";
import {
  type AttributeType,
  type FileRef,
  type Histogram,
  isFileType,
  isSeriesType,
  type StepRange,
} from "../types.ts";

const inspect = Symbol.for("Deno.customInspect");

/**
 * The value of an attribute: `number` for floats and ints (`bigint` for ints beyond 2^53), `string`, `boolean`, `Date`,
 * `Set<string>` for tags, {@linkcode RunFile} for files, {@linkcode Histogram} for the last point of a histogram series.
 * null: a series without points, a file that was lost before the export, a state that the API does not transmit.
 */
export type AttributeValue = number | bigint | string | boolean | Date | Set<string> | RunFile | Histogram | null;

/** Options of {@linkcode Attribute.fetchValues}. */
export interface FetchValuesOptions extends LongCallOptions {
  /** Add the column `timestamp`. Default: true. */
  includeTimestamp?: boolean;
  /** Include the points that a forked run inherits from its ancestors. Default: true. */
  includeInherited?: boolean;
  /** Only steps in this range, both ends inclusive; null leaves an end open. Default: all steps. */
  stepRange?: StepRange | null;
  /**
   * Include preview points, and add the columns `is_preview` and `preview_completion` (0 to 1). Default: false. Archives
   * hold no previews.
   */
  includePointPreviews?: boolean;
}

const FETCH_VALUES = declare<FetchValuesOptions>()({
  ...LONG_CALL,
  includeTimestamp: optional(FLAG, true),
  includeInherited: optional(FLAG, true),
  stepRange: optional(orNull(STEP_RANGE), null),
  includePointPreviews: optional(FLAG, false),
});

/** The reader of the run that an attribute belongs to. Set by the class, which alone can reach into an attribute. */
export let readerOf: (attribute: Attribute) => RunReader;

/**
 * One attribute of one run. Getting it from a run reads nothing; its methods do.
 *
 * @example
 * ```ts
 * const lr = await run["parameters/init_lr"].fetch();
 * const loss = await run["metrics/loss"].fetchValues({ stepRange: [100, null] });
 * ```
 */
export class Attribute {
  /** The full path, for example `metrics/loss`. */
  readonly path: string;
  readonly #reader: RunReader;

  /** Made by this module; see {@linkcode ReadOnlyRun.attribute}. */
  constructor(path: string, reader: RunReader) {
    this.path = path;
    this.#reader = reader;
  }

  static {
    readerOf = (attribute) => attribute.#reader;
  }

  /** The type of the attribute. Throws `AttributeNotFoundError` where the run has no such attribute. */
  async fetchType(options: { signal?: AbortSignal } = {}): Promise<AttributeType> {
    const { signal } = checkOptions("fetchType", CALL, options);
    return (await this.#cell(signal)).type;
  }

  /**
   * The value; for a series its last value. Cached for the life of the run.
   *
   * The type parameter is what you expect; it is not checked: `await run["parameters/lr"].fetch<number>()`.
   */
  async fetch<T extends AttributeValue = AttributeValue>(options: { signal?: AbortSignal } = {}): Promise<T> {
    const { signal } = checkOptions("fetch", CALL, options);
    return this.#open(await this.#cell(signal)) as T;
  }

  /**
   * The last value of a series, in order of steps; null where it has no points. Throws `AttributeTypeError` for an
   * attribute that is no series.
   */
  async fetchLast<T extends AttributeValue = AttributeValue>(options: { signal?: AbortSignal } = {}): Promise<T> {
    const { signal } = checkOptions("fetchLast", CALL, options);
    const cell = await this.#cell(signal);
    if (!isSeriesType(cell.type)) {
      throw new AttributeTypeError(
        `"${this.path}" is of type ${cell.type}, which has a single value: use fetch() instead of fetchLast().`,
        { path: this.path, type: cell.type, method: "fetchLast", use: ["fetch"] },
      );
    }
    return this.#open(cell) as T;
  }

  /**
   * The points of a series as a Polars frame, one row per point, ascending by step.
   *
   * Columns: `step` (f64); `value` (f64; string; a struct `{ type, edges, values }` for histograms; a struct
   * `{ path, size, mime_type }` for files, which {@linkcode ReadOnlyRun.file} opens); `timestamp` (datetime in ms, UTC); with
   * `includePointPreviews` also `is_preview` and `preview_completion`. NaN stays NaN.
   *
   * Throws `AttributeTypeError` for an attribute that is no series.
   */
  async fetchValues(options: FetchValuesOptions = {}): Promise<Frame> {
    const asked = checkOptions("fetchValues", FETCH_VALUES, options);
    return await longCall(asked, { description: this.path, unit: "point" }, async (call) => {
      const { stepRange, includeInherited: inherited, includePointPreviews: previews } = asked;
      const query = { stepRange: stepRange ?? [null, null] as const, inherited, previews, ...call };
      const points = await this.#reader.points(this.path, query);
      return withDisplay(pointsFrame(points, { timestamp: asked.includeTimestamp, previews }));
    });
  }

  async #cell(signal?: AbortSignal): Promise<Cell> {
    return await publicCall(signal, (signal) => this.#reader.cell(this.path, signal));
  }

  #open({ type, value }: Cell): AttributeValue {
    if (value === null || !(isFileType(type) || type === "file_series")) return value as AttributeValue;
    return new RunFile(value as FileRef, async (signal) => (await this.#reader.locate(signal)).source);
  }

  /** What a notebook shows: the value, or the points of a series as a chart, a log, a heat map or a strip of images. */
  [jupyterDisplay](): Promise<MediaBundle> {
    return showAttribute(this.#reader, this.path);
  }

  /** Its path, and its run where that is known. */
  toString(): string {
    const run = this.#reader.known ? ` of run ${this.#reader.known.info.sysId}` : "";
    return printable(`Attribute "${this.path}"${run}`);
  }

  /** What `JSON.stringify` writes: the path, and the run where it is known. */
  toJSON(): { path: string; run: string | null } {
    return { path: this.path, run: this.#reader.known?.info.sysId ?? null };
  }

  /** What `console.log` shows. */
  [inspect](): string {
    return `${this.toString()}\n  fetch() its value, fetchValues() the points of a series`;
  }
}
