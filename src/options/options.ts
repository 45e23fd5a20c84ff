/**
 * The one gate for what people pass: every public call checks its options and arguments here before it reads anything.
 *
 * Each call declares its options once, beside their type: of which kind each is, and what it is when it is left out. The compiler
 * keeps declaration and type the same.
 *
 * @module
 */

import { OptionError } from "../errors.ts";
import { type Check, isPlain, type Kind, kindOf, shown } from "./kinds.ts";
import { didYouMean, suggest } from "../suggest.ts";

/** An option that may be left out; then it is `fallback`. */
export interface Optional<T, Fallback extends T | undefined = T | undefined> {
  readonly kind: Kind<T>;
  readonly needed: false;
  readonly fallback: Fallback;
}

/** An option that a call cannot do without. */
export interface Needed<T> {
  readonly kind: Kind<T>;
  readonly needed: true;
}

/** For each option of `O` its kind; the kind is exactly that of the type, no wider and no narrower. */
export type Declaration<O> = {
  readonly [K in keyof O]-?: undefined extends O[K] ? Optional<Exclude<O[K], undefined>> : Needed<O[K]>;
};

/** A declaration may hold a function that refuses options which contradict each other. What is spread keeps it. */
export const RULE: unique symbol = Symbol("rule");

/** Options as they come out of the gate: what was left out is what the declaration says. */
export type Checked<D> = {
  [K in keyof D & string]: D[K] extends Optional<infer T, infer F> ? (F extends undefined ? T | undefined : T)
    : D[K] extends Needed<infer T> ? T
    : never;
};

type AnyDeclaration = Readonly<
  Record<string, { kind: Check } & ({ needed: false; fallback: unknown } | { needed: true })>
>;

/** An option that may be left out. Without a fallback, the call itself decides what that means. */
export function optional<T>(kind: Kind<T>): Optional<T, undefined>;
export function optional<T>(kind: Kind<T>, fallback: T): Optional<T, T>;
export function optional<T>(kind: Kind<T>, fallback?: T): Optional<T, T | undefined> {
  return { kind, needed: false, fallback };
}

/** An option that must be there. */
export function needed<T>(kind: Kind<T>): Needed<T> {
  return { kind, needed: true };
}

/**
 * Declares the options of a call: all of `O`, and nothing else.
 *
 * @example
 * ```ts ignore
 * export const FETCH_VALUES = declare<FetchValuesOptions>()({ ...LONG_CALL, includeTimestamp: optional(FLAG, true) });
 * ```
 */
export function declare<O>(): <D extends Declaration<O>>(
  declaration:
    & D
    & { readonly [K in Exclude<keyof D, keyof O | typeof RULE>]: never }
    & { readonly [RULE]?: (options: Checked<Declaration<O>>) => void },
) => D {
  return (declaration) => declaration;
}

/**
 * Lets options through that a call knows and that are of the right kind, and completes them.
 *
 * @param call What the call is named, for people: `fetchMetrics`.
 * @throws {OptionError} An option is unknown, missing or of a wrong kind.
 */
export function checkOptions<D extends object>(call: string, declaration: D, given: unknown): Checked<D> {
  const known = declaration as unknown as AnyDeclaration;
  if (given !== undefined && !isPlain(given)) {
    throw new OptionError(
      `${call} takes its options as an object, for example { ${Object.keys(known)[0]}: … }, but got ${kindOf(given)}.`,
      { option: "options", value: kindOf(given) },
    );
  }
  const options = (given ?? {}) as Record<string, unknown>;
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(known, name)) throw unknownOption(call, name, Object.keys(known));
  }
  const checked: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(known)) {
    const value = options[name];
    if (value !== undefined) {
      checkKind(call, name, option.kind, value);
      checked[name] = value;
    } else if (option.needed) {
      throw new OptionError(`${call} needs the option ${name}: ${option.kind.must}.`, { option: name, value: null });
    } else checked[name] = option.fallback;
  }
  (declaration as { [RULE]?: (options: unknown) => void })[RULE]?.(checked);
  return checked as Checked<D>;
}

/**
 * Lets an argument through that is of the right kind.
 *
 * @param call What the call is named, for people: `attribute`.
 * @param name What the argument is named.
 * @throws {OptionError} It is not.
 */
export function checkArgument<T>(call: string, name: string, kind: Kind<T>, value: unknown): T {
  if (value === undefined) {
    throw new OptionError(`${call} needs ${name}: ${kind.must}.`, { option: name, value: null });
  }
  checkKind(call, name, kind, value);
  return value as T;
}

function checkKind(call: string, name: string, kind: Check, value: unknown): void {
  const complaint = kind.complaint(value, name);
  if (complaint !== null) {
    throw new OptionError(`${call}: ${complaint}`, { option: name, value: kind.isSecret ? null : plain(value) });
  }
}

/**
 * An object with these fields, as a kind: options within an option.
 *
 * @param isSecret Whether nothing of it is shown, also where it is something else than such an object.
 */
export function shape<O extends object>(declaration: Declaration<O>, isSecret = false): Kind<O> {
  const must = `an object with ${Object.keys(declaration).join(", ")}`;
  return {
    must,
    ...(isSecret ? { isSecret } : {}),
    complaint(value, name) {
      if (!isPlain(value)) return `${name} is ${isSecret ? kindOf(value) : shown(value)}, but must be ${must}.`;
      try {
        checkOptions(name, declaration, value);
        return null;
      } catch (error) {
        if (error instanceof OptionError) return error.message;
        throw error;
      }
    },
  };
}

/** Values in errors are plain data. */
function plain(value: unknown): unknown {
  return ["string", "number", "boolean", "bigint"].includes(typeof value) || value === null ? value : kindOf(value);
}

function unknownOption(call: string, name: string, known: string[]): OptionError {
  const renamed = PYTHON.get(name);
  const meant = renamed !== undefined && known.includes(renamed) ? renamed : camelCase(name);
  const python = meant !== name && known.includes(meant);
  const suggestions = python ? [meant] : suggest(meant, known, 1);
  const advice = python
    ? ` What is ${name} in Python is ${meant} here.`
    : didYouMean(suggestions) || (known.length === 0 ? "" : ` Its options are ${known.join(", ")}.`);
  return new OptionError(`${call} has no option ${shown(name)}.${advice}`, {
    option: name,
    value: null,
    suggestions,
  });
}

/** `step_range` is `stepRange`. */
export function camelCase(name: string): string {
  return name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Names of the Python packages that are spelled in another way here than in camelCase. */
const PYTHON: ReadonlyMap<string, string> = new Map(Object.entries({
  project_identifier: "project",
  read_only_project: "project",
  proxies: "proxy",
  include_time: "includeTimestamp",
  lineage_to_the_root: "includeInherited",
  sort_direction: "ascending",
  with_id: "withIds",
  custom_id: "customIds",
  experiment_name: "experiments",
  experiment: "experiments",
  run: "runs",
  y: "attributes",
}));
