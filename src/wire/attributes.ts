/**
 * Values of attributes (`ProtoQueryAttributesResultDTO`, `ProtoAttributesDTO`), decoded into columns.
 *
 * @module
 */

import type { PairBlock, ValueBlock } from "../columns.ts";
import { PairRows } from "./pair_rows.ts";
import { properties } from "./properties.ts";
import { notThat, Reader } from "./reader.ts";
import type { StringTable } from "./string_table.ts";
import { attributeTypeOf } from "../types.ts";
import { type SentType, ValueRows, type Values } from "./value_rows.ts";

const WHAT = "values of attributes";

/** One page of what attributes runs have, with or without their values. */
export interface Page<T> {
  block: T;
  /** Asks for the next page; null at the end. */
  nextPageToken: string | null;
}

/**
 * Decodes a page of values of many runs.
 *
 * @param bytes The whole answer.
 * @param runKey Gives the key of a run by its `sys/id`.
 */
export function decodeQueryAttributes(
  bytes: Uint8Array,
  runKey: (sysId: string) => string,
): Page<ValueBlock> {
  const rows = new ValueRows();
  const nextPageToken = page(bytes, (sysId) => rows.run(runKey(sysId)), (reader) => attribute(reader, rows));
  return { block: rows.finish(), nextPageToken };
}

/** The same page, but only which attributes there are; `paths` are those of all pages. */
export function decodeQueryPairs(
  bytes: Uint8Array,
  runKey: (sysId: string) => string,
  paths: StringTable,
): Page<PairBlock> {
  const rows = new PairRows(paths);
  const nextPageToken = page(bytes, (sysId) => rows.run(runKey(sysId)), (reader) => pair(reader, rows));
  return { block: rows.finish(), nextPageToken };
}

// ProtoAttributesSearchResultDTO: 1 entries
/**
 * Decodes which attributes one run has.
 *
 * @param bytes The whole answer.
 * @param runKey The key of the run.
 * @param paths The paths of all runs.
 */
export function decodeRunPairs(bytes: Uint8Array, runKey: string, paths: StringTable): PairBlock {
  const rows = new PairRows(paths);
  rows.run(runKey);
  const reader = new Reader(bytes, "list of attributes");
  while (reader.more()) {
    if (reader.tag() === 0x0a) pair(reader, rows);
    else reader.skip(1);
  }
  return rows.finish();
}

// ProtoQueryAttributesResultDTO: 1 entries, 2 nextPage
function page(bytes: Uint8Array, onRun: (sysId: string) => void, onAttribute: (reader: Reader) => void): string | null {
  const reader = new Reader(bytes, WHAT);
  let nextPageToken: string | null = null;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag !== 0x0a && tag !== 0x12) {
      reader.skip(2);
      continue;
    }
    const outer = reader.enter();
    if (tag === 0x0a) entry(reader, onRun, onAttribute);
    else nextPageToken = pageToken(reader);
    reader.leave(outer);
  }
  return nextPageToken;
}

// ProtoQueryAttributesExperimentResultDTO: 1 experimentId, 2 experimentShortId, 3 attributes
function entry(reader: Reader, onRun: (sysId: string) => void, onAttribute: (reader: Reader) => void): void {
  let known = false;
  while (reader.more()) {
    switch (reader.tag()) {
      case 0x0a:
        reader.pass();
        break;
      case 0x12:
        onRun(reader.string());
        known = true;
        break;
      case 0x1a:
        if (!known) throw notThat(WHAT, 0, "values come before the id of their run");
        onAttribute(reader);
        break;
      default:
        reader.skip(3);
    }
  }
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
    else if ((tag & 7) === 2 && tag < 0x3a) reader.pass();
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

  const declared = attributeTypeOf(wireType);
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

// ProtoAttributeDTO, ProtoAttributeDefinitionDTO: 1 name, 2 type, 3-13 properties
function pair(reader: Reader, rows: PairRows): void {
  const outer = reader.enter();
  const path = { start: 0, end: 0 };
  const type = { start: 0, end: 0 };
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) reader.text(path);
    else if (tag === 0x12) reader.text(type);
    else reader.skip(2);
  }
  reader.leave(outer);
  rows.add(reader, path, type);
}
