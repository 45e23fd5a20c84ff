import assert from "node:assert/strict";
import { OptionError } from "../../src/errors.ts";
import { secretOf } from "../../src/server/tokens.ts";
import { runServer, serve } from "../../serve.ts";
import { ReadOnlyProject } from "../../mod.ts";
import { floatPoint, string } from "../../samples/rows.ts";
import { writeRun } from "../../samples/writer.ts";
import { PATHS } from "./client.ts";
import { PROJECT } from "./sample.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const ARCHIVE = `${ROOT}samples/archive/data`;

interface Started {
  process: Deno.ChildProcess;
  url: string;
  apiToken: string;
  projects: string[];
}

function command(...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${ROOT}serve.ts`, ...args],
    // Summaries of the archive go elsewhere, packages are where they are.
    env: { XDG_CACHE_HOME: cache, DENO_DIR: denoDir, NEPTUNE_ARCHIVE: "", NEPTUNE_OFFLINE: "" },
    stdout: "piped",
    stderr: "piped",
  });
}
const cache = Deno.makeTempDirSync();
const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
const { denoDir } = JSON.parse(new TextDecoder().decode(stdout));

/** Starts the command and reads its first line. */
async function start(...args: string[]): Promise<Started & { rest: ReadableStreamDefaultReader<string> }> {
  const process = command("--archive", ARCHIVE, "--port", "0", "--json", ...args).spawn();
  const rest = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await rest.read();
    assert.ok(!done, `the server ended after ${JSON.stringify(text)}`);
    text += value;
  }
  return { process, rest, ...JSON.parse(text) };
}

/** Stops the process and gives its exit code and what it wrote to the standard error output. */
async function stop({ process, rest }: Awaited<ReturnType<typeof start>>, signal: Deno.Signal) {
  process.kill(signal);
  const errors = await new Response(process.stderr).text();
  await rest.cancel();
  return { code: (await process.status).code, errors };
}

const headersFor = async ({ url, apiToken }: { url: string; apiToken: string }) => {
  const answer = await fetch(url + PATHS.token, { headers: { "x-neptune-api-token": apiToken } });
  assert.equal(answer.status, 200, await answer.clone().text());
  return { authorization: `Bearer ${(await answer.json()).accessToken}` };
};

Deno.test("serve.ts --json writes one line once it listens, and stops at SIGTERM and SIGINT with exit code 0", async () => {
  const folder = await Deno.makeTempDir();
  const tokenFile = `${folder}/token`;
  const first = await start("--token-file", tokenFile, "--access-log");
  assert.deepEqual(first.projects, [PROJECT]);
  assert.match(first.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  const headers = await headersFor(first);
  const answer = await fetch(`${first.url}${PATHS.projects}`, { headers });
  assert.equal((await answer.json()).entries[0].name, "digits");
  assert.equal((await fetch(first.url + PATHS.projects).then((answer) => answer.json())).code, 401);
  if (Deno.build.os !== "windows") assert.equal((await Deno.stat(tokenFile)).mode! & 0o777, 0o600);
  assert.equal((await Deno.readTextFile(tokenFile)).trim(), first.apiToken);
  const ended = await stop(first, "SIGTERM");
  assert.equal(ended.code, 0);
  assert.match(ended.errors, /GET \/api\/backend\/v1\/projects 200 [\d.]+ ms\n/);
  assert.ok(!ended.errors.includes(first.apiToken));

  const second = await start("--token-file", tokenFile);
  assert.equal(secretOf(second.apiToken), secretOf(first.apiToken));
  await headersFor({ url: second.url, apiToken: first.apiToken });
  const stillValid = await fetch(`${second.url}${PATHS.projects}`, { headers });
  assert.equal((await stillValid.json()).matchingItemCount, 1);
  assert.deepEqual(await stop(second, "SIGINT"), { code: 0, errors: "" });
});

Deno.test("serve.ts can be stopped from the moment at which it says that it is there", async () => {
  const { addSignalListener } = Deno, { log } = console;
  const stops: [Deno.Signal, () => void][] = [];
  Deno.addSignalListener = (signal, stop) => {
    stops.push([signal, stop]);
    addSignalListener(signal, stop);
  };
  const before: string[] = [];
  console.log = () => before.push(...stops.map(([signal]) => signal));
  try {
    const ended = runServer(["--archive", ARCHIVE, "--port", "0", "--json"]);
    while (stops.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    for (const [, stop] of stops) stop();
    assert.equal(await ended, 0);
    assert.deepEqual(before, ["SIGINT", "SIGTERM"]);
  } finally {
    Object.assign(Deno, { addSignalListener });
    console.log = log;
  }
});

Deno.test("serve.ts answers bad arguments with one sentence and exit code 2, and what is not there with 1", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = String((taken.addr as Deno.NetAddr).port);
  const cases: [string[], RegExp][] = [
    [[], /--archive/],
    [["--archive", ARCHIVE, "--port", "many"], /--port is "many"/],
    [["--archive", ARCHIVE, "--port", "70000"], /65535/],
    [["--archive", ARCHIVE, "--banana"], /banana/],
    [["--archive", `${ROOT}no/such/folder`, "--port", "0"], /no\/such\/folder: pass `--archive`,/],
    [["--offline", `${ROOT}no/such/folder`, "--port", "0"], /no\/such\/folder: pass as `--offline` /],
    [["-a", ARCHIVE, "--port", "0", "--time-zone", "Mars/Olympus"], /"Mars\/Olympus" is not known/],
    [
      ["-a", ARCHIVE, "--prot", "0"],
      /^Unknown option '--prot'\. Did you mean "--project" or "--port"\? Run with --help/,
    ],
    [["-a", ARCHIVE, "--port", "0", "--match", "async/1"], /^--match is "async\/1", but must be REMAINDER=ID/],
    [
      ["-a", ARCHIVE, "--port", "0", "--match", "async/1=A"],
      /^`--match` says .* pass both `--archive` and `--offline`/,
    ],
    [["--archive", ARCHIVE, "--port", "0", "--damaged-runs", "no"], /^--damaged-runs is "no", but must be /],
    [["--archive", ARCHIVE, "--port", port], /^Port \d+ of 127\.0\.0\.1 is taken/],
    [["--archive", ARCHIVE, "--port", "0", "--host", "a,b"], /not possible to listen on a,b:0/],
    [["--archive", ARCHIVE, "--port", "0", "--token-file", `${ROOT}README.md`], /README\.md holds no API token/],
  ];
  await Promise.all(cases.map(async ([args, message]) => {
    const { code, stdout, stderr } = await command(...args).output();
    const text = new TextDecoder().decode(stderr);
    assert.equal(code, args.some((word) => word.includes("no/such") || word === port) ? 1 : 2, args.join(" "));
    assert.match(text, message);
    assert.equal(text.trim().split("\n").length, 1, text);
    assert.equal(stdout.length, 0);
  }));
});

Deno.test("serve() finishes the requests that are being answered before it stops", async () => {
  const started: string[] = [];
  const server = await serve({
    archive: ARCHIVE,
    port: 0,
    cacheFolder: null,
    onRequest: ({ path }) => started.push(path),
  });
  // "Continue" says that the request is being answered, and the rest of it comes once the server closes.
  const body = JSON.stringify({ projectIdentifiers: [PROJECT] });
  const { hostname, port } = new URL(server.url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const send = (text: string) => connection.write(new TextEncoder().encode(text));
  const answer = connection.readable.pipeThrough(new TextDecoderStream()).getReader();
  await send([
    `POST ${PATHS.definitions} HTTP/1.1`,
    `host: ${hostname}:${port}`,
    `authorization: ${(await headersFor(server)).authorization}`,
    "expect: 100-continue",
    `content-length: ${body.length}`,
    "\r\n",
  ].join("\r\n"));
  assert.match((await answer.read()).value!, /^HTTP\/1.1 100 Continue/);
  const closed = server.close();
  await send(body);
  let text = "";
  for (let piece = await answer.read(); !piece.done; piece = await answer.read()) text += piece.value;
  assert.match(text, /^HTTP\/1.1 200 OK/);
  assert.equal(text.match(/"name":/g)?.length, 49, text);
  await closed;
  await server.finished;
  await assert.rejects(fetch(server.url + PATHS.config));
  assert.deepEqual(started, [PATHS.token, PATHS.definitions]);
});

Deno.test("serve() puts the times of an archive of Neptune 2.x right, and shows runs whose export was interrupted", async () => {
  const folder = await Deno.makeTempDir();
  const write = (runId: string, part: number) =>
    writeRun({
      dataRoot: `${folder}/data`,
      projectId: "team/old",
      runId,
      part,
      batches: [[string("sys/id", runId), floatPoint("loss", 0, Date.UTC(2025, 0, 1, 12), 1)]],
    });
  await write("OLD-1", 0);
  await write("OLD-2", 1);
  const server = await serve({
    archive: `${folder}/data`,
    port: 0,
    cacheFolder: null,
    timeZone: "Europe/Warsaw",
    includeIncomplete: true,
  });
  const project = new ReadOnlyProject({ project: "team/old", apiToken: server.apiToken });
  try {
    const points = await project.fetchMetrics({ attributes: ["loss"] });
    assert.deepEqual(points.getColumn("run").toArray(), ["OLD-1", "OLD-2"]);
    assert.deepEqual(points.getColumn("timestamp").toArray()[0], new Date("2025-01-01T11:00:00Z"));
  } finally {
    project.close();
    await server.close();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("serve() says which port is taken, and takes another one only where none was asked for", async () => {
  const first = await serve({ archive: ARCHIVE, port: 0, cacheFolder: null });
  const port = Number(new URL(first.url).port);
  await assert.rejects(serve({ archive: ARCHIVE, port, cacheFolder: null }), (error: unknown) => {
    assert.ok(error instanceof OptionError);
    assert.match(error.message, new RegExp(`Port ${port} .*taken`));
    return true;
  });
  const second = await serve({ archive: ARCHIVE, cacheFolder: null });
  const third = await serve({ archive: ARCHIVE, cacheFolder: null });
  assert.notEqual(second.url, third.url);
  for (const server of [first, second, third]) await server.close();
});
