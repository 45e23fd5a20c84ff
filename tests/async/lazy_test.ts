import assert from "node:assert/strict";
import { openArchive } from "../../src/archive/catalog.ts";
import { lazyCatalog } from "../../src/async/lazy.ts";

const data = new URL("../../samples/archive/data", import.meta.url).pathname;

Deno.test("a catalog is loaded once, by the first call, and answers as it does itself", async () => {
  const itself = openArchive({ data });
  let loads = 0;
  const lazy = lazyCatalog(itself.label, async () => {
    loads++;
    return await Promise.resolve(itself);
  });
  lazy.refresh?.();
  assert.equal(loads, 0);
  const [first, second] = await Promise.all([lazy.projects(), lazy.projects()]);
  assert.deepEqual(first, await itself.projects());
  assert.deepEqual(second, first);
  assert.equal((await (await lazy.open(first[0].name)).project()).id, first[0].id);
  assert.equal(loads, 1);
  lazy.close();
});

Deno.test("what fails to load is loaded again by the next call; what is loaded after the end is closed", async () => {
  const itself = openArchive({ data });
  let loads = 0, closed = 0;
  const lazy = lazyCatalog(itself.label, () => {
    if (loads++ === 0) return Promise.reject(new Error("not there"));
    return Promise.resolve({ ...itself, close: () => void closed++ });
  });
  await assert.rejects(lazy.projects(), /not there/);
  lazy.close();
  assert.equal(closed, 0);
  await lazy.projects();
  assert.equal(loads, 2);
  assert.equal(closed, 1);
});
