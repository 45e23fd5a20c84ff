/**
 * Attributes that are one value: which column of the long table holds it, and how to get it out.
 *
 * @module
 */

import pl, { type DataFrame, type Expr } from "nodejs-polars";
import type { AttributeType } from "../../types.ts";
import { bools, floats, ints, textLists, texts } from "../parquet/decode.ts";
import type { ColumnName } from "../parquet/scan.ts";

/** Types of configs: one value in a column of its own. */
export type ConfigType = "int" | "float" | "string" | "bool" | "datetime" | "string_set";
/** Types of one stored file. */
export type FileType = "file" | "file_set" | "artifact";
/** Types of one value. */
export type ParameterType = ConfigType | FileType;

/** The types of configs. */
export const CONFIG_TYPES: readonly ConfigType[] = ["int", "float", "string", "bool", "datetime", "string_set"];
/** The types of stored files. */
export const FILE_TYPES: readonly FileType[] = ["file", "file_set", "artifact"];

/** Tells whether this is a type of configs. */
export function isConfigType(type: AttributeType): type is ConfigType {
  return (CONFIG_TYPES as readonly string[]).includes(type);
}

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
export function columnOf(type: ParameterType): ColumnName {
  return COLUMN_OF[type];
}

/** The columns that hold the values of parameters of these types. */
export function columnsOf(types: readonly ParameterType[]): ColumnName[] {
  return [...new Set(types.map((type) => COLUMN_OF[type]))];
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
    int: () => ints(frame, "int"),
    float: () => floats(frame, "float"),
    string: () => texts(frame, "string") as string[],
    bool: () => bools(frame, "bool"),
    datetime: () => floats(frame, "datetime"),
    string_set: () => textLists(frame, "set") as string[][],
  };
  return decoders[type]();
}
