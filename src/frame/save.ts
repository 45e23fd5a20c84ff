/**
 * Frames to files: CSV, Parquet, Arrow IPC.
 *
 * @module
 */

import pl, { type DataFrame, type DataType, type LazyDataFrame, type Series } from "nodejs-polars";
import { OptionError } from "../errors.ts";
import { makeWhole } from "../write/whole.ts";
import type { Frame } from "./typed.ts";
import { FRAME } from "./frame.ts";
import { methodsFirst } from "./wrap.ts";
import { FLAG, type Kind, oneOf, PATH, pathString } from "../options/kinds.ts";
import { checkArgument, checkOptions, declare, optional } from "../options/options.ts";

/** The kinds of file a frame can be saved as. `arrow` is Arrow's IPC file format, also known as Feather 2. */
export type FrameFormat = "csv" | "parquet" | "arrow";

/** The kind of a file. */
export const FRAME_FORMAT: Kind<FrameFormat> = oneOf("csv", "parquet", "arrow");

/** Options of {@linkcode saveFrame}. */
export interface SaveOptions {
  /** The kind of file. Default: by the extension: `.csv`, `.parquet`, `.arrow`, `.ipc`, `.feather`. */
  format?: FrameFormat;
  /** CSV: start with a byte-order mark, by which spreadsheet programs know that the text is UTF-8. Default: false. */
  bom?: boolean;
  /**
   * CSV: put an apostrophe before texts, and names of columns, that start with `=`, `+`, `-`, `@`, a tab or a line break: spreadsheet
   * programs take them for formulas, and what somebody logged would run on your machine. Numbers are left alone. Default: false, as
   * other programs read the apostrophe as part of the text.
   */
  spreadsheetSafe?: boolean;
}

const SAVE = declare<SaveOptions>()({
  format: optional(FRAME_FORMAT),
  bom: optional(FLAG, false),
  spreadsheetSafe: optional(FLAG, false),
});

/**
 * Saves a frame to a file, which appears under its name only when it is whole; a file of that name is replaced.
 *
 * In CSV, which has no nested columns, sets of strings, histograms and files are JSON texts, and times are ISO 8601 in UTC.
 * Parquet and Arrow files keep all types.
 *
 * @example
 * ```ts
 * await saveFrame(await project.fetchRunsDf({ columnsRegex: "^config/" }), "runs.csv", { bom: true });
 * ```
 *
 * @throws {OptionError} Neither the extension nor `format` tells the kind of file, or CSV cannot hold a column.
 * @throws {WriteError} The file cannot be written.
 */
export async function saveFrame(frame: Frame, path: string | URL, options: SaveOptions = {}): Promise<void> {
  checkArgument("saveFrame", "frame", FRAME, frame);
  const target = pathString(checkArgument("saveFrame", "path", PATH, path));
  const asked = checkOptions("saveFrame", SAVE, options);
  const format = formatOf(target, asked);
  await makeWhole(target, (part) => sink(storable(frame as DataFrame, format, asked).lazy(), part, format, asked));
}

/**
 * Saves frames that come one after another to one CSV or Arrow file, with one of them in memory at a time, and gives the number of
 * rows. The frames have the same columns; without any, `empty` says which.
 *
 * Until the file is whole, frames of an Arrow file wait in a temporary folder beside it.
 */
