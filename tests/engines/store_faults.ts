/**
 * What goes wrong between an engine and the store that it reads: one typed error each or the right answer, and nothing left running.
 *
 * @module
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openSpark } from "../../src/spark/catalog.ts";
import { runs, valuesByKey } from "../ask.ts";
import { failure, type Fault, FolderStore, KEYS } from "../s3/server.ts";
import { type Engine, startEngine } from "./engines.ts";
import { variablesOf } from "./seaweed.ts";

const sample = fileURLToPath(new URL("../../samples/archive", import.meta.url));

/** Registers the tests of one engine, which is started with a store of its own. */
export async function storeFaults(engine: Engine): Promise<void> {
  const store = new FolderStore({ archives: sample });
  // Engines sign in ways of their own.
  store.isOpen = true;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => store.answer(request));
  const endpoint = `http://127.0.0.1:${server.addr.port}`;
  const running = await startEngine(engine, variablesOf({ endpoint, ...KEYS }));
  addEventListener("unload", () => running.kill());
  const open = (data = "s3://archives/data") => openSpark({ address: running.address, data });
  const test = (name: string, fn: () => Promise<void>) =>
    Deno.test(`${engine.name}, a store with faults: ${name}`, async () => {
      try {
        await fn();
      } finally {
        store.fault = null;
      }
    });
  /** What the first call gives under a fault. */
  const outcome = async (fault: Fault | null, data?: string) => {
    store.fault = fault;
    const catalog = open(data);
    try {
      return await runs(catalog.open("nereid/digits")).then((found) => found.length, (error: Error) => error);
    } finally {
      catalog.close();
    }
  };

  test("503 for a while, and slow: the right answer", async () => {
    let refused = 0;
    const fault: Fault = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return refused++ % 3 === 0 ? failure(503, "SlowDown") : null;
    };
    assert.equal(await outcome(fault), 12);
    assert.ok(refused > 10, `${refused}`);
  });

  test("503 for ever: a call that is aborted ends at once, and the store is left in peace", async () => {
    store.fault = () => failure(503, "SlowDown");
    const catalog = open();
    const signal = AbortSignal.timeout(1500);
    const start = performance.now();
    await assert.rejects(async () => {
      for await (const _ of catalog.open("nereid/digits").runs({ signal }));
    }, { name: "TimeoutError" });
    assert.ok(performance.now() - start < 3000);
    catalog.close();
    // What is under way may still be tried again; what does not end goes on.
    for (let looks = 0;; looks++) {
      const asked = store.asked.length;
      await new Promise((resolve) => setTimeout(resolve, 4000));
      const later = store.asked.length - asked;
      if (later === 0) break;
      assert.ok(looks < 5, `${later} requests later`);
    }
  });

  test("keys that have expired, and a bucket that is not there: an error that says so, soon", async () => {
    const expired = await outcome(() => failure(400, "ExpiredToken"));
    assert.ok(expired instanceof Error && expired.name === "EngineError", String(expired));
    assert.match(expired.message, /ExpiredToken/);
    assert.doesNotMatch(expired.message, new RegExp(KEYS.secretAccessKey));
    const denied = await outcome(() => failure(403, "AccessDenied"));
    assert.ok(denied instanceof Error && denied.name === "EngineError", String(denied));
    const missing = await outcome(null, "s3://nothing-here/data");
    assert.ok(missing instanceof Error && ["EngineError", "ArchiveError"].includes(missing.name), String(missing));
  });

  test("an object that is listed and can no longer be read: the error names it, and others can be read again", async () => {
    const catalog = open();
    const source = catalog.open("nereid/digits");
    assert.equal((await runs(source)).length, 12);
    const gone = ({ key, query }: { key: string; query: URLSearchParams }) =>
      /linear-2-/.test(key) && !query.has("prefix");
    store.fault = (asked) => gone(asked) ? failure(404, "NoSuchKey", asked.method) : null;
    const error = await valuesByKey(source).then(() => assert.fail("it answered"), (error: Error) => error);
    assert.equal(error.name, "DamagedFileError", error.stack);
    assert.match(error.message, /linear-2-[0-9a-f]{16}_part_0\.parquet/);
    store.fault = null;
    assert.equal((await valuesByKey(source)).size, 12);
    catalog.close();
  });
}
