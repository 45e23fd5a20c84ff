/**
 * `runs`: a table of runs.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import type { InferValue } from "@optique/core/parser";
import { command, constant, flag, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { answerExit, projectFrom, type Run, usageAndExamples } from "../command.ts";
import {
  attributeOptions,
  attributesOf,
  formatOptions,
  limitOption,
  present,
  runOptions,
  runsOf,
  sourceOptions,
} from "../options.ts";
import type { Frame } from "../../frame/typed.ts";
import { printFrame } from "../print.ts";

const parser = command(
  "runs",
  object({
    command: constant("runs"),
    source: sourceOptions,
    selection: runOptions,
    attributes: attributeOptions,
    sort: optional(option("-s", "--sort", string({ metavar: "PATH" }), {
      description: message`Sort by this attribute; a series by its last value. Default: newest first.`,
    })),
    ascending: withDefault(flag("--ascending", { description: message`Smallest first.` }), false),
    heads: withDefault(flag("--heads", { description: message`Only the newest run of each experiment.` }), false),
    limit: limitOption,
    format: formatOptions,
  }),
  {
    brief: message`Show runs as a table`,
    description: message`One row for each run, newest first, with the attributes chosen as columns.`,
    ...usageAndExamples(
      "runs --archive exports/data",
      'runs -m "^config/" -s validation/accuracy -n 10',
      "runs -t baseline -c train/loss --json",
      "runs -q '`config/lr`:float > 0.01' --csv > runs.csv",
    ),
  },
);

const run: Run<InferValue<typeof parser>> = async (given, terminal, signal) => {
  const options = present({
    ...runsOf(given.selection),
    columns: attributesOf(given.attributes),
    sortBy: given.sort,
    ascending: given.ascending,
    limit: given.limit,
    signal,
  });
  const project = projectFrom(given.source);
  const heads = given.heads || given.selection.experiments !== undefined;
  const frame = heads ? await project.fetchExperimentsDf(options) : await project.fetchRunsDf(options);
  await printFrame(given.sort === undefined ? frame : sortedFirst(frame, given.sort), given.format, terminal);
  return await answerExit(project);
};

/** The same columns, with the one that gave the order behind the names of the runs: where a line is short, it is what counts. */
function sortedFirst(frame: Frame, path: string): Frame {
  const names = frame.getColumns().map((column) => column.name);
  const own = names.filter((name) => name === "sys/custom_run_id" || name === "sys/name");
  const sorted = names.filter((name) => name === path || name.startsWith(`${path}:`));
  return frame.select(...new Set([...own, ...sorted, ...names]));
}

/** `runs`: a table of runs. */
export const runsCommand = { parser, run };
