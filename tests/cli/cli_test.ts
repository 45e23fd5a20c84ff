/**
 * The command in a pipe and in a terminal, against outputs that were looked at.
 */

import { makeApiToken } from "../../src/server/tokens.ts";
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { runCommand, type Terminal } from "../../cli.ts";
import { file, filePoint, float, floatPoint, histogramPoint, string, stringPoint } from "../../samples/rows.ts";
import { type ArchiveRow, partName, sanitized, writeRun } from "../../samples/writer.ts";
import { PROJECT, sys, T } from "../awkward/case.ts";
import { goldenFile, outputs } from "./outputs.ts";

const ARCHIVE = new URL("../../samples/archive/data", import.meta.url).pathname;

for (const where of ["pipe", "terminal"] as const) {
  Deno.test(`every command prints in a ${where} what it should`, async () => {
    const actual = await outputs(where);
    if (actual === null) return console.log("skipped: this machine has no command `script` for a pseudo terminal");
    assert.equal(actual, await Deno.readTextFile(goldenFile(where)));
  });
}

Deno.test("a terminal that does not know how wide it is gets a table all the same", async () => {
  const cli = new URL("../../cli.ts", import.meta.url).pathname;
  const asked = `stty cols 0 rows 0; "${Deno.execPath()}" run -A "${cli}" projects --archive "${ARCHIVE}"`;
  try {
    const script = new Deno.Command("script", { args: ["--quiet", "--return", "--command", asked, "/dev/null"] });
    const { code, stdout } = await script.output();
    const text = new TextDecoder().decode(stdout);
    assert.equal(code, 0, text);
    assert.match(text, /nereid\/digits/);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return console.log("skipped: this machine has no command `script`");
    throw error;
  }
});

/** Runs one command in this process, on the sample archive. */
async function run(...args: string[]): Promise<{ code: number; answer: string; notes: string }> {
  return await runOn(ARCHIVE, ...args);
}

async function runOn(archive: string, ...args: string[]): Promise<{ code: number; answer: string; notes: string }> {
  return await runOf([...args, "--archive", archive]);
}

async function runOf(args: string[], columns = 80): Promise<{ code: number; answer: string; notes: string }> {
  let answer = "", notes = "";
  const terminal: Terminal = {
    write: (text) => answer += text,
    note: (text) => notes += text,
    isTerminal: false,
    columns,
  };
  const code = await runCommand(args, terminal);
  return { code, answer, notes };
}

