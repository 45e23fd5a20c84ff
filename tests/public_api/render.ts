/**
 * The public API as text: every exported name with its type, without documentation. Made from what `deno doc` knows.
 *
 * @module
 */

import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Where the text stands. */
export const SNAPSHOT: URL = new URL("./snapshot.txt", import.meta.url);

const ENTRY_POINTS = ["mod.ts", "cli.ts", "serve.ts", "samples/mod.ts", "src/nql/mod.ts"];

// deno-lint-ignore no-explicit-any
type Node = any;

/** The public API of the checkout in this folder. */
export async function publicApi(root: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...ENTRY_POINTS],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as { nodes: Record<string, Node> };
  const texts = ENTRY_POINTS.map((entry) => {
    const { symbols } = nodes[pathToFileURL(join(root, entry)).href];
    const declared = symbols.flatMap(({ name, declarations }: Node) =>
      declarations.map((declaration: Node) => declarationText(name, declaration))
    );
    return `# ${entry}\n\n${declared.sort().join("\n\n")}\n`;
  });
  return texts.join("\n");
}

function declarationText(name: string, { kind, def }: Node): string {
  switch (kind) {
    case "class":
    case "interface":
      return classText(kind, name, def);
    case "function":
      return `function ${name}${signature(def)}`;
    case "typeAlias":
      return `type ${name}${typeParams(def)} = ${type(def.tsType)}`;
    case "variable":
      return `${def.kind} ${name}: ${type(def.tsType)}`;
    // The same as in another entry point.
    case "reference":
      return `export ${name}`;
    default:
      throw new Error(`There is no text for a declaration of kind ${kind}`);
  }
}

function classText(kind: string, name: string, def: Node): string {
  const extended = [def.extends ?? []].flat().map((one) => typeof one === "string" ? one : type(one));
  const implemented = (def.implements ?? []).map(type);
  const head = `${def.isAbstract ? "abstract " : ""}${kind} ${name}${typeParams(def)}` +
    (extended.length > 0 ? ` extends ${extended.join(", ")}` : "") +
    (implemented.length > 0 ? ` implements ${implemented.join(", ")}` : "");
  const members = [
    ...(def.constructors ?? []).map((one: Node) => `constructor(${params(one.params)})`),
    ...(def.indexSignatures ?? []).map((one: Node) => `[${params(one.params)}]: ${type(one.tsType)}`),
    ...(def.callSignatures ?? []).map(signature),
    ...[...def.properties ?? [], ...def.methods ?? []].map(member).sort(),
  ];
  return [head, ...members.map((one) => `  ${one}`)].join("\n");
}

function member(node: Node): string {
  const { kind, computed, optional, readonly, isStatic } = node;
  const flags = (isStatic ? "static " : "") + (readonly ? "readonly " : "") +
    (kind === "getter" ? "get " : kind === "setter" ? "set " : "");
  const name = (computed ? `[${node.name}]` : node.name) + (optional ? "?" : "");
  if (kind === undefined) return `${flags}${name}: ${type(node.tsType)}`;
  return `${flags}${name}${signature(node.functionDef ?? node)}`;
}

function signature(node: Node): string {
  return `${typeParams(node)}(${params(node.params)})${node.returnType ? `: ${type(node.returnType)}` : ""}`;
}

function typeParams({ typeParams = [] }: Node): string {
  const texts = typeParams.map((one: Node) =>
    one.name + (one.constraint ? ` extends ${type(one.constraint)}` : "") +
    (one.default ? ` = ${type(one.default)}` : "")
  );
  return texts.length > 0 ? `<${texts.join(", ")}>` : "";
}

function params(nodes: Node[] = []): string {
  return nodes.map(param).join(", ");
}

function param(node: Node): string {
  switch (node.kind) {
    case "identifier":
      return `${node.name}${node.optional ? "?" : ""}${node.tsType ? `: ${type(node.tsType)}` : ""}`;
    case "assign":
      return `${param({ ...node.left, optional: true })}`;
    case "rest":
      return `...${node.arg.name}: ${type(node.tsType)}`;
    case "object":
    case "array":
      return `options: ${type(node.tsType)}`;
    default:
      throw new Error(`There is no text for a parameter of kind ${node.kind}`);
  }
}

function type(node: Node): string {
  const { kind, value } = node;
  switch (kind) {
    case "keyword":
      return value;
    case "typeRef":
      return value.typeName + (value.typeParams ? `<${value.typeParams.map(type).join(", ")}>` : "");
    case "array":
      return `${grouped(value)}[]`;
    case "union":
      return value.map(grouped).join(" | ");
    case "intersection":
      return value.map(grouped).join(" & ");
    case "parenthesized":
      return `(${type(value)})`;
    case "tuple":
      return `[${value.map(type).join(", ")}]`;
    case "optional":
      return `${type(value)}?`;
    case "rest":
      return `...${type(value)}`;
    case "literal":
      return value.kind === "template"
        ? `\`${
          value.tsTypes.map((one: Node) => one.kind === "literal" ? one.value.string : `\${${type(one)}}`).join("")
        }\``
        : JSON.stringify(value[value.kind]);
    case "typeOperator":
      return `${value.operator} ${type(value.tsType)}`;
    case "indexedAccess":
      return `${grouped(value.objType)}[${type(value.indexType)}]`;
    case "typeQuery":
      return `typeof ${value}`;
    case "typePredicate":
      return `${value.asserts ? "asserts " : ""}${value.param.name ?? "this"}${
        value.type ? ` is ${type(value.type)}` : ""
      }`;
    case "fnOrConstructor":
      return `${value.constructor ? "new " : ""}${typeParams(value)}(${params(value.params)}) => ${type(value.tsType)}`;
    case "typeLiteral": {
      const members = [
        ...(value.indexSignatures ?? []).map((one: Node) => `[${params(one.params)}]: ${type(one.tsType)}`),
        ...[...value.properties ?? [], ...value.methods ?? []].map(member),
      ];
      return `{ ${members.join("; ")} }`;
    }
    case "conditional":
      return `${grouped(value.checkType)} extends ${grouped(value.extendsType)} ? ${type(value.trueType)} : ${
        type(value.falseType)
      }`;
    case "mapped": {
      const { name, constraint } = value.typeParam;
      const as = value.nameType ? ` as ${type(value.nameType)}` : "";
      const mark = value.optional ? "?" : "";
      return `{ ${value.readonly ? "readonly " : ""}[${name} in ${type(constraint)}${as}]${mark}: ${
        type(value.tsType)
      } }`;
    }
    default:
      throw new Error(`There is no text for a type of kind ${kind}`);
  }
}

/** The text of a type inside another one. */
function grouped(node: Node): string {
  return ["union", "intersection", "fnOrConstructor", "typeOperator", "conditional"].includes(node.kind)
    ? `(${type(node)})`
    : type(node);
}
