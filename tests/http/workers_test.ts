import assert from "node:assert/strict";
import { mostWorkers } from "../../src/http/plan/workers.ts";

Deno.test("there are at most as many workers as allowed, and as cores beyond two, unless they are wanted at once", () => {
  const most = [1, 2, 3, 4, 16].map((cores) => mostWorkers(10, undefined, cores));
  assert.deepEqual(most, [0, 0, 1, 2, 10]);
  assert.equal(mostWorkers(10, 5_000_000, 2), 0);
  assert.equal(mostWorkers(10, 0, 2), 10);
});
