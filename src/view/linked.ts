/**
 * Modules put together, so that a browser asks for a few scripts and not for a hundred files. Each module stays in a function of its
 * own: nothing is renamed, and names in one are not seen in another.
 *
 * @module
 */

import { stripTypeScriptTypes } from "node:module";
import { type ImportDeclaration, type Literal, type ModuleDeclaration, parse, type Statement, type Token } from "acorn";
import { libraryOf } from "./libraries.ts";

/** Modules that make one script: their code by their path in `src/`, or by the name of the library. */
export type Pack = Readonly<Record<string, string>>;

/** The scripts of some packs. A pack may import what others have, as long as no two need each other. */
export class Linker {
  readonly #packs: Readonly<Record<string, Pack>>;
  /** The pack of each module. */
  readonly #homes: ReadonlyMap<string, string>;
  readonly #modules = new Map<string, Module>();
  readonly #scripts = new Map<string, { script: string; needs: ReadonlySet<string> }>();

  constructor(packs: Readonly<Record<string, Pack>>) {
    this.#packs = packs;
    this.#homes = new Map(
      Object.entries(packs).flatMap(([home, pack]) => Object.keys(pack).map((path) => [path, home] as const)),
    );
  }

  /**
   * The script of a pack: its modules, each behind those that it needs.
   *
   * @throws {Error} What cannot be linked: a test makes all scripts.
   */
  script(home: string): string {
    return this.#linked(home).script;
  }

  /** The packs that a browser must have to run this one: itself, and what it and they import at once. */
  needed(home: string): string[] {
    const all = new Set([home]);
    // A set that grows while it is gone through.
    for (const one of all) for (const other of this.#linked(one).needs) all.add(other);
    return [...all];
  }

  #linked(home: string): { script: string; needs: ReadonlySet<string> } {
    const known = this.#scripts.get(home);
    if (known) return known;
    const heads = new Set<string>(), needs = new Set<string>(), done = new Set<string>();
    const bodies: string[] = [];
    const add = (path: string, importers: readonly string[]): void => {
      if (importers.includes(path)) throw new Error([...importers, path].join(" imports "));
      if (done.has(path)) return;
      done.add(path);
      const place = this.#homeOf(path, importers.at(-1));
      if (place !== home) {
        needs.add(place);
        heads.add(`import { ${nameOf(path)} } from "${packPath(place)}";`);
        return;
      }
      const { code, imports, exports } = this.#module(path);
      for (const { from, names } of imports) {
        add(from, [...importers, path]);
        const lacks = names.find((name) => !this.#module(from).exports.has(name));
        if (lacks !== undefined) throw new Error(`${path} imports ${lacks} of ${from}, which does not export it`);
      }
      const given = Array.from(exports, ([name, local]) => pair(name, local));
      bodies.push(`export const ${nameOf(path)} = (() => {\n${code}\nreturn { ${given.join(", ")} };\n})();\n`);
    };
    for (const path of Object.keys(this.#packs[home])) if (isScript(path)) add(path, []);
    const linked = { script: [...heads, ""].join("\n") + bodies.join(""), needs };
    this.#scripts.set(home, linked);
    return linked;
  }

  #homeOf(path: string, importer: string | undefined): string {
    const home = this.#homes.get(path);
    if (home !== undefined) return home;
    throw new Error(`${importer} imports ${path}, which is in no list of src/view/files/`);
  }

  #module(path: string): Module {
    let module = this.#modules.get(path);
    if (!module) {
      const text = this.#packs[this.#homes.get(path)!][path];
      this.#modules.set(path, module = moduleOf(path, text, (later) => this.#homeOf(later, path)));
    }
    return module;
  }
}

/** The path of a pack on this server. */
export function packPath(name: string): string {
  return `/${name}.js`;
}

interface Module {
  /** As JavaScript, with what it imports taken from the objects of those modules. */
  code: string;
  /** The local name of each export. */
  exports: Map<string, string>;
  imports: { from: string; names: string[] }[];
}

/** Instead of the code from `start` to `end`. */
interface Edit {
  start: number;
  end: number;
  text: string;
}

function moduleOf(path: string, text: string, homeOf: (path: string) => string): Module {
  const code = path.endsWith(".ts") ? stripTypeScriptTypes(text) : text;
  const tokens: (Token & { value?: unknown })[] = [];
  const { body } = parse(code, { ecmaVersion: "latest", sourceType: "module", onToken: tokens });
  const module: Module = { code: "", exports: new Map(), imports: [] };
  const edits = body.flatMap((node) => edited(node, tokens, path, module));
  tokens.forEach(({ type, start }, i) => {
    const [open, name, close] = tokens.slice(i + 1, i + 4);
    if (type.keyword !== "import" || open.type.label !== "(") return;
    if (typeof name.value !== "string" || close.type.label !== ")") {
      throw new Error(`${path}: an import of no fixed name`);
    }
    const later = resolved(name.value, path);
    const loaded = `import("${packPath(homeOf(later))}").then((pack) => pack.${nameOf(later)})`;
    edits.push({ start, end: close.end, text: loaded });
  });
  module.code = rejoined(code, tokens, edits.sort((a, b) => a.start - b.start));
  return module;
}

