/**
 * The house keeps its rules: who may import whom, and one home for each dangerous thing. The table is README's.
 */

import assert from "node:assert/strict";

/** Which rooms each room may import; a room may always import itself. `polars` and other packages are free, but for `HOMES`. */
const MAY_IMPORT: Record<string, string[]> = {
  errors: [],
  types: [],
  suggest: [],
  permissions: ["errors"],
  kinds: ["types", "suggest"],
  options: ["kinds", "errors", "suggest"],
  columns: ["types", "errors"],
  nql: ["types", "kinds", "options", "errors"],
  source: ["types", "columns", "nql"],
  shared: ["source"],
  concurrent: [],
  write: [],
  buckets: ["types", "columns"],
  wire: ["types", "errors", "columns"],
  transport: ["permissions", "errors"],
  pool: ["wire", "transport", "shared", "errors", "columns", "types"],
  http: ["source", "shared", "concurrent", "nql", "wire", "pool", "transport", "columns", "buckets", "errors", "types"],
  archive: ["source", "shared", "nql", "columns", "buckets", "suggest", "permissions", "types", "errors"],
  server: ["source", "concurrent", "nql", "wire", "columns", "buckets", "types", "kinds", "options", "errors"],
  frame: ["columns", "permissions", "types", "kinds", "options", "errors"],
  progress: ["kinds", "options", "errors"],
  display: ["frame", "columns", "permissions", "types", "kinds", "options", "errors"],
  bulk: [
    "source",
    "concurrent",
    "write",
    "nql",
    "buckets",
    "frame",
    "columns",
    "progress",
    "permissions",
    "types",
    "kinds",
    "options",
    "errors",
  ],
  export: [
    "bulk",
    "archive",
    "source",
    "concurrent",
    "write",
    "nql",
    "frame",
    "columns",
    "progress",
    "permissions",
    "types",
    "kinds",
    "options",
    "errors",
  ],
  cli: ["api", "display", "frame", "suggest", "types", "errors"],
  api: [
    "bulk",
    "export",
    "display",
    "progress",
    "frame",
    "http",
    "archive",
    "source",
    "shared",
    "concurrent",
    "write",
    "suggest",
    "permissions",
    "kinds",
    "options",
    "nql",
    "columns",
    "types",
    "errors",
  ],
};

