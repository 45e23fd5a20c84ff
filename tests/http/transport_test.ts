import assert from "node:assert/strict";
import { configure, type LogRecord, reset } from "@logtape/logtape";
import { ConnectionError, OptionError, ProjectNotFoundError, ServerError } from "../../src/errors.ts";
import { openServer } from "../../src/http/catalog.ts";
import { type Retry, Transport, type TransportOptions } from "../../src/transport/transport.ts";
import { apiToken, brokenOff, deafAddress, PATHS, stalled, Stub } from "./stub.ts";

const OPTIONS: TransportOptions = { requestTimeoutSeconds: 60, deadlineSeconds: 60 };
/** What does not wait for one of these ends sooner than this, on a busy machine too; milliseconds. */
const SOON = 30_000;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (content: string) => new TextEncoder().encode(content);

function transport(options: Partial<TransportOptions> = {}): { retries: Retry[]; transport: Transport } {
  const retries: Retry[] = [];
  return { retries, transport: new Transport({ ...OPTIONS, ...options }, { onRetry: (one) => retries.push(one) }) };
}

const get = (url: string) => ({ method: "GET" as const, url, headers: {} });

Deno.test("429 is tried again after the time that Retry-After says", async () => {
  await using stub = new Stub({
    "/x": (_, count) =>
      count === 0 ? new Response("slow down", { status: 429, headers: { "retry-after": "1" } }) : new Response("ok"),
  });
  const { transport: one, retries } = transport();
  const started = performance.now();
  assert.equal(text(await one.bytes(get(`${stub.url}/x?secret=1`))), "ok");
  assert.ok(performance.now() - started > 990);
  assert.equal(retries.length, 1);
  const [{ url, attempt, reason }] = retries;
  assert.deepEqual({ url, attempt, reason }, { url: `${stub.url}/x`, attempt: 1, reason: "status 429" });
});

Deno.test("a Retry-After beyond the deadline is not waited for", async () => {
  await using stub = new Stub({ "/x": () => new Response("", { status: 503, headers: { "retry-after": "3600" } }) });
  const started = performance.now();
  await assert.rejects(transport().transport.bytes(get(`${stub.url}/x`)), ServerError);
  assert.ok(performance.now() - started < SOON);
  assert.equal(stub.count("/x"), 1);
});

Deno.test("any status from 500 on is tried again, also for POST with its body", async () => {
  const statuses = [500, 520, 599];
  await using stub = new Stub({
    "/x": ({ body }, count) =>
      count < statuses.length ? new Response("", { status: statuses[count] }) : new Response(body),
  });
  const { transport: one, retries } = transport();
  const answer = await one.bytes({ method: "POST", url: `${stub.url}/x`, headers: {}, body: "hello" });
  assert.equal(text(answer), "hello");
  assert.deepEqual(retries.map(({ reason }) => reason), statuses.map((status) => `status ${status}`));
});

Deno.test("a storm that does not end is an error when the deadline is over", async () => {
  await using stub = new Stub({ "/x": () => new Response("overloaded", { status: 503 }) });
  const started = performance.now();
  await assert.rejects(transport({ deadlineSeconds: 3 }).transport.bytes(get(`${stub.url}/x`)), (error) => {
    assert.ok(error instanceof ServerError);
    assert.deepEqual(error.fields, { status: 503, errorType: null, url: `${stub.url}/x` });
    assert.match(error.message, /answered 503 .*: overloaded/);
    return true;
  });
  assert.ok(performance.now() - started < SOON);
  assert.ok(stub.count("/x") > 1);
});

