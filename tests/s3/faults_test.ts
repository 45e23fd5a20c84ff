/**
 * What goes wrong in object storage: the right answer, or one typed error that says what to do. Nothing is left running, which the
 * sanitizers of `deno test` tell.
 */

import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import {
  compactArchive,
  ConnectionError,
  DamagedFileError,
  isNeptuneError,
  ReadOnlyProject,
  type ReadOnlyProjectOptions,
  ReadOnlyRun,
  type StorageError,
  type StorageErrorReason,
} from "../../mod.ts";
import { float } from "../../samples/rows.ts";
import { writeRun } from "../../samples/writer.ts";
import { openArchive } from "../../src/archive/catalog.ts";
import { abortable } from "../../src/async/shared.ts";
import { seriesList } from "../../src/columns.ts";
import { openStorage } from "../../src/s3/store.ts";
import { failure, type Fault, FolderStore, KEYS } from "./server.ts";

const SAMPLE = new URL("../../samples/archive", import.meta.url).pathname;
const ENDPOINT = "http://store.test";
/** The run whose file is spoilt. */
const RUN = "mlp-adam-1";

function open(server: FolderStore, options: Partial<ReadOnlyProjectOptions> = {}): ReadOnlyProject {
  return new ReadOnlyProject({
    archive: "s3://bucket/data",
    storageOptions: { ...KEYS, endpoint: ENDPOINT, allowHttp: true },
    fetch: server.fetch as typeof fetch,
    cacheFolder: null,
    ...options,
  });
}

function spoilt(fault: Fault): FolderStore {
  const server = new FolderStore({ bucket: SAMPLE });
  server.fault = fault;
  return server;
}

async function refused(server: FolderStore, reason: StorageErrorReason, options: Partial<ReadOnlyProjectOptions> = {}) {
  const project = open(server, options);
  try {
    return await assertStorage(() => project.listRuns(), reason);
  } finally {
    project.close();
  }
}

async function assertStorage(call: () => PromiseLike<unknown>, reason: StorageErrorReason): Promise<StorageError> {
  const error = await Promise.resolve(call()).then(() => assert.fail("nothing was thrown"), (error) => error);
  assert.ok(isNeptuneError(error, "StorageError"), `${error.name}: ${error.message}`);
  assert.equal(error.fields.reason, reason, error.message);
  assert.match(error.fields.location, /^s3:\/\/bucket/);
  assert.match(error.message, /\.$/);
  return error;
}

const isOf = (run: string) => (key: string) => key.includes(`/${run}-`) && key.endsWith(".parquet");

Deno.test("keys that the store does not know or that do not fit are told as such", async () => {
  const server = new FolderStore({ bucket: SAMPLE });
  const storageOptions = { ...KEYS, endpoint: ENDPOINT, allowHttp: true };
  const wrong = await refused(server, "credentials", { storageOptions: { ...storageOptions, secretAccessKey: "x" } });
  assert.match(wrong.message, /SignatureDoesNotMatch.*its secret/);
  const unknown = await refused(server, "credentials", { storageOptions: { ...storageOptions, accessKeyId: "x" } });
  assert.equal(unknown.fields.code, "InvalidAccessKeyId");
  // They are not tried again.
  assert.ok(server.asked.length <= 4, String(server.asked.length));
});

Deno.test("keys that have expired, a bucket that is not there, one that may not be read", async () => {
  const expired = await refused(spoilt(({ method }) => failure(400, "ExpiredToken", method)), "expired");
  assert.match(expired.message, /expired/);
  const missing = await refused(new FolderStore({}), "no bucket");
  assert.match(missing.message, /no bucket s3:\/\/bucket/);
  await refused(spoilt(({ method }) => failure(403, "AccessDenied", method)), "no access");
});

Deno.test("a right to list but not to read is no damage of every run", async () => {
  const server = spoilt(({ key, method }) => key.endsWith(".parquet") ? failure(403, "AccessDenied", method) : null);
  await refused(server, "no access");
  await refused(server, "no access", { damagedRuns: "skip" });
});

