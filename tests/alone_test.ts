import assert from "node:assert/strict";
import { ALONE } from "./alone.ts";

const ROOT = new URL("../", import.meta.url);

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) yield* filesBelow(`${folder}${name}/`);
    else yield folder + name;
  }
}

Deno.test("tests that change what all of a process have in common do not run beside others; what runs alone is there", async () => {
  const files = (await Array.fromAsync(filesBelow("tests/"))).filter((file) => file.endsWith("_test.ts"));
  const isAlone = (file: string) =>
    ALONE.flat().some((path) => file === path || path.endsWith("/") && file.startsWith(path));
  const wrong: string[] = [];
  for (const file of files) {
    const text = await Deno.readTextFile(new URL(file, ROOT));
    if (/^(?!\s*\/\/).*\bDeno\.(env\.(set|delete)|chdir|umask)\(/m.test(text) && !isAlone(file)) wrong.push(file);
  }
  assert.deepEqual(wrong, []);
  for (const path of ALONE.flat()) assert.ok(files.some((file) => file.startsWith(path)), path);
});
