/**
 * Texts by number, found by their bytes: the same few thousand names come again and again, and are made into strings once.
 *
 * @module
 */

const FIRST_SLOTS = 1 << 10;

/** Gives every text a number, in the order of first mention. */
export class StringTable {
  /** The texts by number. */
  readonly names: string[] = [];
  /** The bytes of all texts, one after the other; text n ends at `ends[n + 1]`. */
  #bytes: Uint8Array = new Uint8Array(FIRST_SLOTS * 16);
  #ends: Uint32Array = new Uint32Array(FIRST_SLOTS);
  #hashes: Uint32Array = new Uint32Array(FIRST_SLOTS);
  /** Where the number of a text is looked for, by its hash; -1 where there is none. At most half of them are taken. */
  #slots: Int32Array = new Int32Array(FIRST_SLOTS).fill(-1);

  /**
   * The number of a text.
   *
   * @param bytes Holds the text from `start` to before `end`.
   * @param likely The number that it probably has; any other is found as well.
   * @param decode Makes the string; called for a new text.
   */
  number(bytes: Uint8Array, start: number, end: number, likely: number, decode: () => string): number {
    if (likely < this.names.length && this.#is(likely, bytes, start, end)) return likely;
    const hash = hashOf(bytes, start, end);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (; this.#slots[slot] >= 0; slot = (slot + 1) & mask) {
      const number = this.#slots[slot];
      if (this.#hashes[number] === hash && this.#is(number, bytes, start, end)) return number;
    }
    return this.#add(bytes.subarray(start, end), hash, slot, decode());
  }

  #is(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const own = this.#ends[number];
    if (this.#ends[number + 1] - own !== end - start) return false;
    // The ends of names differ more often than their starts.
    for (let i = end - start - 1; i >= 0; i--) if (this.#bytes[own + i] !== bytes[start + i]) return false;
    return true;
  }

  #add(text: Uint8Array, hash: number, slot: number, name: string): number {
    const number = this.names.push(name) - 1;
    const start = this.#ends[number];
    const end = start + text.length;
    if (end > this.#bytes.length) this.#bytes = grown(this.#bytes, new Uint8Array(2 * end));
    this.#bytes.set(text, start);
    if (number + 1 === this.#ends.length) {
      this.#ends = grown(this.#ends, new Uint32Array(2 * this.#ends.length));
      this.#hashes = grown(this.#hashes, new Uint32Array(2 * this.#hashes.length));
    }
    this.#ends[number + 1] = end;
    this.#hashes[number] = hash;
    this.#slots[slot] = number;
    if (2 * this.names.length > this.#slots.length) this.#rehash();
    return number;
  }

  #rehash(): void {
    const slots = new Int32Array(2 * this.#slots.length).fill(-1);
    const mask = slots.length - 1;
    for (let number = 0; number < this.names.length; number++) {
      let slot = this.#hashes[number] & mask;
      while (slots[slot] >= 0) slot = (slot + 1) & mask;
      slots[slot] = number;
    }
    this.#slots = slots;
  }
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x0100_0193);
  return (hash ^ hash >>> 15) >>> 0;
}

function grown<T extends Uint8Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
