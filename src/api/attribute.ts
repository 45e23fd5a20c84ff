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
import { giveBack } from "../frame/points.ts";
import type { PointRow } from "../frame/rows.ts";
import type { Frame } from "../frame/typed.ts";
import { FLAG, oneOf, orNull, STEP_RANGE } from "../options/kinds.ts";
import { checkOptions, declare, optional } from "../options/options.ts";
import { publicCall } from "../progress/call.ts";
import { CALL, LONG_CALL, longCall, type LongCallOptions } from "../progress/show.ts";
import type { RunReader } from "./reader.ts";
import {
  ATTRIBUTE_TYPES,
  type AttributeType,
  type FileRef,
  type Histogram,
  isFileType,
  isSeriesType,
  SERIES_TYPES,
  type SeriesType,
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
export interface FetchValuesOptions<
  Type extends SeriesType = SeriesType,
  Timestamp extends boolean = boolean,
  Previews extends boolean = boolean,
> extends LongCallOptions {
  /** The type that the series must have; then the column `value` is typed. Default: any. */
  type?: Type;
  /** Add the column `timestamp`. Default: true. */
  includeTimestamp?: Timestamp;
  /** Include the points that a forked run inherits from its ancestors. Default: true. */
  includeInherited?: boolean;
  /** Only steps in this range, both ends inclusive; null leaves an end open. Default: all steps. */
  stepRange?: StepRange | null;
  /**
   * Include preview points, and add the columns `is_preview` and `preview_completion` (0 to 1). Default: false. Archives
   * hold no previews.
   */
  includePointPreviews?: Previews;
}

const FETCH_VALUES = declare<FetchValuesOptions>()({
  ...LONG_CALL,
  type: optional(oneOf(...SERIES_TYPES)),
  includeTimestamp: optional(FLAG, true),
  includeInherited: optional(FLAG, true),
  stepRange: optional(orNull(STEP_RANGE), null),
  includePointPreviews: optional(FLAG, false),
});

/** What {@linkcode Attribute.fetch} gives for each type. */
export interface AttributeValues {
  /** A bigint beyond 2^53. */
  int: number | bigint;
  /** NaN and infinities are values. */
  float: number;
  /** A text. */
  string: string;
  /** True or false. */
  bool: boolean;
  /** A time. */
  datetime: Date;
  /** For example tags. */
  string_set: Set<string>;
  /** The last value; null where there is no point. */
  float_series: number | null;
  /** The last line; null where there is no point. */
  string_series: string | null;
  /** The last histogram; null where there is no point. */
  histogram_series: Histogram | null;
  /** The last file; null where there is no point, or the file was lost. */
  file_series: RunFile | null;
  /** null: lost before or during the export. */
  file: RunFile | null;
  /** null: lost before or during the export. */
  file_set: RunFile | null;
  /** null: lost before or during the export. */
  artifact: RunFile | null;
  /** No API transmits it. */
  experiment_state: null;
}

/** Options of {@linkcode Attribute.fetch} and {@linkcode Attribute.fetchLast}. */
export interface FetchOptions<Type extends AttributeType = AttributeType> {
  /** The type that the attribute must have; then the value is typed. Default: any. */
  type?: Type;
  /** Ends the call when aborted. */
  signal?: AbortSignal;
}

const FETCH = declare<FetchOptions>()({ ...CALL, type: optional(oneOf(...ATTRIBUTE_TYPES)) });

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
   * The value; for a series its last value. Cached for the life of the run. With the option `type`, the value is of that type, or the
   * call throws `AttributeTypeError`.
   *
   * @example
   * ```ts
   * const attribute = run["parameters/init_lr"];
   * const type = await attribute.fetchType();
   * if (type === "float") console.log((await attribute.fetch({ type })).toFixed(3));
   * ```
   */
  async fetch<Type extends AttributeType>(options: FetchOptions<Type>): Promise<AttributeValues[Type]>;
  /** The value, as a type that you expect; that it has it is not checked: `await run["parameters/lr"].fetch<number>()`. */
  async fetch<T extends AttributeValue = AttributeValue>(options?: { signal?: AbortSignal }): Promise<T>;
  async fetch<Type extends AttributeType>(options: FetchOptions<Type> = {}): Promise<AttributeValue> {
    const { signal, type } = checkOptions("fetch", FETCH, options);
    const cell = await this.#cell(signal, (one) => one === type);
    this.#mustBe(type, cell.type, "fetch");
    return this.#open(cell);
  }

  /**
   * The last value of a series, in order of steps; null where it has no points. Throws `AttributeTypeError` for an
   * attribute that is no series, or not of the `type` that was asked for.
   */
  async fetchLast<Type extends SeriesType>(
    options: FetchOptions<Type>,
  ): Promise<AttributeValues[Type]>;
  /** The last value, as a type that you expect; that it has it is not checked. */
  async fetchLast<T extends AttributeValue = AttributeValue>(options?: { signal?: AbortSignal }): Promise<T>;
  async fetchLast(options: FetchOptions = {}): Promise<AttributeValue> {
    const { signal, type } = checkOptions("fetchLast", FETCH, options);
    const cell = await this.#cell(signal, type === undefined ? isSeriesType : (one) => one === type);
    this.#mustBe(type, cell.type, "fetchLast");
    if (!isSeriesType(cell.type)) {
      throw new AttributeTypeError(
        `"${this.path}" is of type ${cell.type}, which has a single value: use fetch() instead of fetchLast().`,
        { path: this.path, type: cell.type, method: "fetchLast", use: ["fetch"] },
      );
    }
    return this.#open(cell);
  }

  /**
   * The points of a series as a Polars frame, one row per point, ascending by step.
   *
   * Columns: `step` (f64); `value` (f64; string; a struct `{ type, edges, values }` for histograms; a struct
   * `{ path, size, mime_type }` for files, which {@linkcode ReadOnlyRun.file} opens); `timestamp` (datetime in ms, UTC); with
   * `includePointPreviews` also `is_preview` and `preview_completion`. NaN stays NaN.
   *
   * Throws `AttributeTypeError` for an attribute that is no series, or not of the `type` that was asked for.
   */
  async fetchValues<
    // deno-lint-ignore no-explicit-any
    Type extends SeriesType = any,
    Timestamp extends boolean = true,
    Previews extends boolean = false,
  >(
    options: FetchValuesOptions<Type, Timestamp, Previews> = {},
  ): Promise<Frame<PointRow<Type, Timestamp, Previews>>> {
    const asked = checkOptions("fetchValues", FETCH_VALUES, options);
    return await longCall(asked, { description: this.path, unit: "point" }, async (call) => {
      const { stepRange, includeInherited: inherited, includePointPreviews: previews } = asked;
      const query = { stepRange: stepRange ?? [null, null] as const, inherited, previews, ...call };
      const points = await this.#reader.points(this.path, query, asked.type);
      this.#mustBe(asked.type, `${points.values.kind}_series`, "fetchValues");
      const { source, info } = await this.#reader.locate(call.signal);
      const frame = pointsFrame(points, { timestamp: asked.includeTimestamp, previews });
      giveBack(points);
      return withDisplay<PointRow<Type, Timestamp, Previews>>(frame, source.leftOut?.(info.key));
    });
  }

  #mustBe(wanted: AttributeType | undefined, type: AttributeType, method: string): void {
    if (wanted === undefined || wanted === type) return;
    throw new AttributeTypeError(`"${this.path}" is of type ${type}, not ${wanted}, as ${method}() was asked for.`, {
      path: this.path,
      type,
      method,
      use: [],
    });
  }

  async #cell(signal?: AbortSignal, fits?: (type: AttributeType) => boolean): Promise<Cell> {
    return await publicCall(signal, (signal) => this.#reader.cell(this.path, signal, fits));
  }

  #open({ type, value }: Cell): AttributeValue {
    if (value === null || !(isFileType(type) || type === "file_series")) return value as AttributeValue;
    return new RunFile(value as FileRef, async (signal) => (await this.#reader.locate(signal)).source);
  }

  /** What a notebook shows: the value, or the points of a series as a chart, a log, a heat map or a strip of images. */
  async [jupyterDisplay](): Promise<MediaBundle> {
    const { showAttribute } = await import("./page/attribute.ts");
    return await showAttribute(this.#reader, this.path);
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
