/** Completion of queries, and what the table's columns are in an address. */

import assert from "node:assert/strict";
import { parseNql } from "../../src/nql/parse.ts";
import { firstColumns } from "../../src/view/first_columns.ts";
import { columnOfText, textOfColumn } from "../../src/view/page/runs/columns.ts";
import {
  attributeCompletions,
  attributeQuery,
  complete,
  dueAt,
  valueCompletions,
  wordCompletions,
} from "../../src/view/page/runs/complete.ts";

/** What is due where the bar stands. */
function due(text: string) {
  const caret = text.indexOf("|");
  return dueAt(text.replace("|", ""), caret);
}

Deno.test("what is due follows from what stands before the caret", () => {
  const cases: [string, Record<string, unknown>][] = [
    ["|", { kind: "attribute", word: "", from: 0, to: 0 }],
    ["con|", { kind: "attribute", word: "con", from: 0, to: 3 }],
    ["`config/l|r`", { kind: "attribute", word: "config/l", from: 0, to: 11 }],
    ["`config/lr`:float |", { kind: "operator", attribute: "config/lr", type: "float", word: "" }],
    ["`config/lr`:float >|", { kind: "value", attribute: "config/lr", type: "float", word: "" }],
    ['`a b`:string = "x|', { kind: "value", attribute: "a b", type: "string", word: "x" }],
    ["`a`:string = x |", { kind: "conjunction", word: "" }],
    ["`a`:string = x AN|", { kind: "conjunction", word: "AN" }],
    ["`a`:string = x AND |", { kind: "attribute" }],
    ["`a`:string = x AND NOT (lo|", { kind: "attribute", word: "lo" }],
    ["max(`loss`:floatSeries) |", { kind: "operator", attribute: "loss", type: "floatSeries" }],
    ["loss |", { kind: "operator", attribute: "loss", type: null }],
    ["`sys/tags`:stringSet CONTAINS |", { kind: "value", attribute: "sys/tags", type: "stringSet" }],
    ["`a`:int EXISTS |", { kind: "conjunction" }],
  ];
  for (const [text, expected] of cases) {
    const actual = due(text) as unknown as Record<string, unknown>;
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, actual[key]])), expected, text);
  }
});

Deno.test("a query that is made of completions alone parses, whatever the names are", () => {
  for (const path of ["config/lr", "a b", "tick`s", "back\\slash", 'quote"s', "ends\\"]) {
    let query = "", caret = 0;
    const put = (of: (due: ReturnType<typeof dueAt>) => { text: string; note: string }) => {
      const place = dueAt(query, caret);
      ({ query, caret } = complete(query, place, of(place)));
    };
    put(() => attributeCompletions([{ path, type: "string" }])[0]);
    put((place) => wordCompletions(place).find(({ text }) => text === "=")!);
    put((place) => valueCompletions(place, [{ value: `va"l\\ue ${path}`, runs: 2 }])[0]);
    put((place) => wordCompletions(place).find(({ text }) => text === "OR")!);
    query += attributeQuery({ path: "sys/tags", type: "string_set" }, "CONTAINS", `${path}"`);
    const tree = parseNql(query) as unknown as { terms: { operand: { name: string }; value: string }[] };
    assert.deepEqual(tree.terms.map(({ operand, value }) => [operand.name, value]), [
      [path, `va"l\\ue ${path}`],
      ["sys/tags", `${path}"`],
    ]);
  }
});

Deno.test("columns are read from an address as they were written, and what is none is left out", () => {
  for (const path of ["a", "train/loss", "a:b", "!a", "-a", "\\a", "!", "ä,~", "x:m", " "]) {
    for (const type of ["int", "float_series", "string_set", "file"] as const) {
      for (const pinned of [true, false]) {
        const column = { path, type, shown: type === "float_series" ? "best" as const : "last" as const, pinned };
        for (const one of [column, { ...column, width: 180 }]) assert.deepEqual(columnOfText(textOfColumn(one)), one);
      }
    }
  }
  assert.equal(columnOfText("a:i@9999")?.width, 1200, "no column is wider than this");
  for (const text of ["", "a", "a:?", "a:m.most", ":i"]) assert.equal(columnOfText(text), null, text);
});

Deno.test("at first there are the metrics of validation, and no monitoring", () => {
  const attributes = ["monitoring/cpu", "time/seconds", "train/loss", "val/loss"].map((path) => ({
    path,
    type: "float_series" as const,
  }));
  assert.deepEqual(firstColumns(attributes).map(({ path }) => path), [
    "sys/name",
    "sys/creation_time",
    "sys/tags",
    "val/loss",
    "train/loss",
    "time/seconds",
  ]);
});
