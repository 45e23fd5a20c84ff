/**
 * Runs the simulator: `deno task test:faults` for ten thousand seeds of each side and as many changed files; `--side server`, `archive`,
 * `compacted` or `files` for one of them, `--seeds N --from M` for others, `--side SIDE --seed N` for one that failed.
 */

import { parseArgs } from "node:util";
import { ARCHIVE } from "./archive.ts";
import { COMPACTED } from "./compacted.ts";
import { SERVER } from "./server.ts";
import { lineOf, type Outcome, runSeeds, type Side, Simulator } from "./simulate.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "10000" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    side: { type: "string" },
  },
});
const from = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds) : 1;
const asked = (name: string) => values.side === undefined || values.side === name;
let well = true;
for (const side of [SERVER, ARCHIVE, COMPACTED]) if (asked(side.name)) well = await simulated(side) && well;
if (asked("files")) well = await changedFiles() && well;
Deno.exit(well ? 0 : 1);

/** The seeds of one side; true where all went well. */
async function simulated(side: Side): Promise<boolean> {
  const outcomes = await runSeeds(new Simulator(side), from, count, (outcome) => {
    if (values.seed !== undefined || outcome.result === "FAILED") console.log(lineOf(outcome));
  });
  console.log(`${side.name}: ${summary(outcomes)}`);
  return outcomes.every(({ result }) => result !== "FAILED");
}

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
