/**
 * Splits long lists to what one request may hold.
 *
 * @module
 */

/** The most bytes of names and ids in one request. */
export const MAX_REQUEST_BYTES = 220_000;

/**
 * Splits a list into stretches that keep its order.
 *
 * @param items The list.
 * @param bytes How much of a request an item takes.
 * @param maxBytes The most that the items of a stretch take together; an item that takes more is a stretch of its own.
 * @param maxCount The most items of a stretch.
 */
export function split<T>(items: readonly T[], bytes: (item: T) => number, maxBytes: number, maxCount: number): T[][] {
  const stretches: T[][] = [];
  let open: T[] = [];
  let size = 0;
  for (const item of items) {
    const more = bytes(item);
    if (open.length > 0 && (open.length >= maxCount || size + more > maxBytes)) {
      stretches.push(open);
      open = [];
      size = 0;
    }
    open.push(item);
    size += more;
  }
  if (open.length > 0) stretches.push(open);
  return stretches;
}

/** How many bytes a text takes in JSON at most, but for control characters. */
export function jsonBytes(text: string): number {
  let bytes = 3;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes += unit < 0x80 ? (unit === 0x22 || unit === 0x5c ? 2 : 1) : unit < 0x800 ? 2 : 3;
  }
  return bytes;
}
