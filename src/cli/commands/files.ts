/**
 * `files get`: the files of runs.
 *
 * @module
 */

import { object, or } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import type { InferValue } from "@optique/core/parser";
import { command, constant, option } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import { EXIT, projectFrom, type Run, usageAndExamples } from "../command.ts";
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

const get = command(
  "get",
  object({
    command: constant("files get"),
    source: sourceOptions,
    selection: runOptions,
    attributes: attributeOptions,
    steps: stepsOption,
    destination: option("-o", "--to", path({ metavar: "DIR" }), { description: message`The folder to write to.` }),
    format: formatOptions,
  }),
  {
    brief: message`Download files`,
    description:
      message`Writes DIR/run/attribute, and prints what became of each file. Called again, it fetches what is not there yet.`,
    ...usageAndExamples("files get --experiments ^mlp --to kept", 'files get -r linear-1 -m "^report/" --to kept'),
  },
);

const parser = command("files", or(get), {
  brief: message`Get the files of runs`,
  usageLine: [{ type: "literal", value: "get" }, { type: "ellipsis" }],
});

const run: Run<InferValue<typeof parser>> = async (given, terminal, signal) => {
  const frame = await projectFrom(given.source).downloadFiles({
    ...present({ ...runsOf(given.selection), stepRange: stepsOf(given.steps) }),
    attributes: attributesOf(given.attributes) ?? ALL,
    destination: given.destination,
    signal,
  });
  await printFrame(frame, given.format, terminal);
  const left = (frame.getColumn("status").toArray() as string[]).filter((one) =>
    one !== "downloaded" && one !== "present"
  );
  return left.length > 0 ? EXIT.incomplete : EXIT.ok;
};

/** `files get`: the files of runs. */
export const filesCommand = { parser, run };
