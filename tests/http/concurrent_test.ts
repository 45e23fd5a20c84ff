import assert from "node:assert/strict";
import v8 from "node:v8";
import vm from "node:vm";
import { concurrently, type Job } from "../../src/async/concurrent.ts";

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

Deno.test("no more jobs run at once than are allowed, and those added later run too", async () => {
  let running = 0;
  let most = 0;
  const job = (depth: number): Job<number> =>
    async function* (_signal, add) {
      most = Math.max(most, ++running);
      await wait(2);
      yield depth;
      if (depth > 0) add(job(depth - 1));
      running--;
    };
  const found = await Array.fromAsync(concurrently(Array.from({ length: 10 }, () => job(2)), 3));
  assert.deepEqual(found.sort(), [...Array(10).fill(0), ...Array(10).fill(1), ...Array(10).fill(2)]);
  assert.equal(most, 3);
});

Deno.test("an error of one job ends all others", async () => {
  const ended: string[] = [];
  const hanging: Job<number> = async function* (signal) {
    try {
      yield await new Promise<number>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    } finally {
      ended.push("hanging");
    }
  };
  // deno-lint-ignore require-yield
  const failing: Job<number> = async function* () {
    await wait(5);
    throw new Error("broken");
  };
  await assert.rejects(Array.fromAsync(concurrently([hanging, failing], 2)), /broken/);
  await wait(1);
  assert.deepEqual(ended, ["hanging"]);
});

Deno.test("an abort ends it at once, even when a job does not listen", async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const abort = new AbortController();
  const deaf: Job<number> = async function* () {
    setTimeout(() => abort.abort(new Error("enough")));
    yield await promise;
  };
  await assert.rejects(Array.fromAsync(concurrently([deaf], 2, abort.signal)), /enough/);
  resolve(1);
});

Deno.test("jobs do not run ahead of a slow reader by more than one value each", async () => {
  let made = 0;
  const job: Job<number> = async function* () {
    for (let i = 0; i < 100; i++) yield await Promise.resolve(++made);
  };
  for await (const value of concurrently([job, job], 2)) {
    await wait(1);
    if (value > 20) break;
    assert.ok(made <= value + 4, `${made} made when ${value} was read`);
  }
});

Deno.test("what was passed on is not held any longer, though other jobs are not done", async () => {
  v8.setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc") as () => void;
  const values: WeakRef<object>[] = [];
  const many: Job<object> = async function* () {
    for (let i = 0; i < 20; i++) {
      await wait(1);
      const value = { number: i };
      values.push(new WeakRef(value));
      yield value;
    }
  };
  const slow: Job<object> = async function* (signal) {
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    yield {};
  };
  let count = 0;
  for await (const _ of concurrently([many, slow], 2)) {
    if (++count < 18) continue;
    await wait(10);
    collect();
    // Those that came last may still be on their way.
    const held = values.slice(0, 10).filter((value) => value.deref() !== undefined);
    assert.equal(held.length, 0);
    break;
  }
});