Deno.test("other errors are not tried again, and say what the server says but no secret", async () => {
  await using stub = new Stub({
    "/x": ({ headers }) =>
      Response.json({ errorType: "BAD_REQUEST", message: `${headers.get("authorization")} asks nonsense` }, {
        status: 400,
      }),
    "/redirect": () => new Response(null, { status: 307, headers: { location: "/x" } }),
    "/list": () => Response.json(["a"], { status: 404 }),
  });
  const { transport: one } = transport();
  await assert.rejects(
    one.bytes({ ...get(`${stub.url}/x?q=1`), headers: { authorization: "Bearer sesame" } }),
    (error) => {
      assert.ok(error instanceof ServerError);
      assert.deepEqual(error.fields, { status: 400, errorType: "BAD_REQUEST", url: `${stub.url}/x` });
      assert.ok(!Deno.inspect(error).includes("sesame"));
      return true;
    },
  );
  await assert.rejects(one.bytes(get(`${stub.url}/redirect`)), (error) => (error as ServerError).fields.status === 307);
  await assert.rejects(one.bytes(get(`${stub.url}/list`)), (error) => (error as ServerError).fields.status === 404);
  assert.equal(stub.seen.length, 3);
});

Deno.test("a body that breaks off is read again from the start, as part of the attempt", async () => {
  await using stub = new Stub({
    "/x": (_, count) => count < 2 ? brokenOff(bytes("half")) : new Response("half and half"),
  });
  const { transport: one, retries } = transport();
  assert.equal(text(await one.bytes(get(`${stub.url}/x`))), "half and half");
  assert.equal(retries.length, 2);
});

Deno.test("silence ends an attempt, before the answer and in the middle of it", async () => {
  await using stub: Stub = new Stub({
    "/before": (_, count) => count === 0 ? stub.silence() : new Response("ok"),
    "/within": (_, count) => count === 0 ? stalled(bytes("half")) : new Response("ok"),
  });
  const { transport: one, retries } = transport({ requestTimeoutSeconds: 0.5 });
  assert.equal(text(await one.bytes(get(`${stub.url}/before`))), "ok");
  assert.equal(text(await one.bytes(get(`${stub.url}/within`))), "ok");
  // On a busy machine more may be silent for so long.
  assert.ok(retries.length >= 2);
  for (const { reason } of retries) assert.match(reason, /^silence for [\d.]+ seconds$/);
});

Deno.test("an answer that arrives slowly but steadily is no silence", async () => {
  await using stub = new Stub({
    "/x": () =>
      new Response(ReadableStream.from((async function* () {
        for (let i = 0; i < 15; i++) {
          yield bytes(String(i % 10));
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
      })())),
  });
  const { transport: one, retries } = transport({ requestTimeoutSeconds: 2.5 });
  assert.equal(text(await one.bytes(get(`${stub.url}/x`))), "012345678901234");
  assert.deepEqual(retries, []);
});

Deno.test("an answer that came while this program stood still is no silence, and not late", async () => {
  const code = `Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: ({ port }) => postMessage(port) }, async () => {
    postMessage("asked");
    await new Promise((resolve) => setTimeout(resolve, 100));
    return new Response("ok");
  });`;
  const worker = new Worker(`data:application/javascript,${encodeURIComponent(code)}`, { type: "module" });
  const said = () => new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data));
  const port = await said();
  const { transport: one, retries } = transport({ requestTimeoutSeconds: 0.7, deadlineSeconds: 1.5 });
  const asked = said(), answer = one.bytes(get(`http://127.0.0.1:${port}/x`));
  await asked;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
  assert.equal(text(await answer), "ok");
  assert.deepEqual(retries, []);
  worker.terminate();
});

Deno.test("pieces are passed on as they arrive; what breaks off after the first is a ConnectionError", async () => {
  await using stub = new Stub({ "/x": () => brokenOff(bytes("half")) });
  let size = -1;
  const pieces = transport().transport.chunks(get(`${stub.url}/x`), undefined, {
    onSize: (told) => size = told,
  });
  assert.equal(text((await pieces.next()).value!), "half");
  assert.equal(size, 0);
  await assert.rejects(pieces.next(), (error) => error instanceof ConnectionError && error.fields.brokenOff === true);
  assert.equal(stub.count("/x"), 1);
});

