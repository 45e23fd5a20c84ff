/**
 * Which columns the table has at first.
 *
 * @module
 */

import type { AttributeDefinition, AttributeType } from "../types.ts";

const SYSTEM: readonly AttributeDefinition[] = [
  { path: "sys/name", type: "string" },
  { path: "sys/creation_time", type: "datetime" },
  { path: "sys/tags", type: "string_set" },
];

/** Name, age and tags, then some metrics, then some configs. */
export function firstColumns(attributes: readonly AttributeDefinition[]): AttributeDefinition[] {
  const of = (types: readonly AttributeType[]) =>
    attributes.filter(({ path, type }) => types.includes(type) && !/^(sys|monitoring|source_code)\//.test(path));
  const metrics = of(["float_series"]);
  const rank = ({ path }: AttributeDefinition) =>
    (/val|test|eval/i.test(path) ? 0 : 2) + (/loss|acc|score|f1|auc|reward/i.test(path) ? 0 : 1);
  return [
    ...SYSTEM,
    ...metrics.toSorted((a, b) => rank(a) - rank(b)).slice(0, 4),
    ...of(["string", "float", "int", "bool"]).slice(0, 6),
  ];
}
