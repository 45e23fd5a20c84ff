/**
 * Frames as text: a table that fits the terminal, tab-separated values, JSON, CSV.
 *
 * @module
 */

import pl, { type Series } from "nodejs-polars";
import { alignNumbers, counted, formatBytes, formatNumber, formatTime, greatest } from "../display/format.ts";
import { RunFile } from "../api/file.ts";
import { textTable } from "../display/table.ts";
import { printable } from "../errors.ts";
import type { Frame } from "../frame/typed.ts";
import { saveFrame } from "../frame/save.ts";
import type { Histogram } from "../types.ts";
import type { Format } from "./options.ts";
import type { Terminal } from "./terminal.ts";

/** Prints a frame in the format asked for. */
export async function printFrame(frame: Frame, format: Format, terminal: Terminal): Promise<void> {
  const kind = format.kind === "auto" ? (terminal.isTerminal ? "table" : "tsv") : format.kind;
  switch (kind) {
    case "table":
      return terminal.write(tableText(frame, terminal.columns));
    case "tsv":
      return terminal.write(tsvText(frame));
    case "json":
      return terminal.write(jsonText(frame));
    case "csv":
      return terminal.write(await csvText(frame));
    case "parquet": {
      const { path } = format as { path: string };
      await saveFrame(frame, path, { format: "parquet" });
      return terminal.note(`${counted(frame.getColumns()[0]?.length ?? 0, "row")} written to ${path}\n`);
    }
  }
}

/** Prints an object or a list of objects as JSON. */
export function json(value: unknown): string {
  return JSON.stringify(value, (_, one) => plain(one), 2) + "\n";
}

/** JSON has no NaN, infinities or integers beyond 2^53: the first are strings, the last keep their digits. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(value));
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (value instanceof Set) return [...value];
  if (value instanceof RunFile) return { path: value.path, size: value.size, type: value.type };
  if (ArrayBuffer.isView(value)) return [...value as unknown as Iterable<unknown>];
  return value;
}

function jsonText(frame: Frame): string {
  const columns = columnsOf(frame);
  const rows = Array.from({ length: columns[0]?.values.length ?? 0 }, (_, row) => {
    return "  " +
      JSON.stringify(
        Object.fromEntries(columns.map(({ name, values }) => [name, values[row]])),
        (_, one) => plain(one),
      );
  });
  return rows.length === 0 ? "[]\n" : `[\n${rows.join(",\n")}\n]\n`;
}

/** Tabs, line breaks and backslashes in values are written as `\t`, `\n` and `\\`: a row is always one line. */
function tsvText(frame: Frame): string {
  const columns = columnsOf(frame);
  const rows = [columns.map(({ name }) => escapeTsv(name))];
  for (let row = 0; row < (columns[0]?.values.length ?? 0); row++) {
    rows.push(columns.map(({ values }) => escapeTsv(cellText(values[row]))));
  }
  return rows.map((row) => row.join("\t") + "\n").join("");
}

function escapeTsv(text: string): string {
  return text.replace(/[\\\t\n\r]/g, (sign) => ({ "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" })[sign]!);
}

/** A value of any type on one line, at full precision: nothing for null, a file by its path and size, a histogram by its bins. */
export function wholeText(value: unknown): string {
  if (Array.isArray(value)) return value.join(", ");
  if (value instanceof RunFile) return value.size === null ? value.path : `${value.path} (${formatBytes(value.size)})`;
  if (isHistogram(value)) {
    return `histogram of ${counted(value.values.length, "bin")}, ${value.edges[0]} to ${value.edges.at(-1)}`;
  }
  return cellText(value);
}

function isHistogram(value: unknown): value is Histogram {
  return typeof value === "object" && value !== null && "edges" in value && "values" in value;
}

/** A value at full precision on one line: nothing for null, ISO 8601 in UTC for times, JSON for what is nested. */
function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "object") return JSON.stringify(value, (_, one) => plain(one));
  return String(value);
}