Deno.test("the size of a compressed body is not taken for its own", async () => {
  const body = new Uint8Array(300_000).map((_, i) => i % 7);
  const packed = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
  const gzip = await new Response(packed).bytes();
  const headers = { "content-encoding": "gzip", "content-length": String(gzip.length) };
  await using stub = new Stub({ "/x": () => new Response(gzip, { headers }) });
  const { transport: one } = transport();
  assert.deepEqual(await one.bytes(get(`${stub.url}/x`)), body);
  let size = -1, pieces = 0;
  for await (const _ of one.chunks(get(`${stub.url}/x`), undefined, { onSize: (told) => size = told, reuse: true })) {
    pieces++;
  }
  assert.equal(size, 0);
  // Deno unpacks 4 kB at a time; with room for no more than the packed bytes there would be three times as many pieces.
  assert.ok(pieces < 100, `${pieces} pieces`);
});

Deno.test("an abort ends everything with the signal's own reason: request, body, wait between attempts", async () => {
  await using stub: Stub = new Stub({
    "/silent": () => stub.silence(),
    "/stalled": () => stalled(bytes("half")),
    "/failing": () => new Response("", { status: 500, headers: { "retry-after": "50" } }),
  });
  const { transport: one } = transport();
  for (const path of ["/silent", "/stalled", "/failing"]) {
    const reason = new Error(`enough of ${path}`);
    const abort = new AbortController();
    const ended = assert.rejects(one.bytes(get(stub.url + path), abort.signal), (error) => error === reason);
    while (stub.count(path) === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const started = performance.now();
    abort.abort(reason);
    await ended;
    assert.ok(performance.now() - started < SOON, path);
    assert.equal(stub.count(path), 1);
  }
  const reason = new Error("before");
  await assert.rejects(one.bytes(get(`${stub.url}/silent`), AbortSignal.abort(reason)), (error) => error === reason);
});

Deno.test("a missing permission is not taken for a network that fails", async () => {
  const denied = new Deno.errors.NotCapable("no net");
  const one = new Transport(OPTIONS, { fetch: () => Promise.reject(denied) });
  await assert.rejects(one.bytes(get("http://x.test/")), { name: "PermissionError" });
});

Deno.test("a custom fetch is used for everything, and the requests carry our User-Agent", async () => {
  await using stub = new Stub({
    [PATHS.projects]: () => Response.json({ entries: [{ id: "1", name: "p", organizationName: "w" }] }),
  });
  let calls = 0;
  const catalog = stub.open({
    fetch: (input, init) => {
      calls++;
      return fetch(input, init);
    },
  });
  assert.deepEqual(await catalog.projects(), [{ id: "1", name: "w/p" }]);
  assert.equal(calls, 2);
  assert.match(stub.seen[0].headers.get("user-agent")!, /^neptune-fetcher-deno \(deno=/);
  assert.equal(stub.seen[0].headers.get("accept"), "*/*");
});

Deno.test("requests go through the proxy that is given", async () => {
  const asked: string[] = [];
  const proxy = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const serving = (async () => {
    for await (const connection of proxy) {
      const buffer = new Uint8Array(4096);
      const read = await connection.read(buffer);
      asked.push(text(buffer.subarray(0, read ?? 0)));
      await connection.write(bytes("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"));
      connection.close();
    }
  })();
  const address = `http://127.0.0.1:${proxy.addr.port}`;
  const { transport: one } = transport({ proxy: address.replace("//", "//u:p@") });
  assert.equal(text(await one.bytes(get("http://neptune.test/x"))), "ok");
  assert.match(asked[0], /^GET http:\/\/neptune\.test\/x HTTP\/1\.1/);
  assert.match(asked[0], /proxy-authorization: Basic dTpw/i);
  one.close();
  proxy.close();
  await serving;
});

Deno.test("certificates that are none are an OptionError", async () => {
  const { transport: one } = transport({ caCerts: ["-----BEGIN CERTIFICATE-----\nbad\n-----END CERTIFICATE-----"] });
  await assert.rejects(one.bytes(get("https://127.0.0.1:9/")), (error) => {
    assert.ok(error instanceof OptionError, String(error));
    assert.equal(error.fields.option, "caCerts");
    return true;
  });
});

Deno.test("every retry is logged, and told to the option onRetry", async () => {
  const records: LogRecord[] = [];
  await configure({
    sinks: { memory: (record) => records.push(record) },
    loggers: [{ category: ["neptune-fetcher"], sinks: ["memory"] }, { category: ["logtape", "meta"], sinks: [] }],
  });
  try {
    await using stub = new Stub({
      [PATHS.projects]: (_, count) => count === 0 ? new Response("", { status: 502 }) : Response.json({ entries: [] }),
    });
    const retries: Retry[] = [];
    await stub.open({ onRetry: (retry) => retries.push(retry) }).projects();
    assert.equal(retries.length, 1);
    assert.deepEqual(records.map(({ category, level }) => [category.join("."), level]), [[
      "neptune-fetcher.http",
      "warning",
    ]]);
    assert.equal(records[0].properties.reason, "status 502");
    const text = records[0].message.join("");
    assert.match(text, /^Attempt 1 at .*\/projects failed \(status 502\); trying again, for \d+ s at most\.$/);
  } finally {
    await reset();
  }
});

Deno.test("a script that waits for a server that does not answer is told why, on the standard error", async () => {
  using deaf = await deafAddress();
  const catalog = "../../src/http/catalog.ts";
  const code = `
    import { openServer } from ${JSON.stringify(import.meta.resolve(catalog))};
    const source = openServer({ apiToken: ${JSON.stringify(apiToken(deaf.url))}, deadlineSeconds: 4 });
    await source.projects().catch((error) => console.log(error.name));
  `;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: ["eval", code] }).output();
  assert.equal(new TextDecoder().decode(stdout), "ConnectionError\n");
  const said = new TextDecoder().decode(stderr);
  assert.match(
    said,
    /No answer from http:\/\/127\.0\.0\.1:\d+ \(connection refused\): trying again, for [0123] s at most\./,
  );
  assert.equal(said.match(/No answer/g)!.length, 1);
});

