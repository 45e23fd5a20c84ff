/**
 * `export`: runs to a new archive.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { withDefault } from "@optique/core/modifiers";
import type { InferValue } from "@optique/core/parser";
import { command, constant, flag, option } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import { exportExit, projectFrom, type Run, usageAndExamples } from "../command.ts";
import { formatOptions, runOptions, runsOf, sourceOptions } from "../options.ts";
import { printFrame } from "../print.ts";

const parser = command(
  "export",
  object({
    command: constant("export"),
    source: sourceOptions,
    selection: runOptions,
    destination: option("-o", "--to", path({ metavar: "DIR" }), {
      description: message`The folder to write to: the archive to read is "data" in it.`,
    }),
    noFiles: withDefault(flag("--no-files", { description: message`Leave the files out.` }), false),
    noAncestors: withDefault(
      flag("--no-ancestors", { description: message`Leave out the runs from which the chosen ones were forked.` }),
      false,
    ),
    format: formatOptions,
  }),
  {
    brief: message`Copy runs to a new archive`,
    description:
      message`Writes the format of neptune-exporter and reads it back. Called again, it goes on with what is not there yet.`,
    ...usageAndExamples("export --project team/x --to kept", 'export --experiments "^final-" --to kept'),
  },
);

const run: Run<InferValue<typeof parser>> = async (given, terminal, signal) => {
  const frame = await projectFrom(given.source).exportArchive({
    ...runsOf(given.selection),
    destination: given.destination,
    files: !given.noFiles,
    ancestors: !given.noAncestors,
    signal,
  });
  await printFrame(frame, given.format, terminal);
  return exportExit(frame);
};

/** `export`: runs to a new archive. */
export const exportCommand = { parser, run };
