/**
 * The house keeps its rules: who may import whom, one home for each dangerous thing, folders one can look through. The rules are
 * those of docs/architecture.md, which is read here.
 */

import assert from "node:assert/strict";

const DOCUMENT = await Deno.readTextFile(new URL("../docs/architecture.md", import.meta.url));

/** The rows of the table below a heading line that starts with this, cell by cell. */
function table(firstTitle: string): string[][] {
  const lines = DOCUMENT.split("\n");
  const start = lines.findIndex((line) => new RegExp(`^\\| ${firstTitle} +\\|`).test(line));
  assert.ok(start >= 0, `docs/architecture.md has no table "${firstTitle}"`);
  const rows: string[][] = [];
  for (let i = start + 2; lines[i]?.startsWith("|"); i++) {
    rows.push(lines[i].split("|").slice(1, -1).map((cell) => cell.trim()));
  }
  return rows;
}

/** The lines that say which rooms may import which, as `- \`room\`: what is in it. May import a, b.` */
function importRules(isInside: boolean): Record<string, string[]> {
  const lines = DOCUMENT.replace(/\n {2,}/g, " ").matchAll(/^- `([\w/]+)`: .*? May import ([^.]*)\.$/gm);
  return Object.fromEntries(
    [...lines].filter(([, room]) => room.includes("/") === isInside)
      .map(([, room, allowed]) => [room, allowed === "nothing" ? [] : allowed.split(", ")]),
  );
}

/** Which rooms each room may import; a room may always import itself. */
const MAY_IMPORT = importRules(false);
/** Which parts of its own room a room inside may import. */
const MAY_IMPORT_INSIDE = importRules(true);