Deno.test("export, files get and --parquet write where they are told, and say how it ended", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const exported = await run("export", "-r", "linear-1", "--to", `${folder}/kept`);
    assert.equal(exported.code, 0, exported.notes);
    assert.match(exported.answer, /^run\tstatus.*\nlinear-1\twritten\t/);
    const again = await run("export", "-r", "linear-1", "--to", `${folder}/kept`);
    assert.match(again.answer, /\nlinear-1\tpresent\t/);
    let text = "";
    const terminal: Terminal = { write: (part) => text += part, note: () => {}, isTerminal: false, columns: 80 };
    assert.equal(await runCommand(["runs", "--archive", `${folder}/kept/data`], terminal), 0);
    assert.match(text, /linear-1/);

    const files = await run("files", "get", "-r", "linear-1", "-m", "^config", "--to", `${folder}/files`);
    assert.deepEqual([files.code, files.answer.trim().split("\n").length], [0, 2], files.notes);
    assert.match(files.answer, /\/files\/linear-1\/config\.json\t/, "the name has its extension already");
    const health = await run("check");
    assert.match(health.answer, /: `check --thorough` does, and takes longer/);

    const saved = await run("metrics", "-r", "linear-1", "-m", "^validation/", "--parquet", `${folder}/points.parquet`);
    assert.match(saved.notes, /^20 points written to/);
    assert.ok((await Deno.stat(`${folder}/points.parquet`)).size > 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("tab-separated values and JSON keep every value, also those that look like syntax", async () => {
  const { answer } = await run("show", "linear-1", "--json");
  const values = JSON.parse(answer);
  assert.equal(values["config/learning_rate"], 0.1);
  assert.match(answer, /"data\/fingerprint": -3131121212840175174,?\n/, "integers beyond 2^53 keep their digits");
  assert.deepEqual(values["sys/tags"], ["baseline"]);
  const lines = (await run("show", "linear-1")).answer.trimEnd().split("\n");
  assert.equal(lines.length, Object.keys(values).length + 1, "one line for each attribute, whatever it holds");
});

Deno.test("serve runs the server with its own options, and import-offline says what it cannot find", async () => {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "cli.ts", "serve", "--archive", ARCHIVE, "--port", "0", "--json"],
    cwd: new URL("../../", import.meta.url),
    stdout: "piped",
    stderr: "null",
  });
  await using child = command.spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let line = "";
  while (!line.includes("\n")) line += (await reader.read()).value ?? "\n";
  const { url, apiToken } = JSON.parse(line);
  assert.equal((await fetch(`${url}/api/backend/v1/clients/config`)).status < 500, true);
  const remote = { NEPTUNE_API_TOKEN: apiToken, NEPTUNE_PROJECT: "nereid/digits" };
  const runs = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "cli.ts", "runs", "-n", "1"],
    cwd: new URL("../../", import.meta.url),
    env: remote,
  }).output();
  assert.match(new TextDecoder().decode(runs.stdout), /mlp-adam-from-sgd/);
  child.kill("SIGINT");
  assert.equal((await child.status).code, 0);
  await reader.cancel();

  const folder = await Deno.makeTempDir();
  try {
    let notes = "";
    const terminal: Terminal = { write: () => {}, note: (text) => notes += text, isTerminal: false, columns: 80 };
    assert.equal(await runCommand(["import-offline", folder], terminal), 1);
    assert.match(notes, /\.neptune|no data/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("view prints a link to its page, refuses a port that is taken, and ends with Ctrl+C", async () => {
  const start = (port: number) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "cli.ts", "view", "--archive", ARCHIVE, "--port", String(port)],
      cwd: new URL("../../", import.meta.url),
      stdout: "piped",
      stderr: "piped",
    });
  await using child = start(0).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("Ctrl+C")) text += (await reader.read()).value ?? "Ctrl+C";
  const [link, origin] = /(http:\/\/127\.0\.0\.1:\d+)\/open\?token=[\w-]{43}/.exec(text)!;
  const entered = await fetch(link, { redirect: "manual" });
  await entered.body?.cancel();
  assert.equal(entered.status, 303);
  const again = await start(Number(new URL(origin).port)).output();
  assert.equal(again.code, 1);
  assert.match(new TextDecoder().decode(again.stderr), /^Port \d+ of 127\.0\.0\.1 is taken/);
  child.kill("SIGINT");
  assert.equal((await child.status).code, 0);
  await reader.cancel();
  await child.stderr.cancel();
});

/** Runs a command with these variables, and gives its exit code and what it wrote to the standard error output. */
async function failure(args: string[], env: Record<string, string> = {}): Promise<{ code: number; said: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "cli.ts", ...args],
    cwd: new URL("../../", import.meta.url),
    env: {
      NO_COLOR: "1",
      NEPTUNE_ARCHIVE: "",
      NEPTUNE_OFFLINE: "",
      NEPTUNE_API_TOKEN: "",
      NEPTUNE_PROJECT: "",
      ...env,
    },
    stdout: "null",
  }).output();
  return { code, said: new TextDecoder().decode(stderr) };
}