async function csvText(frame: Frame): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    await saveFrame(frame, `${folder}/frame.csv`);
    return await Deno.readTextFile(`${folder}/frame.csv`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** No column of text gets narrower than this to make room for others. */
const NARROWEST = 16;

/** All rows are there. Wide columns of text are cut; columns that do not fit even so are named below. */
function tableText(frame: Frame, width: number): string {
  const columns = columnsOf(frame).map(({ name, values }) => {
    const numbers = values.some((value) => typeof value === "number") &&
      values.every((value) => value === null || typeof value === "number");
    const title = onOneLine(name);
    const cells = numbers ? alignNumbers(values as (number | null)[]) : values.map(shortCell);
    return { title, cells, align: numbers ? "right" as const : "left" as const };
  });
  if (columns.length === 0) return "no columns\n";
  const widths = columns.map(({ title, cells, align }) => {
    const widest = Math.max(title.length, greatest(cells, (cell) => cell.length));
    return { widest, least: align === "right" ? widest : Math.min(widest, NARROWEST) };
  });
  let fitting = 1, least = widths[0].least;
  while (fitting < columns.length && least + 2 + widths[fitting].least <= width) least += 2 + widths[fitting++].least;
  const rooms = share(Math.max(0, width - least), widths.slice(0, fitting));
  const shown = columns.slice(0, fitting).map(({ title, cells, align }, i) => {
    return { title: fitEnd(title, rooms[i]), cells: cells.map((cell) => fit(cell, rooms[i])), align };
  });
  const rows = columns[0].cells.length;
  const lines = Array.from({ length: rows }, (_, row) => shown.map(({ cells }) => cells[row]));
  const hidden = columns.slice(fitting).map(({ title }) => title);
  const left = hidden.map((title, i) => i < hidden.length - 1 ? `${title},` : title);
  const below = hidden.length === 0
    ? [counted(rows, "row")]
    : [`${counted(rows, "row")}, ${counted(hidden.length, "more column")}:`, ...left, "(--json has all)"];
  return `${textTable(shown, lines)}\n${wrapped(below, width)}\n`;
}

/** As many on a line as fit; one that is wider than a line has its own. */
function wrapped(parts: string[], width: number): string {
  const lines = [parts[0]];
  for (const part of parts.slice(1)) {
    const line = `${lines.at(-1)} ${part}`;
    if (line.length <= width) lines[lines.length - 1] = line;
    else lines.push(`  ${part}`);
  }
  return lines.join("\n");
}

/** The width of each column: what is to spare goes to those that lack least first, so that few are cut. */
function share(spare: number, widths: { widest: number; least: number }[]): number[] {
  const rooms = widths.map(({ least }) => least);
  const lacking = [...widths.keys()].sort((a, b) =>
    (widths[a].widest - widths[a].least) - (widths[b].widest - widths[b].least)
  );
  lacking.forEach((i, done) => {
    const more = Math.min(widths[i].widest - widths[i].least, Math.floor(spare / (lacking.length - done)));
    rooms[i] += more;
    spare -= more;
  });
  return rooms;
}

const LONGEST_CELL = 60;

function shortCell(value: unknown): string {
  if (value === null || value === undefined) return "-";
  if (value instanceof Date) return formatTime(value);
  if (typeof value === "number") return formatNumber(value);
  const text = typeof value === "string" ? value : cellText(value);
  return fit(text.trim() === "" ? printable(JSON.stringify(text)) : onOneLine(text.trim()), LONGEST_CELL);
}

/** A text from outside on one line of a terminal. */
export function onOneLine(text: string): string {
  return printable(text.replaceAll("\n", " ⏎ ").replaceAll("\t", " "));
}

/** A path, also one with a size behind it; a slash is looked for only once, as texts may be long. */
const PATH = /^(?=\S*\/)…?[^\s…]+( \(.*\))?$/;

/** Cut to this length: at its end; a path at its front, as its end tells most. */
function fit(text: string, length: number): string {
  if (PATH.test(text)) return fitEnd(text, length);
  return text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`;
}

function fitEnd(text: string, length: number): string {
  return text.length <= length ? text : `…${text.slice(text.length - length + 1).toWellFormed()}`;
}

function columnsOf(frame: Frame): { name: string; values: unknown[] }[] {
  return frame.getColumns().map((series: Series) => ({ name: series.name, values: readable(series).toArray() }));
}

function readable(series: Series): Series {
  const { variant } = series.dtype;
  return variant === "Decimal" || variant === "Categorical" ? series.cast(pl.String) : series;
}
