/**
 * What docs/python.md claims, so that tests can hold it against the Python packages and against our public API.
 *
 * A paragraph `a.f, b.g → X.y, X.z` names functions: the tables below it, up to the next heading, have a row for each of their
 * parameters. Other rows name what they are about themselves: `a.C.m(first, second)`.
 */

import { readPage } from "./blocks.ts";

/** One name or parameter of Python, and its counterparts. */
export interface Claim {
  /** The line of the page. */
  line: number;
  /** The full name in Python. */
  python: string;
  /** A parameter of it; null: the name itself. */
  parameter: string | null;
  /** What the page says of the parameter, or of the name; a heading says nothing. */
  says: string | null;
}

/** One name of ours. */
export interface OurName {
  line: number;
  name: string;
  /** The functions of which it is an option; empty: it is a name of its own. */
  optionOf: string[];
}

/** The page, read. */
export interface PythonPage {
  claims: Claim[];
  ours: OurName[];
}

const VERDICT = /^(same|differs|missing)\b/;

/** Reads docs/python.md. */
export async function readPythonPage(): Promise<PythonPage> {
  const claims: Claim[] = [], ours: OurName[] = [];
  let about: string[] = [], functions: string[] = [];
  const lines = (await readPage("docs/python.md")).split("\n");
  lines.forEach((text, i) => {
    const line = i + 1;
    if (text.startsWith("#")) about = functions = [];
    if (text.startsWith("`neptune_") && lines[i - 1] === "") {
      const [left, right] = lines.slice(i, lines.indexOf("", i)).join(" ").split("→");
      [about, functions] = [spans(left), spans(right)];
      claims.push(...about.map((python) => ({ line, python, parameter: null, says: null })));
      ours.push(...functions.map((name) => ({ line, name, optionOf: [] })));
    }
    const cells = /^\|(.*)\|$/.exec(text)?.[1].split(/(?<!\\)\|/).map((cell) => cell.trim());
    const verdict = cells?.length === 3 && VERDICT.test(cells[2]);
    if (!cells || !verdict) return;
    for (const span of spans(cells[0])) {
      const [, python, parameters] = /^([\w.]+)(?:\((.*)\))?$/.exec(span) ?? [];
      if (python?.startsWith("neptune_")) {
        claims.push({ line, python, parameter: null, says: cells[2] });
        const named = parameters?.split(", ") ?? [];
        claims.push(...named.map((parameter) => ({ line, python, parameter, says: cells[2] })));
      } else claims.push(...about.map((one) => ({ line, python: one, parameter: span, says: cells[2] })));
    }
    for (const span of spans(cells[1])) {
      const isOption = about.length > 0 && !span.includes(".") && !spans(cells[0])[0].startsWith("neptune_");
      if (isOption) ours.push({ line, name: span, optionOf: functions });
      // In an example of a call, the functions count.
      else {for (
          const name of span.includes("(") ? [...span.matchAll(/([a-z]\w*)\(/g)].map((match) => match[1]) : [span]
        ) {
          ours.push({ line, name, optionOf: [] });
        }}
    }
  });
  return { claims, ours };
}

function spans(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, span]) => span.replaceAll("\\|", "|"));
}

const ROOT = new URL("../../", import.meta.url);

const HEAD = [
  `import type * as main from "${new URL("mod.ts", ROOT)}";`,
  `import type * as nql from "${new URL("src/nql/mod.ts", ROOT)}";`,
  `type Keys<T> = T extends readonly unknown[] | string ? never : T extends unknown ? keyof T : never;`,
  `type Options<A extends readonly unknown[]> = { [I in keyof A]: Keys<NonNullable<A[I]>> }[number];`,
];

/** Our names as code, a line each, of which the compiler complains where there is no such name. */
export function codeOf(names: OurName[]): string {
  return [...HEAD, ...names.map((one, i) => declaration(one, i).replaceAll("\n", " "))].join("\n");
}

/** A sentence for each name that does not exist, after what the compiler said of this code in a file `names.ts`. */
export function wrongNames(names: OurName[], said: string): string[] {
  const lines = new Set([...said.matchAll(/names\.ts:(\d+):\d+/g)].map((match) => Number(match[1]) - 1 - HEAD.length));
  return [...lines].sort((a, b) => a - b).map((i) => {
    const { line, name, optionOf } = names[i];
    return `docs/python.md:${line}: ${
      optionOf.length > 0 ? `none of ${optionOf.join(", ")} has the option` : "there is no"
    } ${name}`;
  });
}

/** Lets the compiler look for our names; gives a sentence for each that does not exist. */
export async function namesThatAreNot(names: OurName[]): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/names.ts`, codeOf(names));
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", `--config=${new URL("deno.json", ROOT).pathname}`, `${folder}/names.ts`],
      env: { NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stderr), wrong = wrongNames(names, said);
    if (!success && wrong.length === 0) throw new Error(said);
    return wrong;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function declaration({ name, optionOf }: OurName, i: number): string {
  if (optionOf.length > 0) {
    const some = optionOf.map((one) => {
      const [type, member] = one.split(".");
      const isClass = /^[A-Z]/.test(type) && member === undefined;
      const value = member === undefined ? `typeof main.${type}` : `main.${type}["${member}"]`;
      return `Options<${isClass ? "ConstructorParameters" : "Parameters"}<${value}>>`;
    });
    return `export const _${i}: ${some.join(" | ")} = "${name}";`;
  }
  const [type, member] = name.split(".");
  if (member !== undefined) return `export type _${i} = main.${type}["${member}"];`;
  const home = /^[a-z]/.test(type) && !type.includes("Global") ? "src/nql/mod.ts" : "mod.ts";
  return `export type { ${type} as _${i} } from "${new URL(home, ROOT)}";`;
}