Deno.test("view and serve say at their start what is not there, whatever the source is", async () => {
  // Nothing listens there, and nobody asks twice.
  const address = "http://127.0.0.1:1";
  const server = { NEPTUNE_API_TOKEN: makeApiToken("x".repeat(43), address), NEPTUNE_PROJECT: "team/project" };
  const s3 = { AWS_ENDPOINT_URL: address, AWS_ALLOW_HTTP: "true", AWS_REGION: "us-east-1" };
  const keys = { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret-key" };
  const cases: { args: string[]; env?: Record<string, string>; code: number; said: RegExp }[] = [
    { args: ["view"], code: 2, said: /^There is nothing to read from: pass `--archive`/ },
    { args: ["serve"], code: 2, said: /^There is nothing to serve: pass --archive \(or set NEPTUNE_ARCHIVE\)/ },
    // A variable that is not set is no leave to serve something else.
    { args: ["serve", "-a", ""], env: { NEPTUNE_ARCHIVE: ARCHIVE }, code: 2, said: /^There is nothing to serve/ },
    { args: ["serve"], env: { NEPTUNE_ARCHIVE: "/nowhere" }, code: 1, said: /^There is no folder \/nowhere: pass/ },
    { args: ["view", "--archive", "/nowhere"], code: 1, said: /^There is no folder \/nowhere: pass `--archive`/ },
    {
      args: ["view", "--archive", "samples"],
      code: 1,
      said: /a level too high to be an archive: pass .*samples\/archive\/data/,
    },
    {
      args: ["view", "--archive", ARCHIVE, "--files", "/nowhere"],
      code: 1,
      said: /^There is no folder \/nowhere: pass as `--files`/,
    },
    {
      args: ["view", "--archive", ARCHIVE, "--project", "a/b"],
      code: 1,
      said: /has no project "a\/b"\. It holds nereid\/digits/,
    },
    { args: ["view", "--offline", "/nowhere"], code: 1, said: /^There is no folder \/nowhere: pass as `--offline`/ },
    {
      args: ["view"],
      env: { NEPTUNE_API_TOKEN: "nonsense", NEPTUNE_PROJECT: "a/b" },
      code: 1,
      said: /^The API token cannot be read/,
    },
    { args: ["view"], env: server, code: 1, said: /^No answer from http:\/\/127/ },
    { args: ["view", "--archive", "s3://bucket/data"], env: { ...s3, ...keys }, code: 1, said: /127\.0\.0\.1/ },
    { args: ["serve", "--archive", "/nowhere"], code: 1, said: /^There is no folder \/nowhere/ },
    {
      args: ["serve", "--archive", ARCHIVE, "--files", "/nowhere"],
      code: 1,
      said: /^There is no folder \/nowhere: pass as `--files`/,
    },
  ];
  for (const { args, env, code, said } of cases) {
    const result = await failure([...args, "--port", "0"], env);
    assert.match(result.said, said, args.join(" "));
    assert.equal(result.code, code, args.join(" "));
    assert.ok(!result.said.includes("secret-key") && result.said.trim().split("\n").length === 1, result.said);
  }
});

Deno.test("a word too many is refused by every command", async () => {
  const lines = [
    ["view"],
    ["projects"],
    ["runs"],
    ["show", "linear-1"],
    ["metrics"],
    ["logs", "linear-1"],
    ["files", "get"],
    ["diff", "linear-1", "linear-2"],
    ["tree"],
    ["schema"],
    ["export", "--to", "/nowhere"],
    ["compact", "--to", "/nowhere"],
    ["check"],
    ["import-offline", "/nowhere"],
    ["serve"],
  ];
  for (const line of lines) {
    let notes = "";
    const print = console.error;
    console.error = (text: string) => notes += text;
    const terminal: Terminal = {
      write: (text) => assert.fail(text),
      note: (text) => notes += text,
      isTerminal: false,
      columns: 80,
    };
    try {
      assert.equal(await runCommand([...line, "surplus"], terminal), 2, line.join(" "));
    } finally {
      console.error = print;
    }
    assert.match(notes, /surplus/, line.join(" "));
  }
});

Deno.test("completion scripts are there for bash, zsh and fish", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    let script = "";
    const terminal: Terminal = { write: (text) => script += text, note: () => {}, isTerminal: false, columns: 80 };
    assert.equal(await runCommand(["completion", shell], terminal), 0);
    assert.match(script, /neptune-fetcher/);
    let words = "";
    await runCommand(["completion", shell, "ru"], { ...terminal, write: (text) => words += text });
    assert.match(words, /runs/);
  }
});