Deno.test("an unknown project is a ProjectNotFoundError, however the server says it", async () => {
  const refusals = [
    () => Response.json({ errorType: "ACCESS_DENIED", message: "no" }, { status: 403 }),
    () => Response.json({ errorType: "PROJECT_NOT_FOUND" }, { status: 404 }),
    () => new Response("nothing here", { status: 404 }),
  ];
  for (const refusal of refusals) {
    await using stub = new Stub({ [PATHS.project]: refusal });
    await assert.rejects(stub.source().project(), (error) => {
      assert.ok(error instanceof ProjectNotFoundError, String(error));
      assert.equal(error.fields.project, "ws/proj");
      assert.match(error.message, /no project "ws\/proj".*check the name/);
      return true;
    });
  }
});

Deno.test("a server of a path of its own keeps it", async () => {
  await using stub = new Stub({
    "/prefix/api/backend/v1/authorization/oauth-token": () => new Response("", { status: 401 }),
  });
  const catalog = openServer({ apiToken: apiToken(`${stub.url}/prefix/`) });
  await assert.rejects(catalog.projects(), /refuses the API token/);
  catalog.close();
});

Deno.test("the deadline is a deadline for an answer that drips, in the whole and piece by piece; a large one gets more", async () => {
  const drip = (piece: Uint8Array, pieces: number, every: number) => () =>
    new Response(ReadableStream.from((async function* () {
      for (let i = 0; i < pieces; i++) {
        yield piece;
        await new Promise((resolve) => setTimeout(resolve, every));
      }
    })()));
  await using stub = new Stub({
    "/drip": drip(new Uint8Array(1), 1000, 100),
    "/large": drip(new Uint8Array(1 << 16), 30, 80),
  });
  const { transport: one } = transport({ deadlineSeconds: 2 });
  const drips = [() => one.bytes(get(`${stub.url}/drip`)), () => all(one.chunks(get(`${stub.url}/drip`)))];
  await Promise.all(drips.map(async (call) => {
    const started = performance.now();
    await assert.rejects(call(), (error) => {
      assert.ok(error instanceof ConnectionError, String(error));
      assert.equal(error.fields.brokenOff, undefined);
      assert.match(error.message, /deadlineSeconds/);
      return true;
    });
    const milliseconds = performance.now() - started;
    assert.ok(milliseconds > 1900 && milliseconds < SOON, `${milliseconds} ms`);
  }));
  const large = await Promise.all([one.bytes(get(`${stub.url}/large`)), all(one.chunks(get(`${stub.url}/large`)))]);
  assert.deepEqual(large.map(({ length }) => length), [30 << 16, 30 << 16]);
});

