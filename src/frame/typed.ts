/**
 * Frames whose columns the compiler knows.
 *
 * `nodejs-polars` types the names of columns, but not what times, lists and structs are in JavaScript. These types say both, and
 * are frames of that package all the same.
 *
 * @module
 */

/**
 * A Polars frame, the type `DataFrame` of `nodejs-polars`, whose columns are those of `Row`: a name that is none of them does not
 * compile. Without `Row`, any columns.
 *
 * It has a name of its own, and takes that package by `import()`, so that documentation needs not hold all of that package.
 */
// deno-lint-ignore no-explicit-any
export type Frame<Row extends object = any> = unknown extends Row
  ? ReturnType<(typeof import("nodejs-polars"))["default"]["readParquet"]>
  // Polars takes every text for the name of a column, too.
  :
    & TypedFrame<Row>
    & Omit<ReturnType<(typeof import("nodejs-polars"))["default"]["readParquet"]>, "getColumn" | "select">;

/** A lazy Polars frame: the type `LazyDataFrame` of `nodejs-polars`. Nothing is read before its `collect()`. */
export type LazyFrame = ReturnType<Frame["lazy"]>;

/** A column of a frame: the type `Series` of `nodejs-polars`. */
export type FrameColumn<Value> = TypedColumn<Value> & ReturnType<Frame["toSeries"]>;

/** What reads the values of a column. */
export interface TypedColumn<Value> {
  /** All values. */
  toArray(): Value[];
  /** The value of one row, from 0; undefined where there is no such row. */
  get(row: number): Value | undefined;
  /** The values one by one. */
  values(): IterableIterator<Value>;
  /** The values one by one. */
  [Symbol.iterator](): IterableIterator<Value>;
}

/** The methods of a frame that know its columns. All others are those of `nodejs-polars`. */
export interface TypedFrame<Row extends object> {
  /** One column. */
  getColumn<Name extends keyof Row & string>(name: Name): FrameColumn<Row[Name]>;
  /** All rows as objects. */
  toRecords(): Row[];
  /** All columns as arrays, by name. */
  toObject(): { [Name in keyof Row]: Row[Name][] };
  /** Some of the columns, in this order. */
  select<Name extends keyof Row & string>(...names: Name[]): Frame<Pick<Row, Name>>;
  /** Columns, or what Polars expressions make of them. */
  select(...columns: ((keyof Row & string) | ReturnType<(typeof import("nodejs-polars"))["default"]["col"]>)[]): Frame;
  /** The frame without one column. */
  drop<Name extends keyof Row & string>(name: Name): Frame<Omit<Row, Name>>;
  /** The frame without some of its columns. */
  drop<Name extends keyof Row & string>(names: Name[]): Frame<Omit<Row, Name>>;
  /** The rows that a Polars expression holds for. */
  filter(predicate: unknown): Frame<Row>;
  /** The rows that a Polars expression holds for. */
  where(predicate: unknown): Frame<Row>;
  /** The first rows. */
  head(length?: number): Frame<Row>;
  /** The last rows. */
  tail(length?: number): Frame<Row>;
  /** The first rows. */
  limit(length?: number): Frame<Row>;
  /** Rows from the middle. */
  slice(offset: number, length: number): Frame<Row>;
  /** The rows in reverse order. */
  reverse(): Frame<Row>;
  /** The same frame once more. */
  clone(): Frame<Row>;
}