Deno.test("the command says on standard error what was asked for and is not there", async () => {
  const command = async (...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "cli.ts", ...args, "--archive", ARCHIVE],
      cwd: new URL("../../", import.meta.url),
      env: { NO_COLOR: "1" },
    }).output();
    return {
      code,
      lines: new TextDecoder().decode(stdout).trim().split("\n"),
      notes: new TextDecoder().decode(stderr),
    };
  };
  const metrics = await command("metrics", "-c", "train/los");
  assert.deepEqual([metrics.code, metrics.lines.length], [0, 1]);
  assert.equal(metrics.notes, 'None of the 12 runs has a float series "train/los". Did you mean "train/loss"?\n');
  const sorted = await command("runs", "-s", "validation/acuracy", "-n", "1");
  assert.match(
    sorted.notes,
    /^No run has an attribute "validation\/acuracy" to sort by; the newest runs come first\.\n$/,
  );
  assert.match(
    (await command("runs", "-r", "nope")).notes,
    /^No run was found\. .* unless `--trashed` asks for them\.\n$/,
  );
  const ids = async (...args: string[]) =>
    (await command("runs", ...args)).lines.slice(1).map((line) => line.split("\t")[1]);
  assert.deepEqual(await ids("-r", "mlp-adam-2", "--run", "linear-1"), ["mlp-adam-2", "linear-1"], "names are exact");
  assert.deepEqual(await ids("--runs", "adam-2"), ["mlp-adam-2-cool-large", "mlp-adam-2-cool", "mlp-adam-2"]);
  assert.deepEqual(await ids("-e", "linear"), ["linear-2"]);
  const both = await command("runs", "-r", "linear-1", "--runs", "adam");
  assert.deepEqual([both.code, both.notes], [2, "--run and --runs are both given: choose by one of them.\n"]);
  assert.equal((await command("runs", "-n", "1")).notes, "");
  assert.equal((await command("tree", "--runs", "^linear-1$")).notes, "", "nobody asked for forks by name");
});

Deno.test("errors name the options of the command", async () => {
  const { code, said } = await failure(["runs"]);
  assert.equal(code, 2);
  assert.match(
    said,
    /pass `--archive` \(or set NEPTUNE_ARCHIVE\).* `--offline` .*, or NEPTUNE_API_TOKEN for a server\.\n$/,
  );
});

Deno.test("-h is --help", async () => {
  const short = await run("runs", "-h"), long = await run("runs", "--help");
  assert.deepEqual([short.code, short.answer], [0, long.answer]);
  assert.match(short.answer, /Show runs as a table/);
});

/** Calls with an archive that is gone afterwards. */
async function withArchive(runs: Record<string, ArchiveRow[]>, use: (data: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [runId, rows] of Object.entries(runs)) {
      await writeRun({ dataRoot: `${folder}/data`, projectId: PROJECT, runId, batches: [rows] });
    }
    await use(`${folder}/data`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a table has any number of rows", async () => {
  const points = Array.from({ length: 200_000 }, (_, i) => floatPoint("loss", i, T, i / 8));
  await withArchive({ long: [...sys("long", 1), ...points] }, async (data) => {
    const { code, answer } = await runOn(data, "metrics", "--table");
    assert.equal(code, 0);
    assert.match(answer, /\n200,000 rows\n$/);
  });
});

Deno.test("a table cuts names at their front, and names every column that did not fit", async () => {
  const names = Array.from({ length: 40 }, (_, i) => `config/section_${i}/rate_of_learning_${i}`);
  const rows = [
    ...names.map((name) => string(name, "a text that is long enough to be cut somewhere")),
    file("report", `${"folder/".repeat(12)}report.pdf`),
  ];
  await withArchive({ one: [...sys("one", 1), ...rows] }, async (data) => {
    const { answer } = await runOn(data, "runs", "-m", "^config/", "--table");
    const lines = answer.trimEnd().split("\n");
    assert.match(lines[0], / …e_of_learning_0 /);
    assert.match(lines[2], / a text that [a-z ]+… /);
    assert.ok(lines.every((line) => line.length <= 80), answer);
    const told = lines.slice(3).join(" ").replace(/\s+/g, " ");
    const [, count, list] = /^1 row, (\d+) more columns: (.*) \(--json has all\)$/.exec(told)!;
    assert.equal(list.split(", ").length, Number(count));
    assert.ok(names.every((name) => list.split(", ").includes(name) || lines[0].includes(name.slice(-8))), answer);
    const narrow = await runOf(
      ["diff", "one", "one", "-c", names[0], "-c", "report", "--all", "--table", "-a", data],
      60,
    );
    assert.match(narrow.answer, /\nreport +(…\S+\/report\.pdf\b.*){2}\n/);
  });
});

