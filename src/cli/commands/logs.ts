/**
 * `logs`: the lines of string series.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import type { InferValue } from "@optique/core/parser";
import { argument, command, constant, flag, option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { formatTime } from "../../display/format.ts";
import { printable, RegexError } from "../../errors.ts";
import { examples, EXIT, projectFrom, type Run } from "../command.ts";
import { ALL, attributeOptions, attributesOf, present, sourceOptions, stepsOf, stepsOption } from "../options.ts";
import { findNamedRun } from "../run_argument.ts";

const parser = command(
  "logs",
  object({
    command: constant("logs"),
    source: sourceOptions,
    run: argument(string({ metavar: "RUN" }), { description: message`Custom id, sys/id or experiment name.` }),
    attributes: attributeOptions,
    steps: stepsOption,
    tail: optional(
      option("--tail", integer({ min: 1, metavar: "N" }), {
        description: message`Only the last N entries of each log.`,
      }),
    ),
    grep: optional(
      option("-g", "--grep", string({ metavar: "REGEX" }), { description: message`Only lines that match.` }),
    ),
    ignoreCase: withDefault(flag("-i", "--ignore-case", { description: message`Match in any case.` }), false),
    bare: withDefault(flag("--bare", { description: message`Only the text, without step and time.` }), false),
  }),
  {
    brief: message`Print the logs of a run`,
    description: message`The entries of string series, console output among them, in the order of their steps.`,
    ...examples("logs mlp-adam -g 'nan|error' -i", "logs DIG-12 -c monitoring/stdout --tail 50 --bare"),
  },
);

const run: Run<InferValue<typeof parser>> = async (given, terminal, signal) => {
  const project = projectFrom(given.source);
  const wanted = given.grep === undefined ? null : expression(given.grep, given.ignoreCase);
  const found = await findNamedRun(project, given.run, signal);
  const frame = await project.fetchSeries({
    ...present({ stepRange: stepsOf(given.steps), tailLimit: given.tail }),
    withIds: [found.sysId!],
    trashed: null,
    attributes: attributesOf(given.attributes) ?? ALL,
    types: ["string_series"],
    signal,
  });
  const [attribute, step, value, time] = (["attribute", "step", "value", "timestamp"] as const)
    .map((name) => frame.getColumn(name).toArray() as unknown[]);
  const several = new Set(attribute).size > 1;
  for (let row = 0; row < attribute.length; row++) {
    for (const line of String(value[row] ?? "").replace(/\r?\n$/, "").split(/\r?\n/)) {
      if (wanted && !wanted.test(line)) continue;
      const where = [...(several ? [attribute[row]] : []), step[row], formatTime(time[row] as Date | null)];
      terminal.write(printable(given.bare ? line : `${where.join("  ")}  ${line}`) + "\n");
    }
  }
  return EXIT.ok;
};

function expression(pattern: string, ignoreCase: boolean): RegExp {
  try {
    return new RegExp(pattern, ignoreCase ? "iv" : "v");
  } catch (error) {
    throw new RegexError(`--grep is "${pattern}", which is not a regular expression: ${(error as Error).message}.`, {
      pattern,
    });
  }
}

/** `logs`: the lines of string series. */
export const logsCommand = { parser, run };
