/**
 * `show`: one run with its values.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import type { InferValue } from "@optique/core/parser";
import { argument, command, constant } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { recordsFrame } from "../../frame/frame.ts";
import { EXIT, projectFrom, type Run, usageAndExamples } from "../command.ts";
import { attributeOptions, attributesOf, formatOptions, sourceOptions } from "../options.ts";
import { json, printFrame, wholeText } from "../print.ts";
import { findNamedRun } from "../run_argument.ts";
import { valuesOf } from "../values.ts";

const parser = command(
  "show",
  object({
    command: constant("show"),
    source: sourceOptions,
    run: argument(string({ metavar: "RUN" }), { description: message`Custom id, sys/id or experiment name.` }),
    attributes: attributeOptions,
    format: formatOptions,
  }),
  {
    brief: message`Show the values of one run`,
    description: message`One row for each attribute; a series shows its last value.`,
    ...usageAndExamples("show mlp-adam", 'show DIG-12 -m "^config/" --json'),
  },
);

const run: Run<InferValue<typeof parser>> = async ({ source, run, attributes, format }, terminal, signal) => {
  const project = projectFrom(source);
  const rows = await valuesOf(await findNamedRun(project, run, signal), attributesOf(attributes), signal);
  if (format.kind === "json") {
    terminal.write(json(Object.fromEntries(rows.map(({ attribute, value }) => [attribute, value]))));
    return EXIT.ok;
  }
  const frame = recordsFrame({
    attribute: rows.map((row) => row.attribute),
    type: rows.map((row) => row.type),
    value: rows.map((row) => wholeText(row.value)),
  });
  await printFrame(frame, format, terminal);
  return EXIT.ok;
};

/** `show`: one run with its values. */
export const showCommand = { parser, run };
