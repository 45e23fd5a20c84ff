/**
 * What every command is made of.
 *
 * @module
 */

import { lineBreak, type Message, message, text } from "@optique/core/message";
import type { Usage, UsageTerm } from "@optique/core/usage";
import { connectionOf, ReadOnlyProject } from "../api/project.ts";
import { strings } from "../frame/frame.ts";
import type { Frame } from "../frame/typed.ts";
import { atShell, present, type SourceArguments } from "./options.ts";
import type { Terminal } from "./terminal.ts";

/** What a command ends with: the exit code of the process. */
export const EXIT = {
  /** All went well. */
  ok: 0,
  /** The answer cannot be given; the message says why. */
  failed: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** The answer was given, but data are damaged, missing or were left out. */
  incomplete: 3,
  /** Interrupted with Ctrl+C. */
  interrupted: 130,
} as const;

/** What runs a command once its arguments are read. */
export type Run<Given> = (given: Given, terminal: Terminal, signal: AbortSignal) => Promise<number>;

/** The first line of a command's help and the examples at its end, one a line. */
export function usageAndExamples(...lines: string[]): { usageLine: (all: Usage) => Usage; footer: Message } {
  return {
    usageLine: shortUsage,
    footer: [...message`Examples:`, ...lines.flatMap((line) => [lineBreak(), text(`  neptune-fetcher ${line}`)])],
  };
}

/** What has to be given; all the options are listed below it. */
function shortUsage(all: Usage): Usage {
  const isOptional = ({ type }: UsageTerm) => ["optional", "multiple", "exclusive"].includes(type);
  return [
    { type: "optional", terms: [{ type: "literal", value: "OPTIONS" }] },
    ...all.filter((term) => !isOptional(term)),
  ];
}

/** How an export ended: whether every run with all its files is where it should be. */
export function exportExit(frame: Frame): number {
  const statuses = frame.getColumn("status").toArray() as string[];
  const missing = frame.getColumn("missing_files").toArray().some((count) => Number(count) > 0);
  const whole = statuses.every((status) => status === "written" || status === "present");
  return whole && !missing ? EXIT.ok : EXIT.incomplete;
}

/** A report whose sentences name the options of commands. */
export function adviceAtShell(report: Frame): Frame {
  const messages = report.getColumn("message").toArray() as string[];
  return report.withColumns(strings("message", messages.map(atShell)));
}

/** The project that the options name. */
export function projectFrom(source: Partial<SourceArguments>): ReadOnlyProject {
  return new ReadOnlyProject(present(source));
}

/** How an answer about many runs ended: whether damaged ones were left out of it. */
export async function answerExit(project: ReadOnlyProject): Promise<number> {
  const source = await connectionOf(project).source();
  return source.leftOut?.().length ? EXIT.incomplete : EXIT.ok;
}
