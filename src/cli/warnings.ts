/**
 * What the module only logs, for people at a shell: what was not found, which request is tried again, what is damaged.
 *
 * @module
 */

import { configureSync, type LogRecord } from "@logtape/logtape";
import { printable } from "../errors.ts";
import { atShell } from "./options.ts";
import type { Terminal } from "./terminal.ts";

/** Notes the warnings of the module from now on. For the process of the command alone: the log belongs to the application. */
export function noteWarnings(terminal: Pick<Terminal, "note">): void {
  const sinks = { notes: (record: LogRecord) => terminal.note(`${atShell(sentence(record))}\n`) };
  configureSync({
    sinks,
    loggers: [
      { category: "neptune-fetcher", lowestLevel: "warning", sinks: ["notes"] },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["notes"] },
    ],
  });
}

/** The text of a record: words and values by turns. */
function sentence({ message }: LogRecord): string {
  return message.map((part) => printable(part instanceof Error ? part.message : String(part))).join("");
}
