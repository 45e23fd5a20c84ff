/**
 * The names of attribute types on the wire (JSON, protobuf, NQL) and in this module.
 *
 * @module
 */

import type { AttributeType } from "../types.ts";

/** Every attribute type with its name on the wire. Types that only archives know are files there. */
const WIRE_NAMES: Readonly<Record<AttributeType, string>> = {
  int: "int",
  float: "float",
  string: "string",
  bool: "bool",
  datetime: "datetime",
  string_set: "stringSet",
  float_series: "floatSeries",
  string_series: "stringSeries",
  histogram_series: "histogramSeries",
  file: "fileRef",
  file_series: "fileRefSeries",
  file_set: "fileRef",
  artifact: "fileRef",
  experiment_state: "experimentState",
};

const BY_WIRE_NAME = new Map<string, AttributeType[]>();
for (const [type, name] of Object.entries(WIRE_NAMES) as [AttributeType, string][]) {
  BY_WIRE_NAME.set(name, [...BY_WIRE_NAME.get(name) ?? [], type]);
}

/** The name of an attribute type on the wire: `float_series` is `floatSeries`; `file`, `file_set` and `artifact` are `fileRef`. */
export function toWireType(type: AttributeType): string {
  return WIRE_NAMES[type];
}

/** The attribute type of a name on the wire; null for a name this module has no type for (`gitRef`, `complex`, later ones). */
export function fromWireType(name: string): AttributeType | null {
  return BY_WIRE_NAME.get(name)?.[0] ?? null;
}

/** Every attribute type that travels under a name: `fileRef` stands for three, an unknown name for none. */
export function typesOfWireType(name: string): readonly AttributeType[] {
  return BY_WIRE_NAME.get(name) ?? [];
}
