/** Addresses name the runs that were chosen, whatever their ids look like. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { RUN_IDS } from "../../src/view/page/run_ids.ts";

Deno.test("ids that follow each other are short in an address", () => {
  assert.equal(RUN_IDS.write(["DIG-1", "DIG-4", "DIG-5", "DIG-6"]), "DIG-1.4~6");
  assert.deepEqual(RUN_IDS.read("DIG-1~3"), ["DIG-1", "DIG-2", "DIG-3"]);
});

Deno.test("ids are read as they were written", () => {
  const part = fc.constantFrom("-", "1", "2", "10", "012", "A", "~", ".", ",", "%", "é", " ", "%2E");
  const ids = fc.uniqueArray(fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("")), {
    maxLength: 8,
  });
  fc.assert(fc.property(ids, (ids) => {
    assert.deepEqual(new Set(RUN_IDS.read(RUN_IDS.write(ids))), new Set(ids));
  }));
});