Deno.test("a store that says 503 for a while is asked again; one that goes on is busy", async () => {
  const server = spoilt(({ method }) =>
    [0, 3, 4].includes(server.asked.length - 1) ? failure(503, "SlowDown", method) : null
  );
  const project = open(server);
  assert.equal((await project.listRuns()).length, 12);
  project.close();
  const busy = await refused(spoilt(({ method }) => failure(503, "SlowDown", method)), "busy", { deadlineSeconds: 2 });
  assert.equal(busy.fields.code, "SlowDown");
});

Deno.test("the wrong folder of a bucket is told with the right one; a bucket may be the data folder", async () => {
  const wrong = async (archive: string) => {
    const error = await Promise.resolve(open(new FolderStore({ bucket: SAMPLE }), { archive }).listRuns())
      .then(() => assert.fail(), (error) => error);
    assert.ok(isNeptuneError(error, "ArchiveError"), String(error));
    return error.fields.suggestion;
  };
  assert.equal(await wrong("s3://bucket"), "s3://bucket/data");
  assert.equal(await wrong("s3://bucket/files"), "s3://bucket/data");
  assert.equal(await wrong("s3://bucket/data/nereid_digits-b413101154e2c0af"), "s3://bucket/data");
  assert.equal(await wrong("s3://bucket/nothing"), undefined);
  const project = open(new FolderStore({ bucket: `${SAMPLE}/data` }), { archive: "s3://bucket/" });
  assert.equal((await project.archiveReport({ progressBar: false })).height > 0, true);
  project.close();
});

Deno.test("a store that can no longer be reached is no damage of runs, not even where those are left out", async () => {
  for (const damagedRuns of ["error", "skip"] as const) {
    const server = new FolderStore({ bucket: SAMPLE });
    const project = open(server, { damagedRuns, deadlineSeconds: 2 });
    await project.listRuns();
    server.fault = () => Promise.reject(new TypeError("client error (Connect): Connection refused (os error 111)"));
    const metrics = project.fetchMetrics({ attributes: /loss/, progressBar: false });
    await assert.rejects(metrics, { name: "ConnectionError" });
    project.close();
  }
});

Deno.test("a store that does not answer, and one whose answer does not end, end in time", async () => {
  const hanging: Promise<void>[] = [];
  const server = spoilt(() => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    const timer = setTimeout(() => resolve(failure(500, "InternalError")), 400);
    hanging.push(promise.then(() => clearTimeout(timer)));
    return promise;
  });
  const project = open(server, { requestTimeoutSeconds: 0.3, deadlineSeconds: 0.6 });
  const started = performance.now();
  const error = await project.listRuns().then(() => assert.fail(), (error) => error);
  assert.ok(error instanceof ConnectionError || isNeptuneError(error, "StorageError"), String(error));
  assert.ok(performance.now() - started < 30_000);
  project.close();
  await Promise.all(hanging);
});

Deno.test("an object deleted after it was listed is the damage of its run alone, until the archive is looked at anew", async () => {
  let isDeleted = false;
  const isSpoilt = isOf(RUN);
  const server = spoilt(({ key, method }) => isDeleted && isSpoilt(key) ? failure(404, "NoSuchKey", method) : null);
  const project = open(server);
  await project.listRuns();
  isDeleted = true;
  const run = (customId: string) => new ReadOnlyRun(project, { customId });
  const error = await run(RUN)["validation/loss"].fetchValues().then(() => assert.fail(), (error) => error);
  assert.ok(error instanceof DamagedFileError, String(error));
  assert.match(error.message, /no longer/);
  assert.ok((await run("mlp-sgd-1")["validation/loss"].fetchValues()).height > 0);
  project.close();
});

