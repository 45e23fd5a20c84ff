/**
 * Runs the simulator: `deno task test:faults` for ten thousand seeds, `--seeds N --from M` for others, `--seed N` for one that failed.
 */

import { parseArgs } from "node:util";
import { SERVER } from "./server.ts";
import { lineOf, type Outcome, runSeeds, Simulator } from "./simulate.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "10000" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
  },
});
const from = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds) : 1;
const simulator = new Simulator(SERVER);
const outcomes = await runSeeds(simulator, from, count, (outcome) => {
  if (values.seed !== undefined || outcome.result === "FAILED") console.log(lineOf(outcome));
});
console.log(summary(outcomes));
const files = values.seed === undefined ? await changedFiles() : true;
Deno.exit(files && outcomes.every(({ result }) => result !== "FAILED") ? 0 : 1);

/** As many files of archives with bytes changed; true where all went well. */
async function changedFiles(): Promise<boolean> {
  const tests = new URL("mutations_test.ts", import.meta.url).pathname;
  const env = { FAULT_SEEDS: String(count), FAULT_FIRST_SEED: String(from) };
  return (await new Deno.Command(Deno.execPath(), { args: ["test", "-A", tests], env }).spawn().status).success;
}

function summary(outcomes: Outcome[]): string {
  const by = Map.groupBy(outcomes, ({ result }) => result);
  const errors = Map.groupBy(by.get("error") ?? [], ({ detail }) => detail);
  const slowest = outcomes.reduce((most, { milliseconds }) => Math.max(most, milliseconds), 0);
  const lines = [...by].map(([result, { length }]) => `${String(length).padStart(7)}  ${result}`);
  lines.push(
    ...[...errors].sort(([, a], [, b]) => b.length - a.length).map(([name, { length }]) =>
      `${String(length).padStart(11)}  ${name}`
    ),
  );
  return `${outcomes.length} seeds, the slowest ${slowest} ms\n${lines.join("\n")}`;
}
