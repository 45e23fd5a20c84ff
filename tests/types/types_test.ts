/**
 * The compiler takes what people write, and refuses what is wrong.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

async function check(path: string): Promise<string> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args: ["check", path], env: { NO_COLOR: "1" } })
    .output();
  return success ? "" : new TextDecoder().decode(stderr);
}

for (const name of ["compiles.ts", "refused.ts"]) {
  Deno.test(`snippets: ${name}`, async () => {
    assert.equal(await check(fileURLToPath(new URL(name, import.meta.url))), "");
  });
}

Deno.test("a snippet that is refused is an error without the expectation, each one", async () => {
  const text = await Deno.readTextFile(new URL("refused.ts", import.meta.url));
  const bare = text.replaceAll(/^ *\/\/ @ts-expect-error.*\n/gm, "")
    .replaceAll("../../mod.ts", import.meta.resolve("../../mod.ts"));
  const folder = await Deno.makeTempDir({ dir: new URL(".", import.meta.url).pathname, prefix: ".refused-" });
  try {
    await Deno.writeTextFile(`${folder}/bare.ts`, bare);
    const lines = new Set(
      Array.from((await check(`${folder}/bare.ts`)).matchAll(/bare\.ts:(\d+):\d+$/gm), ([, line]) => line),
    );
    assert.equal(lines.size, text.split("@ts-expect-error").length - 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
