import { LineProgressBar } from "./line.ts";

/** One line on stderr that is wiped away at the end. */
export class TerminalProgressBar extends LineProgressBar {
  #shown = false;

  /** A line that is longer than the terminal would be drawn again on a line of its own. */
  protected override columns(): number {
    try {
      return Math.max(20, Deno.consoleSize().columns - 1);
    } catch {
      return 79;
    }
  }

  protected override show(line: string): void {
    this.#shown = true;
    write(`\r\x1b[K${line}`);
  }

  protected override end(): void {
    if (this.#shown) write("\r\x1b[K");
  }
}

function write(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
