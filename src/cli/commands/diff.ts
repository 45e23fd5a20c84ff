/**
 * `diff`: what differs between two runs.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { withDefault } from "@optique/core/modifiers";
import type { InferValue } from "@optique/core/parser";
import { argument, command, constant, flag } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import pl from "nodejs-polars";
import { RunFile } from "../../api/file.ts";
import { compareFiles } from "../../api/many/same_files.ts";
import { connectionOf } from "../../api/project.ts";
import { strings } from "../../frame/frame.ts";
import type { FileRef } from "../../types.ts";
import { EXIT, projectFrom, type Run, usageAndExamples } from "../command.ts";
import { attributeOptions, attributesOf, formatOptions, sourceOptions } from "../options.ts";
import { json, onOneLine, printFrame, wholeText } from "../print.ts";
import { findNamedRun } from "../run_argument.ts";
import { valuesOf } from "../values.ts";

const parser = command(
  "diff",
  object({
    command: constant("diff"),
    source: sourceOptions,
    a: argument(string({ metavar: "RUN" }), { description: message`One run: custom id, sys/id or experiment name.` }),
    b: argument(string({ metavar: "OTHER" }), { description: message`The other one.` }),
    attributes: attributeOptions,
    all: withDefault(
      flag("--all", { description: message`Also what is equal, and what Neptune itself logs (sys/, monitoring/).` }),
      false,
    ),
    format: formatOptions,
  }),
  {
    brief: message`Compare two runs`,
    description:
      message`One row for each attribute whose value differs; series by their last value, files by type, size and bytes. What one of them lacks is empty.`,
    ...usageAndExamples("diff linear-1 linear-2", 'diff mlp-adam mlp-sgd -m "^config/"'),
  },
);

/** What differs between any two runs, and tells nobody anything. */
const OWN = /^(sys|monitoring)\//;

/**
 * Whole values: what is printed of two histograms, of an empty text and of an attribute that is not there, may be the same. Of files
 * their bytes count.
 */
function same(a: unknown, b: unknown): boolean {
  return a === undefined || b === undefined ? a === b : json(a) === json(b);
}

function ref({ path, size, type }: RunFile): FileRef {
  return { path, size, mimeType: type };
}

const run: Run<InferValue<typeof parser>> = async (given, terminal, signal) => {
  const project = projectFrom(given.source);
  const chosen = attributesOf(given.attributes);
  const [a, b] = await Promise.all([given.a, given.b].map(async (name) => {
    const rows = await valuesOf(await findNamedRun(project, name, signal), chosen, signal);
    return new Map(rows.map(({ attribute, value }) => [attribute, value]));
  }));
  let paths = [...new Set([...a.keys(), ...b.keys()])].sort();
  if (!given.all) {
    paths = paths.filter((path) => (chosen !== undefined || !OWN.test(path)) && !same(a.get(path), b.get(path)));
    const files = paths.flatMap((path) => {
      const [one, other] = [a.get(path), b.get(path)];
      return one instanceof RunFile && other instanceof RunFile
        ? [{ path, pair: [ref(one), ref(other)] as const }]
        : [];
    });
    const found = await compareFiles(await connectionOf(project).source(signal), files.map(({ pair }) => pair), signal);
    const likeness = new Map(files.map(({ path }, i) => [path, found[i]]));
    paths = paths.filter((path) => likeness.get(path) !== "same" && likeness.get(path) !== "unknown");
    const unknown = [...likeness.keys()].filter((path) => likeness.get(path) === "unknown");
    if (unknown.length > 0) {
      terminal.note(`Not compared, as the files are missing in both runs: ${unknown.map(onOneLine).join(", ")}\n`);
    }
  }
  if (given.format.kind === "json") {
    const value = (run: Map<string, unknown>, path: string) => run.has(path) ? run.get(path) : null;
    terminal.write(json(Object.fromEntries(paths.map((path) => [path, { a: value(a, path), b: value(b, path) }]))));
    return EXIT.ok;
  }
  const text = (run: Map<string, unknown>) => paths.map((path) => run.has(path) ? wholeText(run.get(path)) : null);
  const apart = new Set(["attribute", given.a, given.b]).size === 3;
  const [nameA, nameB] = apart ? [given.a, given.b] : ["A", "B"];
  // Not by the keys of an object, which would put a run called 7 before all else.
  const frame = pl.DataFrame([strings("attribute", paths), strings(nameA, text(a)), strings(nameB, text(b))]);
  await printFrame(frame, given.format, terminal);
  return EXIT.ok;
};

/** `diff`: what differs between two runs. */
export const diffCommand = { parser, run };
