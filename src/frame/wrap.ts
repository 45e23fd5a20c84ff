import { jupyterDisplay } from "../kernel.ts";
/**
 * Polars objects that keep our display, that no name of a column can break, and whose columns can be read by `get`.
 *
 * `nodejs-polars` looks for columns before it looks for its own methods, so that a column called `lazy` takes the method `lazy`
 * from all others. Its `get` knows few types: it throws for times and truth values, and cuts ints to 32 bits; its `getIndex` knows
 * all of them.
 *
 * @module
 */

import pl, { type DataFrame, type Series } from "nodejs-polars";
import { didYouMean, suggest } from "../suggest.ts";

/** How a frame shows itself. */
export interface Display {
  /** In a notebook. */
  page: (frame: DataFrame) => unknown;
  /** What a person has to know to read it, one sentence each. */
  notes: readonly string[];
}

const inspect = Symbol.for("nodejs.util.inspect.custom");

/** The frame with `show` for its display, and for that of all frames made from it: also a lazy one, whose display is its frame's. */
export function wrap<T extends object>(frame: T, show: Display): T {
  return adopt(frame, show) as T;
}

/** The same frame, whose methods no name of a column can take away. */
export function methodsFirst(frame: DataFrame): DataFrame {
  // Whatever the columns are called, their names are the keys of a frame.
  const names = Reflect.ownKeys(frame) as string[];
  Object.defineProperty(frame, "columns", { get: () => hideMembers(names), configurable: true });
  // Polars makes new objects around this one, and asks it for the names.
  const inner = innerOf(frame);
  const { get, set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(inner), "columns")!;
  Object.defineProperty(inner, "columns", { get: () => hideMembers(get!.call(inner)), set, configurable: true });
  Object.defineProperty(frame, "columns", {
    get: () => inner.columns,
    set: (names) => inner.columns = names,
    configurable: true,
  });
  return frame;
}

/** The native frame, of which `nodejs-polars` says nothing in its types. */
interface Inner {
  columns: string[];
  rename(name: string, other: string, strict: boolean): void;
}

function innerOf(frame: DataFrame): Inner {
  return (frame as unknown as { inner(): Inner }).inner();
}

/** Names in which no member of a frame is found. */
function hideMembers(names: string[]): string[] {
  return Object.defineProperty(names, "includes", {
    value: (name: string) => !isMember(name) && Array.prototype.includes.call(names, name),
    configurable: true,
  });
}

const bare = pl.DataFrame({});

/** Tells whether frames have a method or property of this name. Numbers are rows, which a frame without any does not have. */
function isMember(name: string): boolean {
  return Number.isNaN(Number(name)) && Reflect.get(bare, name) !== undefined;
}

/** What stands in for members of an object: how to read each. */
type Members = Map<PropertyKey, () => unknown>;

function adopt(value: unknown, show: Display): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Promise) return value.then((result) => adopt(result, show));
  if (Array.isArray(value)) return isPolars(value[0]) ? value.map((one) => adopt(one, show)) : value;
  switch (kindOf(value)) {
    case "DataFrame":
      return wrapFrame(value as DataFrame, show);
    case "Series":
      return wrapSeries(value as Series, show);
    case "LazyDataFrame":
    case "GroupBy":
      return facade(value, show, { members: new Map() });
    default:
      return value;
  }
}

function isPolars(value: unknown): boolean {
  return typeof value === "object" && value !== null && kindOf(value) !== null;
}

function kindOf(value: object): string | null {
  const tag = Reflect.get(value, Symbol.toStringTag);
  if (tag === "DataFrame" || tag === "LazyDataFrame") return tag;
  if (pl.Series.isSeries(value)) return "Series";
  return typeof Reflect.get(value, "agg") === "function" ? "GroupBy" : null;
}

