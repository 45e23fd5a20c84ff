/**
 * Attributes that are one value: which column of the long table holds it, and how to get it out.
 *
 * @module
 */

import pl, { type DataFrame, type Expr } from "nodejs-polars";
import {
  type AttributeType,
  CONFIG_TYPES,
  type ConfigType,
  FILE_TYPES,
  type FileType,
  SERIES_TYPES,
  type SeriesType,
} from "../../types.ts";
import { boolValues, floatValues, intValues, stringLists, stringValues } from "./decode.ts";
import type { ColumnName } from "./scan.ts";

/** Types of one value. */
export type ParameterType = ConfigType | FileType;

/** The columns that hold the values of parameters. */
export const VALUE_COLUMNS = ["int", "float", "string", "bool", "datetime", "set", "file"] as const;

const COLUMN_OF: Record<ParameterType, typeof VALUE_COLUMNS[number]> = {
  int: "int",
  float: "float",
  string: "string",
  bool: "bool",
  datetime: "datetime",
  string_set: "set",
  file: "file",
  file_set: "file",
  artifact: "file",
};

/** The column that holds the values of parameters of this type. */
export function valueColumn(type: ParameterType): ColumnName {
  return COLUMN_OF[type];
}

/** The columns that hold the values of parameters of these types. */
export function valueColumns(types: readonly ParameterType[]): ColumnName[] {
  return [...new Set(types.map((type) => COLUMN_OF[type]))];
}

/** The types of a query that are one value, or series. */
export function splitTypes(
  types?: readonly AttributeType[] | null,
): { parameters: ParameterType[]; series: SeriesType[] } {
  const wanted = (type: AttributeType) => !types || types.includes(type);
  return { parameters: [...CONFIG_TYPES, ...FILE_TYPES].filter(wanted), series: SERIES_TYPES.filter(wanted) };
}

/** Rows of this type that have a value; the others are phantoms, or NaN. */
export function withValue(type: ParameterType): Expr {
  return pl.col("type").eq(pl.lit(type)).and(pl.col(COLUMN_OF[type]).isNotNull());
}

/** The values of rows that all have this type and a value. */
export interface ConfigValues {
  int: BigInt64Array;
  float: Float64Array;
  string: string[];
  bool: Uint8Array;
  datetime: Float64Array;
  string_set: string[][];
}

/** Takes the values out of a frame whose rows all have this type and a value. */
export function configValues<T extends ConfigType>(frame: DataFrame, type: T): ConfigValues[T] {
  const decoders: { [type in ConfigType]: () => ConfigValues[type] } = {
    int: () => intValues(frame, "int"),
    float: () => floatValues(frame, "float"),
    string: () => stringValues(frame, "string") as string[],
    bool: () => boolValues(frame, "bool"),
    datetime: () => floatValues(frame, "datetime"),
    string_set: () => stringLists(frame, "set") as string[][],
  };
  return decoders[type]();
}
