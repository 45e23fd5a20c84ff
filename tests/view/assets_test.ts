/** What a browser loads. */

import assert from "node:assert/strict";
import { withPaths } from "../../src/view/libraries.ts";
import { ASSETS } from "../../src/view/assets.ts";

const PAGE = new URL("../../src/view/page/", import.meta.url);

async function pageFiles(folder = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, PAGE))) {
    if (isDirectory) found.push(...await pageFiles(`${folder}${name}/`));
    else found.push(folder + name);
  }
  return found;
}

Deno.test("every file of the page is served, and every import of a served module leads to one", async () => {
  const style = ASSETS.get("/style.css")!.body;
  for (const file of await pageFiles()) {
    if (file.endsWith(".css")) assert.ok(style.includes(await Deno.readTextFile(new URL(file, PAGE))), file);
    else assert.ok(ASSETS.has(`/src/view/page/${file}`), `${file} is in no list of src/view/files/`);
  }
  for (const [path, { body, type }] of ASSETS) {
    if (!type.startsWith("text/javascript")) continue;
    for (const [, specifier] of body.matchAll(/(?:^|[;}\s])(?:import|from|import\()\s*\(?["']([^"']+)["']/g)) {
      const { pathname } = new URL(specifier, `http://localhost${path}`);
      assert.ok(ASSETS.has(pathname), `${path} imports ${specifier}, which is not served`);
    }
  }
});

Deno.test("imports of libraries are found however they are written, and other texts are left alone", () => {
  const cases = {
    'import { h } from "preact";': 'import { h } from "/lib/preact.js";',
    'import{options as n}from"preact/hooks";': 'import{options as n}from "/lib/preact/hooks.js";',
    'import { signal } from "npm:@preact/signals@^2.11.4";': 'import { signal } from "/lib/@preact/signals.js";',
    'import { useState } from "npm:/preact@^11.2.0/hooks";': 'import { useState } from "/lib/preact/hooks.js";',
    'import { x } from "./preact.ts";': 'import { x } from "./preact.ts";',
    'const text = "a run from \\"preact\\"";': 'const text = "a run from \\"preact\\"";',
  };
  for (const [code, expected] of Object.entries(cases)) assert.equal(withPaths(code), expected);
});

Deno.test("the whole page with its libraries is below 80 kB when compressed as one", async () => {
  const all = Array.from(ASSETS.values(), ({ body }) => body).join("\n");
  const packed = new Blob([all]).stream().pipeThrough(new CompressionStream("gzip"));
  const bytes = (await new Response(packed).bytes()).length;
  assert.ok(bytes < 80_000, `${bytes} bytes`);
  assert.ok(bytes > 30_000, "the libraries are there");
});