Deno.test("a table cuts long texts of many slashes without looking at them over and over", async () => {
  await withArchive({ one: [...sys("one", 1), string("note", `${"/".repeat(200_000)} end`)] }, async (data) => {
    const start = performance.now();
    const { answer } = await runOn(data, "runs", "-c", "note", "--table");
    assert.match(answer, / \/{9,}…\n/);
    assert.ok(performance.now() - start < 20_000);
  });
});

Deno.test("--damaged-runs skip leaves out what a command cannot read, and says so by its exit code", async () => {
  const rows = (name: string) => [...sys(name, name.length), float("lr", 0.5), floatPoint("loss", 0, T, 1)];
  await withArchive({ whole: rows("whole"), spoilt: rows("spoilt") }, async (data) => {
    await Deno.writeTextFile(`${data}/${sanitized(PROJECT)}/${partName("spoilt")}`, "PAR1 no more".repeat(20));
    for (const command of [["runs", "-c", "lr"], ["metrics"], ["schema"], ["tree"]]) {
      const strict = await runOn(data, ...command);
      assert.deepEqual([strict.code, strict.answer], [1, ""], command[0]);
      assert.match(strict.notes, /spoilt.* is damaged/);
      const skipped = await runOn(data, ...command, "--damaged-runs", "skip");
      assert.equal(skipped.code, 3, command[0]);
      assert.doesNotMatch(skipped.answer, /spoilt/);
      assert.match(skipped.answer, command[0] === "schema" ? /\nloss\t/ : /whole/);
    }
    await Deno.remove(`${data}/${sanitized(PROJECT)}/${partName("spoilt")}`);
    assert.equal((await runOn(data, "runs", "--damaged-runs", "skip")).code, 0, "nothing is left out");
  });
});

Deno.test("diff compares whole values, not what is printed of them", async () => {
  const bins = (values: number[]) => ({ type: "COUNTING", edges: [0, 1, 2], values });
  const a = [
    histogramPoint("weights", 0, T, bins([1, 9])),
    histogramPoint("equal", 0, T, bins([5, 5])),
    string("note", ""),
  ];
  const b = [histogramPoint("weights", 0, T, bins([9, 1])), histogramPoint("equal", 0, T, bins([5, 5]))];
  await withArchive({ a: [...sys("a", 1), ...a], b: [...sys("b", 2), ...b] }, async (data) => {
    const { answer } = await runOn(data, "diff", "a", "b", "--json");
    assert.deepEqual(Object.keys(JSON.parse(answer)), ["note", "weights"]);
  });
});

Deno.test("diff compares files by type, size and bytes, wherever they lie", async () => {
  const stored = (run: string, texts: Record<string, string>) => ({ run, texts });
  const long = "x".repeat(300_000);
  const runs = [
    stored("a", {
      "equal.txt": "one",
      "bytes.txt": "abc",
      "size.txt": "abc",
      "missing.txt": "abc",
      "type": "text",
      "empty.txt": "",
      "long.txt": `${long}y`,
      "set/in/one": "1",
      "set/two": "2",
      "other/one": "1",
      "grown/one": "1",
    }),
    stored("b", {
      "equal.txt": "one",
      "bytes.txt": "abd",
      "size.txt": "abcd",
      "type": "\x89PNG",
      "empty.txt": "",
      "long.txt": `${long}z`,
      "set/in/one": "1",
      "set/two": "2",
      "other/one": "2",
      "grown/one": "1",
      "grown/two": "2",
    }),
  ];
  const files = ["equal.txt", "bytes.txt", "size.txt", "missing.txt", "type", "empty.txt", "long.txt", "lost.txt"];
  const archive = Object.fromEntries(runs.map(({ run }, i) => [run, [
    ...sys(run, i + 1),
    ...files.map((name) => file(name, `${run}/${name}`)),
    ...["set", "other", "grown"].map((name): ArchiveRow => ({
      ...file(name, `${run}/${name}`),
      attribute_type: "file_set",
    })),
    filePoint("series", 0, T, `${run}/equal.txt`),
  ]]));
  await withArchive(archive, async (data) => {
    for (const { run, texts } of runs) {
      for (const [name, text] of Object.entries(texts)) {
        const path = `${data}/../files/${sanitized(PROJECT)}/${run}/${name}`;
        await Deno.mkdir(dirname(path), { recursive: true });
        await Deno.writeTextFile(path, text);
      }
    }
    const { code, answer, notes } = await runOn(data, "diff", "a", "b", "--json");
    assert.deepEqual([code, Object.keys(JSON.parse(answer))], [
      0,
      ["bytes.txt", "grown", "long.txt", "missing.txt", "other", "size.txt", "type"],
    ]);
    assert.equal(notes, "Not compared, as the files are missing in both runs: lost.txt\n");
    assert.deepEqual(
      Object.keys(JSON.parse((await runOn(data, "diff", "a", "b", "-c", "series", "--json")).answer)),
      [],
    );
  });
});

