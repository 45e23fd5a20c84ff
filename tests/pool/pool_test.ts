/** Web Workers: what they give, how they fail, and that nothing of them is left. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { configure, type LogRecord, reset } from "@logtape/logtape";
import { seriesList } from "../../src/columns.ts";
import { ServerError, WorkerError } from "../../src/errors.ts";
import { Api } from "../../src/http/api.ts";
import { ServerProject } from "../../src/http/project.ts";
import { decodeApiToken } from "../../src/http/token.ts";
import type { Retry, TransportOptions } from "../../src/transport/transport.ts";
import { inPool } from "../../src/http/catalog.ts";
import { type FloatSeriesKind, runJob } from "../../src/http/points/job.ts";
import { type PoolOptions, WorkerPool } from "../../src/pool/pool.ts";
import type { SeriesQuery, Source } from "../../src/source.ts";
import { POINTS, seriesStub } from "../http/series_stub.ts";
import { apiToken, brokenOff, PATHS, stalled, type Stub } from "../http/stub.ts";

const UP = Array.from({ length: POINTS }, (_, i) => i + 1);
const MODULE = new URL("../../src/http/points/worker.ts", import.meta.url);
const OPTIONS: TransportOptions = { requestTimeoutSeconds: 60, deadlineSeconds: 60 };

const floats = (count: number, query: Partial<SeriesQuery> = {}): SeriesQuery => ({
  kind: "float",
  series: seriesList(Array.from({ length: count }, (_, i) => ({ run: "ws/proj/R-1", path: `m/${i}` }))),
  lineage: "full",
  useThreads: true,
  ...query,
});

async function steps(source: Source, query: SeriesQuery): Promise<number[][]> {
  const all: number[][] = Array.from(query.series.run, () => []);
  for await (const { spans, step } of source.series(query)) {
    for (const { series, start, end } of spans) all[series].push(...step.subarray(start, end));
  }
  return all;
}

/** A client whose pool is made as a test wants it. */
class Client implements Disposable {
  readonly retries: Retry[] = [];
  readonly pool: WorkerPool<FloatSeriesKind>;
  readonly source: Source;
  readonly #api: Api;

  constructor(stub: Stub, options: Partial<PoolOptions<FloatSeriesKind>> = {}) {
    const api = this.#api = new Api(decodeApiToken(apiToken(stub.url)), OPTIONS, {
      onRetry: (one) => this.retries.push(one),
    });
    this.pool = new WorkerPool({
      size: 4,
      pointsPerWorker: 0,
      // However long a test takes between two calls.
      idle: 60_000,
      module: MODULE,
      settings: OPTIONS,
      here: (job, signal, tell) => runJob(api.transport, job, signal, (points) => tell({ points })),
      ...options,
    });
    this.source = new ServerProject({
      api,
      project: "ws/proj",
      concurrency: 4,
      deadlineSeconds: 60,
      runner: () => inPool(this.pool, api),
    });
  }

  [Symbol.dispose](): void {
    this.pool.close();
    this.#api.close();
  }
}

const realWorker = () => new Worker(MODULE, { type: "module" });
const badWorker = (way: string) =>
  new Worker(new URL("./bad_worker.ts", import.meta.url), { type: "module", name: way });

/** The first workers are bad in these ways, the others are good. */
function workers(...ways: string[]): () => Worker {
  return () => {
    const way = ways.shift();
    return way ? badWorker(way) : realWorker();
  };
}

