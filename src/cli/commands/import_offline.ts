/**
 * `import-offline`: runs that never reached the server, to an archive.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import type { InferValue } from "@optique/core/parser";
import { argument, command, constant, flag, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { path } from "@optique/run/valueparser";
import { adviceAtShell, EXIT, exportExit, projectFrom, type Run, usageAndExamples } from "../command.ts";
import { formatOptions } from "../options.ts";
import { printFrame } from "../print.ts";

const parser = command(
  "import-offline",
  object({
    command: constant("import-offline"),
    offline: argument(path({ metavar: "DIR" }), { description: message`A folder .neptune, or one around it.` }),
    project: optional(option("-p", "--project", string({ metavar: "NAME" }), {
      description: message`workspace/project: needed where the files do not say, as those of Neptune 2.x.`,
    })),
    destination: optional(option("-o", "--to", path({ metavar: "DIR" }), {
      description:
        message`The folder to write to: the archive to read is "data" in it. Without it, only what there is is told.`,
    })),
    noFiles: withDefault(flag("--no-files", { description: message`Leave the files out.` }), false),
    format: formatOptions,
  }),
  {
    brief: message`Make an archive of runs that never reached the server`,
    description:
      message`Without --to, prints what lies in the folder and what of it is lost. Nothing in it is changed.`,
    ...usageAndExamples("import-offline jobs/42/.neptune", "import-offline jobs --project team/x --to rescued"),
  },
);

const run: Run<InferValue<typeof parser>> = async (given, terminal, signal) => {
  const project = projectFrom({ offline: given.offline, project: given.project });
  const { destination } = given;
  if (destination !== undefined) {
    const frame = await project.exportArchive({ destination, files: !given.noFiles, signal });
    await printFrame(frame, given.format, terminal);
    return exportExit(frame);
  }
  const frame = adviceAtShell(await project.offlineReport({ signal }));
  await printFrame(frame, given.format, terminal);
  const severities = frame.getColumn("severity").toArray() as string[];
  return severities.includes("error") || severities.includes("warning") ? EXIT.incomplete : EXIT.ok;
};

/** `import-offline`: runs that never reached the server, to an archive. */
export const importOfflineCommand = { parser, run };
