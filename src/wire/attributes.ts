/**
 * Values of attributes (`ProtoQueryAttributesResultDTO`, `ProtoAttributesDTO`), decoded into columns.
 *
 * @module
 */

import type { ValueBlock } from "../columns.ts";
import { properties } from "./properties.ts";
import { notThat, Reader } from "./reader.ts";
import { fromWireType } from "./types.ts";
import { type SentType, ValueRows, type Values } from "./value_rows.ts";

const WHAT = "values of attributes";

/** One page of values. */
export interface ValuePage {
  block: ValueBlock;
  /** Asks for the next page; null at the end. */
  nextPageToken: string | null;
}

// ProtoQueryAttributesResultDTO: 1 entries, 2 nextPage
// ProtoQueryAttributesExperimentResultDTO: 1 experimentId, 2 experimentShortId, 3 attributes
/**
 * Decodes a page of values of many runs.
 *
 * @param bytes The whole answer.
 * @param runKey Gives the key of a run by its `sys/id`.
 */
export function decodeQueryAttributes(bytes: Uint8Array, runKey: (sysId: string) => string): ValuePage {
  const rows = new ValueRows();
  const reader = new Reader(bytes, WHAT);
  let nextPageToken: string | null = null;
  while (reader.more()) {
    switch (reader.tag()) {
      case 0x0a: {
        const outer = reader.enter();
        let sysId = "";
        while (reader.more()) {
          switch (reader.tag()) {
            case 0x0a:
              reader.string();
              break;
            case 0x12:
              sysId = reader.string();
              rows.run(runKey(sysId));
              break;
            case 0x1a:
              if (sysId === "") throw notThat(WHAT, 0, "values come before the id of their run");
              attribute(reader, rows);
              break;
            default:
              reader.skip(3);
          }
        }
        reader.leave(outer);
        break;
      }
      case 0x12: {
        const outer = reader.enter();
        nextPageToken = pageToken(reader);
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(2);
    }
  }
  return { block: rows.finish(), nextPageToken };
}

// ProtoAttributesDTO: 1-6 identity of the run, 7 attributes
/**
 * Decodes the values of one run.
 *
 * @param bytes The whole answer.
 * @param runKey The key of the run.
 */
export function decodeAttributes(bytes: Uint8Array, runKey: string): ValueBlock {
  const rows = new ValueRows();
  rows.run(runKey);
  const reader = new Reader(bytes, WHAT);
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x3a) attribute(reader, rows);
    else if ((tag & 7) === 2 && tag < 0x3a) reader.string();
    else reader.skip(7);
  }
  return rows.finish();
}

// ProtoNextPageDTO: 1 nextPageToken, 2 limit
function pageToken(reader: Reader): string | null {
  let token = "";
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) token = reader.string();
    else if (tag === 0x10) reader.integer();
    else reader.skip(2);
  }
  return token === "" ? null : token;
}

/** The type that each field of `ProtoAttributeDTO` from 3 to 13 belongs to. */
const PROPERTY_TYPES: readonly SentType[] = [
  "int",
  "float",
  "string",
  "bool",
  "datetime",
  "string_set",
  "float_series",
  "file",
  "string_series",
  "file_series",
  "histogram_series",
];

/** The types that may come without properties: a series without points, a lost file, a state, which no server tells. */
const MAY_BE_BARE: readonly SentType[] = [
  "float_series",
  "string_series",
  "histogram_series",
  "file_series",
  "file",
  "experiment_state",
];

// ProtoAttributeDTO: 1 name, 2 type, 3-13 properties
function attribute(reader: Reader, rows: ValueRows): void {
  const outer = reader.enter();
  let name = "";
  let wireType = "";
  let type: SentType | null = null;
  let value: Values[SentType] = null;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) name = reader.string();
    else if (tag === 0x12) wireType = reader.string();
    else if ((tag & 7) === 2 && tag <= 0x6a) {
      const inner = reader.enter();
      type = PROPERTY_TYPES[(tag >>> 3) - 3];
      value = properties(reader, type);
      reader.leave(inner);
    } else reader.skip(13);
  }
  reader.leave(outer);

  const declared = fromWireType(wireType);
  if (declared === null && type === null) return;
  if (type === null && MAY_BE_BARE.includes(declared as SentType)) type = declared as SentType;
  if (type === null || (declared !== null && declared !== type)) {
    throw notThat(
      WHAT,
      0,
      `attribute "${name}" of type ${wireType} has ${type === null ? "no value" : "one of type " + type}`,
    );
  }
  rows.add(type, name, value);
}