function wrapFrame(frame: DataFrame, show: Display): DataFrame {
  methodsFirst(frame);
  const columns = () => Array.from(frame.columns);
  const row = (at: number) => wrapped.getColumns().map((column) => column.get(at));
  const rows = () => rowsOf(wrapped);
  const records = () => rows().map((row) => Object.fromEntries(columns().map((name, i) => [name, row[i]])));
  const wrapped: DataFrame = facade(frame, show, {
    members: new Map<PropertyKey, () => unknown>([
      [jupyterDisplay, () => () => show.page(wrapped)],
      ["columns", columns],
      // A column called `__proto__` would get lost on the way into a plain object.
      ["schema", () => Object.fromEntries(frame.getColumns().map(({ name, dtype }) => [name, dtype]))],
      ["row", () => row],
      ["rows", () => rows],
      ["map", () => (change: (row: unknown[]) => unknown) => rows().map(change)],
      ["toRecords", () => records],
      ["toJSON", () => records],
      ["toObject", () => () => Object.fromEntries(wrapped.getColumns().map((one) => [one.name, one.toArray()]))],
      ["rename", () => (to: Record<string, string>, strict?: boolean) => wrapFrame(renamed(frame, to, strict), show)],
      [Symbol.iterator, () => () => wrapped.getColumns().values()],
    ]),
    keys: columns,
    value: (name) => frame.getColumn(name as string),
    at: row,
    text: () => [String(frame), ...show.notes].join("\n"),
    failed: (error) => withCloseNames(error, columns()),
  });
  return wrapped;
}

/** The same error; where Polars only says which column it does not find, with those that may have been meant. */
function withCloseNames(error: unknown, columns: string[]): unknown {
  if (!(error instanceof Error)) return error;
  const { message, stack } = error;
  const name = /^not found: "(.*)" not found$/s.exec(message)?.[1];
  const hint = name === undefined ? "" : didYouMean(suggest(name, columns));
  if (hint === "") return error;
  error.message = `${message}.${hint}`;
  error.stack = stack?.replace(message, () => error.message);
  return error;
}

/** The rows. Those of Polars fail on structs that begin in the middle of a frame. */
function rowsOf(frame: DataFrame): unknown[][] {
  const columns = frame.getColumns().map((column) => column.toArray() as unknown[]);
  return Array.from({ length: frame.height }, (_, row) => columns.map((column) => column[row]));
}

function renamed(frame: DataFrame, to: Record<string, string>, strict = true): DataFrame {
  const copy = methodsFirst(frame.clone());
  for (const [name, other] of Object.entries(to)) innerOf(copy).rename(name, other, strict);
  return copy;
}

function wrapSeries(series: Series, show: Display): Series {
  const at = (row: number) =>
    Number.isInteger(row) && row >= 0 && row < series.length ? series.getIndex(row) : undefined;
  const members: Members = new Map<PropertyKey, () => unknown>([
    ["get", () => at],
    ["getIndex", () => at],
    ["toJSON", () => () => Array.from(series)],
    ...["str", "list", "dt", "struct"].map((name) =>
      [name, () => facade(Reflect.get(series, name), show, { members: new Map() })] as const
    ),
  ]);
  // Its own has a struct of nulls in place of null.
  if (series.dtype.variant === "Struct") members.set("toArray", () => () => Array.from(series));
  return facade(series, show, { members, at });
}

/** In what an object differs from the one behind it. */
interface Differences {
  members: Members;
  /** What `console.log` shows. */
  text?: () => string;
  /** What is behind a number. */
  at?: (row: number) => unknown;
  /** What keys there are, and what is behind each; by default those of the object. */
  keys?: () => PropertyKey[];
  value?: (key: PropertyKey) => unknown;
  /** What is thrown where one of its methods throws this. */
  failed?: (error: unknown) => unknown;
}

/** An object like `thing` whose methods give frames with our display. */
function facade<T extends object>(
  thing: T,
  show: Display,
  {
    members,
    text = () => String(thing),
    at,
    keys = () => Reflect.ownKeys(thing),
    value = (key) => Reflect.get(thing, key),
    failed = (error) => error,
  }: Differences,
): T {
  const read = (key: PropertyKey) => {
    const member = members.get(key);
    if (member) return member();
    if (at && typeof key === "string" && /^\d+$/.test(key) && !keys().includes(key)) return at(Number(key));
    const found = Reflect.get(thing, key, thing);
    if (typeof found !== "function") return adopt(found, show);
    return (...args: unknown[]) => {
      try {
        return adopt(Reflect.apply(found, thing, args), show);
      } catch (error) {
        throw failed(error);
      }
    };
  };
  // What prints objects looks at the target of a proxy.
  const target = { [inspect]: text } as unknown as T;
  return new Proxy(target, {
    get: (_, key) => read(key),
    set: (_, key, value) => Reflect.set(thing, key, value),
    has: (_, key) => members.has(key) || Reflect.has(thing, key),
    ownKeys: () => keys() as (string | symbol)[],
    getOwnPropertyDescriptor: (_, key) =>
      keys().includes(key)
        ? { value: adopt(value(key), show), writable: true, enumerable: true, configurable: true }
        : undefined,
  });
}
