import assert from "node:assert/strict";
import { Attribute } from "../../src/api/attribute.ts";
import { attributeTree } from "../../src/api/tree.ts";
import type { RunReader } from "../../src/api/reader.ts";

const tree = (paths: string[]) => attributeTree(paths, (path) => new Attribute(path, {} as RunReader));

Deno.test("the tree has every attribute where its path says", () => {
  const { metrics, config } = tree(["metrics/loss", "metrics/val/loss", "config"]);
  assert.deepEqual(Object.keys(metrics), ["loss", "val"]);
  assert.ok(metrics.loss instanceof Attribute && config instanceof Attribute);
  assert.equal(metrics.val.loss.path, "metrics/val/loss");
});

Deno.test("a path that is an attribute and a namespace is both, in any order", () => {
  for (const paths of [["a/b", "a/b/c"], ["a/b/c", "a/b"]]) {
    const { a } = tree(paths);
    assert.equal(a.b.path, "a/b");
    assert.equal(a.b.c.path, "a/b/c");
  }
});

Deno.test("names that mean something to objects are names, and methods of attributes stay", () => {
  const { x } = tree(["x/__proto__/y", "x/constructor", "x/toString/z", "a/fetch", "a"]);
  assert.deepEqual(Object.keys(x).sort(), ["__proto__", "constructor", "toString"]);
  assert.equal(Object.getOwnPropertyDescriptor(x, "__proto__")!.value.y.path, "x/__proto__/y");
  assert.equal((x["toString"] as unknown as typeof x).z.path, "x/toString/z");
  for (
    const paths of [["a/fetch", "a/path/b", "a", "a/c"], ["a", "a/c", "a/fetch", "a/fetch/x", "a/path", "a/path/b"]]
  ) {
    const { a } = tree(paths);
    assert.equal(typeof a.fetch, "function");
    assert.equal(a.path, "a");
    assert.equal(a.c.path, "a/c");
  }
  assert.equal((Object.prototype as Record<string, unknown>).y, undefined);
});
