/**
 * Frames to files: CSV, Parquet, Arrow IPC.
 *
 * @module
 */

import { dirname } from "node:path";
import { requirePermission } from "../permissions/require.ts";
import type { Frame } from "./typed.ts";
import { FRAME } from "./frame.ts";
import { methodsFirst } from "./wrap.ts";
import pl, { type DataFrame, type DataType, type Expr, type LazyDataFrame } from "nodejs-polars";
import { OptionError } from "../errors.ts";
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
}

const SAVE = declare<SaveOptions>()({
  format: optional(FRAME_FORMAT),
  bom: optional(FLAG, false),
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
 * @throws {OptionError} Neither the extension nor `format` tells the kind of file.
 */
export async function saveFrame(frame: Frame, path: string | URL, options: SaveOptions = {}): Promise<void> {
  checkArgument("saveFrame", "frame", FRAME, frame);
  const target = pathString(checkArgument("saveFrame", "path", PATH, path));
  const asked = checkOptions("saveFrame", SAVE, options);
  const format = formatOf(target, asked);
  const rows = methodsFirst(frame as DataFrame);
  await whole(target, (part) => sink(rows.lazy(), rows.schema, part, format, asked));
}

/**
 * Saves frames that come one after another to one file, with one of them in memory at a time, and gives the number of rows.
 * The frames have the same columns; without any, `empty` says which.
 *
 * Until the file is whole, the frames wait in a temporary folder beside it.
 */
export async function saveFrames(
  frames: AsyncIterable<DataFrame>,
  empty: DataFrame,
  path: string,
  options: SaveOptions = {},
): Promise<number> {
  const format = formatOf(path, options);
  return await whole(path, async (part) => {
    const folder = `${part}s`;
    await Deno.mkdir(folder);
    try {
      const pieces: string[] = [];
      let rows = 0;
      for await (const frame of frames) {
        const piece = `${folder}/${pieces.length}.arrow`;
        frame.writeIPC(piece, { compression: "lz4" });
        pieces.push(piece);
        rows += frame.height;
      }
      const all = pieces.length === 0 ? empty.lazy() : pl.concat(pieces.map((piece) => pl.scanIPC(piece)));
      await sink(all, empty.schema, part, format, options);
      return rows;
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

const EXTENSIONS: Record<string, FrameFormat> = {
  csv: "csv",
  parquet: "parquet",
  arrow: "arrow",
  ipc: "arrow",
  feather: "arrow",
};

function formatOf(path: string, { format }: SaveOptions): FrameFormat {
  if (format !== undefined) return format;
  const known = EXTENSIONS[/\.(\w+)$/.exec(path)?.[1].toLowerCase() ?? ""];
  if (known) return known;
  throw new OptionError(
    `The file name ${
      JSON.stringify(path)
    } does not say how to write it: end it in .csv, .parquet or .arrow, or pass format.`,
    { option: "path", value: path },
  );
}

/** Writes to a neighbour of the path, which then takes its name. */
async function whole<T>(path: string, write: (part: string) => Promise<T>): Promise<T> {
  const part = `${path}.${crypto.randomUUID().slice(0, 8)}.part`;
  requirePermission({ name: "write", path: dirname(path) }, `save ${path}`);
  try {
    const result = await write(part);
    await Deno.rename(part, path);
    return result;
  } catch (error) {
    await Deno.remove(part).catch(() => {});
    throw error;
  }
}

async function sink(
  rows: LazyDataFrame,
  schema: Record<string, DataType>,
  path: string,
  format: FrameFormat,
  { bom = false }: SaveOptions,
): Promise<void> {
  const sinks: Record<FrameFormat, () => LazyDataFrame> = {
    csv: () =>
      flat(rows, schema).sinkCSV(path, {
        includeBom: bom,
        datetimeFormat: "%Y-%m-%dT%H:%M:%S%.3fZ",
        maintainOrder: true,
      }),
    parquet: () => rows.sinkParquet(path, { compression: "zstd", maintainOrder: true }),
    arrow: () => rows.sinkIpc(path, { maintainOrder: true }),
  };
  await sinks[format]().collect();
}

/** The same rows with nested columns as JSON texts. */
function flat(rows: LazyDataFrame, schema: Record<string, DataType>): LazyDataFrame {
  const nested = Object.entries(schema).filter(([, { variant }]) => variant === "List" || variant === "Struct");
  return nested.length === 0 ? rows : rows.withColumns(...nested.map(([name, { variant }]) => json(name, variant)));
}

function json(name: string, variant: string): Expr {
  const column = pl.col(name);
  // Only structs can be encoded: the column travels as the field of one.
  const text = pl.struct([column.alias("v")]).struct.jsonEncode().str.slice('{"v":'.length).str.replace("\\}$", "");
  // Frames hold a file or histogram that is not there as null, or as a struct of nothing but nulls.
  const absent = variant === "List" ? column.isNull() : text.str.contains('^(null|\\{("[a-z_]+":null,?)*\\})$');
  return pl.when(absent).then(pl.lit(null)).otherwise(text).alias(name);
}
