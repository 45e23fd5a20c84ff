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
  #timer?: ReturnType<typeof setInterval>;
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
    const summary = progressLine(this.description, this.#done, null, (performance.now() - this.#start) / 1000);
    this.#show(error === undefined ? summary : `${summary}, then stopped`);
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
