/**
 * Which types of attributes parts hold, so that none is looked for in vain.
 *
 * @module
 */

import { coded, dictionary } from "./decode.ts";
import type { Part } from "../disk/layout.ts";
import { type ReadOptions, readRows } from "./scan.ts";

const known = new WeakMap<Part, Set<string>>();

/** The types that occur in these parts; each part is looked through once. */
export async function typesInParts(parts: readonly Part[], readOptions: ReadOptions): Promise<Set<string>> {
  const unknown = parts.filter((part) => !known.has(part));
  if (unknown.length > 0) {
    const frame = await readRows(unknown, {
      columns: ["part", "type"],
      then: (rows) => rows.unique().withColumns(coded("part"), coded("type")),
    }, readOptions);
    const types = new Map(unknown.map((part) => [part.path, new Set<string>()]));
    if (frame) {
      const part = dictionary(frame, "part"), type = dictionary(frame, "type");
      part.codes.forEach((code, row) => types.get(part.names[code])?.add(type.names[type.codes[row]]));
    }
    for (const part of unknown) known.set(part, types.get(part.path)!);
  }
  return new Set(parts.flatMap((part) => [...known.get(part)!]));
}
