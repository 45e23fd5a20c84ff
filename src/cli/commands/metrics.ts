/**
 * `metrics`: the points of float series.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import type { InferValue } from "@optique/core/parser";
import { command, constant, flag, option } from "@optique/core/primitives";
import { integer } from "@optique/core/valueparser";
import { answerExit, projectFrom, type Run, usageAndExamples } from "../command.ts";
import {
  ALL,
  attributeOptions,
  attributesOf,
  formatOptions,
  present,
  runOptions,
  runsOf,
  sourceOptions,
  stepsOf,
  stepsOption,
} from "../options.ts";
import { printFrame } from "../print.ts";

const parser = command(
  "metrics",
  object({
    command: constant("metrics"),
    source: sourceOptions,
    selection: runOptions,
    attributes: attributeOptions,
    steps: stepsOption,
    tail: optional(option("--tail", integer({ min: 1, metavar: "N" }), {
      description: message`Only the last N points of each series.`,
    })),
    wide: withDefault(
      flag("--wide", { description: message`One column for each series, one row for each run and step.` }),
      false,
    ),
    format: formatOptions,
  }),
  {
    brief: message`Print the points of metrics`,
    description:
      message`One row for each point: run, attribute, step, value, timestamp. Without attributes, all metrics.`,
    ...usageAndExamples(
      "metrics --experiments ^mlp -c train/loss --tail 5",
      'metrics -m "^validation/" --steps 100: --csv > points.csv',
      "metrics --parquet points.parquet",
    ),
  },
);

const run: Run<InferValue<typeof parser>> = async (given, terminal, signal) => {
  const project = projectFrom(given.source);
  const options = {
    ...present({ ...runsOf(given.selection), stepRange: stepsOf(given.steps), tailLimit: given.tail }),
    attributes: attributesOf(given.attributes) ?? ALL,
    signal,
  };
  if (given.format.kind === "parquet" && !given.wide) {
    const points = await project.saveMetrics({ ...options, destination: given.format.path });
    terminal.note(`${points.toLocaleString("en")} points written to ${given.format.path}\n`);
    return await answerExit(project);
  }
  const frame = await project.fetchMetrics({ ...options, format: given.wide ? "wide" : "long" });
  await printFrame(frame, given.format, terminal);
  return await answerExit(project);
};

/** `metrics`: the points of float series. */
export const metricsCommand = { parser, run };
