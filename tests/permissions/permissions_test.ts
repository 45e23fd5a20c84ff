/**
 * The flags of README are enough, each is needed, and what is missing is one sentence that names the flag.
 */

import assert from "node:assert/strict";
import { serve } from "../../serve.ts";
import { Kernel } from "../kernel/kernel.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const ARCHIVE = `${ROOT}samples/archive/data`;

/** The flags of each row of README's table, by what they are for. */
async function flagsOfReadme(): Promise<Map<string, string[]>> {
  const readme = await Deno.readTextFile(`${ROOT}README.md`);
  const section = readme.split("## Permissions")[1].split("\n## ")[0];
  return new Map([...section.matchAll(/^\| ([^|]+) \| (?:`([^`]+)`|nothing more) +\|$/gm)]
    .map(([, purpose, flags]) => [purpose.trim(), flags?.replaceAll("'", "").split(" ") ?? []]));
}

const README = await flagsOfReadme();

function flags(...purposes: string[]): string[] {
  return purposes.flatMap((purpose) => {
    const found = [...README].find(([name]) => name.startsWith(purpose));
    assert.ok(found, `README's table has a row "${purpose}"`);
    return found[1];
  });
}

interface Outcome {
  success: boolean;
  stdout: string;
  stderr: string;
}

/** Runs a program with these flags and nothing else, without anyone to ask. */
async function run(
  flags: string[],
  code: string,
  env: Record<string, string> = {},
  args: string[] = [],
): Promise<Outcome> {
  const folder = await Deno.makeTempDir({ prefix: "neptune-flags-" });
  try {
    await Deno.writeTextFile(`${folder}/script.ts`, code);
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--quiet", `--config=${ROOT}deno.json`, ...flags, `${folder}/script.ts`, ...args],
      env: { NO_COLOR: "1", HOME: folder, DENO_DIR: await denoDir(), XDG_CACHE_HOME: "", ...env },
      stdin: "null",
    }).output();
    return {
      success,
      stdout: new TextDecoder().decode(stdout).trim(),
      stderr: new TextDecoder().decode(stderr).trim(),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The real one: with another home, Deno would fetch all packages again. */
async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

async function runs(
  flags: string[],
  code: string,
  env: Record<string, string> = {},
  args: string[] = [],
): Promise<string> {
  const { success, stdout, stderr } = await run(flags, code, env, args);
  assert.ok(success, stderr);
  assert.equal(stderr, "");
  return stdout;
}

const READ = `
  import { ReadOnlyProject, ReadOnlyRun } from "${ROOT}mod.ts";
  const project = new ReadOnlyProject({ archive: ${JSON.stringify(ARCHIVE)} });
  const run = new ReadOnlyRun(project, { customId: "mlp-adam-2-cool" });
  const config = await run.attribute("config.json").fetch();
  console.log((await project.fetchExperimentsDf()).height, (await run["train/loss"].fetchValues()).height, config.size);
`;

Deno.test("an archive is read with README's flags, and without a cache", async () => {
  assert.equal(await runs(flags("every program", "reading an archive"), READ), "3 500 454");
});

Deno.test("each flag that Polars needs is named when it is missing, alone and together with others", async () => {
  const all = flags("every program");
  assert.equal(all.length, 3);
  const some = [[], ...all.map((flag) => [flag]), ...all.map((flag) => all.filter((other) => other !== flag))];
  for (const given of some) {
    const { success, stdout, stderr } = await run(given, READ);
    const missing = all.filter((flag) => !given.includes(flag)).map((flag) => flag.split("=")[0]);
    const said = stderr.split("\n");
    assert.equal(success, false);
    assert.equal(stdout, "");
    assert.match(said[0], /^error: Uncaught \(in promise\) PermissionError: Polars, the native library .*\.$/);
    assert.deepEqual(said[0].match(/--allow-\w+/g)!.sort(), missing.sort(), `with ${given}: ${said[0]}`);
    assert.ok(!/native-polars|ext:|Module\./.test(stderr), stderr);
  }
});

Deno.test("every entry point says in a sentence what is missing; the one for queries needs nothing", async () => {
  const { exports } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  for (const [name, file] of Object.entries(exports)) {
    const { success, stderr } = await run([], `import "${ROOT}${String(file).slice(2)}";`);
    if (name === "./nql") assert.ok(success, stderr);
    else assert.match(stderr, /^error: Uncaught \(in promise\) PermissionError: Polars, .*\.$/, name);
  }
});

Deno.test("a cache is kept with README's flags", async () => {
  const cache = await Deno.makeTempDir();
  try {
    const env = flags("a cache").find((flag) => flag.startsWith("--allow-env"))!;
    const write = flags("a cache").find((flag) => flag.startsWith("--allow-write"))!;
    const given = [...flags("every program"), env, write.replace("$HOME/.cache", cache)];
    assert.equal(await runs(given, READ, { XDG_CACHE_HOME: cache }), "3 500 454");
    const kept = await Array.fromAsync(Deno.readDir(`${cache}/neptune-fetcher`));
    assert.equal(kept.length, 1);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});

Deno.test("settings come from the environment with README's flags", async () => {
  const code = READ.replace(/\{ archive: [^}]*\}/, "");
  const env = { NEPTUNE_ARCHIVE: ARCHIVE, NEPTUNE_PROJECT: "nereid/digits" };
  assert.equal(await runs(flags("every program", "settings"), code, env), "3 500 454");
  const { stderr } = await run(flags("every program"), code, env);
  assert.match(stderr, /OptionError: There is nothing to read from: .* Variables are only read with --allow-env\./);
});

Deno.test("a server is read with README's flags, also in Web Workers; a missing one is an error that names it", async () => {
  const server = await serve({ archive: ARCHIVE, port: 0, cacheFolder: null });
  try {
    const code = (useThreads: boolean) => `
      import { ReadOnlyProject, ReadOnlyRun } from "${ROOT}mod.ts";
      const project = new ReadOnlyProject({ project: "nereid/digits", apiToken: Deno.args[0], pointsPerWorker: 0 });
      const run = new ReadOnlyRun(project, { customId: "mlp-adam-2-cool" });
      await run.prefetchSeriesValues(["train/loss", "train/accuracy"], { useThreads: ${useThreads} });
      console.log((await run["train/loss"].fetchValues()).height);
    `;
    const host = new URL(server.url).host;
    const given = [
      ...flags("every program"),
      ...flags("reading from a server").map((flag) => flag.replace("HOST", host)),
    ];
    for (const useThreads of [false, true]) {
      assert.equal(await runs(given, code(useThreads), {}, [server.apiToken]), "500");
    }
    const { stderr } = await run(flags("every program"), code(false), {}, [server.apiToken]);
    assert.match(stderr, new RegExp(`PermissionError: To reach the server .*--allow-net=${host}, or with -A\\.`));
  } finally {
    await server.close();
  }
});

Deno.test("long series of an archive are read in Web Workers with README's flags, and without where their code may not be read", async () => {
  const code = `
    import { ReadOnlyProject } from "${ROOT}mod.ts";
    let started = 0;
    const Real = Worker;
    globalThis.Worker = class extends Real { constructor(...all) { super(...all); started++; } };
    const project = new ReadOnlyProject({ archive: "${ARCHIVE}", cacheFolder: null, maxWorkers: 1, pointsPerWorker: 0 });
    console.log((await project.fetchMetrics({ attributes: ["train/loss"] })).height, started);
  `;
  const every = flags("every program", "reading an archive", "Web Workers");
  const { stdout } = await run(every, code);
  const [points, started] = stdout.split(" ");
  assert.equal(started, "1");
  const { npmCache } = JSON.parse(
    new TextDecoder().decode((await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output()).stdout),
  );
  const narrow = every.map((flag) => flag === "--allow-read" ? `--allow-read=${npmCache},${ARCHIVE}` : flag);
  const { stdout: alone, stderr } = await run(narrow, code);
  assert.equal(alone, `${points} 0`, stderr);
  assert.equal(stderr, "");
});

Deno.test("an archive is served with README's flags; a missing one is one sentence", async () => {
  const start = (flags: string[]) =>
    new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--quiet",
        ...flags,
        `${ROOT}serve.ts`,
        "--archive",
        ARCHIVE,
        "--port",
        "0",
        "--json",
      ],
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  const server = start(flags("every program", "serving"));
  for await (const line of server.stdout.pipeThrough(new TextDecoderStream())) {
    const { url } = JSON.parse(line);
    assert.equal((await (await fetch(`${url}/api/backend/v1/clients/config`)).json()).apiUrl, url);
    break;
  }
  server.kill("SIGTERM");
  await server.stderr.cancel();
  await server.status;

  const refused = await start(flags("every program")).output();
  assert.equal(refused.code, 1);
  assert.equal(
    new TextDecoder().decode(refused.stderr).trim(),
    "To listen on 127.0.0.1:0, the program needs a permission: run it with --allow-net=127.0.0.1:0, or with -A.",
  );
});

