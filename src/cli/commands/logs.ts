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
import { printable } from "../../errors.ts";
import { compileRegex } from "../../nql/regex.ts";
import { EXIT, projectFrom, type Run, usageAndExamples } from "../command.ts";
import pl from "nodejs-polars";
import {
  ALL,
  attributeOptions,
  attributesOf,
  logFormatOptions,
  present,
  sourceOptions,
  stepsOf,
  stepsOption,
} from "../options.ts";
import { printFrame } from "../print.ts";
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
    format: logFormatOptions,
  }),
  {
    brief: message`Print the logs of a run`,
    description: message`The entries of string series, console output among them, in the order of their steps.`,
    ...usageAndExamples("logs mlp-adam -g 'nan|error' -i", "logs DIG-12 -c monitoring/stdout --tail 50 --bare"),
  },
);

const run: Run<InferValue<typeof parser>> = async (given, terminal, signal) => {
  const project = projectFrom(given.source);
  const wanted = given.grep === undefined ? null : compileRegex(given.ignoreCase ? `(?i)${given.grep}` : given.grep);
  const found = await findNamedRun(project, given.run, signal);
  const frame = await project.fetchSeries({
    ...present({ stepRange: stepsOf(given.steps), tailLimit: given.tail }),
    withIds: [found.sysId!],
    // Where an archive has the run of two exporters, both have the same sys/id.
    ...(found.customId === null ? {} : { customIds: [found.customId] }),
    trashed: null,
    attributes: attributesOf(given.attributes) ?? ALL,
    types: ["string_series"],
    signal,
  });
  const linesOf = (value: unknown) => String(value ?? "").replace(/\r?\n$/, "").split(/\r?\n/);
  const passes = (line: string) => wanted === null || wanted.test(line);
  if (given.format.kind !== "auto") {
    const rows = (frame.getColumn("value").toArray() as unknown[]).map((value) => linesOf(value).some(passes));
    const picked = frame.filter(pl.Series("passes", rows, pl.Bool)).drop("run");
    await printFrame(picked, given.format, terminal);
    return EXIT.ok;
  }
  const [attribute, step, value, time] = (["attribute", "step", "value", "timestamp"] as const)
    .map((name) => frame.getColumn(name).toArray() as unknown[]);
  const several = new Set(attribute).size > 1;
  for (let row = 0; row < attribute.length; row++) {
    for (const line of linesOf(value[row]).filter(passes)) {
      const where = [...(several ? [attribute[row]] : []), step[row], formatTime(time[row] as Date | null)];
      terminal.write(printable(given.bare ? line : `${where.join("  ")}  ${line}`) + "\n");
    }
  }
  return EXIT.ok;
};

/** `logs`: the lines of string series. */
export const logsCommand = { parser, run };
