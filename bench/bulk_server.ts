/**
 * A server for `bulk_bench.ts`: Neptune's API over made-up projects, one for each scenario, with every answer kept, so that the
 * second time it is asked it costs next to nothing. Prints one line of JSON when it listens.
 */

import { type PairBlock, type SeriesBlock, seriesRefs, type ValueBlock } from "../src/columns.ts";
import { createHandler } from "../src/server/handler.ts";
import { makeApiToken, newSecret } from "../src/server/tokens.ts";
import type { AttributesQuery, Catalog, SeriesQuery, Source } from "../src/source.ts";
import type { RunInfo } from "../src/types.ts";
import { exists, type Scenario, SCENARIOS } from "./scenarios.ts";

const CREATED = Date.UTC(2025, 0, 1);

/** The runs and float series of one scenario, made up as they are asked for. */
function made(name: string, { experiments, attributes, density, steps }: Scenario): Source {
  const runs = Array.from({ length: experiments }, (_, i): RunInfo => ({
    key: `${i}`,
    sysId: `BEN-${i + 1}`,
    customId: `run-${i}`,
    name: `experiment-${i}`,
  }));
  const paths = Array.from({ length: attributes }, (_, i) => `metrics/${i}`);
  const numbers = new Map(paths.map((path, i) => [path, i]));
  const step = Float64Array.from({ length: steps }, (_, i) => i + 1);
  const timestamp = Float64Array.from(step, (at) => CREATED + at * 1000);
  const value = Float64Array.from(step, (at) => Math.sin(at / 500) + 2);
  const wanted = ({ runs: keys, paths: named, filter, types }: AttributesQuery) => {
    const passes = (path: string) =>
      !filter ||
      filter.any.some(({ must, mustNot }) =>
        must.every((one) => new RegExp(one).test(path)) && !mustNot.some((one) => new RegExp(one).test(path))
      );
    const all = !types || types.includes("float_series");
    return {
      keys: keys ?? runs.map((run) => run.key),
      found: all ? (named ?? paths).filter((path) => numbers.has(path) && passes(path)) : [],
    };
  };
  async function* pairs(query: AttributesQuery): AsyncGenerator<PairBlock> {
    const { keys, found } = wanted(query);
    const run: number[] = [], path: number[] = [];
    keys.forEach((key, r) =>
      found.forEach((one, p) => {
        if (!exists(Number(key), numbers.get(one)!, density)) return;
        run.push(r);
        path.push(p);
      })
    );
    if (run.length === 0) return;
    const type = new Uint8Array(run.length);
    yield {
      runs: keys,
      paths: found,
      types: ["float_series"],
      run: Uint32Array.from(run),
      path: Uint32Array.from(path),
      type,
    };
  }
  async function* values(query: AttributesQuery): AsyncGenerator<ValueBlock> {
    const names = ["sys/id", "sys/custom_run_id", "sys/name"].filter((path) =>
      (!query.paths || query.paths.includes(path)) && (!query.types || query.types.includes("string")) && !query.filter
    );
    const keys = query.runs ?? runs.map((run) => run.key);
    if (names.length > 0) {
      const cell = (key: string, name: string) => {
        const run = runs[Number(key)];
        return { "sys/id": run.sysId, "sys/custom_run_id": run.customId!, "sys/name": run.name! }[name]!;
      };
      const data = keys.flatMap((key) => names.map((name) => cell(key, name)));
      const run = Uint32Array.from(data, (_, i) => Math.floor(i / names.length));
      yield {
        runs: keys,
        paths: names,
        columns: [{ type: "string", run, path: run.map((_, i) => i % names.length), data }],
      };
    }
    for await (const { runs: some, paths: found, run, path } of pairs(query)) {
      const column = (of: number) => new Float64Array(run.length).fill(of);
      const data = {
        present: new Uint8Array(run.length).fill(1),
        lastStep: column(steps),
        last: column(value[steps - 1]),
        min: column(1),
        max: column(3),
        average: column(2),
        variance: column(0.5),
      };
      yield { runs: some, paths: found, columns: [{ type: "float_series", run, path, data }] };
    }
  }
  async function* series({ series, kind, limit }: SeriesQuery): AsyncGenerator<SeriesBlock> {
    if (kind !== "float") return;
    const found = seriesRefs(series).flatMap(({ run, path, after = 0, before = Infinity }, i) => {
      if (!numbers.has(path) || !exists(Number(run), numbers.get(path)!, density)) return [];
      // Steps are 1, 2, 3, so that a step is also a place.
      let start = Math.floor(after), end = Math.min(steps, Math.ceil(before) - 1);
      if (limit?.from === "end") start = Math.max(start, end - limit.points);
      else end = Math.min(end, start + (limit?.points ?? Infinity));
      return start < end ? [{ series: i, start, end }] : [];
    });
    const length = found.reduce((sum, { start, end }) => sum + end - start, 0);
    const block = {
      step: new Float64Array(length),
      timestamp: new Float64Array(length),
      data: new Float64Array(length),
    };
    let at = 0;
    const spans = found.map(({ series, start, end }) => {
      block.step.set(step.subarray(start, end), at);
      block.timestamp.set(timestamp.subarray(start, end), at);
      block.data.set(value.subarray(start, end), at);
      return { series, start: at, end: at += end - start };
    });
    const { data, ...columns } = block;
    if (length > 0) yield { ...columns, spans, values: { kind: "float", data }, preview: null };
  }
  return {
    label: "made up",
    project: () => Promise.resolve({ name: `bench/${name}`, id: idOf(name) }),
    async *runs({ where, offset = 0, limit = Infinity }) {
      // The clients ask for all runs, or for one by its name.
      const one = where && JSON.stringify(where).match(/"value":"(run|experiment)-(\d+)"/);
      const found = one ? [runs[Number(one[2])]] : runs;
      yield { runs: found.slice(offset, offset + limit), total: found.length };
    },
    async *attributes(query) {
      const { keys, found } = wanted(query);
      const some = found.filter((path) => keys.some((key) => exists(Number(key), numbers.get(path)!, density)));
      yield some.map((path) => ({ path, type: "float_series" as const }));
    },
    existing: pairs,
    values,
    series,
    file: () => Promise.reject(new Error("There are no files.")),
    close: () => {},
  };
}

