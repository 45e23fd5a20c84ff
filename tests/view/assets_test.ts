/** What a browser loads. */

import assert from "node:assert/strict";
import { withPaths } from "../../src/view/libraries.ts";
import { linked } from "../../src/view/linked.ts";
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

Deno.test("every file of the page is served, and every import of a served script leads to one", async () => {
  const style = ASSETS.get("/style.css")!.body;
  const scripts = Array.from(ASSETS.values(), ({ body }) => body).join("\n");
  for (const file of await pageFiles()) {
    if (file.endsWith(".css")) assert.ok(style.includes(await Deno.readTextFile(new URL(file, PAGE))), file);
    else {
      const name = `$view_page_${file.replace(/\.ts$/, "").replace(/\W/g, "_")}`;
      assert.ok(scripts.includes(`export const ${name} = `), `${file} is in no list of src/view/files/`);
    }
  }
  for (const [path, { body, type }] of ASSETS) {
    if (!type.startsWith("text/javascript")) continue;
    for (const [, specifier] of body.matchAll(/(?:^|[;}\s])(?:import|from|import\()\s*\(?["']([^"']+)["']/g)) {
      const { pathname } = new URL(specifier, `http://localhost${path}`);
      assert.ok(ASSETS.has(pathname), `${path} imports ${specifier}, which is not served`);
    }
  }
});

Deno.test("modules are linked: each in a scope of its own, in the order in which they need each other", async () => {
  const packs = {
    one: {
      "a/main.ts": `import { twice as double } from "./b.ts";\nimport type { N } from "./c.ts";\n` +
        `const own = 20; // not that of b\nexport function result(): N { return double(own) + 1; }\n` +
        `export const later = () => import("../d/other.ts");\n`,
      "a/b.ts": `const own = 2;\n/** A comment. */\nexport const twice = (x: number): number => x * own;\n`,
      "a/c.ts": "export type N = number;\n",
    },
    two: { "d/other.ts": `import { result } from "../a/main.ts";\nexport class Other { value = result(); }\n` },
  };
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, script] of linked(packs)) {
      assert.ok(!script.includes("A comment"));
      await Deno.writeTextFile(`${folder}/${name}.js`, script.replace(/"\/(\w+\.js)"/g, '"./$1"'));
    }
    const one = await import(`file://${folder}/one.js`);
    assert.equal(one.$a_main.result(), 41);
    assert.equal(new (await one.$a_main.later()).Other().value, 41);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const circle = {
    "a.ts": 'import { b } from "./b.ts";\nexport const a = b;',
    "b.ts": 'import { a } from "./a.ts";\nexport const b = a;',
  };
  assert.throws(() => linked({ circle }), /a\.ts imports b\.ts imports a\.ts/);
  assert.throws(
    () => linked({ one: { "a.ts": 'import { b } from "./b.ts";\nexport const a = b;' } }),
    /a\.ts imports b\.ts, which/,
  );
  const two = { "a.ts": "export const a = 1, b = 2;\n", "c.ts": 'import { b } from "./a.ts";\nexport const c = b;' };
  assert.throws(() => linked({ two }), /c\.ts imports b of a\.ts, which cannot be linked/);
  assert.throws(() => linked({ one: { "a.ts": "const a = 1;\nexport { a };" } }), /cannot be linked/);
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

Deno.test("what is sent of the whole page with its libraries is below 80 kB", () => {
  const bytes = ASSETS.values().reduce((sum, { packed }) => sum + packed.gzip.length, 0);
  assert.ok(bytes < 80_000, `${bytes} bytes`);
  assert.ok(bytes > 30_000, "the libraries are there");
});
