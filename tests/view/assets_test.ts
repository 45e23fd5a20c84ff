/** What a browser loads. */

import assert from "node:assert/strict";
import { libraryOf } from "../../src/view/libraries.ts";
import { Linker, type Pack } from "../../src/view/linked.ts";
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
  const style = ASSETS.get("/style.css")!().body;
  const scripts = Array.from(ASSETS.values(), (asset) => asset().body).join("\n");
  for (const file of await pageFiles()) {
    if (file.endsWith(".css")) assert.ok(style.includes(await Deno.readTextFile(new URL(file, PAGE))), file);
    else {
      const name = `$view_page_${file.replace(/\.ts$/, "").replace(/\W/g, "_")}`;
      assert.ok(scripts.includes(`export const ${name} = `), `${file} is in no list of src/view/files/`);
    }
  }
  for (const [path, asset] of ASSETS) {
    const { body, type } = asset();
    if (!type.startsWith("text/javascript")) continue;
    for (const [, specifier] of body.matchAll(/(?:^|[;}\s])(?:import|from|import\()\s*\(?["']([^"']+)["']/g)) {
      const { pathname } = new URL(specifier, `http://localhost${path}`);
      assert.ok(ASSETS.has(pathname), `${path} imports ${specifier}, which is not served`);
    }
  }
});

/** The modules of scripts, as a browser would have them. */
async function loaded(packs: Record<string, Pack>): Promise<Record<string, Record<string, Record<string, unknown>>>> {
  const folder = await Deno.makeTempDir();
  try {
    const linker = new Linker(packs);
    for (const name of Object.keys(packs)) {
      await Deno.writeTextFile(`${folder}/${name}.js`, linker.script(name).replace(/"\/(\w+\.js)"/g, '"./$1"'));
    }
    const names = Object.keys(packs);
    const scripts = await Promise.all(names.map(async (name) => [name, await import(`file://${folder}/${name}.js`)]));
    return Object.fromEntries(scripts);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("modules are linked: each in a scope of its own, in the order in which they need each other", async () => {
  const packs = {
    one: {
      "a/main.ts": `import { twice as double } from "./b.ts";\nimport type { N } from "./c.ts";\n` +
        `import * as all from "./b.ts"; import made, { own } from "./e.ts"\n` +
        `const mine = 20; // not that of b\nexport function result(): N { return double(mine) + all.twice(0.5); }\n` +
        `export const later = () => import("../d/other.ts"), given = [made(own), own];\n`,
      "a/b.ts": `const mine = 2;\n/** A comment. */\nexport const twice = (x: number): number => x * mine;\n`,
      "a/c.ts": "export type N = number;\n",
      "a/e.ts": "export default function (x: number) { return -x }\nconst o = 7\nexport { o as own }\n(() => 1)()",
    },
    two: {
      "d/other.ts": `import { result } from "../a/main.ts";\nexport { own as seven } from "../a/e.ts";\n` +
        `export class Other { value = result(); }\nexport default class Named { other = new Other(); }\n`,
    },
  };
  const { one, two } = await loaded(packs);
  const { result, later, given } = one.$a_main as { result(): number; later(): Promise<unknown>; given: number[] };
  assert.equal(result(), 41);
  assert.deepEqual(given, [-7, 7]);
  assert.equal(await later(), two.$d_other);
  const { seven, default: Named } = two.$d_other as { seven: number; default: new () => { other: { value: number } } };
  assert.deepEqual([seven, new Named().other.value], [7, 41]);
  assert.ok(!new Linker(packs).script("one").includes("A comment"));
  assert.deepEqual(new Linker(packs).needed("two"), ["two", "one"]);
});

Deno.test("what looks like an import, an export or a comment in a text, a template or a pattern stays as it is", async () => {
  const code = [
    "/* import { a } from './a.ts'; */",
    "const own = 1; // export const own = 2;",
    "export const text = 'import { b } from \"./b.ts\";\\nexport const b = 1; /* here */ // there';",
    "export const template = `",
    '    import { c } from "./c.ts";',
    "export const c = 1;",
    "  // a line ${`/** inner ${own} */`} of a template",
    "",
    "\t/** and a block */",
    'import("./d.ts")`;',
    "export const tagged = String.raw`\\n  //  ${ /* gone */ own /* too */ }  `;",
    'export const patterns = [/\\/\\* import("e") \\*\\//g, /[/*]`/u].map(String);',
    "export const divided = own /2/ 1 // 3",
    "export const object = { import: 1, export: 2, from: 3 }.import",
    "export const sum = own +",
    "  // a comment between",
    "  own",
    "const back = () => { return /* a break",
    "*/ own }",
    "export const nothing = back()",
  ].join("\n");
  const { one } = await loaded({ one: { "a.ts": code } });
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/plain.js`, code);
    const plain = await import(`file://${folder}/plain.js`);
    assert.deepEqual({ ...one.$a }, { ...plain });
    assert.ok(plain.template.includes("\n  // a line /** inner 1 */ of a template\n\n\t/** and a block */\n"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const script = new Linker({ one: { "a.ts": code } }).script("one");
  for (const gone of ["own = 2", "gone", "too", "3\n", "between"]) assert.ok(!script.includes(gone), gone);
});

Deno.test("what cannot be linked is an error", () => {
  const failures: [Pack, RegExp][] = [
    [
      {
        "a.ts": 'import { b } from "./b.ts";\nexport const a = b;',
        "b.ts": 'import { a } from "./a.ts";\nexport const b = a;',
      },
      /^Error: a\.ts imports b\.ts imports a\.ts$/,
    ],
    [{ "a.ts": 'import { b } from "./b.ts";\nexport const a = b;' }, /a\.ts imports b\.ts, which is in no list/],
    [{ "a.ts": 'export const a = () => import("./b.ts");' }, /a\.ts imports b\.ts, which is in no list/],
    [
      { "a.ts": "export const a = 1;", "c.ts": 'import { b } from "./a.ts";\nexport const c = b;' },
      /c\.ts imports b of a\.ts, which does not export it/,
    ],
    [{ "a.ts": "export let a = 1;" }, /a\.ts: what is exported must be a function, a class or a constant/],
    [{ "a.ts": "export const { a } = { a: 1 };" }, /a\.ts: what is exported must be/],
    [{ "a.ts": 'export * from "./b.ts";' }, /a\.ts: export \* cannot be linked/],
    [{ "a.ts": 'export const a = (name: string) => import("./" + name);' }, /a\.ts: an import of no fixed name/],
  ];
  for (const [pack, message] of failures) assert.throws(() => new Linker({ pack }).script("pack"), message);
});

Deno.test("a library is known however publishing writes its name", () => {
  const cases = {
    "preact": "preact",
    "preact/hooks": "preact/hooks",
    "npm:@preact/signals@^2.11.4": "@preact/signals",
    "npm:/preact@^11.2.0/hooks": "preact/hooks",
    "./preact.ts": null,
    "constructor": null,
  };
  for (const [specifier, expected] of Object.entries(cases)) assert.equal(libraryOf(specifier), expected);
});

Deno.test("what is sent of the whole page with its libraries is below 80 kB", () => {
  const bytes = ASSETS.values().reduce((sum, asset) => sum + asset().packed.gzip.length, 0);
  assert.ok(bytes < 80_000, `${bytes} bytes`);
  assert.ok(bytes > 30_000, "the libraries are there");
});
