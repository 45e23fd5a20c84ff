/**
 * The notebooks run in the real kernel and give what is committed.
 */

import assert from "node:assert/strict";
import { checkBundle, checkHtml, checkXml, svgs } from "../display/kernel_rules.ts";
import { execute } from "./execute.ts";
import { joined, type Notebook, notebookFiles, type Output, readNotebook } from "./notebook.ts";

const notebooks = await notebookFiles();

Deno.test("there are five notebooks", () => assert.equal(notebooks.size, 5));

for (const [name, path] of notebooks) {
  Deno.test(`${name} gives its committed outputs, cell by cell`, async () => {
    const committed = await readNotebook(path);
    const { notebook, replies } = await execute(committed, path.slice(0, path.lastIndexOf("/")));
    for (const [i, { status, ename, evalue }] of replies.entries()) {
      assert.equal(status, "ok", `code cell ${i + 1}: ${ename}: ${evalue}`);
    }
    const [expected, actual] = [codeOutputs(committed), codeOutputs(notebook)];
    assert.equal(actual.length, replies.length);
    for (const [i, outputs] of actual.entries()) {
      assert.deepEqual(outputs, expected[i], `code cell ${i + 1} of ${name}; deno task notebooks writes new outputs`);
    }
  });

  Deno.test(`${name} has outputs that every front end can show, and no path of a machine`, async () => {
    const text = await Deno.readTextFile(path);
    assert.ok(text.length < 1_500_000, `${text.length} characters`);
    assert.doesNotMatch(text, /\/(work|home|Users)\/|\/root\//);
    for (const output of codeCells(await readNotebook(path)).flatMap((cell) => cell.outputs ?? [])) {
      assert.notEqual(output.output_type, "error");
      if (!output.data) continue;
      const bundle = Object.fromEntries(
        Object.entries(output.data).map(([type, value]) => [type, joined(value as string[])]),
      );
      checkBundle(bundle);
      if (!bundle["text/html"]) continue;
      checkHtml(bundle["text/html"]);
      svgs(bundle["text/html"]).forEach(checkXml);
    }
  });
}

Deno.test("a notebook works with the kernel started in any folder below the repository", async () => {
  const notebook = await readNotebook(notebooks.get("1-quickstart.ipynb")!);
  const start = { ...notebook, cells: notebook.cells.filter((cell) => cell.cell_type === "code").slice(0, 3) };
  const { replies } = await execute(start, new URL("../../src/display/", import.meta.url).pathname);
  for (const { status, evalue } of replies) assert.equal(status, "ok", evalue);
});

Deno.test("the comparison sees one changed digit", async () => {
  const notebook = await readNotebook(notebooks.get("1-quickstart.ipynb")!);
  const changed: Notebook = JSON.parse(
    JSON.stringify(notebook).replace("12 runs, 3 experiments", "12 runs, 4 experiments"),
  );
  assert.notDeepEqual(codeOutputs(changed), codeOutputs(notebook));
});

function codeCells(notebook: Notebook) {
  return notebook.cells.filter((cell) => cell.cell_type === "code");
}

/** The outputs of each code cell, with what differs from run to run made equal. */
function codeOutputs(notebook: Notebook): unknown[] {
  return codeCells(notebook).map((cell) => (cell.outputs ?? []).map(comparable));
}

function comparable(output: Output): unknown {
  const same = (value: unknown) =>
    joined(value as string[])
      .replace(/\b\d+(\.\d+)? (ms|s)\b/g, "(time)")
      .replace(/\/tmp\/[\w.-]+|\/var\/folders\/[\w./-]+/g, "(folder)");
  const data = Object.fromEntries(Object.entries(output.data ?? {}).map(([type, value]) => [type, same(value)]));
  return { type: output.output_type, name: output.name, text: same(output.text), data };
}
