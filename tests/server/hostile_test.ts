/** What a server must bear: clients that say too much, nothing, or the wrong thing, that go away, and links that lead elsewhere. */

import assert from "node:assert/strict";
import { createHandler } from "../../src/server/handler.ts";
import { listen, type Patience } from "../../src/server/listen.ts";
import { makeApiToken, newSecret } from "../../src/server/tokens.ts";
import type { Catalog } from "../../src/source.ts";
import { serve, type ServedArchive, type ServeOptions } from "../../serve.ts";
import { PATHS } from "./client.ts";
import { MEMORY_PROJECT, memoryCatalog, memoryRun } from "./memory.ts";
import { PROJECT } from "./sample.ts";

const ARCHIVE = new URL("../../samples/archive/data", import.meta.url).pathname;
const MB = 1 << 20;

type Served = ServedArchive & AsyncDisposable;

async function serving(options: Partial<ServeOptions> = {}): Promise<Served> {
  const server = await serve({ archive: ARCHIVE, port: 0, cacheFolder: null, ...options });
  return { ...server, [Symbol.asyncDispose]: () => server.close() };
}

async function headersOf({ url, apiToken }: { url: string; apiToken: string }): Promise<Record<string, string>> {
  const answer = await fetch(url + PATHS.token, { headers: { "x-neptune-api-token": apiToken } });
  return { authorization: `Bearer ${(await answer.json()).accessToken}` };
}

/** No answer takes longer, on a busy machine either; milliseconds. */
const PATIENCE = 30_000;

/** What comes back for bytes that are sent as they are, until the connection ends; null where it does not end in time. */
async function raw(url: string, bytes: string): Promise<{ text: string } | null> {
  const connection = await Deno.connect({ port: Number(new URL(url).port) });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    connection.close();
  }, PATIENCE);
  let text = "";
  try {
    await connection.write(new TextEncoder().encode(bytes));
    for await (const piece of connection.readable.pipeThrough(new TextDecoderStream())) text += piece;
  } catch {
    if (isLate) return null;
  }
  clearTimeout(timer);
  return { text };
}

const statusOf = (answer: { text: string } | null) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer?.text ?? "")?.[1]);

Deno.test("bodies are limited, before and after the token, whether they say their size or not", async () => {
  await using server = await serving();
  const headers = await headersOf(server);
  const refresh = "/auth/realms/neptune/protocol/openid-connect/token";
  // The same bytes again and again, so that it is the server's memory that grows.
  const large = new Uint8Array(20 * MB), piece = new Uint8Array(MB);
  const endless = () => {
    let sent = 0;
    return new ReadableStream({ pull: (to) => sent++ < 400 ? to.enqueue(piece) : to.close() });
  };
  const before = Deno.memoryUsage().rss;
  const cases: [string, Record<string, string>, number][] = [
    [refresh, {}, 413],
    [PATHS.definitions, {}, 401],
    [PATHS.buckets, {}, 401],
    [PATHS.definitions, headers, 413],
    [PATHS.buckets, headers, 413],
    [PATHS.floatSeries, headers, 413],
  ];
  for (const [path, headers, status] of cases) {
    for (const body of [large, endless()]) {
      // The server may end the connection before all was sent.
      const answer = await fetch(server.url + path, { method: "POST", headers, body }).catch(() => null);
      if (answer) assert.equal(answer.status, status, path);
      await answer?.body?.cancel();
    }
  }
  const answer = await raw(
    server.url,
    `POST ${PATHS.definitions} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400000000\r\n\r\n{`,
  );
  assert.equal(statusOf(answer), 401);
  const grown = (Deno.memoryUsage().rss - before) / MB;
  assert.ok(grown < 400, `${grown} MB`);
});

