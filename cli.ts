/**
 * The command `neptune-fetcher`: looks into archives and servers from a shell.
 *
 * ```sh
 * deno install -g -A -n neptune-fetcher jsr:@nereid/neptune-fetcher/cli
 * neptune-fetcher runs --archive exports/data --sort train/loss --limit 10
 * ```
 *
 * @module
 */

import "./src/permissions/polars.ts";
import denoJson from "./deno.json" with { type: "json" };
import { runServer } from "./serve.ts";
import { runProgram } from "./src/cli/program.ts";
import { processTerminal, type Terminal } from "./src/cli/terminal.ts";
import { noteWarnings } from "./src/cli/warnings.ts";
import { callable, COUNT, FLAG, STRINGS } from "./src/options/kinds.ts";
import { checkArgument, needed, shape } from "./src/options/options.ts";

export type { Terminal } from "./src/cli/terminal.ts";

const TERMINAL = shape<Terminal>({
  write: needed(callable<Terminal["write"]>()),
  note: needed(callable<Terminal["note"]>()),
  isTerminal: needed(FLAG),
  columns: needed(COUNT),
});

/**
 * Runs one command and gives its exit code: 0 all went well, 1 the answer cannot be given, 2 the command line cannot be
 * understood, 3 data are damaged or missing, 130 interrupted with Ctrl+C.
 *
 * @example
 * ```ts
 * import { runCommand } from "@nereid/neptune-fetcher/cli";
 *
 * const code = await runCommand(["runs", "--archive", "exports/data", "--json"]);
 * ```
 *
 * @param args The words of the command line, without the name of the command.
 * @param terminal Where to write. Default: the terminal or pipe of this process.
 */
export async function runCommand(args: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  checkArgument("runCommand", "args", STRINGS, args);
  checkArgument("runCommand", "terminal", TERMINAL, terminal);
  return await runProgram(args, terminal, { version: denoJson.version, serve: runServer });
}

if (import.meta.main) {
  const terminal = processTerminal();
  noteWarnings(terminal);
  Deno.exit(await runCommand(Deno.args, terminal));
}
