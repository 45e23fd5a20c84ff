/**
 * Every call that the public API has, with what each argument may be: read from `deno doc`, so that a new call is there at once.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

// deno-lint-ignore no-explicit-any
type Node = any;

/** What a value may be, seen from JavaScript. */
export interface Shape {
  /** Anything at all: nothing is wrong. */
  any?: boolean;
  string?: boolean;
  number?: boolean;
  boolean?: boolean;
  bigint?: boolean;
  null?: boolean;
  function?: boolean;
  /** What arrays may hold. */
  items?: Shape[];
  /** The fields of plain objects. */
  fields?: Map<string, Field>;
}

/** One option. */
export interface Field {
  shape: Shape;
  optional: boolean;
}

/** One argument of a call. */
export interface Argument extends Field {
  name: string;
  rest: boolean;
}

/** One function, method or constructor; the ways in which it may be called. */
export interface PublicCall {
  /** `plot`, `ReadOnlyProject.fetchMetrics`, `new ReadOnlyProject`. */
  name: string;
  /** The class or function of a method. */
  owner: string | null;
  /** The entry point that exports it. */
  entry: string;
  overloads: Argument[][];
}

/** All calls of all entry points of the package but some. */
export async function publicCalls(but: (name: string) => boolean): Promise<PublicCall[]> {
  const entries = Object.values(config.exports);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...entries],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as { nodes: Record<string, Node> };
  const types = new Types(Object.values(nodes).flatMap((node) => node.symbols as Node[]));
  const calls = new Map<string, PublicCall>();
  for (const [i, entry] of entries.entries()) {
    const { symbols } = Object.entries(nodes).find(([url]) => url.endsWith(entry.slice(1)))![1];
    const add = (name: string, owner: string | null, params: Node[]) => {
      if (but(name)) return;
      const key = `${i} ${name}`;
      const call = calls.get(key) ?? { name, owner, entry, overloads: [] };
      calls.set(key, call);
      call.overloads.push(params.map((param) => types.argument(param)));
    };
    for (const { name, declarations } of symbols) {
      for (const { kind, def } of declarations) {
        if (kind === "function" && !isBody(declarations, def)) add(name, null, def.params);
        // A function that has methods is a constant of an interface with both.
        const called = kind === "variable" ? types.interfaceOf(def.tsType) : null;
        for (const { params } of called?.callSignatures ?? []) add(name, null, params);
        for (const method of called?.methods ?? []) add(`${name}.${method.name}`, name, method.params);
        if (kind !== "class") continue;
        for (const one of def.constructors ?? []) {
          if (!isBody(def.constructors, one)) add(`new ${name}`, null, one.params);
        }
        for (const method of def.methods ?? []) {
          const isMethod = method.kind === "method" && !method.computed && !method.name.startsWith("[");
          const overloads = def.methods.filter((one: Node) => one.name === method.name).map((one: Node) =>
            one.functionDef
          );
          if (isMethod && !isBody(overloads, method.functionDef)) {
            add(`${name}.${method.name}`, name, method.functionDef.params);
          }
        }
      }
    }
  }
  return [...calls.values()].filter(({ overloads }) => overloads.some((one) => one.length > 0));
}

/** Whether this is what several declarations have in common, and nobody sees. */
function isBody(declarations: Node[], { hasBody }: Node): boolean {
  return hasBody && declarations.length > 1;
}

/** The types that have a name. */
class Types {
  readonly #declared = new Map<string, Node>();

  constructor(symbols: Node[]) {
    for (const { name, declarations } of symbols) {
      for (const declaration of declarations) {
        if (["interface", "typeAlias", "class"].includes(declaration.kind)) this.#declared.set(name, declaration);
      }
    }
  }

  /** What a type of this name declares, where it is an interface. */
  interfaceOf(node: Node): Node | null {
    const declaration = node?.kind === "typeRef" ? this.#declared.get(node.value.typeName) : undefined;
    return declaration?.kind === "interface" ? declaration.def : null;
  }

  argument(node: Node): Argument {
    switch (node.kind) {
      case "assign":
        return { ...this.argument(node.left), optional: true };
      case "rest":
        return { name: node.arg.name, rest: true, optional: true, shape: this.shape(node.tsType) };
      case "identifier":
        return { name: node.name, rest: false, optional: node.optional ?? false, shape: this.shape(node.tsType) };
      default:
        return { name: "options", rest: false, optional: node.optional ?? false, shape: this.shape(node.tsType) };
    }
  }