/** Waits, on a busy machine for long; that it waited too long shows in what is asserted next. */
async function until(isSo: () => boolean): Promise<void> {
  for (const end = performance.now() + 30_000; !isSo() && performance.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function logged(work: () => Promise<void>): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  await configure({
    sinks: { memory: (record) => records.push(record) },
    loggers: [{ category: ["neptune-fetcher"], sinks: ["memory"] }, { category: ["logtape", "meta"], sinks: [] }],
  });
  try {
    await work();
  } finally {
    await reset();
  }
  return records;
}

Deno.test("workers give what the main thread gives, are no more than requests, and are kept", async () => {
  await using stub = seriesStub();
  using client = new Client(stub);
  assert.deepEqual(await steps(client.source, floats(200)), Array(200).fill(UP));
  assert.equal(stub.count(PATHS.floatSeries), 3);
  assert.equal(client.pool.size, 3);
  assert.deepEqual(await steps(client.source, floats(2)), Array(2).fill(UP));
  assert.equal(client.pool.size, 3);
});

Deno.test("no more workers start than are allowed; the rest of the work waits for them", async () => {
  await using stub = seriesStub();
  using client = new Client(stub, { size: 1 });
  assert.deepEqual(await steps(client.source, floats(200)), Array(200).fill(UP));
  assert.equal(client.pool.size, 1);
});

Deno.test("workers start as the points that have come justify them; until then, and beyond them, the work is done here", async () => {
  await using stub = seriesStub();
  // Series that end at different steps do not share a request; four are made at a time.
  const refs = Array.from({ length: 12 }, (_, i) => ({ run: "ws/proj/R-1", path: `m/${i}`, before: POINTS - i }));
  const found = refs.map(({ before }) => UP.slice(0, before - 1));
  using few = new Client(stub, { pointsPerWorker: 3 * POINTS });
  assert.deepEqual(await steps(few.source, floats(0, { series: seriesList(refs.slice(0, 4)) })), found.slice(0, 4));
  assert.equal(few.pool.size, 0, "when the last request begins no points have come");
  assert.deepEqual(await steps(few.source, floats(0, { series: seriesList(refs) })), found);
  assert.ok(few.pool.size > 0 && few.pool.size <= 3, `${few.pool.size} workers for ${12 * POINTS} points`);
  using none = new Client(stub, { pointsPerWorker: 1e9 });
  assert.deepEqual(await steps(none.source, floats(0, { series: seriesList(refs) })), found);
  assert.equal(none.pool.size, 0);
});

Deno.test("progress comes from workers too", async () => {
  await using stub = seriesStub();
  using client = new Client(stub);
  let told = 0;
  await steps(client.source, floats(3, { onProgress: (by) => told += by }));
  assert.equal(told, 3 * POINTS);
});

Deno.test("errors come from workers with their class, fields and cause", async () => {
  await using stub = seriesStub(() => Response.json({ errorType: "BAD_REQUEST", message: "no" }, { status: 400 }));
  using client = new Client(stub);
  await assert.rejects(steps(client.source, floats(1)), (error) => {
    assert.ok(error instanceof ServerError);
    assert.deepEqual(error.fields, { status: 400, errorType: "BAD_REQUEST", url: `${stub.url}${PATHS.floatSeries}` });
    return true;
  });
  assert.equal(client.pool.size, 1, "the worker is not to blame");
});

Deno.test("a token that is not taken any more is replaced for workers too", async () => {
  await using stub = seriesStub((_, count) => count === 0 ? Response.json({}, { status: 401 }) : null);
  using client = new Client(stub);
  assert.deepEqual(await steps(client.source, floats(1)), [UP]);
  assert.equal(stub.count(PATHS.exchange), 2);
});

Deno.test("attempts that a worker makes again are told on the main thread", async () => {
  await using stub = seriesStub((right, count) =>
    count === 0 ? new Response("", { status: 502 }) : count === 1 ? brokenOff(right.slice(0, right.length / 2)) : null
  );
  using client = new Client(stub);
  assert.deepEqual(await steps(client.source, floats(2)), Array(2).fill(UP));
  assert.equal(client.retries.length, 2);
  assert.equal(client.retries[0].reason, "status 502");
  assert.match(client.retries[1].reason, /broke off/);
});

for (const way of ["throws", "hangs", "dies", "mutters"]) {
  Deno.test(`a worker that ${way} is replaced by another, and the answer is whole`, async () => {
    await using stub = seriesStub();
    // Three looks in a row without a sign end a worker; the good one, too, were it slow for so long.
    using client = new Client(stub, { create: workers(way), lookEvery: 1000 });
    assert.deepEqual(await steps(client.source, floats(1)), [UP]);
    assert.equal(client.pool.size, 1, "the bad worker is gone");
    assert.equal(client.retries.length, 1);
    if (way === "dies") assert.ok(stub.seen.at(-1)!.body.includes(`"afterStep":9,`), "goes on at its last step");
  });
}

Deno.test("when every worker fails, the call ends with a WorkerError and no worker is left", async () => {
  await using stub = seriesStub();
  using client = new Client(stub, { create: () => badWorker("throws") });
  await assert.rejects(steps(client.source, floats(1)), (error) => {
    assert.ok(error instanceof WorkerError, String(error));
    assert.match(error.message, /out of order/);
    return true;
  });
  assert.equal(client.pool.size, 0);
});

Deno.test("an abort ends the requests of workers at once, and the workers can work again", async () => {
  await using stub = seriesStub((right, count) => count < 3 ? stalled(right.slice(0, right.length / 2)) : null);
  using client = new Client(stub);
  const abort = new AbortController();
  const reason = new Error("enough");
  const ended = assert.rejects(
    steps(client.source, floats(200, { signal: abort.signal })),
    (error) => error === reason,
  );
  await until(() => stub.count(PATHS.floatSeries) === 3);
  const started = performance.now();
  abort.abort(reason);
  await ended;
  assert.ok(performance.now() - started < 10_000);
  await until(() => client.pool.idle === 3);
  assert.deepEqual(await steps(client.source, floats(2)), Array(2).fill(UP));
  assert.equal(client.pool.size, 3);
});

Deno.test("a call that is aborted while its worker starts leaves a worker for the next one", async () => {
  await using stub = seriesStub();
  using client = new Client(stub);
  const abort = new AbortController();
  await client.source.project();
  const ended = assert.rejects(steps(client.source, floats(1, { signal: abort.signal })), /enough/);
  while (client.pool.size === 0) await new Promise((resolve) => setTimeout(resolve));
  abort.abort(new Error("enough"));
  await ended;
  assert.deepEqual(await steps(client.source, floats(1)), [UP]);
  assert.ok(client.pool.size <= 2);
});

Deno.test("closing in the middle ends the call with a WorkerError", async () => {
  await using stub = seriesStub((right) => stalled(right.slice(0, 100)));
  using client = new Client(stub);
  const ended = assert.rejects(steps(client.source, floats(1)), WorkerError);
  await until(() => stub.count(PATHS.floatSeries) === 1);
  client.pool.close();
  await ended;
});

Deno.test("idle workers end by themselves", async () => {
  await using stub = seriesStub();
  using client = new Client(stub, { idle: 300 });
  await steps(client.source, floats(1));
  assert.equal(client.pool.size, 1);
  await until(() => client.pool.size === 0);
  assert.equal(client.pool.size, 0);
  assert.deepEqual(await steps(client.source, floats(1)), [UP]);
});

Deno.test("where workers cannot start the main thread does the work, and the log says so once", async () => {
  const cannot: (() => Worker)[] = [
    () => {
      throw new Deno.errors.NotCapable("no workers here");
    },
    () => new Worker(`data:application/javascript,throw new Error("broken at start")`, { type: "module" }),
  ];
  for (const create of cannot) {
    await using stub = seriesStub();
    using client = new Client(stub, { create });
    const records = await logged(async () => {
      for (let i = 0; i < 2; i++) assert.deepEqual(await steps(client.source, floats(200)), Array(200).fill(UP));
    });
    assert.equal(records.length, 1);
    assert.match(String(records[0].properties.reason), /no workers here|broken at start/);
    assert.equal(client.pool.size, 0);
  }
});

Deno.test("a custom fetch keeps the work on the main thread, and the log says so once", async () => {
  await using stub = seriesStub();
  let calls = 0;
  const source = stub.source({
    fetch: (input, init) => {
      calls++;
      return fetch(input, init);
    },
  });
  const records = await logged(async () => {
    for (let i = 0; i < 2; i++) assert.deepEqual(await steps(source, floats(1)), [UP]);
  });
  assert.equal(records.length, 1);
  assert.equal(calls, 4);
});

Deno.test("a script that has used workers exits by itself, promptly", async () => {
  await using stub = seriesStub();
  const script = fileURLToPath(new URL("./exits.ts", import.meta.url));
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", script, apiToken(stub.url)],
    stderr: "inherit",
  }).output();
  const ended = Date.now();
  const [points, last] = new TextDecoder().decode(stdout).split(" ").map(Number);
  assert.ok(success);
  assert.equal(points, POINTS);
  assert.ok(ended - last < 20_000, `${ended - last} ms after its last line`);
});
