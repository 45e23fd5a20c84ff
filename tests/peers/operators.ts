/** Every operator of neptune-query's filters with every type that takes it, each as it is and negated. */

import { type AttributeType, wireTypeName } from "../../src/types.ts";
import { py } from "./question.ts";

/** An attribute with a value to compare with: as Python source, and as a query has it. */
export type Compared = [path: string, type: AttributeType, python: string, nql: string];

const ORDERED: Record<string, string> = { eq: "=", ne: "!=", gt: ">", ge: ">=", lt: "<", le: "<=" };
const TEXTS: Record<string, string> = {
  matches: "MATCHES",
  contains_all: "CONTAINS",
  contains_none: "NOT CONTAINS",
};
const SETS: Record<string, string> = { contains_all: "CONTAINS", contains_none: "NOT CONTAINS" };

const OPERATORS: Partial<Record<AttributeType, Record<string, string>>> = {
  int: ORDERED,
  float: ORDERED,
  float_series: ORDERED,
  datetime: ORDERED,
  string: { ...ORDERED, ...TEXTS },
  string_series: { eq: "=", ne: "!=", ...TEXTS },
  bool: { eq: "=", ne: "!=" },
  string_set: SETS,
};

/** Filters, each with the query it means. */
export function everyOperator(compared: Compared[]): [code: string, query: string][] {
  return compared.flatMap(([path, type, python, nql]) => {
    const attribute = `Attribute(${py(path)}, type=${py(type)})`;
    const operand = `\`${path}\`:${wireTypeName(type)}`;
    const plain = Object.entries(OPERATORS[type] ?? {}).map(([method, operator]): [string, string] => [
      `Filter.${method}(${attribute}, ${python})`,
      `${operand} ${operator} ${nql}`,
    ]);
    return [...plain, [`Filter.exists(${attribute})`, `${operand} EXISTS`] as [string, string]]
      .flatMap(([code, query]): [string, string][] => [[code, query], [`~${code}`, `NOT ${query}`]]);
  });
}
