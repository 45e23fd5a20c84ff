/**
 * A server for `http_bench.ts`: Neptune's API over one run in memory, with every answer kept, so that the second time it is
 * asked it costs next to nothing. Prints one line of JSON when it listens.
 *
 * The run `bench` has the float series `one` of 1M points, `many/000` to `many/299` of 10k points each, `wide/00` to `wide/99` of
 * 100k points each, and `long/0` to `long/9` of 1M points each. Asked for `/delay?milliseconds=20`, it waits so long before each answer.
 */

import { type FloatAggregates, type SeriesBlock, seriesRefs, type ValueBlock } from "../src/columns.ts";
import { createHandler } from "../src/server/handler.ts";
import { makeApiToken, newSecret } from "../src/server/tokens.ts";
import type { AttributesQuery, Catalog, SeriesQuery, Source } from "../src/source.ts";
import type { AttributeDefinition, AttributeType } from "../src/types.ts";

const PROJECT = { name: "bench/bench", id: "00000000-0000-4000-8000-000000000000" };
const RUN = { key: "bench", sysId: "BEN-1", customId: "bench", name: "bench" };
const CREATED = Date.UTC(2025, 0, 1);

interface Points {
  step: Float64Array;
  timestamp: Float64Array;
  value: Float64Array;
}

function points(count: number, phase: number): Points {
  return {
    step: Float64Array.from({ length: count }, (_, i) => i + 1),
    timestamp: Float64Array.from({ length: count }, (_, i) => CREATED + i * 1000),
    value: Float64Array.from({ length: count }, (_, i) => Math.sin(i / 500 + phase) + 2),
  };
}

const STRINGS = new Map([["sys/id", RUN.sysId], ["sys/custom_run_id", RUN.customId], ["sys/name", RUN.name]]);
const SERIES = new Map<string, Points>([["one", points(1_000_000, 0)]]);
for (let i = 0; i < 10; i++) SERIES.set(`long/${i}`, SERIES.get("one")!);
const WIDE = points(100_000, 0);
for (let i = 0; i < 100; i++) SERIES.set(`wide/${String(i).padStart(2, "0")}`, WIDE);
for (let i = 0; i < 300; i++) SERIES.set(`many/${String(i).padStart(3, "0")}`, points(10_000, i));

const DEFINITIONS: AttributeDefinition[] = [
  ...[...STRINGS.keys()].map((path) => ({ path, type: "string" as const })),
  { path: "sys/creation_time", type: "datetime" as const },
  { path: "sys/trashed", type: "bool" as const },
  ...[...SERIES.keys()].map((path) => ({ path, type: "float_series" as const })),
].sort((a, b) => a.path < b.path ? -1 : 1);

function matching({ runs, paths, filter, types }: AttributesQuery): AttributeDefinition[] {
  if (runs && !runs.includes(RUN.key)) return [];
  const wanted = paths && new Set(paths);
  return DEFINITIONS.filter(({ path, type }) =>
    (!wanted || wanted.has(path)) && (!types || types.includes(type)) &&
    (!filter ||
      filter.any.some(({ must, mustNot }) =>
        must.every((one) => new RegExp(one).test(path)) && !mustNot.some((one) => new RegExp(one).test(path))
      ))
  );
}

function valuesOf(definitions: AttributeDefinition[]): ValueBlock {
  const of = (type: AttributeType) => definitions.map((one, i) => ({ ...one, i })).filter((one) => one.type === type);
  const index = (rows: { i: number }[]) => ({
    run: new Uint32Array(rows.length),
    path: Uint32Array.from(rows, ({ i }) => i),
  });
  const [strings, times, bools, series] = [of("string"), of("datetime"), of("bool"), of("float_series")];
  const column = (f: (points: Points) => number) => Float64Array.from(series, ({ path }) => f(SERIES.get(path)!));
  const data: FloatAggregates = {
    present: new Uint8Array(series.length).fill(1),
    lastStep: column(({ step }) => step.at(-1)!),
    last: column(({ value }) => value.at(-1)!),
    min: column(({ value }) => value.reduce((a, b) => Math.min(a, b))),
    max: column(({ value }) => value.reduce((a, b) => Math.max(a, b))),
    average: column(() => 2),
    variance: column(() => 0.5),
  };
  const columns: ValueBlock["columns"] = [
    { type: "string", ...index(strings), data: strings.map(({ path }) => STRINGS.get(path)!) },
    { type: "datetime", ...index(times), data: Float64Array.of(CREATED).slice(0, times.length) },
    { type: "bool", ...index(bools), data: new Uint8Array(bools.length) },
    { type: "float_series", ...index(series), data },
  ];
  return {
    runs: [RUN.key],
    paths: definitions.map(({ path }) => path),
    columns: columns.filter(({ run }) => run.length > 0),
  };
}

