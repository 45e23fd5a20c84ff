import assert from "node:assert/strict";
import { OptionError } from "../../src/errors.ts";
import {
  COUNT,
  either,
  FLAG,
  listOf,
  oneOf,
  orNull,
  SECRET,
  STEP_RANGE,
  STRING,
  STRINGS,
} from "../../src/options/kinds.ts";
import { type Checked, checkOptions, declare, needed, optional, shape } from "../../src/options/options.ts";

interface Options {
  stepRange?: readonly [number | null, number | null] | null;
  columns: readonly string[];
  format?: "long" | "wide";
  includeTimestamp?: boolean;
  apiToken?: string;
  sortBy?: string | { path: string; type?: "int" | "float" };
}

const OPTIONS = declare<Options>()({
  stepRange: optional(orNull(STEP_RANGE), null),
  columns: needed(STRINGS),
  format: optional(oneOf("long", "wide"), "long"),
  includeTimestamp: optional(FLAG, true),
  apiToken: optional(SECRET),
  sortBy: optional(
    either(
      STRING,
      shape<{ path: string; type?: "int" | "float" }>({
        path: needed(STRING),
        type: optional(oneOf("int", "float")),
      }),
    ),
  ),
});

const check = (given: unknown) => checkOptions("call", OPTIONS, given);
const message = (given: unknown) => {
  try {
    check(given);
  } catch (error) {
    if (error instanceof OptionError) return error.message;
    throw error;
  }
  return "accepted";
};

Deno.test("options that pass are completed with what the declaration says", () => {
  const checked: Checked<typeof OPTIONS> = check({ columns: ["a"], format: undefined });
  assert.deepEqual(checked, {
    stepRange: null,
    columns: ["a"],
    format: "long",
    includeTimestamp: true,
    apiToken: undefined,
    sortBy: undefined,
  });
});

Deno.test("an unknown option names the near one, and knows Python's spelling", () => {
  const columns = ["a"];
  assert.equal(
    message({ columns, step_range: [0, 5] }),
    'call has no option "step_range". What is step_range in Python is stepRange here.',
  );
  assert.equal(
    message({ columns, api_token: "x" }),
    'call has no option "api_token". What is api_token in Python is apiToken here.',
  );
  assert.equal(
    message({ columns, include_time: "absolute" }),
    'call has no option "include_time". What is include_time in Python is includeTimestamp here.',
  );
  assert.equal(message({ columns, colums: ["b"] }), 'call has no option "colums". Did you mean "columns"?');
  assert.match(
    message({ columns, zzz: 1 }),
    /Its options are stepRange, columns, format, includeTimestamp, apiToken, sortBy\.$/,
  );
  // Names that every object has are no options either.
  for (const name of ["constructor", "toString", "__proto__x"]) {
    assert.match(message({ columns, [name]: 1 }), /has no option/);
  }
});

Deno.test("a wrong value is shown with what it must be, and what is missing is asked for", () => {
  const columns = ["a"];
  assert.equal(message({}), "call needs the option columns: an array of strings.");
  assert.equal(message({ columns: "a" }), 'call: columns is "a", but must be an array of strings: write ["a"].');
  assert.equal(message({ columns: ["a", 5] }), "call: columns[1] is 5, but must be a string.");
  assert.equal(message({ columns, format: "tall" }), 'call: format is "tall", but must be "long" or "wide".');
  assert.equal(
    message({ columns, format: "Wide" }),
    'call: format is "Wide": did you mean "wide"? It must be "long" or "wide".',
  );
  assert.equal(
    message({ columns, stepRange: 400 }),
    "call: stepRange is 400, but must be two steps [from, to], where null leaves an end open, for example [100, null].",
  );
  assert.equal(message({ columns, stepRange: [5, 1] }), "call: stepRange starts at 5, after its end 1: swap the two.");
  assert.equal(
    message({ columns, sortBy: { path: "a", type: "flot" } }),
    'call: sortBy: type is "flot": did you mean "float"? It must be "int" or "float".',
  );
  assert.equal(
    message({ columns, sortBy: { path: "a", typ: "int" } }),
    'call: sortBy has no option "typ". Did you mean "type"?',
  );
});

Deno.test("options that are none are said to be none", () => {
  assert.equal(message([]), "call takes its options as an object, for example { stepRange: … }, but got an array.");
  // An object of a class has no fields of its own to look at: an AbortSignal in place of { signal } would be passed over.
  assert.match(message(AbortSignal.abort()), /but got an AbortSignal\.$/);
  assert.match(message(new Map()), /but got a Map\.$/);
  assert.equal(message(null), "call takes its options as an object, for example { stepRange: … }, but got null.");
});

Deno.test("a secret is never shown, in whatever form it comes", () => {
  for (
    const given of [{ apiToken: ["s3cret"] }, { apiToken: { key: "s3cret" } }, {
      apiToken: () => "s3cret",
    }, "s3cret"]
  ) {
    assert.throws(() => check(typeof given === "string" ? given : { columns: [], ...given }), (error: OptionError) => {
      assert.doesNotMatch(JSON.stringify([error.message, error.fields]), /s3cret/);
      return true;
    });
  }
});

Deno.test("a declaration that is not that of the type does not compile", () => {
  interface One {
    a?: boolean;
    b: number;
  }
  // @ts-expect-error b is missing
  declare<One>()({ a: optional(FLAG) });
  // @ts-expect-error c is none of them
  declare<One>()({ a: optional(FLAG), b: needed(COUNT), c: optional(FLAG) });
  const more = { a: optional(FLAG), b: needed(COUNT), c: optional(FLAG) };
  // @ts-expect-error nor where it is spread
  declare<One>()({ ...more });
  // @ts-expect-error a may not be null
  declare<One>()({ a: optional(orNull(FLAG)), b: needed(COUNT) });
  // @ts-expect-error b must be there
  declare<One>()({ a: optional(FLAG), b: optional(COUNT) });
  // @ts-expect-error b is a number
  declare<One>()({ a: optional(FLAG), b: needed(STRING) });
  // @ts-expect-error a list of words is not a list of any strings
  declare<{ c?: readonly ("x" | "y")[] }>()({ c: optional(listOf(STRING, "strings")) });
});
