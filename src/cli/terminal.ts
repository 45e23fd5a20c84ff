/**
 * Where a command reads and writes: a real terminal, a pipe, or a test.
 *
 * @module
 */

import { WriteError } from "../errors.ts";

/** What a command writes to. */
export interface Terminal {
  /** The answer. */
  write(text: string): void;
  /** Errors, progress and notes, apart from the answer. */
  note(text: string): void;
  /** Whether a person looks at the answer: then it is a table, else tab-separated values. */
  isTerminal: boolean;
  /** How many characters fit on a line. */
  columns: number;
}

/** Characters on a line where nobody tells. */
const USUAL_WIDTH = 100;

/** The terminal or pipe of this process. */
export function processTerminal(): Terminal {
  const isTerminal = Deno.stdout.isTerminal();
  return {
    write: (text) => writeAll(Deno.stdout, text),
    note: (text) => writeAll(Deno.stderr, text),
    isTerminal,
    columns: isTerminal ? widthOf() : USUAL_WIDTH,
  };
}

function widthOf(): number {
  try {
    // Some terminals, of containers for example, say 0.
    return Deno.consoleSize().columns || USUAL_WIDTH;
  } catch {
    return USUAL_WIDTH;
  }
}

/** Writes all of it. A reader that has gone, as `head` goes, ends the process without a word, as with other commands. */
function writeAll(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let done = 0; done < bytes.length;) done += to.writeSync(bytes.subarray(done));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    const { message } = error as Error;
    throw new WriteError(
      `The answer cannot be written: ${message}.`,
      { path: "standard output", reason: /os error 28\b/.test(message) ? "full" : "other" },
      { cause: error },
    );
  }
}