Deno.test("diff puts the attribute first and the runs in their order, however they are called", async () => {
  const runs = { "1": 1, "2": 2, attribute: 3 };
  const archive = Object.fromEntries(Object.entries(runs).map(([id, lr]) => [id, [...sys(id, lr), float("lr", lr)]]));
  await withArchive(archive, async (data) => {
    assert.equal((await runOn(data, "diff", "2", "1")).answer, "attribute\t2\t1\nlr\t2\t1\n");
    assert.equal((await runOn(data, "diff", "1", "attribute")).answer, "attribute\tA\tB\nlr\t1\t3\n");
  });
});

Deno.test("a fork that logs a config under the name of a series that it inherits shows both", async () => {
  const fork = [string("sys/forking/parent", "root"), float("sys/forking/step", 5), string("x", "own")];
  await withArchive({
    root: [...sys("root", 1), floatPoint("x", 0, T, 0.5)],
    fork: [...sys("fork", 2), ...fork],
  }, async (data) => {
    const { code, answer } = await runOn(data, "show", "fork", "-c", "x");
    assert.deepEqual([code, answer], [
      0,
      "attribute\ttype\tvalue\nx:string\tstring\town\nx:float_series\tfloat_series\t0.5\n",
    ]);
    assert.match((await runOn(data, "diff", "root", "fork", "-c", "x")).answer, /\nx:string\t\town\n$/);
  });
});

Deno.test("two runs of the same sys/id are told apart", async () => {
  const logged = (line: string) => stringPoint("log", 0, T, line);
  const rows = [string("sys/custom_run_id", "new-1"), string("sys/id", "OLD-1"), logged("new")];
  await withArchive({ "OLD-1": [string("sys/id", "OLD-1"), logged("old")], "new-1": rows }, async (data) => {
    assert.match((await runOn(data, "show", "new-1")).answer, /\nlog\tstring_series\tnew\n/);
    assert.match((await runOn(data, "logs", "new-1", "--bare")).answer, /^new\n$/);
    const both = await runOn(data, "show", "OLD-1");
    assert.deepEqual([both.code, both.answer], [2, ""]);
    assert.match(both.notes, /^"OLD-1" names 2 runs, /);
  });
});

Deno.test("logs are picked by expressions of RE2 and printed for programs, too", async () => {
  const rows = ["a-1 (x)\nmore", "b-2", "A-3"].map((line, step) => stringPoint("log", step, T, line));
  await withArchive({ one: [...sys("one", 1), ...rows] }, async (data) => {
    const picked = async (...words: string[]) => (await runOn(data, "logs", "one", "--bare", ...words)).answer;
    assert.equal(await picked("-g", String.raw`^a\-\d [(]x`), "a-1 (x)\n");
    assert.equal(await picked("-g", "^a", "-i"), "a-1 (x)\nA-3\n");
    const { answer } = await runOn(data, "logs", "one", "-g", "^(more|A)", "--json");
    assert.deepEqual(JSON.parse(answer).map((row: { step: number; value: string }) => [row.step, row.value]), [
      [0, "a-1 (x)\nmore"],
      [2, "A-3"],
    ]);
    const wrong = await runOn(data, "logs", "one", "-g", "(");
    assert.deepEqual([wrong.code, wrong.answer], [1, ""]);
    assert.match(wrong.notes, /not a regular expression that RE2 accepts/);
  });
});