Deno.test("connections that ask nothing, half a question, or take no answer, end", async () => {
  const patience: Patience = { head: 300, request: 600, idle: 300, answer: 300 };
  const large = new Uint8Array(64 * MB);
  const ended = Promise.withResolvers<void>();
  const server = await listen(
    async (request, { signal }) => {
      if (request.url.endsWith("/large")) signal.addEventListener("abort", () => ended.resolve());
      await request.text().catch(() => {});
      return new Response(request.url.endsWith("/large") ? large : "ok");
    },
    "127.0.0.1",
    0,
    patience,
  );
  const url = `http://127.0.0.1:${server.port}`;
  const cases = [
    "",
    "GET / HTT",
    "GET / HTTP/1.1\r\nHost: localhost\r\n",
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf",
    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
  ];
  await Promise.all(cases.map(async (bytes) => assert.ok(await raw(url, bytes), JSON.stringify(bytes))));
  // Nothing is read, so that the answer stands still.
  const connection = await Deno.connect({ port: server.port });
  await connection.write(new TextEncoder().encode("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  const late = setTimeout(ended.resolve, PATIENCE);
  await ended.promise;
  clearTimeout(late);
  let taken = 0;
  try {
    for await (const piece of connection.readable) taken += piece.length;
  } catch {
    // It was reset.
  }
  assert.ok(taken < large.length, "the server waited for a client that took nothing");
  await server.close();
});

Deno.test("odd hosts, methods and targets are 4xx, and the server goes on", async () => {
  await using server = await serving();
  const close = "Connection: close\r\n\r\n";
  const get = (target: string, host: string) => `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${close}`;
  const cases = [
    ...["", "[[[", "a b", "a/b", "user@localhost", "127.0.0.1:99999", "é", "x\u0001", "localhost#", "%zz"].map((host) =>
      get(PATHS.config, host)
    ),
    `GET ${PATHS.config} HTTP/1.1\r\n${close}`,
    get(`/${"x".repeat(100_000)}`, "localhost"),
    get("/%E0%A4%A", "localhost"),
    get("//", "localhost"),
    `OPTIONS * HTTP/1.1\r\nHost: localhost\r\n${close}`,
    "GARBAGE\r\n\r\n",
    `GET / HTTP/9.9\r\nHost: localhost\r\n${close}`,
  ];
  for (const bytes of cases) {
    const status = statusOf(await raw(server.url, bytes));
    assert.ok(status >= 400 && status < 500, `${status} for ${JSON.stringify(bytes.slice(0, 80))}`);
  }
  assert.equal(statusOf(await raw(server.url, get(PATHS.config, "localhost"))), 200);
});

Deno.test("a name that a page of the internet gave this address is refused on a loopback address, and only there", async () => {
  await using server = await serving();
  const ask = (url: string, host: string) =>
    raw(url, `GET ${PATHS.config} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  const { port } = new URL(server.url);
  for (const host of ["evil.test", `evil.test:${port}`, "192.168.1.5", "localhost.evil.test", "2130706434"]) {
    assert.equal(statusOf(await ask(server.url, host)), 403, host);
  }
  for (const host of ["127.0.0.1", `localhost:${port}`, "LOCALHOST", "[::1]:80"]) {
    assert.equal(statusOf(await ask(server.url, host)), 200, host);
  }
  await using open = await serving({ host: "0.0.0.0" });
  assert.equal(statusOf(await ask(open.url, "any.test")), 200);
});

Deno.test("a client that has gone ends its work", async () => {
  let started = 0, ended = 0, steps = 0;
  // deno-lint-ignore require-yield
  const series = async function* ({ signal }: { signal?: AbortSignal }) {
    started++;
    try {
      while (true) {
        signal!.throwIfAborted();
        steps++;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    } finally {
      ended++;
    }
  };
  await using server = await servingMemory(memoryCatalog({ runs: [memoryRun(1)], source: { series } }).catalog);
  const headers = await headersOf(server);
  const holder = { identifier: `${MEMORY_PROJECT}/MEM-1`, type: "experiment" };
  const body = JSON.stringify({
    perSeriesPointsLimit: 1,
    requests: [{ requestId: "0", series: { attribute: "m", holder } }],
  });
  const abort = new AbortController();
  const answers = Array.from(
    { length: 20 },
    () =>
      fetch(server.url + PATHS.floatSeries, { method: "POST", headers, body, signal: abort.signal }).catch(() => null),
  );
  // As many as are worked on at a time have begun, the others wait, and are never begun.
  while (started < 8) await new Promise((resolve) => setTimeout(resolve, 10));
  abort.abort();
  await Promise.all(answers);
  for (const end = performance.now() + PATIENCE; ended < started && performance.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.equal(ended, started);
  assert.ok(started < 20, "requests of clients that have gone were begun");
  const before = steps;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(steps, before);
});

async function servingMemory(catalog: Catalog): Promise<{ url: string; apiToken: string } & AsyncDisposable> {
  const secret = newSecret();
  const server = await listen(createHandler(catalog, { secret }), "127.0.0.1", 0);
  const url = `http://127.0.0.1:${server.port}`;
  return { url, apiToken: makeApiToken(secret, url), [Symbol.asyncDispose]: () => server.close() };
}

/** A copy of a part of the sample archive, to be changed. */
async function copied(): Promise<{ folder: string; project: string } & AsyncDisposable> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const [{ name: project }] = await Array.fromAsync(Deno.readDir(ARCHIVE));
  await Deno.mkdir(`${folder}/exports/data/${project}`, { recursive: true });
  for await (const { name } of Deno.readDir(`${ARCHIVE}/${project}`)) {
    await Deno.copyFile(`${ARCHIVE}/${project}/${name}`, `${folder}/exports/data/${project}/${name}`);
  }
  await Deno.mkdir(`${folder}/exports/files/${project}/linear-1`, { recursive: true });
  return { folder, project, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

const ask = async (server: Served, path: string) => {
  const headers = await headersOf(server);
  const files = [{ project_identifier: PROJECT, path, permission: "read" }];
  const signed = await fetch(server.url + PATHS.signedUrl, {
    method: "POST",
    headers,
    body: JSON.stringify({ files }),
  });
  return await fetch((await signed.json()).files[0].url);
};

Deno.test(
  "links inside the files folder lead outside only when asked for",
  { ignore: Deno.build.os === "windows" },
  async () => {
    await using copy = await copied();
    const { folder, project } = copy;
    const files = `${folder}/exports/files/${project}`;
    await Deno.writeTextFile(`${folder}/secret.txt`, "of this machine");
    await Deno.mkdir(`${folder}/elsewhere`);
    await Deno.writeTextFile(`${folder}/elsewhere/x.txt`, "of this machine");
    await Deno.writeTextFile(`${files}/inside.txt`, "of the archive");
    await Deno.symlink(`${folder}/secret.txt`, `${files}/linear-1/out.txt`);
    await Deno.symlink("../../../../secret.txt", `${files}/linear-1/up.txt`);
    await Deno.symlink(`${folder}/elsewhere`, `${files}/linear-1/folder`);
    await Deno.symlink(`${files}/inside.txt`, `${files}/linear-1/in.txt`);
    const outside = ["linear-1/out.txt", "linear-1/up.txt", "linear-1/folder/x.txt", "linear-1/folder"];
    {
      await using server = await serving({ archive: `${folder}/exports/data` });
      for (const path of outside) {
        const answer = await ask(server, path);
        assert.equal(answer.status, 404, path);
        assert.ok(!(await answer.text()).includes("of this machine"));
      }
      assert.equal(await (await ask(server, "linear-1/in.txt")).text(), "of the archive");
    }
    await using server = await serving({ archive: `${folder}/exports/data`, followLinks: true });
    assert.equal(await (await ask(server, "linear-1/out.txt")).text(), "of this machine");
    // A files folder that is a link itself is the one that was asked for.
    await Deno.rename(`${folder}/exports/files`, `${folder}/exports/kept`);
    await Deno.symlink(`${folder}/exports/kept`, `${folder}/exports/files`);
    await using linked = await serving({ archive: `${folder}/exports/data` });
    assert.equal(await (await ask(linked, "linear-1/in.txt")).text(), "of the archive");
  },
);

Deno.test("no place of this machine is in an answer, and long paths of files are 404", async () => {
  await using copy = await copied();
  const { folder, project } = copy;
  const [part] = (await Array.fromAsync(Deno.readDir(`${folder}/exports/data/${project}`))).map(({ name }) => name)
    .sort();
  await Deno.writeTextFile(`${folder}/exports/data/${project}/${part}`, "no Parquet");
  await using server = await serving({ archive: `${folder}/exports/data` });
  const headers = await headersOf(server);
  const texts: string[] = [];
  for (const path of ["no/such/file", "x".repeat(300), `${"x/".repeat(2500)}y`, "linear-1", "\0", "a\\b"]) {
    const answer = await ask(server, path);
    assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} for ${path.slice(0, 20)}`);
    texts.push(await answer.text());
  }
  const query = `?projectIdentifier=${encodeURIComponent(PROJECT)}`;
  for (
    const [path, body] of [[PATHS.entries + query, {}], [PATHS.values + query, {}], [PATHS.definitions, {
      projectIdentifiers: [PROJECT],
    }]] as const
  ) {
    const answer = await fetch(server.url + path, { method: "POST", headers, body: JSON.stringify(body) });
    texts.push(await answer.text());
  }
  assert.ok(texts.some((text) => /Parquet|part_0/.test(text)), "the damage is told");
  for (const text of texts) assert.ok(!text.includes(folder) && !text.includes(Deno.cwd()), text);
});

Deno.test("deep and wide bodies are answered with 4xx", async () => {
  await using server = await serving();
  const headers = await headersOf(server);
  const query = `?projectIdentifier=${encodeURIComponent(PROJECT)}`;
  const deep = (open: string, close: string) => open.repeat(100_000) + close.repeat(100_000);
  const bodies = [
    deep("[", "]"),
    `{"a":${deep("[", "]")}}`,
    deep('{"a":', "}").replace("}", "1}"),
    JSON.stringify({ query: { query: `${"(".repeat(50_000)}\`a\`:int = 1${")".repeat(50_000)}` } }),
    JSON.stringify({ query: { query: `${"NOT ".repeat(50_000)}\`a\`:int = 1` } }),
    JSON.stringify({ attributeNameFilter: { mustMatchRegexes: ["(".repeat(20_000) + ")".repeat(20_000)] } }),
  ];
  for (const path of [PATHS.entries + query, PATHS.values + query]) {
    for (const body of bodies) {
      const answer = await fetch(server.url + path, { method: "POST", headers, body });
      await answer.body?.cancel();
      assert.ok(answer.status < 500, `${answer.status} for ${body.slice(0, 60)}`);
    }
  }
});

Deno.test("a server that is closed finishes what it answers, and waits for no connection that asks nothing", async () => {
  const asked = Promise.withResolvers<void>(), goOn = Promise.withResolvers<void>();
  const { port, close, finished } = await listen(
    async (request) => {
      if (!request.url.endsWith("/slow")) return new Response("fast");
      asked.resolve();
      await goOn.promise;
      return new Response("x".repeat(4 * MB));
    },
    "127.0.0.1",
    0,
  );
  const silent = await Deno.connect({ port });
  const kept = await Deno.connect({ port });
  await kept.write(new TextEncoder().encode("GET /fast HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  await kept.read(new Uint8Array(1000));
  const slow = fetch(`http://127.0.0.1:${port}/slow`).then((answer) => answer.text());
  await asked.promise;
  const started = performance.now();
  const closed = close();
  goOn.resolve();
  assert.equal((await slow).length, 4 * MB, "what was being answered is answered whole");
  await Promise.all([closed, finished]);
  assert.ok(performance.now() - started < PATIENCE, `closing took ${performance.now() - started} ms`);
  silent.close();
  kept.close();
});

Deno.test("work for a client that has gone ends with an error that says so, and is no failure of the server", async () => {
  const reason = Promise.withResolvers<unknown>();
  const stop = new AbortController();
  const { port, close } = await listen(
    (_request, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          reason.resolve(signal.reason);
          reject(signal.reason);
        });
        setTimeout(() => stop.abort(), 50);
      }),
    "127.0.0.1",
    0,
  );
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`, { signal: stop.signal }));
  const told = await reason.promise;
  assert.ok(told instanceof DOMException && told.name === "AbortError", String(told));
  await close();
});
