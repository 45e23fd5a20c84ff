/**
 * Bundles the scripts of the displays, one for each kind, into `script.gen.ts`: `deno task generate:script`. What they were made from
 * is written into it, so that a test tells when it is out of date.
 *
 * @module
 */

const DISPLAY = new URL("../", import.meta.url);

/** A fingerprint of all sources that can go into the script. */
export async function fingerprint(): Promise<string> {
  const names = ["format.ts", "html.ts", "palette.ts"];
  for (const folder of ["draw", "live"]) {
    for await (const { name } of Deno.readDir(new URL(folder, DISPLAY))) names.push(`${folder}/${name}`);
  }
  const texts = await Promise.all(names.sort().map((name) => Deno.readTextFile(new URL(name, DISPLAY))));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(texts.join("\0")));
  return new Uint8Array(digest).toHex();
}

/** The file and the function that give life to each kind of display. */
const KINDS: Record<string, [file: string, mount: string]> = {
  chart: ["chart.ts", "mountChart"],
  images: ["images.ts", "mountImages"],
  parallel: ["parallel.ts", "mountParallel"],
  steps: ["images.ts", "mountSteps"],
  table: ["table.ts", "mountTable"],
};

async function bundled(kind: string, folder: string): Promise<string> {
  const [file, mount] = KINDS[kind];
  const live = new URL("live/", DISPLAY);
  const entry = `${folder}/${kind}.ts`;
  await Deno.writeTextFile(
    entry,
    `import { mountAll } from "${new URL("mount.ts", live)}"; import { ${mount} } from "${new URL(file, live)}";
mountAll("${kind}", ${mount});`,
  );
  const args = [
    "bundle",
    "--quiet",
    "--minify",
    "--platform",
    "browser",
    "--format",
    "iife",
    entry,
    "-o",
    `${entry}.js`,
  ];
  const { success } = await new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "inherit" }).output();
  if (!success) throw new Error(`The script of ${kind} could not be bundled.`);
  const script = (await Deno.readTextFile(`${entry}.js`)).trim();
  if (/<\/script|<!--/i.test(script)) throw new Error("The script holds what would end its element.");
  return script;
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir();
  const scripts: Record<string, string> = {};
  for (const kind of Object.keys(KINDS)) scripts[kind] = await bundled(kind, folder);
  await Deno.remove(folder, { recursive: true });
  const lines = Object.entries(scripts).map(([kind, script]) => `  ${kind}: ${JSON.stringify(script)},`);
  const text = `/** Generated from live/ by \`deno task generate:script\`; sources: ${await fingerprint()}. */
${["export", "const"].join(" ")} SCRIPTS: Record<${
    Object.keys(KINDS).map((kind) => `"${kind}"`).join(" | ")
  }, string> = {
${lines.join("\n")}
};
`;
  await Deno.writeTextFile(new URL("script.gen.ts", DISPLAY), text);
  for (const [kind, script] of Object.entries(scripts)) console.log(`${kind}: ${script.length} characters`);
}
