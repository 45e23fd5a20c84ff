/**
 * What a value that a person passed may be. A notebook has no type checker: these are its types, at run time.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { suggest } from "../suggest.ts";
import type { StepRange } from "../types.ts";

/** What a value may be. */
export interface Check {
  /** Ends the sentence "limit is 0, but must be …". */
  readonly must: string;
  /** The sentence that says what is wrong with a value; null where nothing is. `name` is what the value is called. */
  complaint(value: unknown, name: string): string | null;
  /** Values are shown nowhere, wrong ones neither. */
  readonly isSecret?: true;
}

/** What a value may be, so that it is a `T`. */
export interface Kind<T> extends Check {
  /** Never there: it makes the compiler tell a kind from another that is wider or narrower. */
  readonly exactly?: (value: T) => T;
}

/** A kind by a test that a value passes or not. */
export function kind<T>(must: string, fits: (value: unknown) => boolean): Kind<T> {
  return { must, complaint: (value, name) => fits(value) ? null : wrong(name, value, must) };
}

function wrong(name: string, value: unknown, must: string): string {
  return `${name} is ${shown(value)}, but must be ${must}.`;
}

/** True or false. */
export const FLAG: Kind<boolean> = kind("true or false", (value) => typeof value === "boolean");

/** Any string. */
export const STRING: Kind<string> = kind("a string", (value) => typeof value === "string");

/** A string that is not empty. */
export const NONEMPTY: Kind<string> = kind(
  "a string that is not empty",
  (value) => typeof value === "string" && value !== "",
);

/** A string that nobody else may see. */
export const SECRET: Kind<string> = {
  must: NONEMPTY.must,
  isSecret: true,
  complaint(value, name) {
    if (NONEMPTY.complaint(value, name) === null) return null;
    return `${name} is ${value === "" ? "empty" : kindOf(value)}, but must be ${NONEMPTY.must}.`;
  },
};

/** A list of strings. */
export const STRINGS: Kind<readonly string[]> = listOf(STRING, "an array of strings");

/** A number, also an infinite one. */
export const NUMBER: Kind<number> = kind("a number", (value) => typeof value === "number" && !Number.isNaN(value));

/** A number greater than 0. */
export const POSITIVE: Kind<number> = kind(
  "a number greater than 0",
  (value) => typeof value === "number" && Number.isFinite(value) && value > 0,
);

/** 1, 2, 3 and so on. */
export const COUNT: Kind<number> = kind(
  "a whole number greater than 0",
  (value) => Number.isSafeInteger(value) && value as number > 0,
);

/** The name of a file or folder of this machine. */
export const PATH: Kind<string | URL> = {
  must: "a path, as a string that is not empty or as a file: URL",
  complaint(value, name) {
    if (
      value instanceof URL ? value.protocol === "file:" : typeof value === "string" && value !== "" && !isAddress(value)
    ) {
      return null;
    }
    if (!(value instanceof URL) && !(typeof value === "string" && isAddress(value))) {
      return wrong(name, value, this.must);
    }
    return `${name} is ${
      shown(value)
    }, but must be a path on this machine: only archives and their files are read from object ` +
      "storage, and nothing is written there.";
  },
};

/** Where an archive or its files lie: on this machine, or in object storage. */
export const PLACE: Kind<string | URL> = kind(
  "a path or s3://bucket/folder, as a string that is not empty or as a file: or s3: URL",
  (value) =>
    value instanceof URL ? ["file:", "s3:"].includes(value.protocol) : typeof value === "string" && value !== "",
);

/** Whether this is the address of something that does not lie on a disk. */
export function isAddress(place: string): boolean {
  return /^(s3a?|gs|gcs|az|azure|abfss?|adl|wasbs?|https?):\/\//i.test(place);
}

/** A signal that ends a call. */
export const SIGNAL: Kind<AbortSignal> = kind(
  "an AbortSignal, for example AbortSignal.timeout(5000)",
  (value) => value instanceof AbortSignal,
);

/** A regular expression of JavaScript. */
export const REGEXP: Kind<RegExp> = kind("a RegExp", (value) => value instanceof RegExp);

/** A range of steps. */
export const STEP_RANGE: Kind<StepRange> = {
  must: "two steps [from, to], where null leaves an end open, for example [100, null]",
  complaint(value, name) {
    const ends = Array.isArray(value) && value.length === 2 ? value as unknown[] : null;
    if (!ends || ends.some((end) => end !== null && (typeof end !== "number" || Number.isNaN(end)))) {
      return wrong(name, value, this.must);
    }
    const [from, to] = ends as (number | null)[];
    const swapped = from !== null && to !== null && from > to;
    return swapped ? `${name} starts at ${from}, after its end ${to}: swap the two.` : null;
  },
};

