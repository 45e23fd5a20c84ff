/**
 * `schema`: which attributes the runs have, and of which types.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple } from "@optique/core/modifiers";
import type { InferValue } from "@optique/core/parser";
import { command, constant, option } from "@optique/core/primitives";
import { choice } from "@optique/core/valueparser";
import { ATTRIBUTE_TYPES } from "../../types.ts";
import { answerExit, projectFrom, type Run, usageAndExamples } from "../command.ts";
import {
  attributeOptions,
  attributesOf,
  formatOptions,
  present,
  runOptions,
  runsOf,
  sourceOptions,
} from "../options.ts";
import { printFrame } from "../print.ts";

const parser = command(
  "schema",
  object({
    command: constant("schema"),
    source: sourceOptions,
    selection: runOptions,
    attributes: attributeOptions,
    types: multiple(
      option("--type", choice(ATTRIBUTE_TYPES, { metavar: "TYPE" }), {
        description: message`Only this type. May be repeated.`,
      }),
    ),
    format: formatOptions,
  }),
  {
    brief: message`List attributes and their types`,
    ...usageAndExamples("schema", 'schema -m "^config/"', "schema --type float_series --json"),
  },
);

const run: Run<InferValue<typeof parser>> = async (given, terminal, signal) => {
  const project = projectFrom(given.source);
  const frame = await project.listAttributes(present({
    ...runsOf(given.selection),
    attributes: attributesOf(given.attributes),
    types: given.types.length ? [...given.types] : undefined,
    signal,
  }));
  await printFrame(frame, given.format, terminal);
  return await answerExit(project);
};

/** `schema`: which attributes the runs have, and of which types. */
export const schemaCommand = { parser, run };
