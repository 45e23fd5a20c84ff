import assert from "node:assert/strict";
import { checkBundle, checkHtml, checkXml, display } from "./kernel_rules.ts";

Deno.test("the rules reject bundles that the kernel cannot carry", () => {
  const text = { "text/plain": "x" };
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const bad: unknown[] = [
    undefined,
    new Map([["text/plain", "x"]]),
    { "text/html": "no text" },
    { ...text, "text/html": 5 },
    { ...text, "application/json": "text" },
    { ...text, "application/json": { n: NaN } },
    { ...text, "application/json": { n: 1n } },
    { ...text, "application/json": { n: Symbol("dead kernel") } },
    { ...text, "application/json": { n: new Date() } },
    { ...text, "application/json": cyclic },
    { ...text, "text/html": "x".repeat(400_000) },
  ];
  for (const bundle of bad) assert.throws(() => checkBundle(bundle), assert.AssertionError);
  checkBundle({ ...text, "application/json": { list: [1, "a", null, true, { deep: 1.5 }] } });
});

Deno.test("the rules want a hook on an object", async () => {
  await assert.rejects(display(() => {}), assert.AssertionError);
  await assert.rejects(display({}), assert.AssertionError);
});

Deno.test("the rules find markup that runs, loads or is not XML", () => {
  for (const html of ["<script>1</script>", "<b onclick=1>", '<img src="https://x/y.png">', "<style>a{}</style>"]) {
    assert.throws(() => checkHtml(html), assert.AssertionError);
  }
  checkHtml('<b>1 &lt; 2 onclick=</b><img src="data:image/png;base64,AA==">');
  for (const xml of ["<a>", "<a></b>", "<a b=c></a>", "<a>&nbsp;</a>", "<a>\u0001</a>", '<a b="<"></a>']) {
    assert.throws(() => checkXml(xml), assert.AssertionError);
  }
  checkXml('<a b="1"><c/>text &amp; more</a>');
});
