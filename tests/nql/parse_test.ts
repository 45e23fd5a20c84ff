import assert from "node:assert/strict";
import fc from "fast-check";
import { NqlSyntaxError } from "../../src/errors.ts";
import type { Nql } from "../../src/nql/ast.ts";
import { parseNql } from "../../src/nql/parse.ts";
import { printNql } from "../../src/nql/print.ts";
import { ATTRIBUTE_TYPES } from "../../src/types.ts";
import { REFUSED, UNDERSTOOD } from "./texts.ts";

Deno.test("parseNql() understands every form that clients send and that upstream documents", () => {
  for (const [text, printed] of UNDERSTOOD) {
    assert.equal(printNql(parseNql(text)), printed, text);
    assert.deepEqual(parseNql(printed), parseNql(text), text);
  }
});

Deno.test("parseNql() refuses what is no query, telling where, what was expected and what was found", () => {
  for (const [text, position, expected, found] of REFUSED) {
    assert.throws(() => parseNql(text), (error: unknown) => {
      assert.ok(error instanceof NqlSyntaxError, text);
      assert.deepEqual(
        [error.fields.text, error.fields.position, error.fields.expected, error.fields.found],
        [text, position, expected, found],
        text,
      );
      return true;
    }, text);
  }
});

Deno.test("parseNql() takes every type with every operator, in every way to write them", () => {
  const types = [
    ..."int float string bool datetime stringSet floatSeries stringSeries histogramSeries fileRef fileRefSeries".split(
      " ",
    ),
    "experimentState",
  ];
  const compare = ["=", "==", "!=", ">", ">=", "<", "<=", "CONTAINS", "MATCHES", "NOT CONTAINS", "NOT MATCHES"];
  for (const type of types) {
    for (const operator of compare) {
      const printed = `\`a/b\`:${type} ${operator === "==" ? "=" : operator} "x-1"`;
      const blank = /^[=!<>]/.test(operator) ? ["", " "] : [" "];
      for (const space of blank) {
        for (const name of ["a/b", "`a/b`"]) {
          for (const value of ["x-1", '"x-1"']) {
            const text = `${name}:${type}${space}${operator}${space}${value}`;
            assert.equal(printNql(parseNql(text)), printed, text);
            assert.equal(
              printNql(parseNql(`( ${text.replace(/NOT |CONTAINS|MATCHES/g, (word) => word.toLowerCase())} )`)),
              printed,
            );
          }
        }
      }
    }
    assert.equal(printNql(parseNql(`a:${type} EXISTS`)), `\`a\`:${type} EXISTS`);
    assert.equal(printNql(parseNql(`a:${type} not exists`)), `NOT (\`a\`:${type} EXISTS)`);
    for (const name of ["average", "last", "max", "min", "variance"]) {
      assert.equal(printNql(parseNql(`${name}(a:${type}) > 1`)), `${name}(\`a\`:${type}) > "1"`);
    }
  }
});

Deno.test("parseNql() says of every query that breaks off that something is missing at its end", () => {
  const text = '(`a`:int > "1" AND NOT last(b:float) <= 2) OR NOT (c MATCHES "^x y$" AND d:stringSet NOT CONTAINS z)';
  const whole = new Set(['(`a`:int > "1" AND NOT last(b:float) <= 2)']);
  for (let end = 1; end < text.length; end++) {
    const part = text.slice(0, end);
    if (whole.has(part.trim())) continue;
    assert.throws(() => parseNql(part), NqlSyntaxError, part);
  }
});

Deno.test("parseNql() shows the line concerned with a caret under the place", () => {
  const message = (text: string) => {
    try {
      parseNql(text);
    } catch (error) {
      return (error as Error).message;
    }
  };
  assert.equal(
    message("`a`:int >"),
    "The query does not parse at position 10: expected a value, found the end of the query.\n" +
      "  `a`:int >\n" +
      "           ^",
  );
  assert.equal(
    message("a = 1\r\n  AND b ? 2\r\nAND c = 3"),
    "The query does not parse at line 2, column 9: expected an operator (=, !=, <, <=, >, >=, EXISTS, CONTAINS, MATCHES), " +
      "found ?.\n" +
      "    AND b ? 2\n" +
      "          ^",
  );
  const long = message("a = 1 AND ".repeat(50) + "b c" + " AND a = 1".repeat(50))!.split("\n");
  assert.ok(long[1].length < 120 && long[1].startsWith("  ...") && long[1].endsWith("..."));
  assert.equal(long[1][long[2].indexOf("^")], "c");
});

