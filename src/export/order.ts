/**
 * The order of texts by their UTF-8 bytes, in which Parquet compares them.
 *
 * @module
 */

/** Compares two texts by their UTF-8 bytes, which is the order of code points. */
export function byBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const one = a.charCodeAt(i), other = b.charCodeAt(i);
    if (one === other) continue;
    // Surrogates stand for code points behind all others.
    const isHigh = (unit: number) => unit >= 0xd800 && unit < 0xe000;
    return isHigh(one) === isHigh(other) ? one - other : isHigh(one) ? 1 : -1;
  }
  return a.length - b.length;
}
