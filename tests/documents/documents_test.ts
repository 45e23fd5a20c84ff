import assert from "node:assert/strict";
import { pages, readPage, runExamples, trimLines } from "./blocks.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("the examples of README and of docs/ run and print what the pages show", async (t) => {
  for (const page of await pages()) {
    await t.step(page, async () => {
      for (const { code, shown, printed } of await runExamples(await readPage(page))) {
        assert.equal(printed, trimLines(shown?.text ?? ""), `${page}, after this example:\n${code}`);
      }
    });
  }
});

Deno.test("README says hello first, then how to choose runs and what to allow, in at most 300 lines", async () => {
  const readme = await readPage("README.md");
  const lines = readme.split("\n");
  assert.ok(lines.length <= 301, `${lines.length - 1} lines`);
  const headings = lines.flatMap((line, at) => line.startsWith("## ") ? [{ title: line.slice(3), at }] : []);
  assert.deepEqual(headings.slice(0, 3).map(({ title }) => title), ["Hello", "Choosing runs", "Permissions"]);
  assert.ok(headings[2].at < lines.length / 3, "permissions are within the first third");
  const [hello] = await runExamples(readme);
  assert.equal(hello.code.trim().split("\n").length, 4);
  assert.match(readme, /^npx -y deno@[\d.]+ task test\b/m, "the command that CI runs");
});

Deno.test("links between pages lead somewhere, and README's to files of the package", async () => {
  const { publish } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const wrong: string[] = [];
  for (const page of [...await pages(), ...await otherPages()]) {
    const text = (await readPage(page)).replace(/^```[\s\S]*?^```$/gm, "");
    for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [path, anchor] = link.split("#");
      const target = path === "" ? page : new URL(path, `file:///${page}`).pathname.slice(1);
      const found = await Deno.stat(new URL(target, ROOT)).catch(() => null);
      if (!found) wrong.push(`${page}: ${link} does not exist`);
      else if (anchor && !anchors(await readPage(target)).includes(anchor)) {
        wrong.push(`${page}: ${link} has no such heading`);
      }
      // JSR resolves a relative link of README in the package, where no repository is known to it.
      const included = publish.include.some((one: string) =>
        one === target || one.endsWith("/") && target.startsWith(one)
      );
      if (page === "README.md" && (!included || path.startsWith("/") || path.startsWith("."))) {
        wrong.push(`${page}: ${link} does not work on JSR`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("docs/ name the version of Polars that is used", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const [, version] = imports["nodejs-polars"].match(/@\^(0\.\d+)\./);
  for (const page of await pages()) {
    for (const [, named] of (await readPage(page)).matchAll(/npm:nodejs-polars@([\d.]+)/g)) {
      assert.equal(named, version, page);
    }
  }
});

Deno.test("docs/ name every kind of finding, every flag of the server and every option of a project", async () => {
  const lacking = (page: string, names: Iterable<string>) =>
    [...new Set(names)].filter((name) => !page.includes(`\`${name}`));
  const archives = await readPage("docs/archives.md"), servers = await readPage("docs/servers.md");
  const offline = await readPage("docs/offline.md"), scale = await readPage("docs/scale.md");
  let report = "";
  for await (const { name } of Deno.readDir(new URL("src/archive/report/", ROOT))) {
    report += await readPage(`src/archive/report/${name}`);
  }
  const kinds = [...report.matchAll(/"(?:error|warning|info)",\s*"(?!warning|info)(\w+)"/g)].map((match) => match[1]);
  assert.ok(kinds.length > 10);
  assert.deepEqual(lacking(archives, kinds), []);
  const source = (await Promise.all((await filesBelow("src/offline")).map(readPage))).join("\n");
  const unsynced = [...source.matchAll(/"(?:error|warning|info)",\s*"(?!warning|info)(\w+)"/g)].map((match) =>
    match[1]
  );
  const dropped = [.../const REASONS[^]*?\n};/.exec(source)![0].matchAll(/^ {2}(\w+): \[/gm)];
  assert.ok(unsynced.length > 15 && dropped.length > 5);
  assert.deepEqual(lacking(offline, [...unsynced, ...dropped.map((match) => `dropped_${match[1]}`)]), []);
  const flags = [...(await readPage("serve.ts")).matchAll(/^ {2}(--[\w-]+) /gm)].map((match) => match[1]);
  assert.ok(flags.length > 5);
  assert.deepEqual(lacking(servers, flags.filter((flag) => flag !== "--help")), []);
  const [, options] = /interface ReadOnlyProjectOptions \{(.*?)\n\}/s.exec(
    await readPage("src/api/source_options.ts"),
  )!;
  const names = [...options.matchAll(/^ {2}(\w+)\?:/gm)].map((match) => match[1]);
  assert.ok(names.length > 10);
  assert.deepEqual(lacking(archives + servers + offline + scale, names), []);
});

Deno.test("docs/dependencies.md has every package that is imported, and no other", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const rows = [...(await readPage("docs/dependencies.md")).matchAll(/^\| (`[^|]+`) +\|/gm)].map((match) => match[1]);
  const named = rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map((match) => match[1]));
  assert.deepEqual(named.sort(), Object.keys(imports).sort());
  for (const specifier of Object.values(imports)) assert.match(String(specifier), /^npm:/);
});

/** The paths of all files below a folder. */
async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(`${folder}/`, ROOT))) {
    if (isDirectory) found.push(...await filesBelow(`${folder}/${name}`));
    else found.push(`${folder}/${name}`);
  }
  return found;
}

/** The other pages of the repository. */
async function otherPages(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of ["", "docs/decisions/", "samples/"]) {
    for await (const { name } of Deno.readDir(new URL(folder || ".", ROOT))) {
      if (name.endsWith(".md") && folder + name !== "README.md") found.push(folder + name);
    }
  }
  return found;
}

/** The names under which a page's headings can be linked, as hosts make them. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
  );
}