/** What to look for in code with comments and strings taken out. */
const PATTERNS: Record<string, RegExp> = {
  "Deno.env": /\bDeno\.env\b/,
  "new Worker": /\bnew Worker\b/,
  "fetch": /(?<![.\w])fetch\(|globalThis\.fetch\b/,
  "Parquet reading": /\b(scanParquet|readParquet)\b/,
};

/** Each of these has one home. */
const HOMES = table("What").map(([what, home]) => {
  const pattern = PATTERNS[what.replaceAll("`", "")];
  assert.ok(pattern, `nothing is known to look for ${what}`);
  const homes = [...home.matchAll(/`([^`]+)`/g)].map(([, path]) => path);
  return { what: what.replaceAll("`", ""), pattern, homes };
});

interface Import {
  file: string;
  target: string;
}

/** The room of a file: the folder under src, or the file itself. */
function room(file: string): string {
  return file.replace(/^src\//, "").replace(/\.ts$/, "").split("/")[0];
}

/** The folder of a file below src: `archive/disk`. */
function folder(file: string): string {
  return file.replace(/^src\//, "").split("/").slice(0, -1).join("/");
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
      wrong.push(`${file} is in no room of the list`);
      continue;
    }
    for (const { target } of importsOf(file, text)) {
      // Style sheets import nothing.
      if (target.endsWith(".css")) continue;
      if (!files.has(target)) {
        wrong.push(`${file} imports ${target}, which is not in src`);
        continue;
      }
      const to = room(target);
      const allowed = MAY_IMPORT[from];
      if (to !== from && !allowed.includes(to)) wrong.push(`${file} may not import ${target}`);
      const [inner, innerTarget] = [folder(file), folder(target)];
      const allowedInside = MAY_IMPORT_INSIDE[inner];
      if (to === from && allowedInside && inner !== innerTarget && !allowedInside.includes(innerTarget)) {
        wrong.push(`${file} may not import ${target}`);
      }
      edges.set(file, (edges.get(file) ?? new Set()).add(target));
    }
    const code = withoutCommentsAndStrings(text);
    for (const { what, pattern, homes } of HOMES) {
      if (!pattern.test(code) || homes.some((home) => file.startsWith(home))) continue;
      wrong.push(`${file} uses ${what}, whose home is ${homes.join(", ")}`);
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

Deno.test("imports go only down the list, never in circles (of types neither), and each dangerous thing has one home", async () => {
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

  const inside = await sources();
  inside.set("src/archive/disk/planted.ts", `import type { Parents } from "../index/lineage.ts";`);
  assert.ok(violations(inside).includes("src/archive/disk/planted.ts may not import src/archive/index/lineage.ts"));

  const home = await sources();
  home.set("src/columns.ts", `${home.get("src/columns.ts")}\nexport const secret = Deno.env.get("X");`);
  assert.ok(violations(home).some((text) => text.startsWith("src/columns.ts uses Deno.env")));
});

/** The sentences that say which folders are too full. */
function fullFolders(files: Iterable<string>): string[] {
  const [, most, loose] = /more than (\d+) files, and `src\/` itself at most\s+(\d+)/.exec(DOCUMENT)!;
  const counts = Map.groupBy(files, folder);
  return [...counts].flatMap(([name, files]) => {
    const limit = Number(name === "" ? loose : most);
    return files.length > limit ? [`src/${name} holds ${files.length} files, but at most ${limit} are allowed`] : [];
  });
}

Deno.test("folders are not too full to look through", async () => {
  const files = [...(await sources()).keys()];
  assert.deepEqual(fullFolders(files), []);
  const more = Array.from({ length: 16 }, (_, i) => `src/planted/file_${i}.ts`);
  assert.deepEqual(fullFolders([...files, ...more]), ["src/planted holds 16 files, but at most 15 are allowed"]);
  assert.equal(fullFolders([...files, ...more.map((_, i) => `src/loose_${i}.ts`)]).length, 1);
});

Deno.test("every room has a line, and every line a room", async () => {
  const rooms = new Set([...(await sources()).keys()].map(room));
  assert.deepEqual(Object.keys(MAY_IMPORT).filter((name) => !rooms.has(name)), []);
  const folders = new Set([...(await sources()).keys()].map(folder));
  assert.deepEqual(Object.keys(MAY_IMPORT_INSIDE).filter((name) => !folders.has(name)), []);
});

Deno.test("what is asked of a newcomer is where the document says", async () => {
  const files = await sources();
  const answers = table("Question").flatMap(([, answer]) => [...answer.matchAll(/`(\w+)` in `([^`]+)`/g)]);
  assert.ok(answers.length >= 8);
  for (const [answer, name, file] of answers) {
    assert.match(files.get(file) ?? "", new RegExp(`\\b(function\\*?|class|const) ${name}\\b`), answer);
  }
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

/** Rooms of which an import of the module loads at most the options. */
const LOADED_LATER = [
  "archive",
  "compact",
  "display/chart",
  "display/compare",
  "display/file",
  "export",
  "http",
  "offline",
  "pool",
  "s3",
  "server",
  "spark",
  "transport",
  "view",
  "wire",
];
/** Checks of options, which a call makes before it loads anything. */
const CHECKS = /\/(options|settings|location|token|style|line|local_time)\.ts$|^src\/spark\/(catalog|address)\.ts$/;

Deno.test("what reads, draws, exports or serves is loaded when it is needed", async () => {
  const files = await sources();
  const seen = new Set<string>();
  const visit = (file: string, text: string) => {
    for (const [, path] of text.matchAll(/^(?:import|export)\s+(?!type\s)(?:[^"';]*?\sfrom\s+)?"(\.[^"]+)"/gm)) {
      const target = new URL(path, `file:///${file}`).pathname.slice(1);
      if (seen.has(target) || !files.has(target)) continue;
      seen.add(target);
      visit(target, files.get(target)!);
    }
  };
  visit("mod.ts", await Deno.readTextFile(new URL("../mod.ts", import.meta.url)));
  assert.ok(seen.has("src/api/open.ts"));
  const early = [...seen].filter((file) => LOADED_LATER.some((room) => file.startsWith(`src/${room}/`)));
  assert.deepEqual(early.filter((file) => !CHECKS.test(file)), []);
});
