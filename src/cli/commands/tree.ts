/**
 * `tree`: which run was forked from which.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { withDefault } from "@optique/core/modifiers";
import type { InferValue } from "@optique/core/parser";
import { command, constant, flag } from "@optique/core/primitives";
import { formatNumber } from "../../display/format.ts";
import { answerExit, projectFrom, type Run, usageAndExamples } from "../command.ts";
import { runOptions, runsOf, sourceOptions } from "../options.ts";
import { json, onOneLine } from "../print.ts";

const parser = command(
  "tree",
  object({
    command: constant("tree"),
    source: sourceOptions,
    selection: runOptions,
    json: withDefault(flag("--json", { description: message`Nested JSON objects.` }), false),
  }),
  {
    brief: message`Show which run was forked from which`,
    description: message`A run whose parent is not among those chosen stands at the left, with the parent's name.`,
    ...usageAndExamples("tree", 'tree --experiments "^mlp"', "tree --json"),
  },
);

interface Branch {
  run: string;
  experiment: string | null;
  /** The parent, where it is not part of the tree. */
  parent: string | null;
  /** The step at which it was forked. */
  step: number | null;
  forks: Branch[];
}

const run: Run<InferValue<typeof parser>> = async ({ source, selection, json: asJson }, terminal, signal) => {
  const project = projectFrom(source);
  const frame = await project.fetchRunsDf({
    ...runsOf(selection),
    // A pattern: nobody named these attributes, so that nobody is to be told that there are none.
    columnsRegex: "^sys/(id|forking/(parent|step))$",
    ascending: true,
    signal,
  });
  const [id, customId, name, parent, step] = [
    "sys/id",
    "sys/custom_run_id",
    "sys/name",
    "sys/forking/parent",
    "sys/forking/step",
  ].map((column): unknown[] =>
    frame.columns.includes(column) ? frame.getColumn(column).toArray() : new Array(frame.height).fill(null)
  );
  const branches = new Map<string, Branch>();
  for (let row = 0; row < id.length; row++) {
    const branch: Branch = {
      run: String(customId[row] ?? id[row]),
      experiment: name[row] as string | null,
      parent: parent[row] as string | null,
      step: step[row] === null || step[row] === undefined ? null : Number(step[row]),
      forks: [],
    };
    branches.set(String(id[row]), branch);
    if (customId[row] !== null) branches.set(String(customId[row]), branch);
  }
  const roots: Branch[] = [];
  for (const branch of new Set(branches.values())) {
    const above = branch.parent === null ? undefined : branches.get(branch.parent);
    if (above === undefined || above === branch || isBelow(above, branch)) roots.push(branch);
    else {
      branch.parent = null;
      above.forks.push(branch);
    }
  }
  terminal.write(asJson ? json(roots) : roots.map((root) => draw(root, "", "")).join(""));
  return await answerExit(project);
};

/** Damaged archives may hold circles: the run that closes one stands at the left. */
function isBelow(branch: Branch, above: Branch): boolean {
  return above.forks.some((fork) => fork === branch || isBelow(branch, fork));
}

function draw({ run, experiment, parent, step, forks }: Branch, first: string, rest: string): string {
  const from = parent === null ? "" : `, forked from ${parent}`;
  const at = step === null ? "" : ` at step ${formatNumber(step)}`;
  const label = `${run}${experiment === null || experiment === run ? "" : ` (${experiment})`}${from}${at}`;
  const lines = forks.map((fork, i) => {
    const last = i === forks.length - 1;
    return draw(fork, `${rest}${last ? "└─ " : "├─ "}`, `${rest}${last ? "   " : "│  "}`);
  });
  return `${first}${onOneLine(label)}\n${lines.join("")}`;
}

/** `tree`: which run was forked from which. */
export const treeCommand = { parser, run };