Deno.test("a reader who takes his time is no slow server", async () => {
  await using stub = new Stub({ "/x": () => new Response(new Uint8Array(3 << 20)) });
  const { transport: one } = transport({ deadlineSeconds: 2, requestTimeoutSeconds: 1.5 });
  let bytes = 0;
  for await (const piece of one.chunks(get(`${stub.url}/x`))) {
    if (bytes === 0) await new Promise((resolve) => setTimeout(resolve, 2500));
    bytes += piece.length;
  }
  assert.equal(bytes, 3 << 20);
});

async function all(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  return await new Blob(await Array.fromAsync(pieces, (piece) => piece.slice())).bytes();
}

Deno.test("a failed connection keeps its reason, and what no second attempt changes is not tried again", async () => {
  const failing = (message: string) => {
    let count = 0;
    const fetch = () => {
      count++;
      const cause = new Error(`error sending request for url (http://x.test/): client error (Connect): ${message}`);
      return Promise.reject(new TypeError("fetch failed", { cause }));
    };
    return { one: new Transport({ ...OPTIONS, deadlineSeconds: 2 }, { fetch }), count: () => count };
  };
  const cases: [string, boolean, RegExp][] = [
    ["dns error: failed to lookup address information: Name or service not known", false, /name in the address/],
    [
      "dns error: failed to lookup address information: Temporary failure in name resolution",
      true,
      /name in the address/,
    ],
    ["invalid peer certificate: UnknownIssuer", false, /caCerts/],
    ["received corrupt message of type InvalidContentType", false, /https:/],
    ["tcp connect error: Connection refused (os error 111)", true, /check the address/],
  ];
  await Promise.all(cases.map(async ([reason, again, advice]) => {
    const { one, count } = failing(reason);
    await assert.rejects(one.bytes(get("http://x.test/")), (error) => {
      assert.ok(error instanceof ConnectionError);
      assert.ok(error.message.includes(reason), error.message);
      assert.match(error.message, advice);
      return true;
    });
    assert.equal(count() > 1, again, reason);
  }));
  // A server without TLS, asked with it.
  await using stub = new Stub();
  const started = performance.now();
  await assert.rejects(
    transport().transport.bytes(get(stub.url.replace("http:", "https:"))),
    /after 1 attempt .*corrupt/,
  );
  await assert.rejects(transport().transport.bytes(get("ftp://127.0.0.1/x")), /after 1 attempt .*'ftp' not supported/);
  assert.ok(performance.now() - started < SOON);
});

Deno.test("a 400 with a list is tried again, as official clients do, but not for ever", async () => {
  await using stub = new Stub({
    "/once": (_, count) => count === 0 ? Response.json(["busy"], { status: 400 }) : new Response("ok"),
    "/always": () => Response.json(["busy"], { status: 400 }),
  });
  const { transport: one } = transport();
  assert.equal(text(await one.bytes(get(`${stub.url}/once`))), "ok");
  await assert.rejects(one.bytes(get(`${stub.url}/always`)), ServerError);
  assert.equal(stub.count("/always"), 3);
});
