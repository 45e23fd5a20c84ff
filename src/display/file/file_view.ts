/**
 * A stored file as what it is: an image, a film, a sound, a table, a page, a text.
 *
 * @module
 */

import pl from "nodejs-polars";
import { type FileRef, FOLDER } from "../../types.ts";
import { formatBytes, shortenText } from "../format.ts";
import { columnCells, isNumeric, typeName } from "../frame_cells.ts";
import { gridHtml } from "../grid.ts";
import { type Content, type Html, LINE, markup, note } from "../html.ts";
import { imageHtml, imageType, MAX_IMAGE_BYTES } from "./image.ts";
import { dataAddress } from "../svg.ts";
import { live } from "../live.ts";
import { fileText } from "../value.ts";

const MAX_TEXT = 10_000;
const MAX_TABLE_BYTES = 2_000_000;
const MAX_ROWS = 500;

/** What a display says in HTML and as text. */
export interface Shown {
  html: Content;
  text: string;
}

/** How many bytes of a file are worth reading to show it; 0: nothing of this type is shown. */
export function readableBytes({ path, mimeType }: FileRef): number {
  if (isTable(path, mimeType)) return MAX_TABLE_BYTES;
  if (/^(image|video|audio)\//.test(mimeType) || isText(mimeType)) return MAX_IMAGE_BYTES;
  // Names without an ending say nothing about their contents.
  return mimeType === "application/octet-stream" ? MAX_IMAGE_BYTES : 0;
}

/** The bytes of a file as far as they were read: they may be missing, or too many or of no use to show. */
export type FileBytes = Uint8Array | "missing" | "not read";

/** The display of a file. */
export function fileView(file: FileRef, bytes: FileBytes): Shown {
  const facts = `${file.path} (${fileText(file)})`;
  const { html, text } = typeof bytes === "string" ? { html: "", text: "" } : content(file, bytes);
  const limit = readableBytes(file);
  const why = bytes === "missing"
    ? "The file itself is missing: it was not exported, or not downloaded."
    : file.mimeType === FOLDER
    ? "A set of files: downloadFiles() writes them to a folder."
    : bytes === "not read" && limit > 0 &&
      `Larger than ${formatBytes(limit)}, so not shown here: fetch() gives the file, and its save() writes it.`;
  return { html: [html, note(facts), why && note(why)], text: [text, facts, why].filter((line) => line).join("\n") };
}

function content({ path, mimeType: stated }: FileRef, bytes: Uint8Array): Shown {
  const mimeType = /^(application\/octet-stream|text\/plain)/.test(stated) ? contentType(bytes) : stated;
  const image = imageType(bytes);
  if (image) return { html: live("images", imageHtml({ mimeType: image, bytes }, path)), text: "" };
  const media = mimeType.match(/^(video|audio)\/[\w.+-]+$/);
  if (media) return { html: player(media[1], mimeType, bytes), text: "" };
  if (isTable(path, mimeType)) return tableOf(path, mimeType, bytes);
  if (!isText(mimeType)) return { html: "", text: "" };
  const text = new TextDecoder().decode(bytes);
  if (/^text\/html|xhtml/.test(mimeType)) return { html: page(text), text: shortenText(text, MAX_TEXT) };
  return textView(/json/.test(mimeType) ? prettyJson(text) : text);
}

/** Files whose names lack an ending, told by their first bytes; texts are what is UTF-8 without control characters. */
const SIGNATURES: [mimeType: string, pattern: RegExp][] = [
  ["video/mp4", /^.{4}ftyp(?!avi[fs])/s],
  ["video/webm", /^.E\xdf\xa3/s],
  ["audio/wav", /^RIFF.{4}WAVE/s],
  ["audio/ogg", /^OggS/],
  ["audio/flac", /^fLaC/],
  ["audio/mpeg", /^(ID3|\xff[\xfb\xf3\xf2])/],
  ["text/html", /^\s*<(!doctype html|html|table|div|style|h[1-6]|p)[\s>]/i],
];

/** The first lines all have the same number of commas. */
function looksLikeCsv(text: string): boolean {
  const commas = text.trimEnd().split("\n").slice(0, 6).map((line) => line.split(",").length);
  return commas.length > 1 && commas[0] > 1 && new Set(commas).size === 1;
}

function contentType(bytes: Uint8Array): string {
  const start = String.fromCharCode(...bytes.subarray(0, 200));
  const known = SIGNATURES.find(([, pattern]) => pattern.test(start));
  if (known) return known[0];
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    // deno-lint-ignore no-control-regex
    if (/[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text)) return "application/octet-stream";
    return looksLikeCsv(text) ? "text/csv" : "text/plain";
  } catch {
    return "application/octet-stream";
  }
}

/** A text with its line breaks, in a box that scrolls. */
export function textView(value: string): Shown {
  const text = shortenText(value, MAX_TEXT);
  return {
    html:
      markup`<pre style="white-space:pre-wrap;overflow-wrap:anywhere;max-height:480px;overflow:auto;font-family:monospace;font-size:12px;margin:0">${text}</pre>`,
    text,
  };
}

function player(kind: string, mimeType: string, bytes: Uint8Array): Html {
  const address = dataAddress(mimeType, bytes);
  return kind === "video"
    ? markup`<video controls loop src="${address}" style="max-width:100%;max-height:420px;display:block"></video>`
    : markup`<audio controls src="${address}" style="max-width:100%;display:block"></audio>`;
}

/** A page in a frame of its own, in which no script runs and from which nothing reaches the notebook. */
function page(text: string): Html {
  return markup`
    <iframe sandbox="" srcdoc="${text}"
      style="width:100%;height:360px;border:1px solid ${LINE};background:#fff;color-scheme:light"></iframe>
    ${note("Scripts in this page do not run here: fetch() gives the file, and its save() writes it.")}
  `;
}

function tableOf(path: string, mimeType: string, bytes: Uint8Array): Shown {
  try {
    const tabs = /\.tsv$/i.test(path) || mimeType === "text/tab-separated-values";
    const frame = pl.readCSV(new TextDecoder().decode(bytes), { sep: tabs ? "\t" : ",", inferSchemaLength: 1000 });
    const series = frame.getColumns();
    const height = series[0]?.length ?? 0;
    const kept = Math.min(height, MAX_ROWS);
    const cells = series.map((one) => columnCells(one, kept, 0, 160));
    const columns = series.map((one) => ({
      title: one.name,
      note: typeName(one),
      align: isNumeric(one) ? "right" as const : "left" as const,
    }));
    const rows = Array.from({ length: kept }, (_, row) => cells.map((column) => column[row]));
    const grid = { columns, rows, skippedAt: kept, skipped: height - kept, head: 15, tail: 0 };
    return { html: gridHtml(grid, 200_000), text: frame.toString() };
  } catch {
    return textView(new TextDecoder().decode(bytes));
  }
}

function isTable(path: string, mimeType: string): boolean {
  return /^text\/(csv|tab-separated-values)/.test(mimeType) || /\.(csv|tsv)$/i.test(path);
}

function isText(mimeType: string): boolean {
  return /^text\/|json|xml|yaml|toml/.test(mimeType);
}

function prettyJson(text: string): string {
  if (text.includes("\n") && text.split("\n").length > 3) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
