/**
 * Modules put together, so that a browser asks for a few scripts and not for a hundred files. Each module stays in a function of its
 * own: nothing is renamed, and names in one are not seen in another.
 *
 * @module
 */

import { stripTypeScriptTypes } from "node:module";
import { libraryOf, libraryPath } from "./libraries.ts";

/** Modules that make one script: their TypeScript by their path in `src/`. */
export type Pack = Readonly<Record<string, string>>;

const IMPORT = /^import\s+(?:(\w+)\s*,?\s*)?(?:\{([^}]*)\}\s*)?from\s*"([^"]+)";?$/gm;
const LATER = /\bimport\("([^"]+)"\)/g;
const EXPORT = /^export (?=(?:async )?(?:function\*?|const|class) (\w+))/gm;

/** The scripts of these packs by their name. A pack may import what others have, as long as no two need each other. */
export function linked(packs: Readonly<Record<string, Pack>>): Map<string, string> {
  const modules = new Map(
    Object.entries(packs).flatMap(([home, pack]) =>
      Object.entries(pack).flatMap(([path, code]) => path.endsWith(".ts") ? [[path, moduleOf(path, home, code)]] : [])
    ),
  );
  for (const { path, imports } of modules.values()) {
    for (const { from, names } of imports) {
      const known = modules.get(from);
      if (!known) throw new Error(`${path} imports ${from}, which is in no list of src/view/files/`);
      const lacks = names.find((name) => !known.exports.includes(name));
      if (lacks !== undefined) throw new Error(`${path} imports ${lacks} of ${from}, which cannot be linked`);
    }
  }
  return new Map(Object.keys(packs).map((home) => [home, scriptOf(home, modules)]));
}

/** The path of a pack on this server. */
export function packPath(name: string): string {
  return `/${name}.js`;
}

interface Module {
  path: string;
  /** The pack in which it is. */
  home: string;
  /** As JavaScript, with what it imports taken from the objects of those modules. */
  code: string;
  exports: string[];
  imports: { from: string; names: string[] }[];
  libraries: string[];
}

function moduleOf(path: string, home: string, text: string): Module {
  const module: Module = { path, home, code: "", exports: [], imports: [], libraries: [] };
  const plain = stripTypeScriptTypes(withoutComments(text), { mode: "transform" }).replace(/^[ \t]+/gm, "");
  module.code = plain.replace(IMPORT, (_, whole: string | undefined, some: string | undefined, specifier: string) => {
    const names = (some ?? "").split(",").map((name) => name.trim()).filter((name) => name !== "");
    const library = libraryOf(specifier), from = library ?? resolved(specifier, path);
    if (library === null) module.imports.push({ from, names: names.map((name) => name.split(" ")[0]) });
    else module.libraries.push(library);
    const taken = [...whole ? [`default: ${whole}`] : [], ...names.map((name) => name.replace(" as ", ": "))];
    return `const { ${taken.join(", ")} } = ${nameOf(from)};`;
  }).replace(EXPORT, (_, name: string) => {
    module.exports.push(name);
    return "";
  });
  if (/^[ \t]*(?:import|export)\b(?!\()/m.test(module.code)) {
    throw new Error(`${path}: an import or export that cannot be linked`);
  }
  return module;
}

/** The modules of a pack, each behind those that it needs. */
function scriptOf(home: string, modules: ReadonlyMap<string, Module>): string {
  const heads = new Set<string>(), done = new Set<string>();
  const bodies: string[] = [];
  const add = (module: Module, importers: readonly string[]): void => {
    const { path, imports, libraries, exports } = module;
    if (importers.includes(path)) throw new Error(`${[...importers, path].join(" imports ")}`);
    if (done.has(path)) return;
    done.add(path);
    if (module.home !== home) {
      heads.add(`import { ${nameOf(path)} } from "${packPath(module.home)}";`);
      return;
    }
    for (const { from } of imports) add(modules.get(from)!, [...importers, path]);
    for (const library of libraries) heads.add(`import * as ${nameOf(library)} from "${libraryPath(library)}";`);
    const code = module.code.replace(LATER, (_, specifier: string) => {
      const later = modules.get(resolved(specifier, path))!;
      return `import("${packPath(later.home)}").then((pack) => pack.${nameOf(later.path)})`;
    });
    bodies.push(`export const ${nameOf(path)} = (() => {\n${code}return { ${exports.join(", ")} };\n})();\n`);
  };
  for (const module of modules.values()) if (module.home === home) add(module, []);
  return [...heads].join("\n") + "\n" + bodies.join("");
}

/** The name of a module or library in a script: none that people write. */
function nameOf(path: string): string {
  return "$" + path.replace(/\.ts$/, "").replace(/\W/g, "_");
}

function resolved(specifier: string, importer: string): string {
  return new URL(specifier, `file:///${importer}`).pathname.slice(1);
}

/** Comments are for those who read the sources: they would be a third of what a browser loads. Ours have lines of their own. */
function withoutComments(code: string): string {
  return code.replace(/^[ \t]*(?:\/\*\*[^]*?\*\/|\/\/.*)[ \t]*\n/gm, "");
}
