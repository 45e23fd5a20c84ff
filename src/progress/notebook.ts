import { LineProgressBar } from "./line.ts";

/** One line below the cell that started the work: it changes in place and ends as a quiet summary. */
export class NotebookProgressBar extends LineProgressBar {
  readonly #id: string = crypto.randomUUID();
  #shown = "";

  protected override show(line: string): void {
    if (line === this.#shown) return;
    const type = this.#shown === "" ? "display_data" : "update_display_data";
    this.#shown = line;
    try {
      Deno.jupyter.broadcast(type, { data: { "text/plain": line }, metadata: {}, transient: { display_id: this.#id } });
    } catch {
      // A throw in a timer stalls all other timers of a kernel for many seconds; the work matters more than its bar.
    }
  }

  protected override end(_error: unknown, summary: string): void {
    if (this.#shown !== "") this.show(summary);
  }
}
