import assert from "node:assert/strict";
import { runExamples, trimLines } from "./blocks.ts";

Deno.test("README's examples run and print what README shows", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const examples = await runExamples(readme);
  assert.ok(examples.length >= 5, "README has a walk-through");
  for (const { code, shown, printed } of examples) {
    assert.equal(printed, trimLines(shown?.text ?? ""), `after this example:\n${code}`);
  }
});
