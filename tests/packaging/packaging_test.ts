/**
 * The package as people get it: published to a JSR registry on loopback and imported from a clean folder.
 */

import assert from "node:assert/strict";
import { readPage, runExamples, trimLines } from "../documents/blocks.ts";
import { Kernel } from "../kernel/kernel.ts";
import { Registry } from "./registry.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const ARCHIVE = JSON.stringify(`${Deno.cwd()}/samples/archive/data`);

/** Publishes the repository, once for all steps. A version of its own each time: Deno keeps what it saw of a version for good. */
async function publish(registry: Registry): Promise<{ version: string; specifier: string }> {
  const version = `0.1.0-test.${Date.now()}`;
  await registry.publish(ROOT, version);
  return { version, specifier: `jsr:@nereid/neptune-fetcher@${version}` };
}

async function runScript(
  registry: Registry,
  code: string,
  env: Record<string, string> = {},
  flags: string[] = [],
): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "neptune-clean-" });
  try {
    await Deno.writeTextFile(`${folder}/script.ts`, code);
    const { code: exit, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-lock", ...flags, "script.ts"],
      cwd: folder,
      env: { JSR_URL: registry.url, NO_COLOR: "1", ...env },
    }).output();
    assert.equal(exit, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trim();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Starts the local server from the package and prefetches through it in workers; says how many workers started, from where. */
const threaded = (specifier: string) => `
  const started = [];
  const Original = globalThis.Worker;
  globalThis.Worker = class extends Original {
    constructor(url, options) { super(url, options); started.push(new URL(url).pathname); }
  };
  const { ReadOnlyProject, ReadOnlyRun } = await import("${specifier}");
  const { serve } = await import("${specifier}/serve");
  const server = await serve({ archive: ${ARCHIVE}, port: 0, cacheFolder: null });
  const project = new ReadOnlyProject({ project: server.projects[0], apiToken: server.apiToken, pointsPerWorker: 0 });
  const run = new ReadOnlyRun(project, { customId: "mlp-adam-2-cool" });
  await run.prefetchSeriesValues(["train/loss", "train/accuracy"], { useThreads: true });
  const frame = await run["train/loss"].fetchValues();
  project.close();
  await server.close();
  const archive = new ReadOnlyProject({ archive: ${ARCHIVE}, cacheFolder: null, maxWorkers: 1, pointsPerWorker: 0 });
  await archive.fetchMetrics({ attributes: ["train/loss"] });
  const own = started.pop();
  if (!own.endsWith("/src/archive/workers/worker.ts")) throw new Error("no worker for the archive: " + own);
  console.log(frame.height, started.length > 0, started.every((path) => path.endsWith("/src/http/points/worker.ts")));
`;

Deno.test("the published package", async (t) => {
  await using registry = new Registry("nereid", "neptune-fetcher");
  const { version, specifier } = await publish(registry);

  await t.step("holds the code, the sample archive and the pages with their pictures, and no test or bench", () => {
    const files = [...registry.files(version).keys()];
    for (
      const file of [
        "/mod.ts",
        "/cli.ts",
        "/serve.ts",
        "/samples/mod.ts",
        "/src/http/points/worker.ts",
        "/src/archive/workers/worker.ts",
        "/docs/images/plot.png",
      ]
    ) {
      assert.ok(files.includes(file), file);
    }
    const roots = new Set(files.map((file) => file.split("/")[1]));
    assert.deepEqual([...roots].sort(), [
      "CHANGELOG.md",
      "CONTRIBUTING.md",
      "LICENSE",
      "README.md",
      "RELEASING.md",
      "SECURITY.md",
      "cli.ts",
      "deno.json",
      "docs",
      "mod.ts",
      "notebooks",
      "samples",
      "serve.ts",
      "src",
    ]);
  });

  await t.step("README's hello works in an empty folder, and downloads the sample archive once", async () => {
    const [hello] = await runExamples(await readPage("README.md"));
    const code = hello.code.replaceAll("jsr:@nereid/neptune-fetcher", specifier);
    const cache = await Deno.makeTempDir({ prefix: "neptune-cache-" });
    try {
      for (let i = 0; i < 2; i++) {
        const printed = await runScript(registry, code, { XDG_CACHE_HOME: cache });
        assert.equal(trimLines(printed), trimLines(hello.shown!.text));
      }
      const folders = (await Array.fromAsync(Deno.readDir(`${cache}/neptune-fetcher`))).map(({ name }) => name);
      assert.equal(folders.filter((name) => name.startsWith("sample-")).length, 1, folders.join());
      const asked = registry.asked.filter((path) => path.endsWith(".parquet"));
      assert.equal(new Set(asked).size, 12);
      assert.equal(asked.length, 12);
    } finally {
      await Deno.remove(cache, { recursive: true });
    }
  });

  await t.step("reads an archive from a script in a clean folder", async () => {
    const printed = await runScript(
      registry,
      `import { ReadOnlyProject } from "${specifier}";
       const project = new ReadOnlyProject({ archive: ${ARCHIVE}, cacheFolder: null });
       const table = await project.fetchRunsDf({ columns: ["config/optimizer"] });
       console.log((await project.listRuns()).length, (await project.fetchExperiments()).height, table.width);`,
    );
    assert.equal(printed, "12 3 4");
  });

  await t.step("starts the server, and its workers from the package, in a script", async () => {
    assert.equal(await runScript(registry, threaded(specifier)), "500 true true");
  });

  await t.step(
    "shows its page, with every script and library that it imports, and again without a network",
    async () => {
      const code = `
      const { runCommand } = await import("${specifier}/cli");
      let printed = "";
      const terminal = { write: (text) => printed += text, note: console.error, isTerminal: false, columns: 80 };
      runCommand(["view", "--archive", ${ARCHIVE}, "--port", "0", "--json"], terminal);
      while (!printed.includes("\\n")) await new Promise((resolve) => setTimeout(resolve, 20));
      const { url, link } = JSON.parse(printed);
      const entered = await fetch(link, { redirect: "manual" });
      const headers = { cookie: entered.headers.get("set-cookie").split(";")[0] };
      const text = async (path) => {
        const response = await fetch(url + path, { headers });
        if (!response.ok) throw new Error(path + " " + await response.text());
        return await response.text();
      };
      const page = await text("/");
      const seen = new Set([...page.matchAll(/(?:href|src)="(\\/[^"]+)"/g)].map(([, path]) => path));
      for (const path of seen) {
        const code = await text(path);
        const imports = /(?:^|[;}\\s])(?:import|from|import\\()\\s*\\(?["']([^"'\\s]+)["']/g;
        if (path.endsWith(".css")) continue;
        for (const [, name] of code.matchAll(imports)) seen.add(new URL(name, url + path).href.replace(url, ""));
      }
      const runs = await fetch(url + "/api/runs", { method: "POST", headers, body: "{}" });
      console.log([...seen].sort().join(" "), (await runs.json()).runs);
      Deno.exit(0);`;
      const all = "/charts.js /compare.js /draw.js /run.js /runs.js /shell.js /style.css 12";
      assert.equal(await runScript(registry, code), all);
      // What was installed is enough: nothing is fetched any more.
      assert.equal(await runScript(registry, code, {}, ["--cached-only"]), all);
    },
  );

  await t.step("parses queries from its own entry point", async () => {
    const printed = await runScript(
      registry,
      `import { parseNql, printNql } from "${specifier}/nql"; console.log(printNql(parseNql("a:int = 3")));`,
    );
    assert.equal(printed, '`a`:int = "3"');
  });

  await t.step("does the same in a notebook", async () => {
    const folder = await Deno.makeTempDir({ prefix: "neptune-clean-" });
    await using kernel = await Kernel.start({ cwd: folder, env: { JSR_URL: registry.url, NO_COLOR: "1" } });
    const reply = await kernel.run(threaded(specifier));
    assert.equal(reply.status, "ok", JSON.stringify(reply));
    const text = reply.outputs.filter((output) => output.type === "stream").map((output) => output.content.text).join(
      "",
    );
    assert.match(text, /500 true true/);
    await Deno.remove(folder, { recursive: true });
  });
});
