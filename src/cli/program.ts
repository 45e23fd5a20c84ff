/**
 * The command line as a whole: which commands there are, help, completion, errors and exit codes.
 *
 * @module
 */

import { or } from "@optique/core/constructs";
import { runParser } from "@optique/core/facade";
import { type Message, message } from "@optique/core/message";
import { extractCommandNames, extractOptionNames, type Usage } from "@optique/core/usage";
import { isNeptuneError } from "../errors.ts";
import { suggest } from "../suggest.ts";
import { EXIT } from "./command.ts";
import { checkCommand } from "./commands/check.ts";
import { compactCommand } from "./commands/compact.ts";
import { diffCommand } from "./commands/diff.ts";
import { exportCommand } from "./commands/export.ts";
import { filesCommand } from "./commands/files.ts";
import { importOfflineCommand } from "./commands/import_offline.ts";
import { logsCommand } from "./commands/logs.ts";
import { metricsCommand } from "./commands/metrics.ts";
import { projectsCommand } from "./commands/projects.ts";
import { runsCommand } from "./commands/runs.ts";
import { schemaCommand } from "./commands/schema.ts";
import { serveCommand } from "./commands/serve.ts";
import { showCommand } from "./commands/show.ts";
import { treeCommand } from "./commands/tree.ts";
import { viewCommand } from "./commands/view.ts";
import { atShell } from "./options.ts";
import type { Terminal } from "./terminal.ts";

/** What is there besides the commands. */
const META = ["help", "completion"];

const parser = or(
  viewCommand.parser,
  projectsCommand.parser,
  runsCommand.parser,
  showCommand.parser,
  metricsCommand.parser,
  logsCommand.parser,
  filesCommand.parser,
  diffCommand.parser,
  treeCommand.parser,
  schemaCommand.parser,
  exportCommand.parser,
  compactCommand.parser,
  checkCommand.parser,
  importOfflineCommand.parser,
  serveCommand.parser,
);

/** What lies outside of the commands. */
export interface Program {
  /** The version of the module. */
  version: string;
  /** Runs the server until it is stopped, with the words of its command line, and gives its exit code. */
  serve(args: readonly string[]): Promise<number>;
}

/** Runs one command and gives the exit code. */
export async function runProgram(args: readonly string[], terminal: Terminal, program: Program): Promise<number> {
  const interrupt = new AbortController();
  const stop = () => interrupt.abort(new DOMException("Interrupted.", "AbortError"));
  try {
    if (args.length === 0) {
      // Who asks nothing wants to know what one can ask.
      parse(["--help"], { ...terminal, write: terminal.note }, program.version);
      return EXIT.usage;
    }
    const given = parse(plain(args), terminal, program.version);
    if (typeof given === "number") return given;
    // The server has its own way to stop.
    if (given.command === "serve") return await program.serve(given.args);
    Deno.addSignalListener("SIGINT", stop);
    return await dispatch(given, terminal, interrupt.signal);
  } catch (error) {
    if (interrupt.signal.aborted) return EXIT.interrupted;
    if (!isNeptuneError(error)) throw error;
    terminal.note(`${atShell(error.message)}\n`);
    // A port was a number when the words were read: it is taken.
    return isNeptuneError(error, "OptionError") && error.fields.option !== "port" ? EXIT.usage : EXIT.failed;
  } finally {
    Deno.removeSignalListener("SIGINT", stop);
  }
}

/** `help runs` is `runs --help`; where there is no such command, that is all there is to say. */
function plain(args: readonly string[]): readonly string[] {
  const [first, ...rest] = args[0] === "help" && args.length > 1 && !META.includes(args[1])
    ? [...args.slice(1), "--help"]
    : args;
  return first.startsWith("-") || META.includes(first) || usageOf(first) !== null ? [first, ...rest] : [first];
}

