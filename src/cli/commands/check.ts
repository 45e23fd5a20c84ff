/**
 * `check`: the health of an archive.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { withDefault } from "@optique/core/modifiers";
import type { InferValue } from "@optique/core/parser";
import { command, constant, flag } from "@optique/core/primitives";
import { printable } from "../../errors.ts";
import { adviceAtShell, EXIT, projectFrom, type Run, usageAndExamples } from "../command.ts";
import { formatOptions, sourceOptions } from "../options.ts";
import { printFrame } from "../print.ts";

const parser = command(
  "check",
  object({
    command: constant("check"),
    source: sourceOptions,
    thorough: withDefault(
      flag("--thorough", {
        description: message`Decode every value, too: takes as long as reading the whole archive.`,
      }),
      false,
    ),
    format: formatOptions,
  }),
  {
    brief: message`Check an archive for damaged and missing data`,
    description:
      message`Prints one row for each finding. Ends with 3 where data are damaged or missing, with 0 where all is well.`,
    ...usageAndExamples("check --archive exports/data", "check --archive exports/data --thorough --json"),
  },
);

const run: Run<InferValue<typeof parser>> = async ({ source, thorough, format }, terminal, signal) => {
  const frame = adviceAtShell(await projectFrom(source).archiveReport({ thorough, signal }));
  const severities = frame.getColumn("severity").toArray() as string[];
  if (format.kind !== "table" && !(format.kind === "auto" && terminal.isTerminal)) {
    await printFrame(frame, format, terminal);
  } else if (severities.length === 0) terminal.write("Nothing is damaged or missing.\n");
  else {
    // Sentences are for reading: a table would cut them.
    const messages = frame.getColumn("message").toArray() as string[];
    terminal.write(severities.map((severity, i) => `${severity}: ${printable(messages[i])}\n`).join(""));
  }
  return severities.some((one) => one === "error" || one === "warning") ? EXIT.incomplete : EXIT.ok;
};

/** `check`: the health of an archive. */
export const checkCommand = { parser, run };