/** What becomes of a statement that imports or exports; nothing of any other. */
function edited(
  node: Statement | ModuleDeclaration,
  tokens: readonly Token[],
  path: string,
  module: Module,
): Edit[] {
  const { start, end } = node;
  const named = (specifier: Literal) => resolved(String(specifier.value), path);
  switch (node.type) {
    case "ImportDeclaration":
      return [{ start, end, text: taken(node, named(node.source), module) }];
    case "ExportNamedDeclaration": {
      const { declaration, source, specifiers } = node;
      if (declaration) {
        for (const name of declaredBy(declaration, path)) module.exports.set(name, name);
        return [{ start, end: declaration.start, text: "" }];
      }
      const from = source && named(source);
      const names = specifiers.map(({ local, exported }) => [nameIn(local), nameIn(exported)] as const);
      for (const [local, exported] of names) module.exports.set(exported, from ? `${nameOf(from)}.${local}` : local);
      if (from) module.imports.push({ from, names: names.map(([local]) => local) });
      return [{ start, end, text: ";" }];
    }
    case "ExportDefaultDeclaration": {
      const { type, ...declared } = node.declaration;
      const isDeclared = type === "FunctionDeclaration" || type === "ClassDeclaration";
      const name = isDeclared && "id" in declared ? declared.id?.name : undefined;
      module.exports.set("default", name ?? "$default");
      const word = tokens.find((token) => token.start > start)!;
      if (name !== undefined) return [{ start, end: word.end, text: "" }];
      return [{ start, end: word.end, text: "const $default =" }, { start: end, end, text: ";" }];
    }
    case "ExportAllDeclaration":
      throw new Error(`${path}: export * cannot be linked`);
    default:
      return [];
  }
}

/** An import as a statement that takes the names from the object of the module. */
function taken({ specifiers }: ImportDeclaration, from: string, module: Module): string {
  const names: string[] = [], all: string[] = [], bound: string[] = [];
  for (const one of specifiers) {
    if (one.type === "ImportNamespaceSpecifier") all.push(`const ${one.local.name} = ${nameOf(from)};`);
    else {
      const name = one.type === "ImportDefaultSpecifier" ? "default" : nameIn(one.imported);
      names.push(name);
      bound.push(pair(name, one.local.name));
    }
  }
  module.imports.push({ from, names });
  return all.join(" ") + (bound.length > 0 ? `const { ${bound.join(", ")} } = ${nameOf(from)};` : "");
}

/** A property under its name. */
function pair(name: string, value: string): string {
  return name === value ? name : `${name}: ${value}`;
}

/** The names that an exported declaration makes. What could change later would not change for those who import it. */
function declaredBy(declaration: Statement, path: string): string[] {
  if (declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration") {
    return [declaration.id.name];
  }
  const names = declaration.type === "VariableDeclaration" && declaration.kind === "const"
    ? declaration.declarations.map(({ id }) => id.type === "Identifier" ? id.name : null)
    : [null];
  return names.map((name) => {
    if (name === null) throw new Error(`${path}: what is exported must be a function, a class or a constant`);
    return name;
  });
}

function nameIn(name: { type: "Identifier"; name: string } | Literal): string {
  return name.type === "Identifier" ? name.name : String(name.value);
}

/**
 * The code with its edits, without what is for people: comments would be a third of it. What lies between two tokens becomes a line
 * break or a blank; the tokens themselves, such as texts and templates, stay as they are.
 */
function rejoined(code: string, tokens: readonly Token[], edits: readonly Edit[]): string {
  let joined = "", at = 0, next = 0;
  const add = (start: number, end: number, text: string) => {
    const between = code.slice(at, start);
    joined += (between === "" ? "" : /[\n\r\u2028\u2029]/.test(between) ? "\n" : " ") + text;
    at = end;
  };
  const addEdits = (until: number) => {
    for (; next < edits.length && edits[next].start <= until; next++) {
      const { start, end, text } = edits[next];
      add(start, end, text);
    }
  };
  for (const { start, end } of tokens) {
    addEdits(start);
    if (start >= at) add(start, end, code.slice(start, end));
  }
  addEdits(code.length);
  return joined;
}

function isScript(path: string): boolean {
  return !path.endsWith(".css");
}

/** The name of a module or library in a script: none that people write. */
function nameOf(path: string): string {
  return "$" + path.replace(/\.ts$/, "").replace(/\W/g, "_");
}

/** The library or the path in `src/` that a module names. */
function resolved(specifier: string, importer: string): string {
  return libraryOf(specifier) ?? new URL(specifier, `file:///${importer}`).pathname.slice(1);
}