  shape(node: Node): Shape {
    const { kind, value } = node;
    switch (kind) {
      case "keyword":
        if (value === "object") return { fields: new Map() };
        if (value === "undefined" || value === "void" || value === "never") return {};
        return value === "any" || value === "unknown" ? { any: true } : { [value]: true };
      case "literal":
        // Another string than the ones listed is wrong, so strings are not allowed.
        return value.kind === "boolean" ? { boolean: true } : {};
      case "array":
        return { items: [this.shape(value)] };
      case "tuple":
        return { items: value.map((one: Node) => this.shape(one.tsType ?? one)) };
      case "union":
        return value.map((one: Node) => this.shape(one)).reduce(either, {});
      case "intersection":
        return { fields: new Map(value.flatMap((one: Node) => [...this.shape(one).fields ?? []])) };
      case "typeOperator":
        return this.shape(value.tsType);
      case "parenthesized":
        return this.shape(value);
      case "typeLiteral":
        return { fields: this.#fields(value.properties ?? []) };
      case "fnOrConstructor":
      case "typeQuery":
        return { function: true };
      case "indexedAccess": {
        const field = this.shape(value.objType).fields?.get(value.indexType.repr.replaceAll('"', ""));
        if (field) return field.shape;
        break;
      }
      case "typeRef":
        return this.#named(value);
    }
    throw new Error(`This type has no shape yet: ${JSON.stringify(node).slice(0, 300)}`);
  }

  #named({ typeName, typeParams = [] }: Node): Shape {
    // Trees hold trees.
    if (typeName === "Nql") return { fields: new Map() };
    const declaration = this.#declared.get(typeName);
    if (declaration?.kind === "interface") {
      const inherited = (declaration.def.extends ?? []).flatMap((one: Node) => [...this.shape(one).fields ?? []]);
      return { fields: new Map([...inherited, ...this.#fields(declaration.def.properties ?? [])]) };
    }
    if (typeName === "Frame" || typeName === "LazyFrame" || declaration?.kind === "class") return {};
    if (declaration?.kind === "typeAlias") return this.shape(declaration.def.tsType);
    switch (typeName) {
      case "Omit":
      case "Pick": {
        const names = new Set(literals(typeParams[1]));
        const fields = [...this.shape(typeParams[0]).fields ?? []].filter(([name]) =>
          names.has(name) === (typeName === "Pick")
        );
        return { fields: new Map(fields) };
      }
      case "Record":
        return { fields: new Map() };
      case "Exclude":
      case "Readonly":
      case "Partial":
        return this.shape(typeParams[0]);
      case "T":
      case "A":
      case "B":
      case "NqlFold":
        return typeName === "NqlFold" ? {} : { any: true };
      // Parameters of generic options: one of a list of words, or a truth value.
      case "Name":
      case "Format":
      case "Type":
        return {};
      case "Timestamp":
      case "Previews":
        return { boolean: true };
      // What these are instances of is none of the values that are tried.
      case "AbortSignal":
      case "RegExp":
      case "URL":
      case "Float64Array":
      case "Uint8Array":
      case "Date":
      case "PromiseLike":
        return {};
    }
    throw new Error(`The type ${typeName} has no shape yet`);
  }

  #fields(properties: Node[]): Map<string, Field> {
    return new Map(
      properties.map((
        { name, optional, tsType },
      ) => [name, { optional: optional ?? false, shape: this.shape(tsType) }]),
    );
  }
}

function literals(node: Node): string[] {
  if (node.kind === "union") return node.value.flatMap(literals);
  return [node.value.string];
}

/** What may be one or the other. */
export function either(a: Shape, b: Shape): Shape {
  const items = a.items || b.items ? [...a.items ?? [], ...b.items ?? []] : undefined;
  const fields = a.fields || b.fields ? new Map(a.fields) : undefined;
  for (const [name, field] of b.fields ?? []) {
    const other = a.fields?.get(name);
    fields!.set(name, {
      optional: field.optional || (other?.optional ?? true),
      shape: other ? either(other.shape, field.shape) : field.shape,
    });
  }
  return { ...a, ...b, items, fields };
}
