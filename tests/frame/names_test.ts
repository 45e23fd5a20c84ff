/** Columns of names, which are made in several ways: whichever it is, each row has its name. */

import assert from "node:assert/strict";
import pl from "nodejs-polars";
import { codedNames } from "../../src/frame/frame.ts";

const CASES: [what: string, names: string[], code: (row: number) => number][] = [
  ["one name", ['läuft "gut"\n'], () => 0],
  ["each its own", Array.from({ length: 5000 }, (_, row) => `run-${row}`), (row) => row],
  ["each its own, backwards", Array.from({ length: 5000 }, (_, row) => `run-${row}`), (row) => 4999 - row],
  ["a few names, not all of them used", ["c", "a", "", "never"], (row) => row % 3],
];

for (const [what, names, codeOf] of CASES) {
  Deno.test(`each row has its name: ${what}`, () => {
    for (const rows of [0, 1, 1000, 1001, 5000]) {
      const codes = Uint32Array.from({ length: rows }, (_, row) => codeOf(row));
      const expected = Array.from(codes, (code) => names[code]);
      for (const categorical of [false, true]) {
        const column = codedNames("attribute", codes, names, categorical);
        assert.equal(column.name, "attribute");
        assert.equal(column.dtype.equals(categorical ? pl.Categorical : pl.String), true);
        assert.deepEqual(column.toArray(), expected, `${rows} rows, categorical ${categorical}`);
      }
    }
  });
}
