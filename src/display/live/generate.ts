/**
 * Bundles the script of the displays into `script.gen.ts`: `deno task generate:script`. What it was made from is written into
 * it, so that a test tells when it is out of date.
 *
 * @module
 */

const DISPLAY = new URL("../", import.meta.url);

/** A fingerprint of all sources that can go into the script. */
export async function fingerprint(): Promise<string> {
  const names = ["format.ts", "html.ts"];
  for (const folder of ["draw", "live"]) {
    for await (const { name } of Deno.readDir(new URL(folder, DISPLAY))) names.push(`${folder}/${name}`);
  }
  const texts = await Promise.all(names.sort().map((name) => Deno.readTextFile(new URL(name, DISPLAY))));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(texts.join("\0")));
  return new Uint8Array(digest).toHex();
}

if (import.meta.main) {
  const path = await Deno.makeTempFile({ suffix: ".js" });
  const main = new URL("live/main.ts", DISPLAY).pathname;
  const args = ["bundle", "--quiet", "--minify", "--platform", "browser", "--format", "iife", main, "-o", path];
  const { success } = await new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "inherit" }).output();
  if (!success) throw new Error("The script could not be bundled.");
  const script = (await Deno.readTextFile(path)).trim();
  await Deno.remove(path);
  if (/<\/script|<!--/i.test(script)) throw new Error("The script holds what would end its element.");
  const text =
    `/** Generated from live/ by \`deno task generate:script\`; sources: ${await fingerprint()}. */\nexport const SCRIPT: string =\n  ${
      JSON.stringify(script)
    };\n`;
  await Deno.writeTextFile(new URL("script.gen.ts", DISPLAY), text);
  console.log(`script.gen.ts: ${script.length} characters`);
}