Deno.test("of an object written again after it was listed no byte is taken for the old one's; refresh() sees it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const write = (value: number) =>
      writeRun({ dataRoot: `${folder}/data`, projectId: "a/b", runId: "r", batches: [[float("config/x", value)]] });
    await write(1);
    const server = new FolderStore({ bucket: folder });
    const cacheFolder = `${folder}/cache`;
    const project = open(server, { cacheFolder });
    const value = async () => (await project.fetchRunsDf({ columns: ["config/x"] })).getColumn("config/x").toArray();
    assert.deepEqual(await value(), [1]);
    const before = server.asked.length;

    // Another process finds the summary in the cache, and asks for no object.
    const again = open(server, { cacheFolder });
    assert.equal((await again.listRuns()).length, 1);
    const parts = (from: number) =>
      server.asked.slice(from).filter(({ key, method }) => key !== "" && method === "GET");
    assert.ok(parts(before).length <= 1, "more than the one part that proves the name of the project");

    // As many bytes, in the same second: the ETag tells.
    await write(2);
    const scanned = await project.scan().then(() => null, (error) => error);
    assert.ok(scanned === null || scanned instanceof DamagedFileError, String(scanned));
    project.refresh();
    assert.deepEqual(await value(), [2]);
    project.close();
    again.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a body that is shorter than the object is no answer", async () => {
  const isSpoilt = isOf(RUN);
  const server = spoilt(async ({ key }, answer) => {
    if (!isSpoilt(key)) return null;
    const response = await answer();
    const bytes = await response.bytes();
    return new Response(bytes.subarray(0, bytes.length >> 1), {
      status: response.status,
      headers: { etag: response.headers.get("etag")! },
    });
  });
  const error = await refused(server, "truncated");
  assert.match(error.message, /only \d+ of \d+ bytes/);
});

Deno.test("an object that says it is compressed is given as it is stored, whole", async () => {
  const bytes = new Uint8Array(gzipSync("what somebody uploaded with --content-encoding gzip ".repeat(100)));
  const server = spoilt(({ method, key }) =>
    key !== "files/a.txt" ? null : new Response(method === "HEAD" ? null : bytes, {
      headers: { "content-encoding": "gzip", "content-length": String(bytes.length), etag: '"a"' },
    })
  );
  server.isOpen = true;
  // Only a real request is unpacked on its way.
  const real = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => server.answer(request));
  const store = openStorage({ ...KEYS, endpoint: `http://127.0.0.1:${real.addr.port}`, region: "us-east-1" });
  const { bytes: stream, size } = await store.stream("s3://bucket/files/a.txt");
  assert.equal(size, bytes.length);
  assert.deepEqual(await new Response(stream).bytes(), bytes);
  store.close();
  await real.shutdown();
});

const PICTURE = "nereid_digits-b413101154e2c0af/mlp-sgd-1/weights/picture/step_500_000000.png";

/** An answer that breaks off half-way, as `fetch` has it. */
async function broken(response: Response): Promise<Response> {
  const bytes = await response.bytes();
  let isSent = false;
  const body = new ReadableStream({
    pull(controller) {
      if (isSent) controller.error(new TypeError("error reading a body from connection"));
      else controller.enqueue(bytes.subarray(0, bytes.length >> 1));
      isSent = true;
    },
  });
  return new Response(body, response);
}

function stored(server: FolderStore) {
  const settings = { ...KEYS, endpoint: ENDPOINT, region: "us-east-1", fetch: server.fetch as typeof fetch };
  return openStorage(settings);
}

Deno.test("a stored file whose answer breaks off goes on where it was, with the same object", async () => {
  const whole = await Deno.readFile(`${SAMPLE}/files/${PICTURE}`);
  let count = 0;
  const server = spoilt(async (_, answer) => count++ < 3 ? await broken(await answer()) : null);
  const { bytes, size } = await stored(server).stream(`s3://bucket/files/${PICTURE}`);
  assert.equal(size, whole.length);
  assert.deepEqual(await new Response(bytes).bytes(), whole);
  assert.ok(server.asked.slice(1).every(({ headers }) => headers.has("if-match") && headers.has("range")));
  assert.equal(server.asked.length, 4);

  const part = await stored(new FolderStore({ bucket: SAMPLE })).stream(`s3://bucket/files/${PICTURE}`, {
    from: 10,
    to: 20,
  });
  assert.deepEqual(await new Response(part.bytes).bytes(), whole.subarray(10, 20));
  assert.equal(part.size, whole.length);
});

