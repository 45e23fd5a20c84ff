import assert from "node:assert/strict";
import fc from "fast-check";
import { RE2JS } from "re2js";
import { RegexError } from "../../src/errors.ts";
import { compileRegex } from "../../src/nql/regex.ts";

/** What Python's re.escape puts a backslash before. */
const escape = (text: string) => text.replace(/[()[\]{}?*+\-|^$\\.&~# \t\n\r\v\f]/g, "\\$&");

Deno.test("compileRegex() searches, is case-sensitive, and `$` matches only at the very end", () => {
  const cases: [pattern: string, text: string, matches: boolean][] = [
    ["", "anything", true],
    [".*", "two\nlines", true],
    ["^he", "hello", true],
    ["^he", "the", false],
    ["lo_0$", "hello_0", true],
    ["a$", "a\n", false],
    ["^a.b$", "a\nb", false],
    ["(?s)^a.b$", "a\nb", true],
    ["(?i)LOSS", "train/loss", true],
    ["LOSS", "train/loss", false],
    ["[[:digit:]]{2}", "a12", true],
    ["\\x65", "e", true],
    ["\\d+\\D\\w", "12-x", true],
    ["^\\w$", "é", false],
    ["\\pL", "é", true],
    ["\\Qa.b\\E", "a.b", true],
    ["\\Qa.b\\E", "axb", false],
    ["\\Aab\\z", "ab", true],
    ["(?P<name>a)b", "ab", true],
    ["^.$", "😀", true],
    ["^(a|b)$", "a|b", false],
    ["^(a)|(b)$", "ax", true],
    ["\\$", "5$", true],
    ["\\\\$", "back\\", true],
    ["^$", "", true],
    ["$", "x", true],
  ];
  for (const [pattern, text, matches] of cases) {
    assert.equal(compileRegex(pattern).test(text), matches, `${pattern} on ${JSON.stringify(text)}`);
  }
});

Deno.test("compileRegex() refuses what RE2 refuses, naming the pattern and the reason", () => {
  for (const pattern of ["(a", "a**", "[b-a]", "(?=a)", "(?<!a)b", "(a)\\1", "\\", "a{2000}", "*"]) {
    assert.throws(() => compileRegex(pattern), (error: unknown) => {
      assert.ok(error instanceof RegexError);
      assert.equal(error.fields.pattern, pattern);
      assert.match(error.message, /RE2 accepts: .+\.$/);
      return true;
    }, pattern);
  }
});

Deno.test("compileRegex() knows the only texts that a list of escaped names matches", () => {
  const names = ["a/b", "with space", "dots.and-dashes", "(paren)", "tab\tnewline\n", "~#&", "日本語/😀", "a|b", "\\"];
  const { exact } = compileRegex(`^(${names.map(escape).join("|")})$`);
  assert.deepEqual([...exact!].sort(), [...names].sort());
  assert.deepEqual([...compileRegex("^one$").exact!], ["one"]);
  assert.equal(compileRegex("^one").exact, null);
  assert.equal(compileRegex("^(a|b.)$").exact, null);
});

Deno.test("compileRegex() agrees with RE2 on every pattern, whether it takes a short cut or not", () => {
  const piece = fc.constantFrom(
    "a",
    "b",
    "ab",
    "^",
    "$",
    "|",
    "(",
    ")",
    "(?:",
    "\\.",
    ".",
    "*",
    "\\\\",
    "\\-",
    "_",
    "é",
  );
  const text = fc.array(fc.constantFrom("a", "B", "b", ".", "\\", "-", "_", "é", "É", "\n"), { maxLength: 4 });
  const flags = fc.constantFrom("", "(?i)");
  const patterns = fc.tuple(flags, fc.array(piece, { maxLength: 7 })).map(([flags, pieces]) => flags + pieces.join(""));
  fc.assert(
    fc.property(patterns, fc.array(text, { minLength: 8, maxLength: 8 }), (pattern, texts) => {
      let reference: RE2JS | null = null;
      try {
        reference = RE2JS.compile(pattern);
      } catch {
        assert.throws(() => compileRegex(pattern), RegexError);
        return;
      }
      const compiled = compileRegex(pattern);
      for (const text of ["", ...texts.map((parts) => parts.join(""))]) {
        assert.equal(compiled.test(text), reference.test(text), `${pattern} on ${JSON.stringify(text)}`);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("compileRegex() agrees with RE2 on long lists of alternatives", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", ".", "é", "😀"), maxLength: 5 });
  const words = fc.array(word, { minLength: 2, maxLength: 60 });
  fc.assert(fc.property(words, fc.array(word, { minLength: 20, maxLength: 20 }), (words, texts) => {
    const pattern = words.map(escape).join("|");
    const [compiled, reference] = [compileRegex(pattern), RE2JS.compile(pattern)];
    assert.equal(compiled.exact, null);
    for (const text of texts) assert.equal(compiled.test(text), reference.test(text), `${pattern} on ${text}`);
  }));
});

Deno.test("compileRegex() takes long lists of names at once, and refuses other patterns that keep a program busy", () => {
  const names = Array.from({ length: 200_000 }, (_, i) => `run-${i}-x`);
  // An automaton of these would take ten seconds: of a pattern so long none is made.
  const list = names.map(escape).join("|");
  assert.ok(list.length > 500_000);
  const regex = compileRegex(list);
  assert.deepEqual(["a run-199999-x", "run-200000-x", ""].map((text) => regex.test(text)), [true, false, false]);
  const pattern = names.map((name) => `${name}.`).join("|");
  assert.throws(() => compileRegex(pattern), {
    name: "RegexError",
    message: /^The pattern "run-0-x\.\|.*" has 2,688,889 characters, but must have no more than 500,000, .*in a list/,
  });
  const long = compileRegex("a.|".repeat(400) + "b");
  assert.equal(compileRegex("a.|".repeat(400) + "b"), long);
  assert.ok(compileRegex("a.|".repeat(400) + "c").test("c") && !long.test("c"));
});

Deno.test("compileRegex() folds the case of every character as RE2 does", () => {
  const folds = new Map<string, Set<string>>();
  const note = (a: string, b: string) => folds.set(a, folds.get(a)?.add(b) ?? new Set([a, b]));
  for (let code = 0; code < 0x1f000; code++) {
    const one = String.fromCodePoint(code);
    if (!one.isWellFormed()) continue;
    for (const other of [one.toLowerCase(), one.toUpperCase()]) {
      if (other === one || [...other].length !== 1) continue;
      note(one, other);
      note(other, one);
    }
  }
  assert.ok(folds.size > 2000);
  for (const [one, others] of folds) {
    const [compiled, reference] = [compileRegex(`(?i)${one}`), RE2JS.compile(`(?i)${one}`)];
    for (const other of [...others].flatMap((other) => [...folds.get(other)!])) {
      assert.equal(compiled.test(other), reference.test(other), `${one} and ${other}`);
    }
  }
});

Deno.test("compileRegex() matches exactly the names that went through Python's re.escape", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (name, other) => {
    const regex = compileRegex(`^${escape(name)}$`);
    assert.ok(regex.test(name));
    assert.equal(regex.test(other), other === name);
  }));
});

Deno.test("compileRegex() takes linear time on patterns that make backtracking engines hang", () => {
  const started = performance.now();
  assert.equal(compileRegex("^(a|aa)*(a*)*b$").test("a".repeat(20_000)), false);
  // The others take years.
  assert.ok(performance.now() - started < 30_000);
});
