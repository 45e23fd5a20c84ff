import assert from "node:assert/strict";
import { concurrently } from "../../src/async/concurrent.ts";

Deno.test("jobs that end one right after the other do not end those that still run", async () => {
  for (let later = 0; later < 12; later++) {
    const ending = (turns: number) =>
      async function* (): AsyncGenerator<string, void> {
        for (let turn = 0; turn < turns; turn++) await null;
        yield* [];
      };
    const slow = async function* (): AsyncGenerator<string, void> {
      await new Promise((resolve) => setTimeout(resolve, 5));
      yield "slow";
    };
    assert.deepEqual(await Array.fromAsync(concurrently<string>([ending(10), ending(10 + later), slow], 3)), ["slow"]);
  }
});
