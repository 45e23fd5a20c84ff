import { ProgressBarCallback, type ProgressUpdate } from "./callback.ts";
import { progressLine } from "./terminal.ts";

const DELAY_MS = 500;
const INTERVAL_MS = 250;

/**
 * One line below the cell that started the work: it appears for work longer than half a second, changes in place at most four
 * times a second, and ends as a quiet summary.
 */
export class NotebookProgressBar extends ProgressBarCallback {
  readonly #id: string = crypto.randomUUID();
  #done = 0;
  #total: number | null = null;
  #start = 0;
  #timer = 0;
  #shown = "";

  override enter(): void {
    this.#start = performance.now();
    this.#timer = setInterval(() => this.#draw(), INTERVAL_MS);
  }

  override update({ by, total }: ProgressUpdate): void {
    this.#done += by;
    this.#total = total ?? this.#total;
  }

  override exit(error?: unknown): void {
    clearInterval(this.#timer);
    if (this.#shown === "") return;
    const seconds = ((performance.now() - this.#start) / 1000).toFixed(1);
    const how = error === undefined ? "in" : "stopped after";
    this.#show(`${label(this.description)}${Math.round(this.#done).toLocaleString("en")} ${how} ${seconds} s`);
  }

  #draw(): void {
    const elapsed = performance.now() - this.#start;
    if (elapsed < DELAY_MS) return;
    this.#show(progressLine(this.description, this.#done, this.#total, elapsed / 1000));
  }

  #show(line: string): void {
    if (line === this.#shown) return;
    const type = this.#shown === "" ? "display_data" : "update_display_data";
    this.#shown = line;
    try {
      Deno.jupyter.broadcast(type, { data: { "text/plain": line }, metadata: {}, transient: { display_id: this.#id } });
    } catch {
      // A throw in a timer stalls all other timers of a kernel for many seconds; the work matters more than its bar.
    }
  }
}

function label(description: string): string {
  return description === "" ? "" : `${progressLine(description, 0, null, 0).replace(/ 0, 0 s$/, "")}: `;
}