function idOf(name: string): string {
  return `00000000-0000-4000-8000-${String(Object.keys(SCENARIOS).indexOf(name)).padStart(12, "0")}`;
}

const sources = new Map(Object.entries(SCENARIOS).map(([name, scenario]) => [name, made(name, scenario)]));
const catalog: Catalog = {
  label: "made up",
  projects: () => Promise.resolve(Object.keys(SCENARIOS).map((name) => ({ name: `bench/${name}`, id: idOf(name) }))),
  open: (project) => [...sources].find(([name]) => project === `bench/${name}` || project === idOf(name))![1],
  close: () => {},
};

const secret = newSecret();
const answer = createHandler(catalog, { secret });
const kept = new Map<string, Uint8Array<ArrayBuffer>>();
let madeIn = 0;

/** What depends on the request alone is made once; the time that making took is told, and all is forgotten, at /made-in. */
async function handle(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  if (pathname === "/made-in") {
    const response = Response.json({ seconds: madeIn / 1000 });
    madeIn = 0;
    kept.clear();
    return response;
  }
  if (!pathname.startsWith("/api/leaderboard/")) return await answer(request);
  const body = await request.bytes();
  const key = `${request.method} ${pathname}${search} ${new TextDecoder().decode(body)}`;
  const ready = kept.get(key);
  if (ready) return new Response(ready);
  const started = performance.now();
  const { method, headers } = request;
  const response = await answer(new Request(request.url, { method, headers, body: body.length ? body : null }));
  const bytes = await response.bytes();
  madeIn += performance.now() - started;
  if (response.ok) kept.set(key, bytes);
  return new Response(bytes, { status: response.status });
}

Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) => {
    const url = `http://127.0.0.1:${port}`;
    console.log(JSON.stringify({ url, apiToken: makeApiToken(secret, url) }));
  },
}, handle);