/** What a command takes; null where there is none of this name. */
function usageOf(command: string): Usage | null {
  const [all] = parser.usage;
  const commands = all.type === "exclusive" ? all.terms : [parser.usage];
  return commands.find(([term]) => term.type === "command" && term.name === command) ?? null;
}

/** Which option may have been meant, and where it is told what there is. */
function hints(args: readonly string[], error: Message): string {
  const usage = usageOf(args[0]);
  const told = error.find((term) => term.type === "optionName")?.optionName.replace(/=.*/s, "");
  const inner = usage === null ? [] : [...extractCommandNames(usage)].filter((name) => name !== args[0]);
  if (inner.length > 0 && !inner.includes(args[1])) {
    const whole = `${args[0]} ${inner[0]}`;
    return `\nDid you mean \`${whole}\`?\nneptune-fetcher ${whole} --help lists what it takes.\n`;
  }
  const words = inner.length > 0 ? `${args[0]} ${args[1]}` : args[0];
  const names = usage === null ? [] : [...extractOptionNames(usage)].filter((name) => name.startsWith("--"));
  const [meant] = told?.startsWith("--") && !names.includes(told)
    ? suggest(told.slice(2), names.map((name) => name.slice(2)), 1)
    : [];
  return (meant === undefined ? "" : `\nDid you mean \`--${meant}\`?\n`) +
    (usage === null
      ? "neptune-fetcher --help lists the commands, neptune-fetcher COMMAND --help the options of one.\n"
      : `neptune-fetcher ${words} --help lists what it takes.\n`);
}

/** The options of the command, or the exit code where help was shown or the words cannot be understood. */
function parse(args: readonly string[], terminal: Terminal, version: string) {
  return runParser(parser, "neptune-fetcher", args, {
    brief: message`Look into Neptune's experiment metadata: archives, servers and unsynced runs.`,
    footer: message`Help on one command: neptune-fetcher COMMAND --help`,
    help: { command: true, option: { names: ["-h", "--help"] }, onShow: (code) => code },
    version: { value: version, option: true, onShow: () => EXIT.ok },
    completion: { command: true, onShow: () => EXIT.ok },
    usageLine: [{ type: "literal", value: "COMMAND" }, { type: "ellipsis" }],
    commandList: "top-level",
    termWidth: "auto",
    showDefault: { prefix: " Default: ", suffix: "." },
    aboveError: "none",
    colors: terminal.isTerminal && !Deno.noColor,
    maxWidth: terminal.columns,
    stdout: (text) => terminal.write(`${text}\n`),
    stderr: (text) => terminal.note(`${text}\n`),
    onError: (_, error) => {
      terminal.note(hints(args, error));
      return EXIT.usage as number;
    },
  });
}

type Given = Exclude<Exclude<ReturnType<typeof parse>, number>, { command: "serve" }>;

async function dispatch(given: Given, terminal: Terminal, signal: AbortSignal): Promise<number> {
  switch (given.command) {
    case "projects":
      return await projectsCommand.run(given, terminal, signal);
    case "runs":
      return await runsCommand.run(given, terminal, signal);
    case "show":
      return await showCommand.run(given, terminal, signal);
    case "metrics":
      return await metricsCommand.run(given, terminal, signal);
    case "logs":
      return await logsCommand.run(given, terminal, signal);
    case "files get":
      return await filesCommand.run(given, terminal, signal);
    case "diff":
      return await diffCommand.run(given, terminal, signal);
    case "tree":
      return await treeCommand.run(given, terminal, signal);
    case "schema":
      return await schemaCommand.run(given, terminal, signal);
    case "export":
      return await exportCommand.run(given, terminal, signal);
    case "compact":
      return await compactCommand.run(given, terminal, signal);
    case "check":
      return await checkCommand.run(given, terminal, signal);
    case "view":
      return await viewCommand.run(given, terminal, signal);
    case "import-offline":
      return await importOfflineCommand.run(given, terminal, signal);
  }
}
