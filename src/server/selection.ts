/**
 * Which attributes a request asks for: names, patterns, types.
 *
 * @module
 */

import { compileRegex } from "../nql/regex.ts";
import type { AttributesQuery, PathFilter } from "../source.ts";
import { type AttributeType, typesOfWireType } from "../types.ts";
import type { Body } from "./body.ts";
import { Refusal } from "./refusal.ts";

/** Types of Neptune's API that this module has no values for. */
const LEGACY_TYPES: readonly string[] = ["gitRef", "complex"];

/** The restriction of a query for attributes. */
export type Selection = Pick<AttributesQuery, "paths" | "filter" | "types">;

/** Reads `attributeNamesFilter`, `attributeNameFilter`, `attributeNameRegex` and `attributeFilter`. */
export function readSelection(body: Body): Selection {
  const pattern = body.string("attributeNameRegex");
  const names = body.object("attributeNameFilter");
  const filter = names ? nameFilter(names) : pattern === null ? null : { any: [{ must: [pattern], mustNot: [] }] };
  for (const { must, mustNot } of filter?.any ?? []) [...must, ...mustNot].forEach(compileRegex);
  return { paths: body.strings("attributeNamesFilter"), filter, types: typeFilter(body) };
}

function nameFilter(body: Body): PathFilter | null {
  const any = body.objects("mustMatchAny");
  if (any) return { any: any.map(alternative) };
  const { must, mustNot } = alternative(body);
  return must.length + mustNot.length === 0 ? null : { any: [{ must, mustNot }] };
}

function alternative(body: Body): PathFilter["any"][number] {
  return { must: body.strings("mustMatchRegexes") ?? [], mustNot: body.strings("mustNotMatchRegexes") ?? [] };
}

function typeFilter(body: Body): AttributeType[] | null {
  const filters = body.objects("attributeFilter");
  return filters && filters.flatMap((one) => readTypes(one.required("attributeType", one.string("attributeType"))));
}

/** The attribute types behind one name of a type in the API. */
export function readTypes(wireType: string): readonly AttributeType[] {
  const types = typesOfWireType(wireType);
  if (types.length > 0 || LEGACY_TYPES.includes(wireType)) return types;
  throw new Refusal(400, "INVALID_ATTRIBUTE_TYPE", `There is no attribute type ${JSON.stringify(wireType)}.`);
}
