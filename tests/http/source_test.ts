/** What a client does when the server behind it misbehaves. */

import assert from "node:assert/strict";
import { create, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { type SeriesBlock, seriesList } from "../../src/columns.ts";
import { ConnectionError, DecodeError, FileMissingError } from "../../src/errors.ts";
import type { AttributesQuery, SeriesQuery, Source } from "../../src/source.ts";
import {
  ProtoQueryAttributesResultDTOSchema,
  ProtoSeriesValuesResponseDTOSchema,
} from "../../src/wire/gen/neptune_pb.ts";
import { openServer } from "../../src/http/catalog.ts";
import { createHandler } from "../../src/server/handler.ts";
import { makeApiToken, newSecret } from "../../src/server/tokens.ts";
import { MEMORY_PROJECT, memoryCatalog, memoryRun } from "../server/memory.ts";
import { POINTS, seriesStub, valueOf } from "./series_stub.ts";
import { brokenOff, entries, PATHS, stalled, Stub } from "./stub.ts";

const floats = (count: number, query: Partial<SeriesQuery> = {}): SeriesQuery => ({
  kind: "float",
  series: seriesList(Array.from({ length: count }, (_, i) => ({ run: "ws/proj/R-1", path: `m/${i}` }))),
  lineage: "full",
  ...query,
});

const attributes = (query: Partial<AttributesQuery> = {}): AttributesQuery => ({
  ...query,
});

/** Steps of every series, in the order in which they came. */
async function steps(source: Source, query: SeriesQuery): Promise<number[][]> {
  const all: number[][] = Array.from(query.series.run, () => []);
  for await (const block of source.series(query)) {
    for (const { series, start, end } of block.spans) {
      for (let row = start; row < end; row++) {
        all[series].push(block.step[row]);
        assert.equal((block.values.data as Float64Array)[row], valueOf(`m/${series}`, block.step[row]));
      }
    }
  }
  return all;
}

const UP = Array.from({ length: POINTS }, (_, i) => i + 1);

Deno.test("series come whole, each point once, ascending", async () => {
  await using stub = seriesStub();
  assert.deepEqual(await steps(stub.source(), floats(5)), Array(5).fill(UP));
  assert.equal(stub.count(PATHS.floatSeries), 1);
});

Deno.test("series that do not fit one answer go on where it ended", async () => {
  await using stub = seriesStub();
  // 250 series share three requests of 84, 84 and 82 series, each with room for about 11900 points of each.
  assert.deepEqual(await steps(stub.source(), floats(250)), Array(250).fill(UP));
  assert.equal(stub.count(PATHS.floatSeries), 3);
});

Deno.test("an answer that breaks off anywhere is taken up behind the last point that came", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 3 }),
      async (cuts) => {
        await using stub = seriesStub((right, count) =>
          count < cuts.length ? brokenOff(right.slice(0, Math.floor(cuts[count] * right.length))) : null
        );
        assert.deepEqual(await steps(stub.source(), floats(3)), Array(3).fill(UP));
        const { body } = stub.seen.at(-1)!;
        if (cuts[0] > 0.4) assert.ok(body.includes("afterStep"), "asks again from zero");
      },
    ),
    { numRuns: 5 },
  );
});

Deno.test("an answer that breaks off leaves no point out and none twice, with a limit from either end", async () => {
  for (const from of ["start", "end"] as const) {
    await using stub = seriesStub((right, count) => count === 0 ? brokenOff(right.slice(0, right.length * 0.6)) : null);
    const points = 3000;
    const expected = from === "start" ? UP.slice(0, points) : UP.slice(-points);
    assert.deepEqual(await steps(stub.source(), floats(3, { limit: { points, from } })), Array(3).fill(expected));
    assert.ok(stub.count(PATHS.floatSeries) > 1);
  }
});

Deno.test("answers that always break off end with a ConnectionError when the deadline is over", async () => {
  await using stub = seriesStub(() => brokenOff(Uint8Array.of(0x0a)));
  const started = performance.now();
  await assert.rejects(steps(stub.source({ deadlineSeconds: 2 }), floats(1)), (error) => {
    assert.ok(error instanceof ConnectionError, String(error));
    assert.match(error.message, /broke off/);
    return true;
  });
  assert.ok(performance.now() - started < 60_000);
});

