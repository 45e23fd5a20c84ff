/**
 * What the Deno kernel does with the last value of a cell, and what it cannot carry, as assertions.
 */

import assert from "node:assert/strict";
import { inflateRawSync } from "node:zlib";
import { SCRIPTS } from "../../src/display/script.gen.ts";

/** Calls the display hook as the kernel does and checks that the bundle survives the way to a front end. */
export async function display(value: unknown): Promise<Record<string, string>> {
  assert.ok(typeof value === "object" && value !== null, "the kernel looks for a hook on objects only");
  const hook = (value as Record<symbol, unknown>)[Symbol.for("Jupyter.display")];
  assert.equal(typeof hook, "function", "there is no display hook");
  const bundle = await (hook as () => unknown).call(value);
  checkBundle(bundle);
  return bundle as Record<string, string>;
}

/** Fails where the kernel would drop, alter or choke on a part of the bundle. */
export function checkBundle(bundle: unknown): asserts bundle is Record<string, unknown> {
  assert.ok(isPlain(bundle), "a bundle is a plain object");
  assert.equal(typeof bundle["text/plain"], "string", "a bundle has text/plain");
  for (const [type, content] of Object.entries(bundle)) {
    if (type.endsWith("json")) assert.ok(isPlain(content), `${type} is a plain object`);
    else assert.equal(typeof content, "string", `${type} is a string`);
    checkJson(content, type, []);
  }
  const bytes = new TextEncoder().encode(JSON.stringify(bundle)).length;
  assert.ok(bytes < 310_000, `a bundle of ${bytes} bytes is too large`);
}

/**
 * Rejects what every front end strips: the rest of a view must not depend on it. The only scripts are those of this package; data lie
 * in attributes.
 */
export function checkHtml(html: string): void {
  const still = withoutScripts(html);
  // In a frame with an empty sandbox nothing runs, and nothing reaches the page around it.
  assert.doesNotMatch(
    still.replaceAll('<iframe sandbox="" srcdoc="', ""),
    /<(style|script|link|iframe|object|embed|form|svg)[\s>]/i,
  );
  assert.doesNotMatch(still.replace(/"[^"]*"/g, '""'), /<[^>]*\son\w+\s*=/i, "a tag has an event handler");
  assert.doesNotMatch(still, /(href|src)="(?!data:(image|video|audio)\/)/i, "a view loads something from elsewhere");
}

/** What front ends leave of a view where no script may run. Throws where a script is not ours or data are not packed. */
export function withoutScripts(html: string): string {
  return html.replace(/<script([^>]*)>(.*?)<\/script>/gs, (_, type: string, text: string) => {
    assert.equal(type, "");
    assert.ok(Object.values(SCRIPTS).includes(text), `a script that is not of this package: ${text.slice(0, 200)}`);
    return "";
  }).replace(/ data-content="([^"]*)"/g, (_, content: string) => {
    assert.match(content, /^[A-Za-z0-9+/]+=*$/, "data could end their attribute");
    return "";
  });
}

/** The data of the first display in a view that has some. */
export function contentOf(html: string): unknown {
  const [, content] = html.match(/ data-content="([^"]*)"/)!;
  return JSON.parse(new TextDecoder().decode(inflateRawSync(Uint8Array.fromBase64(content))));
}

/** The SVG documents of all images in a view. */
export function svgs(html: string): string[] {
  return Array.from(
    html.matchAll(/src="data:image\/svg\+xml;base64,([^"]*)"/g),
    ([, base64]) => new TextDecoder().decode(Uint8Array.fromBase64(base64)),
  );
}

/** Fails where an XML parser would: an image that is not well-formed shows as nothing. */
export function checkXml(xml: string): void {
  const open: string[] = [];
  let at = 0;
  for (const match of xml.matchAll(/<([^>"']|"[^"]*"|'[^']*')*>/g)) {
    checkText(xml.slice(at, match.index));
    at = match.index + match[0].length;
    const tag = match[0].match(/^<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>$/);
    assert.ok(tag, `not a tag of XML: ${match[0].slice(0, 120)}`);
    const [, closing, name, attributes, empty] = tag;
    checkText(attributes);
    if (closing) assert.equal(open.pop(), name);
    else if (!empty) open.push(name);
  }
  checkText(xml.slice(at));
  assert.deepEqual(open, [], "elements are left open");
}

function checkText(text: string): void {
  assert.doesNotMatch(text, /</);
  assert.doesNotMatch(text, /&(?!(amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i, "an entity that XML does not know");
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text, /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/, "a character that XML forbids");
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function checkJson(value: unknown, path: string, above: unknown[]): void {
  assert.ok(!above.includes(value), `${path} is part of itself`);
  if (typeof value === "number") assert.ok(Number.isFinite(value), `${path} is ${value}, which becomes null`);
  else if (Array.isArray(value)) value.forEach((one, i) => checkJson(one, `${path}[${i}]`, [...above, value]));
  else if (typeof value === "object" && value !== null) {
    assert.ok(isPlain(value), `${path} is no plain object`);
    for (const [key, one] of Object.entries(value)) checkJson(one, `${path}.${key}`, [...above, value]);
  } else assert.ok(["string", "boolean"].includes(typeof value) || value === null, `${path} is a ${typeof value}`);
}