Deno.test("parseNql() gives a tree that is frozen all the way down", () => {
  const check = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    assert.ok(Object.isFrozen(value));
    Object.values(value).forEach(check);
  };
  check(parseNql("(a:int = 1 OR NOT last(b:floatSeries) > 2) AND c NOT CONTAINS x AND d EXISTS"));
  check(parseNql(""));
});

const operand = fc.record({
  name: fc.oneof(
    fc.constantFrom("sys/id", "a`b", "a\\", "a\\\\", "\\`", "`", "", "AND", "with space", "日本/😀", "x\\y", "last(a)"),
    fc.string({ unit: "grapheme" }),
    fc.array(fc.constantFrom("\\", "`", "a"), { maxLength: 6 }).map((parts) => parts.join("")),
  ),
  type: fc.option(fc.constantFrom(...ATTRIBUTE_TYPES)),
  aggregation: fc.option(fc.constantFrom("last", "min", "max", "average", "variance")),
});
const value = fc.oneof(fc.constantFrom('"', "\\", '\\"', "a\nb", "1e-9", "OR", '\\\\"'), fc.string({ unit: "binary" }));
const predicate: fc.Arbitrary<Nql> = fc.oneof(
  fc.record({ op: fc.constantFrom("=", "!=", ">", ">=", "<", "<=", "contains", "matches"), operand, value }),
  fc.record({ op: fc.constant("exists" as const), operand }),
) as fc.Arbitrary<Nql>;
const tree = fc.letrec<{ node: Nql }>((tie) => ({
  node: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    predicate,
    fc.record({
      op: fc.constantFrom("and" as const, "or" as const),
      terms: fc.array(tie("node"), { minLength: 2, maxLength: 4 }),
    }),
    fc.record({ op: fc.constant("not" as const), term: tie("node") }),
  ),
})).node;

Deno.test("parseNql() gives back every tree that printNql() prints", () => {
  fc.assert(
    fc.property(tree, (tree) => {
      assert.deepEqual(structuredClone(parseNql(printNql(tree))), JSON.parse(JSON.stringify(tree)));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("parseNql() ends with a tree or an NqlSyntaxError on any text", () => {
  const piece = fc.constantFrom(
    ...'( ) () ` " \\ : = == != < > >= AND or NOT exists CONTAINS MATCHES a b:int last( min(x) 1 -2h \n \t é 😀'.split(
      " ",
    ),
    " ",
    "`a`:int",
    '"v"',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }).map((parts) => parts.join(" ")), (text) => {
      try {
        parseNql(text);
      } catch (error) {
        assert.ok(error instanceof NqlSyntaxError);
        assert.ok((error.fields.position as number) >= 0 && (error.fields.position as number) <= text.length);
      }
    }),
    { numRuns: 3000 },
  );
});

Deno.test("parseNql() and printNql() take nesting of any depth and values of megabytes", () => {
  const depth = 100_000;
  assert.equal(printNql(parseNql("(".repeat(depth) + "a = 1" + ")".repeat(depth))), '`a` = "1"');
  const negated = printNql(parseNql("NOT ".repeat(depth) + "a = 1"));
  assert.equal(negated.length, depth * "NOT ()".length + '`a` = "1"'.length);
  const nested = printNql(parseNql("(a = 1 AND (b = 2 OR ".repeat(depth / 10) + "c = 3" + "))".repeat(depth / 10)));
  assert.equal(printNql(parseNql(nested)), nested);
  const value = 'x"\\'.repeat(1_000_000);
  assert.equal(
    (parseNql(printNql({ op: "=", operand: { name: "a", type: null, aggregation: null }, value })) as { value: string })
      .value,
    value,
  );
});

Deno.test("printNql() works out groups of one term or none", () => {
  const a = parseNql("a = 1");
  const none = "(`sys/id`:string EXISTS) AND (NOT (`sys/id`:string EXISTS))";
  const cases: [Nql, string][] = [
    [{ op: "and", terms: [] }, ""],
    [{ op: "or", terms: [] }, none],
    [{ op: "not", term: { op: "and", terms: [] } }, none],
    [{ op: "not", term: { op: "or", terms: [] } }, ""],
    [{ op: "and", terms: [a, { op: "or", terms: [] }] }, none],
    [{ op: "and", terms: [a, { op: "and", terms: [] }] }, '`a` = "1"'],
    [{ op: "or", terms: [a, { op: "and", terms: [] }] }, ""],
    [{ op: "or", terms: [{ op: "and", terms: [a] }] }, '`a` = "1"'],
    [{ op: "not", term: { op: "or", terms: [a] } }, 'NOT (`a` = "1")'],
  ];
  for (const [tree, printed] of cases) assert.equal(printNql(tree), printed);
});
