/**
 * What bars of one line have in common: when they show, and what.
 *
 * @module
 */

import { ProgressBarCallback, type ProgressUpdate } from "./callback.ts";

const BAR = 30;
const DELAY_MS = 500;
const INTERVAL_MS = 250;
/** Work that says nothing for longer than this is waiting for something, in seconds. */
const STALLED = 5;

/** A line that appears for work longer than half a second, and lives on while the work says nothing. */
export abstract class LineProgressBar extends ProgressBarCallback {
  #done = 0;
  #total: number | null = null;
  #start = 0;
  #last = 0;
  #timer?: ReturnType<typeof setInterval>;

  override enter(): void {
    this.#start = this.#last = performance.now();
    this.#timer = setInterval(() => this.#draw(), INTERVAL_MS);
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  override update({ by, total }: ProgressUpdate): void {
    if (by > 0) this.#last = performance.now();
    this.#done += by;
    this.#total = total ?? this.#total;
  }

  override exit(error?: unknown): void {
    clearInterval(this.#timer);
    this.end(error, progressSummary(this, this.#done, (performance.now() - this.#start) / 1000, error !== undefined));
  }

  /** How many characters a line may have. */
  protected columns(): number {
    return 120;
  }

  /** Shows a line in place of the one before. */
  protected abstract show(line: string): void;

  /** Called once; `summary` says what was done. */
  protected abstract end(error: unknown, summary: string): void;

  #draw(): void {
    const now = performance.now();
    if (now - this.#start < DELAY_MS) return;
    const state = {
      done: this.#done,
      total: this.#total,
      seconds: (now - this.#start) / 1000,
      silent: (now - this.#last) / 1000,
    };
    this.show(progressLine(this, state, this.columns()));
  }
}

/** What is done, and in which unit. */
type Named = Pick<ProgressBarCallback, "description" | "unit">;

/** How far work is. */
export interface ProgressState {
  done: number;
  total: number | null;
  /** Since the work began. */
  seconds: number;
  /** Since something was done last. */
  silent: number;
}

/** A progress line such as `metrics/loss ██████░░░░  60% 6,000 of 10,000 points, 2 s left`, no longer than `columns`. */
export function progressLine(named: Named, { done, total, seconds, silent }: ProgressState, columns: number): string {
  const label = labelOf(named);
  const stalled = silent > STALLED ? `, waiting for ${duration(silent)}` : "";
  const counted = plural(Math.max(done, total ?? 0), named.unit);
  if (!total) return fit(label, `${count(done)}${counted}${stalled || `, ${duration(seconds)}`}`, columns);
  const part = Math.min(1, done / total);
  // By the pace up to the last point, counted down since: it does not grow while nothing comes.
  const left = part > 0 && part < 1 ? (seconds - silent) / part - seconds : 0;
  const rest = stalled || (left > 0.5 ? `, ${duration(Math.ceil(left))} left` : "");
  const text = `${`${Math.floor(part * 100)}%`.padStart(4)} ${count(done)} of ${count(total)}${counted}${rest}`;
  const room = Math.min(BAR, columns - text.length - 1 - Math.min(label.length + 1, 24));
  const filled = Math.round(part * room);
  const bar = room >= 8 ? `${"█".repeat(filled)}${"░".repeat(room - filled)} ` : "";
  return fit(label, `${bar}${text}`.trimStart(), columns);
}

/** The last line: `done: 53 runs, 1.2 s`, with what was done in front of it where the unit does not say it. */
export function progressSummary(named: Named, done: number, seconds: number, failed = false): string {
  const label = labelOf(named);
  const what = label === "" || label === `${named.unit}s` ? "" : `${label} `;
  return `${what}${failed ? "stopped after" : "done:"} ${count(done)}${plural(done, named.unit)}, ${duration(seconds)}`;
}

/** A label and a text in so many columns; the label gives way, but for its end, which tells attributes apart. */
function fit(label: string, text: string, columns: number): string {
  const room = columns - text.length - 1;
  const short = label.length <= room ? label : room >= 6 ? `…${label.slice(1 - room)}` : "";
  return `${short} ${text}`.trimStart().slice(0, columns);
}

/** A description can hold anything a user named an attribute; control characters would move the cursor. */
function labelOf({ description }: Named): string {
  // deno-lint-ignore no-control-regex
  return description.replace(/[\x00-\x1f\x7f-\x9f]/g, "?");
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function plural(value: number, unit: string): string {
  return unit === "" ? "" : ` ${unit}${Math.round(value) === 1 ? "" : "s"}`;
}

function duration(seconds: number): string {
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