Deno.test("an answer that stalls is taken up again after the time a server may be silent", async () => {
  await using stub = seriesStub((right, count) => count === 0 ? stalled(right.slice(0, right.length / 2)) : null);
  assert.deepEqual(await steps(stub.source({ requestTimeoutSeconds: 0.5 }), floats(2)), Array(2).fill(UP));
});

Deno.test("known points that come again are no progress: answers that always break off behind them end too", async () => {
  // The first point of the first series and nothing more, whatever is asked.
  await using stub = seriesStub((right) => brokenOff(right.slice(0, 70)));
  const started = performance.now();
  await assert.rejects(
    Array.fromAsync(stub.source({ deadlineSeconds: 2 }).series(floats(1))),
    (error) => error instanceof ConnectionError,
  );
  assert.ok(performance.now() - started < 60_000);
  assert.ok(stub.count(PATHS.floatSeries) < 40, `${stub.count(PATHS.floatSeries)} requests`);
});

Deno.test("an answer that is cut but complete for HTTP, flipped, or not the one asked for is a DecodeError", async () => {
  const spoilt: ((right: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>)[] = [
    (right) => right.slice(0, -5),
    (right) => right.with(1, right[1] ^ 0x40),
    () => new TextEncoder().encode("<html>"),
    () => new Uint8Array(0),
    // The answer to request 7, whom nobody asked.
    () => Uint8Array.of(0x0a, 0x05, 0x0a, 0x01, 0x37, 0x12, 0x00),
  ];
  for (const spoil of spoilt) {
    await using stub = seriesStub((right) => new Response(spoil(right)));
    await assert.rejects(steps(stub.source(), floats(1)), (error) => {
      assert.ok(error instanceof DecodeError, String(error));
      return true;
    });
    assert.equal(stub.count(PATHS.floatSeries), 1);
  }
});

Deno.test("progress tells every point, and at the end how many there were", async () => {
  await using stub = seriesStub((right, count) => count === 0 ? brokenOff(right.slice(0, right.length / 2)) : null);
  let told = 0;
  let total: number | null = null;
  const onProgress = (by: number, all: number | null) => {
    assert.ok(by >= 0, `${by} is a step back`);
    [told, total] = [told + by, all];
  };
  await steps(stub.source(), floats(3, { onProgress }));
  assert.deepEqual([told, total], [3 * POINTS, 3 * POINTS]);
});

Deno.test("an abort in the middle of points ends at once, and leaves no request behind", async () => {
  const asked = Promise.withResolvers<void>();
  await using stub = seriesStub((right) => {
    asked.resolve();
    return stalled(right.slice(0, right.length / 2));
  });
  const abort = new AbortController();
  const reason = new Error("enough");
  const source = stub.source({ deadlineSeconds: 60 });
  const ended = assert.rejects(steps(source, floats(3, { signal: abort.signal })), (error) => error === reason);
  await asked.promise;
  await new Promise((resolve) => setTimeout(resolve, 100));
  const started = performance.now();
  abort.abort(reason);
  await ended;
  assert.ok(performance.now() - started < 30_000);
});

Deno.test("a caller who stops early ends the requests that are under way", async () => {
  await using stub = seriesStub((right, count) => count === 0 ? null : stalled(right.slice(0, 100)));
  for await (const _ of stub.source().series(floats(200))) break;
  // Shutting the stub down waits for every request: one left behind would hang here.
});

const valuesPage = (run: string, path: string, nextPageToken?: string) =>
  new Response(toBinary(
    ProtoQueryAttributesResultDTOSchema,
    create(ProtoQueryAttributesResultDTOSchema, {
      entries: [{
        experimentShortId: run,
        attributes: [{ name: path, type: "float", floatProperties: { value: 1 } }],
      }],
      nextPage: { nextPageToken },
    }),
  ));

Deno.test("pages of values and definitions go on with their token, and a token that comes again is an error", async () => {
  await using stub = new Stub({
    [PATHS.values]: ({ body }) =>
      body.includes(`"t2"`)
        ? valuesPage("R-2", "b")
        : body.includes(`"t1"`)
        ? valuesPage("R-1", "b", "t2")
        : valuesPage("R-1", "a", "t1"),
  });
  const blocks = await Array.fromAsync(stub.source().values(attributes()));
  assert.deepEqual(blocks.map(({ runs, paths }) => [...runs, ...paths]), [
    ["ws/proj/R-1", "a"],
    ["ws/proj/R-1", "b"],
    ["ws/proj/R-2", "b"],
  ]);

  await using stuck = new Stub({
    [PATHS.values]: () => valuesPage("R-1", "a", "again"),
    [PATHS.definitions]: () => Response.json({ entries: [], nextPage: { nextPageToken: "again" } }),
  });
  const again = (error: unknown) => error instanceof DecodeError && /the same page again/.test(error.message);
  await assert.rejects(Array.fromAsync(stuck.source().values(attributes())), again);
  await assert.rejects(Array.fromAsync(stuck.source().attributes(attributes())), again);
});

Deno.test("pages of runs are asked for side by side and given in order; a server stuck on one page is an error", async () => {
  const id = (i: number) => `R-${String(i).padStart(6, "0")}`;
  const ids = Array.from({ length: 35_000 }, (_, i) => id(i));
  const page = (body: string, total: number) => {
    const { offset, limit } = JSON.parse(body).pagination;
    return entries(ids.slice(offset, offset + limit), total);
  };
  for (const total of [ids.length, 0]) {
    await using stub = new Stub({ [PATHS.runs]: ({ body }) => page(body, total) });
    const pages = await Array.fromAsync(stub.source().runs({ offset: 5 }));
    assert.deepEqual(pages.flatMap(({ runs }) => runs.map(({ sysId }) => sysId)), ids.slice(5));
    assert.equal(pages[0].runs[0].key, `ws/proj/${id(5)}`);
    const some = await Array.fromAsync(stub.source().runs({ limit: 12_345 }));
    assert.equal(some.reduce((sum, { runs }) => sum + runs.length, 0), 12_345);
  }
  await using stuck = new Stub({ [PATHS.runs]: () => entries(ids.slice(0, 10_000), 0) });
  await assert.rejects(
    Array.fromAsync(stuck.source().runs({})),
    (error) => error instanceof DecodeError && /the same page again/.test(error.message),
  );
});

Deno.test("what does not exist is empty: the attributes and values of a run that the server does not know", async () => {
  const unknown = () => Response.json({ errorType: "EXPERIMENT_NOT_FOUND" }, { status: 404 });
  await using stub = new Stub({ [PATHS.runDefinitions]: unknown, [PATHS.runValues]: unknown });
  const one = attributes({ runs: ["ws/proj/R-9"] });
  assert.deepEqual(await Array.fromAsync(stub.source().attributes(one)), []);
  assert.deepEqual(await Array.fromAsync(stub.source().values(one)), []);
  assert.deepEqual(await Array.fromAsync(stub.source().existing(one)), []);
});

Deno.test("questions for nothing are not sent", async () => {
  await using stub = new Stub();
  const source = stub.source();
  for (
    const nothing of [{ runs: [] }, { paths: [] }, { types: [] }, { filter: { any: [] } }, {
      types: ["file_set" as const],
    }]
  ) {
    assert.deepEqual(await Array.fromAsync(source.attributes(attributes(nothing))), []);
    assert.deepEqual(await Array.fromAsync(source.values(attributes(nothing))), []);
  }
  assert.deepEqual(await Array.fromAsync(source.series(floats(0))), []);
  assert.deepEqual(stub.seen.map(({ path }) => path), [PATHS.exchange, PATHS.project]);
});

/** A page of string points: for each series its steps, and how it goes on. */
const stringPage = (series: Record<string, { steps: number[]; finished?: boolean; token?: string }>) =>
  new Response(toBinary(
    ProtoSeriesValuesResponseDTOSchema,
    create(ProtoSeriesValuesResponseDTOSchema, {
      series: Object.entries(series).map(([requestId, { steps, finished, token }]) => ({
        requestId,
        searchAfter: token === undefined ? undefined : { finished, token },
        series: {
          case: "seriesValues" as const,
          value: {
            values: steps.map((step) => ({
              step,
              object: { value: { case: "stringValue" as const, value: `at ${step}` } },
            })),
          },
        },
      })),
    }),
  ));

Deno.test("other series go on until the server says that they are finished, asked again when there was no room", async () => {
  const bodies: { requests: { requestId: string; searchAfter?: { token: string } }[] }[] = [];
  await using stub = new Stub({
    [PATHS.definitions]: () => Response.json({ entries: [], nextPage: { nextPageToken: null } }),
    [PATHS.otherSeries]: ({ body, query }, count) => {
      assert.equal(query.get("useDeprecatedStringFields"), "false");
      bodies.push(JSON.parse(body));
      return [
        stringPage({ 0: { steps: [1, 2], finished: false, token: "t" }, 1: { steps: [] } }),
        stringPage({
          0: { steps: [3], finished: true, token: "end" },
          1: { steps: [5], finished: true, token: "end" },
        }),
      ][count];
    },
  });
  const blocks: SeriesBlock[] = await Array.fromAsync(stub.source().series({ ...floats(3), kind: "string" }));
  const found = blocks.flatMap(({ spans, step }) =>
    spans.map(({ series, start, end }) => [series, ...step.slice(start, end)])
  );
  assert.deepEqual(found, [[0, 1, 2], [0, 3], [1, 5]]);
  assert.deepEqual(bodies[1].requests.map(({ requestId, searchAfter }) => [requestId, searchAfter?.token]), [
    ["0", "t"],
    ["1", undefined],
  ]);

  await using stuck = new Stub({
    [PATHS.otherSeries]: () => stringPage({ 0: { steps: [], finished: false, token: "t" } }),
  });
  await assert.rejects(Array.fromAsync(stuck.source().series({ ...floats(1), kind: "string" })), /the same page again/);
  await using backwards = new Stub({
    [PATHS.otherSeries]: () => stringPage({ 0: { steps: [2, 1], finished: true, token: "t" } }),
  });
  await assert.rejects(
    Array.fromAsync(backwards.source().series({ ...floats(1), kind: "string" })),
    /step 1 after step 2/,
  );
});

Deno.test("files: a signed address is made anew once, and a file that is not there is a FileMissingError", async () => {
  const signed = (stub: Stub, path: string) => () =>
    Response.json({
      files: [{ project_identifier: "ws/proj", path: "p", url: `${stub.url}${path}`, provider: "azure" }],
    });
  await using stub: Stub = new Stub({
    [PATHS.signedUrl]: (seen, count) => {
      const { path } = JSON.parse(seen.body).files[0];
      return signed(
        stub,
        path === "gone" ? "/blob/gone?sig=SECRET" : `/blob/${count === 0 ? "old" : "new"}?sig=SECRET`,
      )();
    },
    "/blob/old": () => new Response("expired", { status: 400 }),
    "/blob/new": ({ headers }) => new Response(headers.get("authorization") === null ? "the bytes" : "leak"),
  });
  const source = stub.source();
  const file = { path: "some/file", size: null, mimeType: "text/plain" };
  assert.equal(await new Response((await source.file(file)).bytes).text(), "the bytes");
  assert.equal(stub.count(PATHS.signedUrl), 2);
  for (const path of ["gone", ""]) {
    await assert.rejects(source.file({ ...file, path }), (error) => {
      assert.ok(error instanceof FileMissingError, String(error));
      assert.ok(!Deno.inspect(error).includes("SECRET"));
      return true;
    });
  }
});

Deno.test("a folder asked for as a file tells what is inside, and no name in it that leads elsewhere is believed", async () => {
  let inside: unknown;
  await using stub: Stub = new Stub({
    [PATHS.signedUrl]: () =>
      Response.json({
        files: [{ project_identifier: "ws/proj", path: "p", url: `${stub.url}/blob`, provider: "gcp" }],
      }),
    "/blob": () =>
      Response.json({ code: 404, errorType: "FILE_NOT_FOUND", message: "a folder", inside }, { status: 404 }),
  });
  const open = () => stub.source().file({ path: "set", size: null, mimeType: "inode/directory" });
  for (const names of [[], ["a.txt"], ["src/b.py", "c..d"]]) {
    inside = names;
    await assert.rejects(open, { name: "FileMissingError", fields: { path: "set", inside: names.toSorted() } });
  }
  for (
    const bad of [[".."], ["../a"], ["a/../../b"], ["..\\a"], ["/etc/passwd"], [""], ["a//b"], ["a\0"], [1], "a", null]
  ) {
    inside = bad;
    await assert.rejects(open, { name: "DecodeError" }, JSON.stringify(bad));
  }
});

Deno.test("a file that is read in part, or not at all, leaves no request behind", async () => {
  let ended = Promise.withResolvers<void>();
  const endless = () =>
    new ReadableStream({
      async pull(to) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        to.enqueue(new Uint8Array(1000));
      },
      cancel: () => ended.resolve(),
    });
  await using stub: Stub = new Stub({
    [PATHS.signedUrl]: () =>
      Response.json({
        files: [{ project_identifier: "ws/proj", path: "p", url: `${stub.url}/blob`, provider: "azure" }],
      }),
    "/blob": () => new Response(endless()),
  });
  const source = stub.source();
  const open = async (range = {}) =>
    (await source.file({ path: "p", size: null, mimeType: "text/plain" }, range)).bytes;
  const some = async () => {
    const reader = (await open()).getReader();
    await reader.read();
    await reader.cancel();
  };
  const calls: [string, () => Promise<unknown>][] = [
    ["a part of it", async () => assert.equal((await new Response(await open({ from: 5, to: 10 })).bytes()).length, 5)],
    ["no byte", async () => assert.equal((await new Response(await open({ from: 5, to: 5 })).bytes()).length, 0)],
    ["its beginning", some],
    ["nothing", async () => await (await open()).cancel()],
  ];
  for (const [name, call] of calls) {
    ended = Promise.withResolvers();
    await call();
    const late = setTimeout(() => ended.reject(new Error(`the request goes on after ${name} was read`)), 30_000);
    await ended.promise;
    clearTimeout(late);
  }
});

