/**
 * Reads JSON bodies: null means absent, unknown fields are ignored, wrong types are refused.
 *
 * @module
 */

import { Refusal } from "./refusal.ts";

/** The most bytes of a request: ten thousand series take some two million. */
const MAX_BYTES = 8 << 20;
/** The most bytes of a request that needs no access token. */
export const MAX_OPEN_BYTES = 1 << 16;

const known = new WeakMap<Request, Promise<Uint8Array<ArrayBuffer>>>();

/** The bytes of a request, no more than so many; read once. */
export function readBytes(request: Request, most = MAX_BYTES): Promise<Uint8Array<ArrayBuffer>> {
  let bytes = known.get(request);
  if (!bytes) known.set(request, bytes = read(request, most));
  return bytes;
}

async function read(request: Request, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooMany = () =>
    new Refusal(413, "BAD_REQUEST", `The body of the request has more than ${most.toLocaleString("en")} bytes.`);
  if (Number(request.headers.get("content-length") ?? 0) > most) throw tooMany();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for await (const piece of request.body ?? []) {
      size += piece.length;
      if (size > most) throw tooMany();
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(400, "BAD_REQUEST", "The body of the request did not come to its end.");
  }
  return pieces.length === 1 ? pieces[0] : await new Blob(pieces).bytes();
}

/** One JSON object of a request. */
export class Body {
  readonly #fields: Record<string, unknown>;
  readonly #path: string;

  constructor(fields: Record<string, unknown>, path = "") {
    this.#fields = fields;
    this.#path = path;
  }

  /** Reads the body of a request; an empty one is an object without fields. */
  static async of(request: Request): Promise<Body> {
    return Body.from(new TextDecoder().decode(await readBytes(request)));
  }

  /** Reads a text that is a JSON object; an empty one is an object without fields. */
  static from(text: string): Body {
    let value: unknown;
    try {
      value = text === "" ? {} : JSON.parse(text);
    } catch (error) {
      throw new Refusal(400, "MALFORMED_JSON_REQUEST", `The body is not JSON: ${(error as Error).message}.`);
    }
    if (isObject(value)) return new Body(value);
    throw new Refusal(400, "MALFORMED_JSON_REQUEST", "The body is not a JSON object.");
  }

  string(name: string): string | null {
    return this.#as(name, "a string", (value) => typeof value === "string");
  }

  boolean(name: string): boolean | null {
    return this.#as(name, "true or false", (value) => typeof value === "boolean");
  }

  number(name: string): number | null {
    return this.#as(name, "a number", (value) => typeof value === "number");
  }

  /** A whole number of at least `least`. */
  count(name: string, least = 0): number | null {
    return this.#as(
      name,
      `a whole number from ${least}`,
      (value) => Number.isInteger(value) && (value as number) >= least,
    );
  }

  /** One of a few words. */
  word<T extends string>(name: string, words: readonly T[]): T | null {
    return this.#as(name, `one of ${words.join(", ")}`, (value) => words.includes(value as T));
  }

  strings(name: string): string[] | null {
    return this.#as(
      name,
      "a list of strings",
      (value) => Array.isArray(value) && value.every((one) => typeof one === "string"),
    );
  }

  object(name: string): Body | null {
    const value = this.#as<Record<string, unknown>>(name, "an object", isObject);
    return value && new Body(value, this.#place(name));
  }

  objects(name: string): Body[] | null {
    const list = this.#as<Record<string, unknown>[]>(
      name,
      "a list of objects",
      (value) => Array.isArray(value) && value.every(isObject),
    );
    return list && list.map((value, i) => new Body(value, this.#place(`${name}[${i}]`)));
  }

  /** What was read, or a refusal where it is absent. */
  required<T>(name: string, value: T | null): T {
    if (value !== null) return value;
    throw new Refusal(400, "BAD_REQUEST", `The request lacks ${this.#place(name)}.`);
  }

  /** The same object without a field, as text: equal for equal requests. */
  textWithout(field: string): string {
    return JSON.stringify({ ...this.#fields, [field]: undefined });
  }

  #as<T>(name: string, what: string, fits: (value: unknown) => boolean): T | null {
    const value = this.#fields[name] ?? null;
    if (value === null || fits(value)) return value as T | null;
    throw new Refusal(400, "BAD_REQUEST", `In the request, ${this.#place(name)} must be ${what}.`);
  }

  #place(name: string): string {
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