function blocks({ series, stepRange: [from, to] = [null, null], limit, kind }: SeriesQuery): SeriesBlock[] {
  if (kind !== "float") return [];
  return seriesRefs(series).flatMap(({ run, path, after, before }, i): SeriesBlock[] => {
    const found = run === RUN.key ? SERIES.get(path) : undefined;
    if (!found) return [];
    // Steps are 1, 2, 3, so that a step is also a place.
    let start = Math.max(0, Math.floor(after ?? 0), Math.ceil(from ?? 0) - 1);
    let end = Math.min(found.step.length, Math.ceil(before ?? Infinity) - 1, Math.floor(to ?? Infinity));
    if (limit?.from === "end") start = Math.max(start, end - limit.points);
    else if (limit) end = Math.min(end, start + limit.points);
    if (start >= end) return [];
    return [{
      spans: [{ series: i, start: 0, end: end - start }],
      step: found.step.subarray(start, end),
      timestamp: found.timestamp.subarray(start, end),
      values: { kind: "float", data: found.value.subarray(start, end) },
      preview: null,
    }];
  });
}

async function* stream<T>(items: T[]): AsyncGenerator<T> {
  yield* items;
}

const source: Source = {
  label: "memory",
  project: () => Promise.resolve(PROJECT),
  runs: ({ offset = 0, limit = Infinity }) => stream([{ runs: offset === 0 && limit > 0 ? [RUN] : [], total: 1 }]),
  attributes: (query) => stream([matching(query)]),
  existing: (query) => {
    const found = matching(query);
    const types = [...new Set(found.map(({ type }) => type))];
    return stream([{
      runs: [RUN.key],
      paths: found.map(({ path }) => path),
      types,
      run: new Uint32Array(found.length),
      path: Uint32Array.from(found.keys()),
      type: Uint8Array.from(found, ({ type }) => types.indexOf(type)),
    }]);
  },
  values: (query) => stream([valuesOf(matching(query))]),
  series: (query) => stream(blocks(query)),
  file: () => Promise.reject(new Error("There are no files.")),
  close: () => {},
};
const catalog: Catalog = {
  label: "memory",
  projects: () => Promise.resolve([PROJECT]),
  open: () => source,
  close: () => {},
};

const secret = newSecret();
const answer = createHandler(catalog, { secret });
const kept = new Map<string, Uint8Array<ArrayBuffer>>();
let delay = 0;

/** What depends on the request alone is made once. */
async function handle(request: Request): Promise<Response> {
  const { pathname, search, searchParams } = new URL(request.url);
  if (pathname === "/delay") {
    delay = Number(searchParams.get("milliseconds"));
    return new Response();
  }
  const body = await request.bytes();
  if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
  const key = `${request.method} ${pathname}${search} ${new TextDecoder().decode(body)}`;
  const ready = kept.get(key);
  if (ready) return new Response(ready);
  const { method, headers } = request;
  const again = new Request(request.url, { method, headers, body: body.length ? body : null });
  if (!pathname.startsWith("/api/leaderboard/")) return await answer(again);
  const response = await answer(again);
  const bytes = await response.bytes();
  if (response.ok) kept.set(key, bytes);
  return new Response(bytes, { status: response.status });
}

Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) => {
    const url = `http://127.0.0.1:${port}`;
    console.log(JSON.stringify({ url, apiToken: makeApiToken(secret, url), project: PROJECT.name, run: RUN.customId }));
  },
}, handle);