Deno.test("points at the same step come all, also where a page ends between them", async () => {
  // Several points at the step with which the first million of points ends, from either side.
  const step = Float64Array.from({ length: 1_000_007 }, (_, i) => i < 999_998 ? i : Math.max(999_998, i - 5));
  step.fill(7, 7, 10);
  const { catalog } = memoryCatalog({
    runs: [memoryRun(1)],
    source: {
      async *series({ series: { after, before }, limit }) {
        let start = after ? step.findIndex((one) => one > after[0]) : 0;
        let end = before ? step.findLastIndex((one) => one < before[0]) + 1 : step.length;
        if (start < 0) return;
        if (limit?.from === "start") end = Math.min(end, start + limit.points);
        else if (limit) start = Math.max(start, end - limit.points);
        const part = step.slice(start, end);
        const data = Float64Array.from(part, (_, i) => start + i);
        const spans = [{ series: 0, start: 0, end: part.length }];
        if (part.length > 0) {
          yield { spans, step: part, timestamp: part, values: { kind: "float", data }, preview: null };
        }
      },
    },
  });
  const secret = newSecret();
  const handler = createHandler(catalog, { secret });
  const client = openServer({
    apiToken: makeApiToken(secret, "http://neptune.test"),
    fetch: (input, init) => handler(new Request(input, init)),
  });
  const series = seriesList([{ run: `${MEMORY_PROJECT}/MEM-1`, path: "loss" }]);
  for (
    const limit of [null, { points: 1_000_005, from: "end" as const }, { points: 1_000_003, from: "start" as const }]
  ) {
    const values: number[] = [];
    for await (const block of client.open(MEMORY_PROJECT).series({ ...floats(1), series, limit })) {
      for (const { start, end } of block.spans) {
        for (let row = start; row < end; row++) values.push((block.values.data as Float64Array)[row]);
      }
    }
    const first = limit?.from === "end" ? step.length - limit.points : 0;
    assert.equal(values.length, limit?.points ?? step.length);
    assert.ok(values.every((value, i) => value === first + i), "each point once, in order");
  }
});
