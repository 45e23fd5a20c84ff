import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { publicApi, SNAPSHOT } from "./render.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

Deno.test("the public API is that of the snapshot", async () => {
  assert.equal(
    await publicApi(root),
    await Deno.readTextFile(SNAPSHOT),
    "The public API has changed. If that is meant: deno task snapshot, and a line for users in CHANGELOG.md.",
  );
});

Deno.test("a new option, another type and a new name change the text", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const write = async (options: string, more = "") => {
      await Deno.mkdir(`${folder}/src/nql`, { recursive: true });
      await Deno.writeTextFile(
        `${folder}/mod.ts`,
        `export interface Options { ${options} }\n` +
          `export class Reader<T> { readonly path: string = \"\"; constructor(path: string) { this.path = path; }\n  read(options: Options = {}): Promise<T[]> { throw options; } }\n${more}`,
      );
      await Deno.writeTextFile(`${folder}/cli.ts`, "export const code: number = 1;\n");
      await Deno.writeTextFile(`${folder}/serve.ts`, "export const port: number = 1;\n");
      await Deno.mkdir(`${folder}/samples`, { recursive: true });
      await Deno.writeTextFile(`${folder}/samples/mod.ts`, "export function sample(): void {}\n");
      await Deno.writeTextFile(`${folder}/src/nql/mod.ts`, 'export type Word = "a" | `b${string}`;\n');
      return await publicApi(folder);
    };
    const before = await write("limit?: number");
    assert.equal(
      before,
      `# mod.ts

class Reader<T>
  constructor(path: string)
  read(options?: Options): Promise<T[]>
  readonly path: string

interface Options
  limit?: number

# cli.ts

const code: number

# serve.ts

const port: number

# samples/mod.ts

function sample(): void

# src/nql/mod.ts

type Word = "a" | \`b\${string}\`
`,
    );
    assert.notEqual(await write("limit?: number; offset?: number"), before);
    assert.notEqual(await write("limit: number"), before);
    assert.notEqual(await write("limit?: number | null"), before);
    assert.notEqual(await write("limit?: number", "export function more(): void {}"), before);
    assert.equal(await write("/** How many. */ limit?: number"), before);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
