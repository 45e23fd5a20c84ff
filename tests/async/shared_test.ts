import assert from "node:assert/strict";
import { abortable, shared } from "../../src/async/shared.ts";

Deno.test("shared work is done once for all who ask", async () => {
  let done = 0;
  const work = shared(async () => {
    await Promise.resolve();
    return ++done;
  });
  assert.deepEqual(await Promise.all([work(), work(), work()]), [1, 1, 1]);
  assert.equal(await work(), 1);
});

Deno.test("shared work that failed is done anew", async () => {
  let tries = 0;
  const work = shared(() => ++tries === 1 ? Promise.reject(new Error("once")) : Promise.resolve(tries));
  await assert.rejects(work(), /once/);
  assert.equal(await work(), 2);
});

Deno.test("an aborted call stops waiting; the work goes on while anybody else waits", async () => {
  const gate = Promise.withResolvers<string>();
  let stopped = false;
  const work = shared(({ signal }) => {
    signal.addEventListener("abort", () => stopped = true);
    return gate.promise;
  });
  const impatient = new AbortController();
  const first = work({ signal: impatient.signal });
  const second = work();
  impatient.abort(new Error("enough"));
  await assert.rejects(first, /enough/);
  assert.equal(stopped, false);
  gate.resolve("done");
  assert.equal(await second, "done");
});

Deno.test("shared work stops when nobody waits any more, and starts anew with the next call", async () => {
  let starts = 0;
  const work = shared(({ signal }) => {
    starts++;
    return starts > 1 ? Promise.resolve("second") : abortable(new Promise<string>(() => {}), signal);
  });
  const impatient = new AbortController();
  const first = work({ signal: impatient.signal });
  impatient.abort(new Error("enough"));
  await assert.rejects(first, /enough/);
  assert.equal(await work(), "second");
  assert.equal(starts, 2);
});

Deno.test("a call whose signal is aborted already starts nothing", async () => {
  let starts = 0;
  const work = shared(() => Promise.resolve(++starts));
  await assert.rejects(work({ signal: AbortSignal.abort(new Error("before")) }), /before/);
  assert.equal(starts, 0);
});
