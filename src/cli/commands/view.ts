/**
 * `view`: a web page to look around in.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { message, text } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import type { InferValue } from "@optique/core/parser";
import { command, constant, flag, option } from "@optique/core/primitives";
import { integer } from "@optique/core/valueparser";
import { connectionOf } from "../../api/project.ts";
import { EXIT, projectFrom, type Run, usageAndExamples } from "../command.ts";
import { atShell, sourceOptions } from "../options.ts";

/** The port where none is asked for, if it is free. */
const DEFAULT_PORT = 8650;

const parser = command(
  "view",
  object({
    command: constant("view"),
    source: sourceOptions,
    port: optional(option("--port", integer({ min: 0, max: 65535, metavar: "N" }), {
      description: message`The port, 0 for any that is free. Default: ${
        text(String(DEFAULT_PORT))
      }, or any where that is taken.`,
    })),
    json: withDefault(flag("--json", { description: message`One line {"url", "link"} instead of words.` }), false),
  }),
  {
    brief: message`Look around in a web page: runs, charts, images, comparisons`,
    description:
      message`Serves a page to this machine alone, until it is stopped with Ctrl+C. Its link lets one browser in, once.`,
    ...usageAndExamples(
      "view --archive exports/data",
      "view --offline .neptune",
      "view --project team/project --port 0",
    ),
  },
);

const HOST = "127.0.0.1";

/** So long it reads what is seen first before it prints the link, in milliseconds; what takes longer shows its progress in the page. */
const PATIENCE = 3000;

const run: Run<InferValue<typeof parser>> = async ({ source, port, json }, terminal, signal) => {
  const { catalog, projectName } = connectionOf(projectFrom(source));
  catalog.stay?.();
  // What is not there is told here rather than in the browser.
  await (projectName === null ? catalog.projects({ signal }) : (await catalog.open(projectName)).project({ signal }));
  // Loaded here: other commands need no server and no page.
  const { createPage } = await import("../../view/handler.ts");
  const { startServer } = await import("../../server/start.ts");
  const { handler, link, prepare, readOn } = createPage(catalog, projectName, [HOST, "localhost"], atShell);
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PATIENCE);
  await Promise.race([prepare(signal), late]);
  clearTimeout(timer);
  const server = await startServer(handler, HOST, port, DEFAULT_PORT);
  const url = `http://${HOST}:${server.port}`;
  if (json) terminal.write(`${JSON.stringify({ url, link: url + link })}\n`);
  else {
    terminal.write(`Showing ${catalog.label}. Open this link, which lets one browser in:

  ${url}${link}

Press Ctrl+C to stop.
`);
  }
  readOn(signal);
  signal.addEventListener("abort", () => server.close(), { once: true });
  await server.finished;
  catalog.close();
  return EXIT.ok;
};

/** `view`: a web page to look around in. */
export const viewCommand = { parser, run };
