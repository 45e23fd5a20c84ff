/**
 * Logs of operations: JSON objects one after the other, of which the last may be cut off.
 *
 * @module
 */

/** An operation as the log has it; its fields depend on its type. */
export interface Operation {
  type: string;
  path: string[];
  [field: string]: unknown;
}

/** One entry of a log. */
export interface LogEntry {
  operation: Operation;
  /** Counts from 1 within a folder. */
  version: number;
  /** When it was queued, in milliseconds since the epoch; NaN where the client did not say. */
  at: number;
  /** Where the object is in the file, in bytes. */
  start: number;
  end: number;
}

/** What is wrong with a log. */
export interface LogDamage {
  /** Bytes behind the last whole operation: the program ended while it wrote. */
  cutOff: number;
  /** Places that are no operations. */
  broken: number;
  /** What the first of them is. */
  reason: string | null;
}

/** Goes through the operations of a log; notes in `damage` what is not an operation. */
export function* readLog(bytes: Uint8Array, damage: LogDamage): Generator<LogEntry> {
  const text = new TextDecoder();
  const spoiled = (start: number, why: string) => {
    damage.broken++;
    damage.reason ??= `${why} at byte ${start}`;
  };
  for (const { start, end } of objects(bytes, damage, spoiled)) {
    let value: { obj?: Operation; version?: number; at?: number };
    try {
      value = parse(text.decode(bytes.subarray(start, end)));
    } catch (error) {
      spoiled(start, (error as Error).message);
      continue;
    }
    const operation = value?.obj;
    if (typeof operation?.type !== "string" || !Array.isArray(operation.path)) {
      spoiled(start, "an object that is not an operation");
      continue;
    }
    if (operation.type === "AssignInt" && !Number.isSafeInteger(operation.value)) {
      operation.value = exactInteger(text.decode(bytes.subarray(start, end))) ?? operation.value;
    }
    yield { operation, version: Number(value.version ?? NaN), at: Number(value.at ?? NaN) * 1000, start, end };
  }
}

const [OPEN, CLOSE, QUOTE, BACKSLASH, NEWLINE] = [...'{}"\\\n'].map((char) => char.charCodeAt(0));

/** Where objects begin and end. Python writes each on one line, so a line break inside tells that an object is broken. */
function* objects(
  bytes: Uint8Array,
  damage: LogDamage,
  spoiled: (start: number, why: string) => void,
): Generator<{ start: number; end: number }> {
  let depth = 0, start = 0, inString = false, garbage = -1;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (depth === 0) {
      if (byte === OPEN) {
        if (garbage >= 0) spoiled(garbage, "something that is not an object");
        [depth, start, garbage] = [1, at, -1];
      } else if (garbage < 0 && byte > 32) garbage = at;
      // Storage that was full or went away leaves zeros.
      else if (garbage < 0 && byte === 0) garbage = at;
    } else if (byte === NEWLINE) {
      spoiled(start, "an object that ends in the middle");
      [depth, inString] = [0, false];
    } else if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === OPEN) depth++;
    else if (byte === CLOSE && --depth === 0) yield { start, end: at + 1 };
  }
  if (depth > 0) damage.cutOff = bytes.length - start;
  else if (garbage >= 0) damage.cutOff = bytes.length - garbage;
}

/** The value of an operation as the log spells it: a number of JavaScript has only 53 bits. */
function exactInteger(text: string): bigint | null {
  const digits = /"value":\s*(-?\d+)\s*[,}]/.exec(text.replaceAll(/"path":\s*\[[^\]]*\]/g, ""))?.[1];
  return digits === undefined ? null : BigInt(digits);
}

/** JSON as Python writes it: NaN and infinities are bare words there. */
export function parse(text: string): never {
  try {
    return JSON.parse(text) as never;
  } catch {
    const words: Record<string, string> = { NaN: '"NaN"', Infinity: "1e999", "-Infinity": "-1e999" };
    return JSON.parse(text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (found) => words[found] ?? found)) as never;
  }
}