Deno.test("a stored file that is written again or deleted while it is read is one typed error, and leaves no file", async () => {
  for (const [status, code] of [[412, "PreconditionFailed"], [404, "NoSuchKey"]] as const) {
    const server = spoilt(async ({ method, headers, key }, answer) => {
      if (method === "HEAD" || !key.endsWith(".png")) return null;
      if (headers.has("if-match")) return failure(status, code);
      return await broken(await answer());
    });
    const project = open(server, { archive: "s3://bucket/data" });
    const folder = await Deno.makeTempDir();
    const run = new ReadOnlyRun(project, { customId: "mlp-sgd-1" });
    const last = await run["weights/picture"].fetchLast() as { save(path: string): Promise<void> };
    await assertStorage(() => last.save(`${folder}/picture.png`), "changed");
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    await Deno.remove(folder);
    project.close();
  }
});

Deno.test("a call that is aborted leaves no request running", async () => {
  let aborted = 0;
  const abort = new AbortController();
  const server = new FolderStore({ bucket: SAMPLE });
  const project = open(server, {
    fetch: (_input, init) => {
      const { signal } = init ?? {};
      setTimeout(() => abort.abort(new Error("enough")), 50);
      return new Promise((_, reject) =>
        signal!.addEventListener("abort", () => {
          aborted++;
          reject(signal!.reason);
        })
      );
    },
  });
  await assert.rejects(async () => await project.listRuns({ signal: abort.signal }), /enough/);
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(aborted, 1);
  project.close();
});

Deno.test("a bucket of another region is asked there", async () => {
  const server = spoilt(({ method }, answer) => {
    const { authorization } = Object.fromEntries(server.asked.at(-1)!.headers) as { authorization: string };
    if (authorization.includes("/eu-west-7/")) return answer();
    return failure(400, "AuthorizationHeaderMalformed", method, "<Region>eu-west-7</Region>");
  });
  const project = open(server);
  assert.equal((await project.listRuns()).length, 12);
  assert.equal(server.asked.filter(({ headers }) => !headers.get("authorization")!.includes("/eu-west-7/")).length, 1);
  project.close();
});

Deno.test("a call that is aborted while a compacted table is opened does not take with it who waits for the same", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await compactArchive({ archive: `${SAMPLE}/data`, destination: folder, cacheFolder: null, progressBar: false });
    const server = new FolderStore({ bucket: folder });
    // As the real one, which does not wait for an answer that nobody wants.
    const fetch = async (input: URL | Request | string, init?: RequestInit) => {
      const request = new Request(input, init);
      return await abortable(server.fetch(request), request.signal);
    };
    const store = openStorage({ ...KEYS, endpoint: ENDPOINT, region: "us-east-1", fetch });
    const catalog = openArchive({ store, filesStore: store, data: "s3://bucket/data", cache: null });
    const source = catalog.open("nereid/digits");
    const runs = (await Array.fromAsync(source.runs({}))).flatMap((page) => page.runs.map(({ key }) => key));
    const series = seriesList(runs.map((run) => ({ run, path: "train/loss" })));
    const ask = async (signal?: AbortSignal) => {
      const blocks = await Array.fromAsync(source.series({ kind: "float", lineage: "own", series, signal }));
      return blocks.reduce((sum, { step }) => sum + step.length, 0);
    };
    const abort = new AbortController();
    let second: Promise<number> | undefined;
    server.fault = async ({ key }) => {
      if (!key.includes("/series/")) return null;
      if (!second) setTimeout(() => abort.abort(), 100);
      second ??= ask();
      await new Promise((resolve) => setTimeout(resolve, 200));
      return null;
    };
    await assert.rejects(ask(abort.signal), { name: "AbortError" });
    const points = await second!;
    assert.ok(points > 0 && points === await ask());
    catalog.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