export async function saveFrames(
  frames: AsyncIterable<DataFrame>,
  empty: DataFrame,
  path: string,
  options: SaveOptions = {},
): Promise<number> {
  const format = formatOf(path, options);
  return await makeWhole(path, async (part) => {
    const folder = `${part}s`;
    await Deno.mkdir(folder);
    try {
      const write = format === "csv" ? appended : gathered;
      return await write(frames, empty, { part, folder, format, options });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** Where frames go that come one after another. */
interface Target {
  part: string;
  /** For what is not whole. */
  folder: string;
  format: FrameFormat;
  options: SaveOptions;
}

/** CSV: the lines of each frame are put behind those of the one before. */
async function appended(
  frames: AsyncIterable<DataFrame>,
  empty: DataFrame,
  { part, folder, options }: Target,
): Promise<number> {
  await sink(storable(empty, "csv", options).lazy(), part, "csv", options);
  const piece = `${folder}/piece.csv`;
  let rows = 0;
  for await (const frame of frames) {
    await sink(storable(frame, "csv", options).lazy(), piece, "csv", {}, false);
    using from = await Deno.open(piece);
    using to = await Deno.open(part, { append: true });
    await from.readable.pipeTo(to.writable, { preventClose: true });
    rows += frame.height;
  }
  return rows;
}

async function gathered(
  frames: AsyncIterable<DataFrame>,
  empty: DataFrame,
  { part, folder, format, options }: Target,
): Promise<number> {
  const pieces: string[] = [];
  let rows = 0;
  for await (const frame of frames) {
    const piece = `${folder}/${pieces.length}.arrow`;
    storable(frame, format, options).writeIPC(piece, { compression: "lz4" });
    pieces.push(piece);
    rows += frame.height;
  }
  const all = pieces.length === 0
    ? storable(empty, format, options).lazy()
    : pl.concat(pieces.map((piece) => pl.scanIPC(piece)));
  await sink(all, part, format, options);
  return rows;
}

const EXTENSIONS: ReadonlyMap<string, FrameFormat> = new Map(Object.entries({
  csv: "csv",
  parquet: "parquet",
  arrow: "arrow",
  ipc: "arrow",
  feather: "arrow",
}));

/** What a file is to be, by its name where nobody says it. */
export function formatOf(path: string, { format }: SaveOptions): FrameFormat {
  if (format !== undefined) return format;
  const known = EXTENSIONS.get(/\.(\w+)$/.exec(path)?.[1].toLowerCase() ?? "");
  if (known) return known;
  throw new OptionError(
    `The file name ${
      JSON.stringify(path)
    } does not say how to write it: end it in .csv, .parquet or .arrow, or pass format.`,
    { option: "path", value: path },
  );
}

/** Polars holds several row groups in memory while it writes them. */
const ROW_GROUP_ROWS = 100_000;

async function sink(
  rows: LazyDataFrame,
  path: string,
  format: FrameFormat,
  { bom = false }: SaveOptions,
  includeHeader = true,
): Promise<void> {
  const sinks: Record<FrameFormat, () => LazyDataFrame> = {
    csv: () =>
      rows.sinkCSV(path, {
        includeHeader,
        includeBom: bom,
        datetimeFormat: "%Y-%m-%dT%H:%M:%S%.3fZ",
        maintainOrder: true,
      }),
    parquet: () => rows.sinkParquet(path, { compression: "zstd", maintainOrder: true, rowGroupSize: ROW_GROUP_ROWS }),
    arrow: () => rows.sinkIpc(path, { maintainOrder: true }),
  };
  await sinks[format]().collect();
}

/** The frame as the format can hold it: CSV has no nested columns, they become JSON texts. */
function storable(frame: DataFrame, format: FrameFormat, { spreadsheetSafe = false }: SaveOptions): DataFrame {
  const rows = methodsFirst(frame);
  if (format !== "csv") return rows;
  // Column by column: in an expression, a name like `*` would stand for all of them.
  const columns = rows.getColumns().map((column) => csvColumn(column, spreadsheetSafe));
  const names = rows.getColumns().map(({ name }) => spreadsheetSafe ? name.replace(FORMULA, "'$&") : name);
  const plain = pl.DataFrame(columns.map((column, i) => column.alias(String(i))));
  plain.columns = names;
  return methodsFirst(plain);
}

/** What Polars does not write to CSV. */
const UNWRITTEN = ["Duration", "Binary", "Object"];

/** With what a formula begins in a spreadsheet. */
const FORMULA = /^[=+\-@\t\r\n]/;

function csvColumn(column: Series, spreadsheetSafe: boolean): Series {
  const { variant } = column.dtype as DataType & { variant: string };
  if (variant === "List" || variant === "Struct") return jsonStrings(column, variant);
  if (variant === "Datetime") return utcTimes(column);
  if (UNWRITTEN.includes(variant)) {
    throw new OptionError(
      `The column ${
        JSON.stringify(column.name)
      } is of type ${variant}, which CSV cannot hold: cast it to a number or a text, ` +
        "or save the frame as .parquet or .arrow.",
      { option: "frame", value: null },
    );
  }
  if (!spreadsheetSafe || (variant !== "String" && variant !== "Categorical")) return column;
  const text = pl.col("v").cast(pl.String);
  const safe = pl.when(text.str.contains(FORMULA.source)).then(pl.concatString([pl.lit("'"), text], "")).otherwise(
    text,
  );
  return column.alias("v").toFrame().select(safe.alias("v")).getColumn("v");
}

/** The last time that Polars writes as a text, and about the first before our era: at others it ends the process. */
const LAST_TIME = Date.UTC(262142, 11, 31);

/** Times as they are in UTC, whatever the zone in which the frame shows them; those finer than milliseconds are texts. */
function utcTimes(column: Series): Series {
  const unit = /Datetime\((ms|us|ns)/.exec(String(column.dtype))![1] as "ms" | "us" | "ns";
  const utc = column.cast(pl.Datetime(unit));
  const numbers = utc.cast(pl.Float64);
  const most = LAST_TIME * { ms: 1, us: 1e3, ns: 1e6 }[unit];
  if (numbers.max() > most || numbers.min() < -most) {
    throw new OptionError(
      `The column ${JSON.stringify(column.name)} has a time more than 260,000 years away, which CSV cannot hold: ` +
        "save the frame as .parquet or .arrow.",
      { option: "frame", value: null },
    );
  }
  if (unit === "ms") return utc;
  const text = pl.col("v").dt.strftime(`%Y-%m-%dT%H:%M:%S%.${unit === "us" ? 6 : 9}fZ`);
  return utc.alias("v").toFrame().select(text.alias("v")).getColumn("v");
}

function jsonStrings(column: Series, variant: string): Series {
  // Only structs can be encoded: the column travels as the field of one.
  const text = pl.struct([pl.col("v")]).struct.jsonEncode().str.slice('{"v":'.length).str.replace("\\}$", "");
  // Frames hold a file or histogram that is not there as null, or as a struct of nothing but nulls.
  const absent = variant === "List" ? pl.col("v").isNull() : text.str.contains('^(null|\\{("[a-z_]+":null,?)*\\})$');
  const nullable = pl.when(absent).then(pl.lit(null)).otherwise(text);
  return column.alias("v").toFrame().select(nullable.alias("v")).getColumn("v");
}