/** A function. */
export function callable<T>(): Kind<T> {
  return kind("a function", (value) => typeof value === "function");
}

/** A number from `least` up to `most`. */
export function within(least: number, most: number, must: string): Kind<number> {
  return kind(must, (value) => typeof value === "number" && value >= least && value <= most);
}

/** One of these words. */
export function oneOf<const T extends string>(...words: readonly T[]): Kind<T> {
  const must = alternatives(words.map((word) => JSON.stringify(word)));
  return {
    must,
    complaint(value, name) {
      if ((words as readonly unknown[]).includes(value)) return null;
      const [near] = typeof value === "string" ? suggest(value, words, 1) : [];
      return near
        ? `${name} is ${shown(value)}: did you mean "${near}"? It must be ${must}.`
        : wrong(name, value, must);
    },
  };
}

/** An array of at least so many of these; `must` says it in words. */
export function listOf<T>(item: Kind<T>, must: string, least = 0): Kind<readonly T[]> {
  return {
    must,
    complaint(value, name) {
      if (Array.isArray(value) && value.length >= least) {
        return first(value, (one, at) => item.complaint(one, `${name}[${at}]`));
      }
      const single = item.complaint(value, name) === null ? `: write [${shown(value)}]` : "";
      return `${name} is ${shown(value)}, but must be ${must}${single}.`;
    },
  };
}

/** A plain object whose values are all of this kind, by names that are not known beforehand. */
export function recordOf<T>(item: Kind<T>, must: string): Kind<Readonly<Record<string, T>>> {
  return {
    must,
    complaint(value, name) {
      if (!isPlain(value)) return wrong(name, value, must);
      return first(Object.entries(value), ([key, one]) => item.complaint(one, `${name}[${shown(key)}]`));
    },
  };
}

/** A class of its own is not a bag of options: its fields are not read by their names here, and nothing may be passed over. */
export function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Either of these. What one of them has to say in particular is said before what else it could have been. */
export function either<A, B>(a: Kind<A>, b: Kind<B>): Kind<A | B>;
export function either<A, B, C>(a: Kind<A>, b: Kind<B>, c: Kind<C>): Kind<A | B | C>;
export function either(...kinds: Check[]): Check {
  const must = alternatives(kinds.map((one) => one.must));
  return {
    must,
    complaint(value, name) {
      const complaints = kinds.map((one) => one.complaint(value, name));
      if (complaints.includes(null)) return null;
      const usual = (i: number) => wrong(name, value, kinds[i].must).slice(0, -1);
      return complaints.find((one, i) => !one!.startsWith(usual(i))) ?? wrong(name, value, must);
    },
  };
}

/** This, or null. */
export function orNull<T>(inner: Kind<T>): Kind<T | null> {
  return { must: inner.must, complaint: (value, name) => value === null ? null : inner.complaint(value, name) };
}

/** The path, or the address of a place in object storage, as a string. */
export function pathString(path: string | URL): string {
  if (typeof path === "string") return path;
  return path.protocol === "file:" ? fileURLToPath(path) : decodeURIComponent(path.href);
}

/** `a`, `a or b`, `a, b or c`. */
export function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function first<V, T>(values: readonly V[], complain: (value: V, at: number) => T | null): T | null {
  for (const [at, value] of values.entries()) {
    const complaint = complain(value, at);
    if (complaint !== null) return complaint;
  }
  return null;
}

const SHOWN = 80;

/** A value as an error shows it: short, and without what a person did not write. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value);
    case "bigint":
      return `${value}n`;
    case "function":
      return value.name ? `the function ${value.name}` : "a function";
    case "object":
      return value === null ? "null" : shownObject(value);
    default:
      return String(value);
  }
}

function shownObject(value: object): string {
  if (Array.isArray(value)) {
    const items = value.slice(0, 5).map((item) =>
      typeof item === "object" && item !== null ? kindOf(item) : shown(item)
    );
    return `[${items.join(", ")}${value.length > 5 ? ", …" : ""}]`;
  }
  if (value instanceof RegExp || value instanceof URL) return String(value);
  return kindOf(value);
}

/** What a value is, where its contents are none of our business: `a string`, `an array`, `a Date`. */
export function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null) {
    return typeof value === "string"
      ? "a string"
      : value === null || value === undefined
      ? String(value)
      : `a ${typeof value}`;
  }
  const name = Array.isArray(value)
    ? "array"
    : (value as { constructor?: { name?: string } }).constructor?.name || "Object";
  return name === "Object" ? "an object" : `${/^[aeiou]/i.test(name) ? "an" : "a"} ${name}`;
}