Deno.test("words that cannot be understood lead to the help", async () => {
  const { code, notes } = await run("diff", "linear-1");
  assert.equal(code, 2);
  assert.match(notes, /neptune-fetcher diff --help/);
});

Deno.test("an unknown option or command is told with the one that may have been meant", async () => {
  const cases: [args: string[], said: RegExp][] = [
    [["runs", "--limt", "3"], /`--limt`.*Did you mean `--limit`\?\nneptune-fetcher runs --help lists/s],
    [["runs", "--archve=x"], /Did you mean `--archive`\?/],
    [["metrics", "--Attribute", "x"], /Did you mean `--attribute`\?/],
    [["files", "get", "--too", "x"], /Did you mean `--to`\?\nneptune-fetcher files get --help lists/],
    [["runs", "--bogus"], /`--bogus`\.\nneptune-fetcher runs --help lists/],
    [["runs", "--limit", "many"], /valid integer, but got "many"\.\nneptune-fetcher runs --help lists/],
    [["rusn"], /`rusn`\.\n\nDid you mean `runs`\?\nneptune-fetcher --help lists the commands/],
    [["help", "rusn"], /^Error: [^\n]*`rusn`\.\n\nDid you mean `runs`\?\nneptune-fetcher --help lists the commands/],
  ];
  for (const [args, said] of cases) {
    const { code, answer, notes } = await run(...args);
    assert.deepEqual([code, answer], [2, ""], args.join(" "));
    assert.match(notes, said, args.join(" "));
  }
});

Deno.test("files without get names files get", async () => {
  for (const words of [[], ["-a", ARCHIVE], ["gt"], ["--to", "x"]]) {
    const { code, notes } = await runOf(["files", ...words]);
    assert.equal(code, 2);
    assert.match(notes, /\nDid you mean `files get`\?\nneptune-fetcher files get --help lists what it takes\.\n$/);
  }
});

Deno.test("the help of every command says in words what it takes, and help COMMAND is the same", async () => {
  const { answer: all } = await runOf(["--help"]);
  const commands = [...all.matchAll(/^ {2}([a-z][a-z-]+) {2,}/gm)].map(([, name]) => name);
  assert.ok(commands.length >= 17);
  for (const name of commands.filter((name) => !["help", "completion", "serve"].includes(name))) {
    const words = name === "files" ? ["files", "get"] : [name];
    const { code, answer } = await runOf([...words, "--help"]);
    assert.equal(code, 0);
    assert.match(answer, new RegExp(`^Usage: neptune-fetcher ${words.join(" ")} \\[OPTIONS\\][^\\[]*$`, "m"), name);
    assert.doesNotMatch(answer, /\["|KIND/, name);
    assert.match(answer, /Examples:\n {2}neptune-fetcher /, name);
    assert.equal((await runOf(["help", ...words])).answer, answer, name);
  }
});

Deno.test("names with line breaks and tabs take one line of a tree and of a table", async () => {
  await withArchive({ "a\n\tb": sys("a\n\tb", 1, string("sys/name", "x\ty")) }, async (data) => {
    assert.equal((await runOn(data, "tree")).answer, "a ⏎  b (x y)\n");
    const [, , row, count] = (await runOn(data, "runs", "--table")).answer.split("\n");
    assert.match(row, /a ⏎ {2}b +x y$/);
    assert.equal(count, "1 row");
  });
});

Deno.test({
  name: "an answer that its reader has no room for is one sentence, not a stack",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", `"${Deno.execPath()}" run -A cli.ts runs --archive "${ARCHIVE}" > /dev/full`],
      cwd: new URL("../../", import.meta.url),
      env: { NO_COLOR: "1" },
    }).output();
    assert.equal(code, 1);
    assert.match(new TextDecoder().decode(stderr), /^The answer cannot be written: No space left.*\n$/);
  },
});
