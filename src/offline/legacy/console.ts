/**
 * Captured output, which the clients of Neptune 2.x logged in fragments: put together, and cut into lines.
 *
 * @module
 */

import type { Replay } from "../rules/attributes.ts";

/** Tells whether a path is that of captured output. */
export function isConsole(path: string): boolean {
  return /(^|\/)monitoring\/(.*\/)?(stdout|stderr)$/.test(path);
}

/** Output that waits for the end of its line. */
interface OpenLine {
  text: string;
  /** When the line began, in milliseconds. */
  time: number;
}

/** Captured output by path; each line is a point, the steps count lines. */
export class Consoles {
  readonly #replay: Replay;
  readonly #firstStep: (path: string) => number;
  readonly #open = new Map<string, OpenLine>();
  readonly #next = new Map<string, number>();

  constructor(replay: Replay, firstStep: (path: string) => number) {
    this.#replay = replay;
    this.#firstStep = firstStep;
  }

  add(path: string, fragment: string, time: number): void {
    const lines = fragment.split("\n");
    const open = this.#open.get(path);
    let line = open?.text ? { text: open.text + lines[0], time: open.time } : { text: lines[0], time };
    for (const next of lines.slice(1)) {
      this.#push(path, line);
      line = { text: next, time };
    }
    this.#open.set(path, line);
  }

  forget(path: string): void {
    this.#open.delete(path);
    this.#next.delete(path);
  }

  /** Lines that never ended are lines too. */
  finish(): void {
    for (const [path, line] of this.#open) if (line.text !== "") this.#push(path, line);
    this.#open.clear();
  }

  #push(path: string, { text, time }: OpenLine): void {
    const step = this.#next.get(path) ?? this.#firstStep(path);
    this.#replay.series(path, "string")?.push(step, time, text);
    this.#next.set(path, step + 1);
  }
}
