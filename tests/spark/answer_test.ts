/** Answers of Spark servers as columns. */

import assert from "node:assert/strict";
import { columnFromArray, int32, tableFromColumns, tableToIPC, utf8 } from "@uwdata/flechette";
import fc from "fast-check";
import { Answer } from "../../src/spark/connect/answer.ts";
import { SeriesPairs } from "../../src/spark/sql/pairs.ts";

const NAME = fc.constantFrom("", "a", "b", "aa", "ab", "ba", "é", "\u{1f600}", null);
/** Texts of which many are the one before. */
const NAMES = fc.array(fc.tuple(NAME, fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 20 })
  .map((stretches) => stretches.flatMap(([name, times]) => new Array<string | null>(times).fill(name)));

function answerOf(columns: Record<string, (string | null)[]>): Answer {
  const made = Object.entries(columns).map(([name, texts]) =>
    [name, columnFromArray(texts as string[], utf8())] as [string, ReturnType<typeof columnFromArray>]
  );
  return new Answer(new Uint8Array(tableToIPC(tableFromColumns(made), { format: "stream" })!));
}

Deno.test("texts that repeat themselves, as numbers into a list", () => {
  fc.assert(fc.property(NAMES, NAMES, (first, second) => {
    const known = new Map<string, number>();
    for (const texts of [first, second]) {
      const codes = answerOf({ texts }).codes("texts", known);
      const list = [...known.keys()];
      assert.deepEqual([...codes].map((code) => code < 0 ? null : list[code]), texts);
    }
    assert.equal(new Set(known.values()).size, known.size);
  }));
});

Deno.test("rows that name their run and path are of the series asked for, or of none", () => {
  const runs = ["a", "b"], paths = ["x", "y"];
  const asked = [["b", "y"], ["a", "x"], ["a", "y"]].map(([run, path], number) => ({ number, run, path }));
  const pairs = SeriesPairs.of(asked, runs, paths)!;
  assert.deepEqual(pairs.names, ["path", "run_id"]);
  const answer = answerOf({ path: ["x", "x", "x", "y", "y"], run_id: ["a", "b", "other", "a", "b"] });
  assert.deepEqual([...pairs.numbersOf(answer)], [1, -1, -1, 2, 0]);
  assert.equal(SeriesPairs.of([...asked, asked[0]], runs, paths), null, "one is asked for twice");
  assert.equal(SeriesPairs.of(asked.slice(0, 1), runs, paths), null, "few of all pairs");
  const [one] = asked;
  const column = columnFromArray([1, 2], int32());
  const bare = new Answer(new Uint8Array(tableToIPC(tableFromColumns([["step", column]]), { format: "stream" })!));
  assert.deepEqual([...SeriesPairs.of([one], ["b"], ["y"])!.numbersOf(bare)], [0, 0], "what is known is not named");
});
