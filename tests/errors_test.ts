/**
 * Errors tell themselves apart, cross threads, and never drive a terminal.
 */

import assert from "node:assert/strict";
import {
  ConnectionError,
  fromPlainError,
  isNeptuneError,
  NeptuneError,
  printable,
  RunNotFoundError,
  toPlainError,
} from "../src/errors.ts";
import { didYouMean, suggest } from "../src/suggest.ts";

Deno.test("isNeptuneError() narrows by the name of the class, for errors that crossed from a worker too", () => {
  const thrown: unknown = new RunNotFoundError("There is no run x.", { run: "x", suggestions: ["y"] });
  const crossed: unknown = fromPlainError(structuredClone(toPlainError(thrown)));
  for (const error of [thrown, crossed]) {
    assert.ok(isNeptuneError(error) && isNeptuneError(error, "NeptuneError"));
    assert.ok(isNeptuneError(error, "RunNotFoundError"));
    const suggestions: string[] = error.fields.suggestions;
    assert.deepEqual(suggestions, ["y"]);
    assert.ok(!isNeptuneError(error, "ServerError"));
  }
  for (
    const foreign of [new TypeError("x"), null, "text", Object.assign(new Error("x"), { name: "RunNotFoundError" })]
  ) {
    assert.ok(!isNeptuneError(foreign) && !isNeptuneError(foreign, "RunNotFoundError"));
  }
  const another = Object.assign(new Error("x"), { name: "ConnectionError", fields: { address: "http://x" } });
  assert.ok(isNeptuneError(another, "ConnectionError"), "of another copy of the module");
  assert.ok(new ConnectionError("x", { address: "", attempts: 1, seconds: 1 }) instanceof NeptuneError);
});

Deno.test("a name cannot drive the terminal that shows an error", () => {
  const name = "\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202egnp.exe";
  const { message } = new RunNotFoundError(`There is no run "${name}".\n\tSecond line.`, {
    run: name,
    suggestions: [],
  });
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(message, /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
  assert.match(message, /\\u001b\]0;owned\\u0007/);
  assert.match(message, /\n\tSecond line/);
  assert.equal(printable("ü 漢字 🦆 \n\t"), "ü 漢字 🦆 \n\t");
});

Deno.test("suggestions are close names, and cheap for names of any length", () => {
  assert.deepEqual(suggest("seagul", ["eagle", "seagull", "crow"]), ["seagull", "eagle"]);
  assert.equal(suggest("==", ["!=", "=", ">="])[0], "=", "of equally close names the one that begins alike");
  assert.equal(didYouMean(["a", "b", "c"]), ` Did you mean "a", "b" or "c"?`);
  assert.equal(didYouMean([]), "");
  const long = "x".repeat(1_000_000);
  const names = [`${long}y`, "y".repeat(1_000_000), "loss"];
  assert.deepEqual(suggest(long, names), []);
  assert.deepEqual(suggest("los", names), ["loss"]);
});
