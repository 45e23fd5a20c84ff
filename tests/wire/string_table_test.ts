import assert from "node:assert/strict";
import fc from "fast-check";
import { StringTable } from "../../src/wire/string_table.ts";

const encoder = new TextEncoder();

/** The numbers of texts, each looked up with a guess that may be wrong. */
function numbers(table: StringTable, texts: string[], guess: (at: number) => number): number[] {
  return texts.map((text, at) => {
    const bytes = encoder.encode(`<${text}>`);
    return table.number(bytes, 1, bytes.length - 1, guess(at), () => text);
  });
}

Deno.test("every text has one number, in the order of first mention, whatever is guessed", () => {
  const text = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom("", "a", "b", "ab", "ba", "loss", "ż"));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 200 }), fc.array(fc.nat(30), { minLength: 1 }), (texts, guesses) => {
      const table = new StringTable();
      const wellFormed = texts.map((text) => text.toWellFormed());
      const expected = [...new Set(wellFormed)];
      const found = numbers(table, wellFormed, (at) => guesses[at % guesses.length]);
      assert.deepEqual(found, wellFormed.map((text) => expected.indexOf(text)));
      assert.deepEqual(table.names, expected);
    }),
  );
});

Deno.test("a hundred thousand texts keep their numbers while the table grows", () => {
  const texts = Array.from({ length: 100_000 }, (_, i) => `metrics/group-${i % 97}/value-${i}`);
  const table = new StringTable();
  assert.deepEqual(numbers(table, texts, () => 0), [...texts.keys()]);
  assert.deepEqual(numbers(table, texts.toReversed(), () => -1 >>> 0), [...texts.keys()].reverse());
  assert.deepEqual(numbers(table, texts, (at) => at), [...texts.keys()]);
  assert.equal(table.names.length, texts.length);
});