/** Each of these has one home; the pattern is looked for in code with comments and strings taken out. */
const HOMES: { what: string; pattern: RegExp; home: RegExp }[] = [
  { what: "Deno.env", pattern: /\bDeno\.env\b/, home: /^src\/api\/open\.ts$/ },
  { what: "new Worker", pattern: /\bnew Worker\b/, home: /^src\/pool\// },
  { what: "fetch", pattern: /(?<![.\w])fetch\(|globalThis\.fetch\b/, home: /^src\/transport\/transport\.ts$/ },
  { what: "Parquet reading", pattern: /\b(scanParquet|readParquet)\b/, home: /^src\/archive\/parquet\/scan\.ts$/ },
];

interface Import {
  file: string;
  target: string;
}

/** The room of a file: the folder under src, or the file itself. */
function room(file: string): string {
  return file.replace(/^src\//, "").replace(/\.ts$/, "").split("/")[0];
}

function importsOf(file: string, text: string): Import[] {
  const found = [...text.matchAll(/^\s*(?:import|export)\s+(?:type\s+)?(?:[^"';]*?\sfrom\s+)?"(\.[^"]+)"/gm)];
  const dynamic = [...text.matchAll(/import\(\s*"(\.[^"]+)"/g)];
  return [...found, ...dynamic].map(([, path]) => ({
    file,
    target: new URL(path, `file:///${file}`).pathname.slice(1),
  }));
}

/** The sentences that say what is wrong with these files. */
function violations(files: Map<string, string>): string[] {
  const wrong: string[] = [];
  const edges = new Map<string, Set<string>>();
  for (const [file, text] of files) {
    const from = room(file);
    if (!(from in MAY_IMPORT)) {
      wrong.push(`${file} is in no room of the table`);
      continue;
    }
    for (const { target } of importsOf(file, text)) {
      if (!files.has(target)) {
        wrong.push(`${file} imports ${target}, which is not in src`);
        continue;
      }
      const to = room(target);
      const allowed = MAY_IMPORT[from];
      const deep = target.replace(/^src\//, "").replace(/\.ts$/, "");
      if (to !== from && !allowed.includes(to) && !allowed.includes(deep)) {
        wrong.push(`${file} may not import ${target}`);
      }
      edges.set(file, (edges.get(file) ?? new Set()).add(target));
    }
    const code = withoutCommentsAndStrings(text);
    for (const { what, pattern, home } of HOMES) {
      if (pattern.test(code) && !home.test(file)) wrong.push(`${file} uses ${what}, whose home is ${home.source}`);
    }
  }
  return [...wrong, ...cycles(edges)];
}

function cycles(edges: Map<string, Set<string>>): string[] {
  const state = new Map<string, "open" | "done">();
  const found: string[] = [];
  const visit = (file: string, path: string[]) => {
    if (state.get(file) === "done") return;
    if (state.get(file) === "open") {
      found.push(`imports go in a circle: ${[...path.slice(path.indexOf(file)), file].join(" -> ")}`);
      return;
    }
    state.set(file, "open");
    for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
    state.set(file, "done");
  };
  for (const file of edges.keys()) visit(file, []);
  return found;
}

function withoutCommentsAndStrings(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "");
}

async function sources(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const walk = async (folder: string) => {
    for await (const entry of Deno.readDir(new URL(`../${folder}`, import.meta.url))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) await walk(path);
      else if (path.endsWith(".ts")) files.set(path, await Deno.readTextFile(new URL(`../${path}`, import.meta.url)));
    }
  };
  await walk("src");
  return files;
}

Deno.test("imports go only down the table, never in circles (of types neither), and each dangerous thing has one home", async () => {
  assert.deepEqual(violations(await sources()), []);
});

Deno.test("a planted bad import, circle and second home are found", async () => {
  const files = await sources();
  files.set("src/types.ts", `import { x } from "./errors.ts";\n${files.get("src/types.ts")}`);
  assert.ok(violations(files).some((text) => text === "src/types.ts may not import src/errors.ts"));

  const circle = await sources();
  circle.set("src/wire/first.ts", `import "./second.ts";`);
  circle.set("src/wire/second.ts", `import type { First } from "./first.ts";`);
  assert.ok(violations(circle).some((text) => text.startsWith("imports go in a circle")));

  const home = await sources();
  home.set("src/columns.ts", `${home.get("src/columns.ts")}\nexport const secret = Deno.env.get("X");`);
  assert.ok(violations(home).some((text) => text.startsWith("src/columns.ts uses Deno.env")));
});

Deno.test("there is no room called utils, common or helpers", async () => {
  for (const file of (await sources()).keys()) assert.doesNotMatch(file, /\b(utils?|common|helpers?)\b/);
});

/** What a file declares for others; re-exports of the same thing are no second meaning. */
function declaredNames(text: string): string[] {
  const declaration =
    /^export\s+(?:abstract\s+)?(?:async\s+)?(?:function\*?|class|const|let|interface|type|enum)\s+(\w+)/gm;
  // Overloads of a function are one declaration.
  return [...new Set([...text.matchAll(declaration)].map(([, name]) => name))];
}

/** Exported names that are declared in more than one file. */
function ambiguousNames(files: Map<string, string>): string[] {
  const homes = new Map<string, string[]>();
  for (const [file, text] of files) {
    if (file.startsWith("src/wire/gen/")) continue;
    for (const name of declaredNames(text)) homes.set(name, [...homes.get(name) ?? [], file]);
  }
  return [...homes].filter(([, files]) => files.length > 1).map(([name, files]) => `${name}: ${files.join(", ")}`);
}

Deno.test("no exported name has two meanings", async () => {
  const files = await sources();
  assert.deepEqual(ambiguousNames(files), []);
  files.set("src/planted.ts", `export interface RunInfo {}\nexport async function* cells() {}\n`);
  assert.deepEqual(ambiguousNames(files), [
    "cells: src/frame/cell.ts, src/planted.ts",
    "RunInfo: src/types.ts, src/planted.ts",
  ]);
});
