/**
 * `projects`: which projects there are.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import type { InferValue } from "@optique/core/parser";
import { command, constant } from "@optique/core/primitives";
import { listProjects } from "../../api/global.ts";
import { EXIT, type Run, usageAndExamples } from "../command.ts";
import { catalogOptions, formatOptions, present } from "../options.ts";
import { printFrame } from "../print.ts";

const parser = command(
  "projects",
  object({ command: constant("projects"), source: catalogOptions, format: formatOptions }),
  {
    brief: message`List the projects of an archive or server`,
    ...usageAndExamples("projects --archive exports/data", "projects --json"),
  },
);

const run: Run<InferValue<typeof parser>> = async ({ source, format }, terminal, signal) => {
  await printFrame(await listProjects({ ...present(source), signal }), format, terminal);
  return EXIT.ok;
};

/** `projects`: which projects there are. */
export const projectsCommand = { parser, run };
