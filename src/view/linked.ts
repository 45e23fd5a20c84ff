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
  const homes = new Map(Object.entries(packs).flatMap(([name, pack]) => Object.keys(pack).map((path) => [path, name])));
  return new Map(Object.entries(packs).map(([name, pack]) => [name, scriptOf(name, pack, homes)]));
}

/** The path of a pack on this server. */
export function packPath(name: string): string {
  return `/${name}.js`;
}

function scriptOf(name: string, pack: Pack, homes: ReadonlyMap<string, string>): string {
  const heads = new Set<string>(), done = new Set<string>();
  const modules: string[] = [];
  const add = (path: string, importers: readonly string[]): void => {
    if (importers.includes(path)) throw new Error(`${[...importers, path].join(" imports ")}`);
    if (done.has(path)) return;
    done.add(path);
    const home = homes.get(path);
    if (home === undefined) {
      throw new Error(`${importers.at(-1)} imports ${path}, which is in no list of src/view/files/`);
    }
    if (home !== name) return void heads.add(`import { ${nameOf(path)} } from "${packPath(home)}";`);
    const names: string[] = [];
    const code = stripTypeScriptTypes(withoutComments(pack[path]), { mode: "transform" })
      .replace(/^[ \t]+/gm, "").replace(
        IMPORT,
        (_, whole: string | undefined, some: string | undefined, specifier: string) => {
          const library = libraryOf(specifier);
          if (library === null) add(resolved(specifier, path), [...importers, path]);
          else heads.add(`import * as ${nameOf(library)} from "${libraryPath(library)}";`);
          const from = nameOf(library ?? resolved(specifier, path));
          const parts = [whole === undefined ? "" : `default: ${whole}`, (some ?? "").replaceAll(" as ", ": ")];
          return `const { ${parts.filter((part) => part !== "").join(", ")} } = ${from};`;
        },
      )
      .replace(LATER, (_, specifier: string) => {
        const later = resolved(specifier, path);
        return `import("${packPath(homes.get(later)!)}").then((pack) => pack.${nameOf(later)})`;
      })
      .replace(EXPORT, (_, exported: string) => {
        names.push(exported);
        return "";
      });
    if (/^(?:.*\*\/)?[ \t]*(?:import|export)\b(?!\()/m.test(code)) {
      throw new Error(`${path}: an import or export that cannot be linked`);
    }
    modules.push(`export const ${nameOf(path)} = (() => {\n${code}return { ${names.join(", ")} };\n})();\n`);
  };
  for (const path of Object.keys(pack)) if (path.endsWith(".ts")) add(path, []);
  return [...heads].join("\n") + "\n" + modules.join("");
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
