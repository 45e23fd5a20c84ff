/**
 * What a footer says of the values of a column in a row group.
 *
 * @module
 */

import type { Chunk, Footer, Leaf } from "./footer.ts";
import { ThriftReader, ThriftType } from "./thrift.ts";
import { plainFloats, widthOf } from "./values.ts";

/** The least and the greatest value of a column of numbers in a row group; null where the footer does not tell. */
export function extremes({ bytes }: Footer, { statistics }: Chunk, leaf: Leaf): [number, number] | null {
  if (statistics === null) return null;
  const thrift = new ThriftReader(bytes, statistics);
  const ends: { [id: number]: number } = {};
  for (let id = thrift.field(0); id > 0; id = thrift.field(id)) {
    // Older writers have others, which compare numbers as if they were texts.
    if ((id !== 5 && id !== 6) || thrift.type !== ThriftType.BINARY) {
      thrift.skip();
      continue;
    }
    const value = thrift.binary();
    if (value.length === widthOf(leaf)) ends[id] = plainFloats(leaf, value, 1)[0];
  }
  return ends[6] <= ends[5] ? [ends[6], ends[5]] : null;
}
