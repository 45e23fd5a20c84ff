/**
 * What bars of one line have in common: when they show, and what.
 *
 * @module
 */

import { ProgressBarCallback, type ProgressUpdate } from "./callback.ts";

const WIDTH = 30;
const DELAY_MS = 500;
const INTERVAL_MS = 250;

/** A line that appears for work longer than half a second, and lives on while the work says nothing. */
export abstract class LineProgressBar extends ProgressBarCallback {
  #done = 0;
  #total: number | null = null;
  #start = 0;
  #timer?: ReturnType<typeof setInterval>;

  override enter(): void {
    this.#start = performance.now();
    this.#timer = setInterval(() => this.#draw(), INTERVAL_MS);
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  override update({ by, total }: ProgressUpdate): void {
    this.#done += by;
    this.#total = total ?? this.#total;
  }

  override exit(error?: unknown): void {
    clearInterval(this.#timer);
    this.end(error, progressLine(this.description, this.#done, null, this.#seconds()));
  }

  /** Shows a line in place of the one before. */
  protected abstract show(line: string): void;

  /** Called once; `summary` says what was done. */
  protected abstract end(error: unknown, summary: string): void;

  #draw(): void {
    if (performance.now() - this.#start < DELAY_MS) return;
    this.show(progressLine(this.description, this.#done, this.#total, this.#seconds()));
  }

  #seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }
}

/** A progress line such as `metrics/loss ██████░░░░  60% 6,000 of 10,000, 2 s left`. */
export function progressLine(description: string, done: number, total: number | null, seconds: number): string {
  const count = (n: number) => Math.round(n).toLocaleString("en");
  // A description can hold anything a user named an attribute; control characters would move the cursor.
  // deno-lint-ignore no-control-regex
  const label = description.replace(/[\x00-\x1f\x7f-\x9f]/g, "?");
  if (!total) return `${label} ${count(done)}, ${seconds.toFixed(0)} s`.trimStart();
  const part = Math.min(1, done / total);
  const filled = Math.round(part * WIDTH);
  const left = part > 0 ? `, ${Math.ceil(seconds / part - seconds)} s left` : "";
  const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
  return `${label} ${bar} ${`${Math.floor(part * 100)}%`.padStart(4)} ${count(done)} of ${count(total)}${left}`
    .trimStart();
}
