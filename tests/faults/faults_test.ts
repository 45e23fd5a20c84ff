import assert from "node:assert/strict";
import { SERVER } from "./server.ts";
import { lineOf, runSeeds, Simulator } from "./simulate.ts";

/** So many seeds in every run of the tests; `deno task test:faults` does ten thousand. */
const SEEDS = 300;

Deno.test("whatever a server answers, a call gives the right answer or one of our errors, in time, and has stopped then", async () => {
  const outcomes = await runSeeds(new Simulator(SERVER), 1, SEEDS);
  assert.deepEqual(outcomes.filter(({ result }) => result === "FAILED").map(lineOf), []);
  const share = (result: string) => outcomes.filter((one) => one.result === result).length / SEEDS;
  assert.ok(share("answer") > 0.3 && share("error") > 0.2, "the faults do not reach the calls");
});
