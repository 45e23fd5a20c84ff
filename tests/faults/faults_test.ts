import assert from "node:assert/strict";
import { ARCHIVE } from "./archive.ts";
import { COMPACTED } from "./compacted.ts";
import { SERVER } from "./server.ts";
import { lineOf, runSeeds, type Side, Simulator } from "./simulate.ts";

/** So many seeds in every run of the tests; `deno task test:faults` does ten thousand of each side. */
const SEEDS = 200;

/** @param least The shares of right answers, and of errors or answers that say what they are without, that show that faults arrive. */
async function simulate(side: Side, least: { right: number; told: number }): Promise<void> {
  const outcomes = await runSeeds(new Simulator(side), 1, SEEDS);
  assert.deepEqual(outcomes.filter(({ result }) => result === "FAILED").map(lineOf), []);
  const share = (...results: string[]) => outcomes.filter(({ result }) => results.includes(result)).length / SEEDS;
  assert.ok(share("answer") > least.right, "no call is answered");
  assert.ok(share("error", "less, and says so") > least.told, "the faults do not reach the calls");
}

Deno.test("whatever a server answers, a call gives the right answer or one of our errors, in time, and has stopped then", () =>
  simulate(SERVER, { right: 0.3, told: 0.2 }));

Deno.test("whatever is wrong on disk, a call gives the right answer, an error that names the file, or says what it is without", () =>
  simulate(ARCHIVE, { right: 0.3, told: 0.1 }));

Deno.test("whatever is wrong with compacted tables, a call gives the right answer, an error that names the file, or says what it is without", () =>
  simulate(COMPACTED, { right: 0.3, told: 0.2 }));
