import assert from "node:assert/strict";
import { PageCache } from "../../src/server/page_cache.ts";

Deno.test("remainders are kept as long as there is room, which many small ones take, too", () => {
  const cache = new PageCache<number>(500_000);
  const count = 5000, words = (n: number) => ["run", String(n)];
  for (let n = 0; n < count; n++) cache.put(words(n), n, 25);
  const kept = Array.from({ length: count }, (_, n) => cache.take(words(n))).filter((one) => one !== null);
  assert.deepEqual([kept.length, kept.at(-1)], [2222, count - 1]);
  cache.put(["large"], 1, 499_000);
  cache.put(["small"], 2, 1);
  assert.deepEqual([cache.take(["large"]), cache.take(["large"]), cache.take(["small"])], [1, null, 2]);
});
