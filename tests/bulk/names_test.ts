import assert from "node:assert/strict";
import { parsePattern } from "../../src/bulk/names.ts";

Deno.test("a pattern is alternatives of regular expressions that must and must not match", () => {
  assert.deepEqual(parsePattern("loss"), { any: [{ must: ["loss"], mustNot: [] }] });
  assert.deepEqual(parsePattern("  ^train/ & !_std$ | ^val/loss$ "), {
    any: [{ must: ["^train/"], mustNot: ["_std$"] }, { must: ["^val/loss$"], mustNot: [] }],
  });
  assert.deepEqual(parsePattern("! a"), { any: [{ must: [], mustNot: ["a"] }] });
});

Deno.test("operators need blanks around them, and blanks and ! can be written inside a part", () => {
  assert.deepEqual(parsePattern("a|b&c"), { any: [{ must: ["a|b&c"], mustNot: [] }] });
  assert.deepEqual(parsePattern("\\x21a\\x20|\\x20b"), { any: [{ must: ["!a | b"], mustNot: [] }] });
});
