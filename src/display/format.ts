/**
 * Numbers, times and texts as people read them. The texts are plain, not HTML.
 *
 * @module
 */

/** A number with up to six significant digits: `0.123457`, `1.5e-7`, `128`. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e15) return String(Number(value.toPrecision(6)));
  return value.toExponential(5).replace(/\.?0+e/, "e").replace("e+", "e");
}

/** Numbers of one column with their decimal points below each other, where one scale fits them all. */
export function alignNumbers(values: readonly (number | null)[]): string[] {
  const finite = values.filter((value): value is number => value !== null && Number.isFinite(value) && value !== 0);
  const plain = finite.every((value) => Math.abs(value) >= 1e-4 && Math.abs(value) < 1e15);
  const decimals = plain ? greatest(finite, (value) => decimalsOf(formatNumber(value))) : 0;
  return values.map((value) => {
    if (value === null) return "";
    return plain && Number.isFinite(value) ? value.toFixed(decimals) : formatNumber(value);
  });
}

/** The greatest measure of all items, 0 where there are none; `Math.max(...)` fails for columns of some 100,000 cells. */
export function greatest<T>(items: readonly T[], measure: (item: T) => number): number {
  return items.reduce((most, item) => Math.max(most, measure(item)), 0);
}

function decimalsOf(text: string): number {
  const point = text.indexOf(".");
  return point < 0 ? 0 : text.length - point - 1;
}

/** A count with separators: `1,234,567`. */
export function formatCount(count: number | bigint): string {
  return count.toLocaleString("en-US");
}

/** A count and its noun: `1 point`, `2,000 points`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Bytes in decimal units: `1.5 MB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

/** A time in UTC: `2025-03-01 14:05:09`, with milliseconds where there are any. Empty where the time is not known. */
export function formatTime(time: Date | number | null): string {
  const milliseconds = time === null ? NaN : Number(time);
  if (!Number.isFinite(milliseconds) || Math.abs(milliseconds) > 8.64e15) return "";
  return new Date(milliseconds).toISOString().replace("T", " ").replace(/(\.000)?Z$/, "");
}

/** A stretch of time: `350 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  const parts = [[Math.floor(seconds / 86400), "d"], [Math.floor(seconds / 3600) % 24, "h"], [
    Math.floor(seconds / 60) % 60,
    "min",
  ], [seconds % 60, "s"]] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  return parts.slice(first, first + 2).filter(([amount]) => amount > 0).map((part) => part.join(" ")).join(" ");
}

/** Text cut to `length` characters, with what was cut away counted. */
export function shortenText(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length).toWellFormed()}… (+${formatCount(text.length - length)} characters)`;
}

/**
 * Text that programs printed, without what only a terminal understands: color codes, also those whose escape character got lost on
 * the way, what a carriage return took back, and line breaks around it.
 */
export function printedText(text: string): string {
  return text
    // deno-lint-ignore no-control-regex
    .replace(/(?:[\x1b\ufffd\u241b]\[|\x9b)[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-_]/g, "")
    .replace(/\r\n/g, "\n")
    // Only from the beginning of a line on: from anywhere in it would take long for long lines.
    .replace(/(?<![^\n\r])[^\n\r]*\r(?=[^\n\r])/g, "")
    // deno-lint-ignore no-control-regex
    .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, "")
    .replace(/^(?:[ \t]*\n)+/, "")
    .trimEnd();
}

/** Texts in the order in which people count: `layer_2` before `layer_10`. */
export const naturally: (a: string, b: string) => number = new Intl.Collator("en", { numeric: true }).compare;
