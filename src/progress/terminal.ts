import { ProgressBarCallback, type ProgressUpdate } from "./callback.ts";

const WIDTH = 30;
const DELAY_MS = 500;
const INTERVAL_MS = 100;

/** One line on stderr that appears for work longer than half a second and is wiped away at the end. */
export class TerminalProgressBar extends ProgressBarCallback {
  #done = 0;
  #total: number | null = null;
  #start = 0;
  #drawn = 0;

  override enter(): void {
    this.#start = performance.now();
  }

  override update({ by, total }: ProgressUpdate): void {
    this.#done += by;
    this.#total = total ?? this.#total;
    const now = performance.now();
    if (now - this.#start < DELAY_MS || now - this.#drawn < INTERVAL_MS) return;
    this.#drawn = now;
    write(`\r\x1b[K${progressLine(this.description, this.#done, this.#total, (now - this.#start) / 1000)}`);
  }

  override exit(): void {
    if (this.#drawn > 0) write("\r\x1b[K");
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

function write(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
