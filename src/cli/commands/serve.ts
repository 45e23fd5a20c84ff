/**
 * `serve`: an archive through Neptune's own API, for Python scripts. Its options are those of the server itself.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { command, constant, passThrough } from "@optique/core/primitives";

const parser = command(
  "serve",
  object({ command: constant("serve"), args: passThrough({ format: "greedy" }) }),
  {
    brief: message`Serve an archive through Neptune's own API, for Python scripts`,
    description: message`neptune-fetcher serve --help shows the options.`,
  },
);

/** `serve`: an archive through Neptune's own API, for Python scripts. */
export const serveCommand = { parser };
