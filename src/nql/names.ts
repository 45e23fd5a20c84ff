import { ATTRIBUTE_TYPES, type AttributeType, attributeTypeOf, wireTypeName } from "../types.ts";

/** The words of the language. They are read in any case, and cannot be names or values unless quoted. */
export const KEYWORDS: ReadonlySet<string> = new Set(["AND", "OR", "NOT", "EXISTS", "CONTAINS", "MATCHES"]);

/** The spelling of an attribute type in a query. */
export function nqlTypeName(type: AttributeType): string {
  return type === "file_set" ? "fileSet" : type === "artifact" ? type : wireTypeName(type);
}

const TYPES: ReadonlyMap<string, AttributeType> = new Map([
  ...ATTRIBUTE_TYPES.map((type) => [type, type] as const),
  ...ATTRIBUTE_TYPES.map((type) => [nqlTypeName(type), type] as const),
  ["integer", "int"],
]);

/** The attribute type of a name in a query: `floatSeries`, or as elsewhere in this module `float_series`. Null: none. */
export function typeOfNqlName(name: string): AttributeType | null {
  return attributeTypeOf(name) ?? TYPES.get(name) ?? null;
}

/**
 * Puts an attribute name between backquotes.
 *
 * Neptune's clients insert names as they are, so a backslash is an ordinary character, unless one stands before a
 * backquote: then the name is written with escapes, `\\` for a backslash and a backslash before each backquote.
 */
export function quoteNqlName(name: string): string {
  const escaped = name.includes("`") || name.endsWith("\\");
  return "`" + (escaped ? name.replace(/[\\`]/g, "\\$&") : name) + "`";
}

/** The name that stands between two backquotes; the reverse of {@linkcode quoteNqlName}. */
export function unquoteNqlName(inner: string): string {
  const escaped = inner.includes("\\`") || inner.endsWith("\\");
  return escaped ? inner.replace(/\\([\\`])/g, "$1") : inner;
}

/** Puts a value between double quotes; backslashes and double quotes get a backslash. */
export function quoteNqlValue(value: string): string {
  return '"' + value.replace(/[\\"]/g, "\\$&") + '"';
}

/** The value that stands between two double quotes; a backslash before any other character is kept. */
export function unquoteNqlValue(inner: string): string {
  return inner.replace(/\\([\\"])/g, "$1");
}