Deno.test("all that writes files does so with README's flags; what is missing is named, and nothing is written", async () => {
  const folder = await Deno.makeTempDir();
  const code = `
    import { plot, ReadOnlyProject, ReadOnlyRun, saveFrame } from "${ROOT}mod.ts";
    const project = new ReadOnlyProject({ archive: ${JSON.stringify(ARCHIVE)} });
    const run = new ReadOnlyRun(project, { customId: "mlp-adam-2-cool" });
    const calls = [
      async () => await saveFrame(await project.fetchRunsDf(), Deno.args[0] + "/runs.csv"),
      () => project.saveMetrics({ runs: ["linear-1"], attributes: ["train/loss"], destination: Deno.args[0] + "/m.parquet" }),
      () => project.downloadFiles({ runs: ["linear-1"], attributes: ["config.json"], destination: Deno.args[0] + "/files" }),
      () => project.exportArchive({ runs: ["linear-1"], destination: Deno.args[0] + "/kept" }),
      async () => await (await run.attribute("config.json").fetch()).save(Deno.args[0] + "/config.json"),
      () => plot(run, { attributes: ["train/loss"] }).save(Deno.args[0] + "/loss.svg"),
    ];
    for (const call of calls) {
      await call().then(() => console.log("done"), (error) => console.log(error.name, error.fields.flag));
    }
  `;
  try {
    assert.equal(
      await runs(flags("every program"), code, {}, [folder]),
      [folder, folder, `${folder}/files`, `${folder}/kept`, folder, folder]
        .map((path) => `PermissionError --allow-write=${path}`).join("\n"),
    );
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
    const given = [...flags("every program"), ...flags("saving").map((flag) => flag.replace("FOLDER", folder))];
    assert.equal(await runs(given, code, {}, [folder]), Array(6).fill("done").join("\n"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("an archive, and a file of it, that may not be read are no archive and no file that are not there", async () => {
  const npm = `${await denoDir()}/npm`;
  const [ffi, , sys] = flags("every program");
  const given = (...paths: string[]) => {
    const read = [npm, `${ROOT}src`, `${ROOT}mod.ts`, ...paths];
    return [`${ffi}=${npm}`, sys, `--allow-read=${read.join()}`];
  };
  const noPackage = await run([ffi, sys, `--allow-read=${ROOT}`], READ);
  const folder = noPackage.stderr.match(/where only some folders are allowed, (.+) must be one of them\.$/)![1];
  assert.equal(folder, npm);
  assert.equal(await runs([ffi, sys, `--allow-read=${ROOT},${folder}`], READ), "3 500 454");

  const none = await run(given(), READ);
  assert.match(none.stderr, new RegExp(`PermissionError: To read the archive .*--allow-read=${ARCHIVE}, or with -A`));
  const code = READ + "await config.bytes();";
  const { stdout, stderr } = await run(given(ARCHIVE), code);
  assert.equal(stdout, "3 500 null");
  assert.match(stderr, /PermissionError: To read the stored file .*--allow-read=.*config_json\.json, or with -A/);
  assert.equal(await runs(given(ARCHIVE, `${ROOT}samples/archive/files`), code), "3 500 454");
});

Deno.test("the version of Polars that is asked for permissions is the one that is imported", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const source = await Deno.readTextFile(`${ROOT}src/permissions/polars.ts`);
  assert.ok(source.includes(`"${imports["nodejs-polars"]}"`), imports["nodejs-polars"]);
});

Deno.test("the kernel of a notebook has all permissions", async () => {
  await using kernel = await Kernel.start({ cwd: ROOT, env: { NO_COLOR: "1" } });
  const { outputs } = await kernel.run(`
    const all = ["ffi", "read", "sys", "env", "write", "net"];
    console.log(all.every((name) => Deno.permissions.querySync({ name }).state === "granted"));
  `);
  assert.match(JSON.stringify(outputs), /true/);
});
