/**
 * The compiler takes all that is here and what people write, and refuses what is wrong. It is asked once for everything, as it takes
 * longer to begin than to look at a file more; whole runs of the tests do not ask it again.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { codeOf, readPythonPage, wrongNames } from "../documents/python_page.ts";

/** The code of `refused.ts` without what it expects of the compiler. */
async function bare(): Promise<{ code: string; errors: number }> {
  const text = await Deno.readTextFile(new URL("refused.ts", import.meta.url));
  const code = text.replaceAll(/^ *\/\/ @ts-expect-error.*\n/gm, "")
    .replaceAll("../../mod.ts", import.meta.resolve("../../mod.ts"));
  return { code, errors: text.split("@ts-expect-error").length - 1 };
}

/** Names of ours that docs/python.md names, and some that do not exist. */
async function names() {
  const { claims, ours } = await readPythonPage();
  assert.ok(claims.length > 300 && ours.length > 100, `${claims.length} names of Python, ${ours.length} of ours`);
  return [
    ...ours,
    { line: 1, name: "stepRang", optionOf: ["ReadOnlyProject.fetchRunsDf"] },
    { line: 2, name: "ReadOnlyRun.attributes", optionOf: [] },
    { line: 3, name: "ReadOnlyRuns", optionOf: [] },
    { line: 4, name: "compares", optionOf: [] },
  ];
}

/** What the compiler says, error by error. */
async function ask(): Promise<string[]> {
  const folder = await Deno.makeTempDir({ dir: fileURLToPath(new URL(".", import.meta.url)), prefix: ".asked-" });
  try {
    await Deno.writeTextFile(`${folder}/bare.ts`, (await bare()).code);
    await Deno.writeTextFile(`${folder}/names.ts`, codeOf(await names()));
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", ".", `${folder}/bare.ts`, `${folder}/names.ts`],
      cwd: new URL("../../", import.meta.url),
      env: { NO_COLOR: "1" },
    }).output();
    return new TextDecoder().decode(stderr).split(/\n\n(?=TS\d+ )/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

let asked: Promise<string[]> | undefined;
const said = () => asked ??= ask();

Deno.test("all files have the types that they say, and snippets of users compile or are refused", async () => {
  const isAsked = (error: string) => /^ *at (\S+)/m.exec(error)?.[1].includes("/tests/types/.asked-");
  assert.deepEqual((await said()).filter((error) => !isAsked(error)), []);
});

Deno.test("a snippet that is refused is an error without the expectation, each one", async () => {
  const lines = (await said()).flatMap((error) =>
    Array.from(error.matchAll(/\/bare\.ts:(\d+):\d+$/gm), ([, line]) => line)
  );
  assert.equal(new Set(lines).size, (await bare()).errors);
});

Deno.test("docs/python.md names nothing of ours that does not exist", async () => {
  // What does not exist is found: these must be all that is.
  assert.deepEqual(wrongNames(await names(), (await said()).join("\n\n")), [
    "docs/python.md:1: none of ReadOnlyProject.fetchRunsDf has the option stepRang",
    "docs/python.md:2: there is no ReadOnlyRun.attributes",
    "docs/python.md:3: there is no ReadOnlyRuns",
    "docs/python.md:4: there is no compares",
  ]);
});
