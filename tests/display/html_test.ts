import assert from "node:assert/strict";
import fc from "fast-check";
import { Budget, bundle, byteLength, MAX_BUNDLE_BYTES } from "../../src/display/bundle.ts";
import { escape, Html, markup, view } from "../../src/display/html.ts";
import { checkBundle, checkXml } from "./kernel_rules.ts";

Deno.test("escape() gives text that is one run of characters to HTML and XML, whatever it was", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    checkXml(`<a b="${escape(text)}">${escape(text)}</a>`);
    assert.ok(escape(text).isWellFormed());
  }));
  assert.equal(
    escape(`<img src=x onerror="alert('1')"> & \u0007\ud800`),
    "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; \ufffd\ufffd",
  );
});

Deno.test("markup escapes text, keeps markup, joins lists and drops nothing but null, undefined and false", () => {
  const inner = markup`<i>${"a<b"}</i>`;
  assert.equal(
    markup`<p>${inner}${["<", [1, 2n]]}${null}${undefined}${false}${0}${""}</p>`.toString(),
    "<p><i>a&lt;b</i>&lt;120</p>",
  );
});

Deno.test("line breaks of a template are no part of it, line breaks of values are", () => {
  const text = markup`
    <p a="1"
      b="2">
      ${"one\n  two"}
    </p>
  `.toString();
  assert.equal(text, `<p a="1" b="2">one\n  two</p>`);
});

Deno.test("a bundle that would be too large shows its text, cut and counted", () => {
  const large = bundle(new Html("x".repeat(MAX_BUNDLE_BYTES)), "é".repeat(100_000));
  checkBundle(large);
  assert.equal(large["text/html"], undefined);
  assert.match(
    large["text/plain"] as string,
    /90,000 more characters\n\(The full view has more than 300 kB and is left out\.\)$/,
  );
  checkBundle(bundle(view("small"), "small"));
});

Deno.test("a budget is never overspent and keeps the leading items that fit", () => {
  fc.assert(fc.property(fc.array(fc.string()), fc.nat(200), (items, bytes) => {
    const kept = new Budget(bytes).fit(items);
    assert.deepEqual(kept, items.slice(0, kept.length));
    assert.ok(byteLength(kept.join("")) <= bytes);
    if (kept.length < items.length) assert.ok(byteLength(items.slice(0, kept.length + 1).join("")) > bytes);
  }));
});
