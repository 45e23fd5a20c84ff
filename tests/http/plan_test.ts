import assert from "node:assert/strict";
import fc from "fast-check";
import { seriesList, type SeriesRef } from "../../src/columns.ts";
import {
  goOn,
  goOnAfterBreak,
  planSeries,
  pointsEach,
  Received,
  type SeriesGroup,
} from "../../src/http/plan/series.ts";
import { definitionsCalls, runsCall, runValuesCalls, valuesCalls } from "../../src/http/plan/requests.ts";
import { floatSeriesCall } from "../../src/http/plan/series_calls.ts";
import { jsonBytes, split } from "../../src/http/plan/split.ts";
import type { AttributesQuery, SeriesQuery } from "../../src/source.ts";

const names = (count: number, prefix = "metrics/") => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

function seriesQuery(query: Partial<SeriesQuery>): SeriesQuery {
  return {
    kind: "float",
    series: seriesList([]),
    lineage: "full",
    ...query,
  };
}

function attributesQuery(query: Partial<AttributesQuery>): AttributesQuery {
  return { ...query };
}

const series = (count: number, prefix?: string) =>
  seriesList(names(count, prefix).map((path) => ({ run: "ws/proj/R-1", path })));
const numbers = (groups: SeriesGroup[]) => groups.flatMap((group) => [...group.series]);

/** What came of the series of a group: so many points, one step after the other, the last at this step. */
function received(group: SeriesGroup, came: Record<number, [points: number, lastStep: number]>): Received {
  const all = new Received(group);
  for (const [at, [points, lastStep]] of Object.entries(came)) {
    all.add(Number(at), Float64Array.from({ length: points }, (_, i) => lastStep - points + 1 + i), 0, points);
  }
  return all;
}

Deno.test("splitting keeps every item once, in order, within both bounds", () => {
  const texts = fc.array(fc.string({ unit: "grapheme" }));
  fc.assert(fc.property(texts, fc.nat({ max: 100 }), fc.integer({ min: 1, max: 10 }), (items, maxBytes, maxCount) => {
    const stretches = split(items, jsonBytes, maxBytes, maxCount);
    assert.deepEqual(stretches.flat(), items);
    for (const stretch of stretches) {
      assert.ok(stretch.length >= 1 && stretch.length <= maxCount);
      assert.ok(stretch.length === 1 || stretch.reduce((sum, item) => sum + jsonBytes(item), 0) <= maxBytes);
    }
  }));
});

Deno.test("no request asks for more than a million points, or 10000 series, or has a long body", () => {
  const counts = fc.constantFrom(1, 2, 95, 96, 97, 300, 999, 5000, 30_000, 120_000);
  fc.assert(
    fc.property(
      counts,
      fc.integer({ min: 1, max: 32 }),
      fc.constantFrom("m/", "x".repeat(1000)),
      (count, concurrency, prefix) => {
        const query = seriesQuery({ series: series(count, prefix) });
        const groups = planSeries(query, concurrency);
        assert.deepEqual(numbers(groups), [...query.series.run.keys()]);
        for (const group of groups) {
          assert.ok(group.series.length <= 10_000);
          assert.ok(group.series.length * pointsEach(group) <= 1_000_000);
          assert.ok((floatSeriesCall(query, group, "p").body as Uint8Array).length < 2_010_000);
        }
      },
    ),
    { numRuns: 12 },
  );
});

Deno.test("few series share one request, many are shared out evenly among as many as are made at once", () => {
  const sizes = (count: number, concurrency = 10) =>
    planSeries(seriesQuery({ series: series(count) }), concurrency).map((one) => one.series.length);
  assert.deepEqual(sizes(1), [1]);
  assert.deepEqual(sizes(96), [96]);
  assert.deepEqual(sizes(300), [75, 75, 75, 75]);
  assert.deepEqual(sizes(5000), Array(10).fill(500));
});

Deno.test("series go on after the last step that came, those that got less than they asked are done", () => {
  const query = seriesQuery({ series: series(3) });
  const [group] = planSeries(query, 10);
  const came = received(group, { 0: [pointsEach(group), 7.5], 1: [10, 9] });
  const shown = (groups: SeriesGroup[]) =>
    groups.map(({ series, places }) => [[...series], [...places!.cursor], [...places!.known]]);
  // The last step is asked for again, since there may be more points at it.
  assert.deepEqual(shown(goOn(query, group, came, 10)), [[[0], [6.5], [1]]]);
  // After a break nothing is known of series that got less.
  assert.deepEqual(shown(goOnAfterBreak(group, came)), [[[0, 1, 2], [6.5, 8, NaN], [1, 1, 0]]]);
});

Deno.test("however points at equal steps fall on pages, each comes once", () => {
  const steps = fc.array(fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 9 })), { maxLength: 12 })
    .map((all) => all.sort(([a], [b]) => a - b).flatMap(([step, times]) => new Array<number>(times).fill(step)));
  fc.assert(fc.property(steps, fc.integer({ min: 1, max: 7 }), fc.boolean(), (ascending, room, descending) => {
    const steps = descending ? ascending.toReversed() : ascending;
    const [whole] = planSeries(seriesQuery({ series: series(1) }), 1);
    const came: number[] = [];
    let group = whole;
    for (let pages = 0; pages < 1000; pages++) {
      const cursor = group.places?.cursor[0] ?? NaN;
      const beyond = steps.filter((step) => cursor !== cursor || (descending ? step < cursor : step > cursor));
      const most = room + (group.places?.known[0] ?? 0);
      const page = beyond.slice(0, most);
      const received = new Received(group);
      const known = received.add(0, Float64Array.from(page), 0, page.length);
      came.push(...page.slice(known));
      if (page.length < most) break;
      [group] = goOnAfterBreak(group, received);
    }
    assert.deepEqual(came, steps);
  }));
});

Deno.test("long series go on in requests of their own", () => {
  const query = seriesQuery({ series: series(20) });
  const [group] = planSeries(query, 10);
  const came = received(group, Object.fromEntries(group.series.entries().map(([at]) => [at, [pointsEach(group), 1]])));
  assert.deepEqual(goOn(query, group, came, 10).map((group) => group.series.length), Array(10).fill(2));
});

Deno.test("a limit is never exceeded, whatever came before a break", () => {
  const query = seriesQuery({ series: series(3), limit: { points: 100, from: "start" } });
  const [group] = planSeries(query, 10);
  assert.equal(pointsEach(group), 100);
  const groups = goOnAfterBreak(group, received(group, { 0: [100, 1], 1: [30, 1] }));
  assert.deepEqual(groups.map((group) => [[...group.series], group.remaining, pointsEach(group)]), [
    [[1], 70, 71],
    [[2], 100, 100],
  ]);
  assert.deepEqual(planSeries({ ...query, limit: { points: 0, from: "end" } }, 10), []);
});

Deno.test("bounds of single series are cursors where they can be, else the nearest step inside", () => {
  const bounded = seriesList([{ run: "r", path: "p", after: 5, before: 9 }]);
  const [up] = planSeries(seriesQuery({ series: bounded, stepRange: [1, 20] }), 10);
  assert.deepEqual([...up.places!.cursor], [5]);
  assert.equal(up.from, 1);
  assert.ok(up.to! < 9 && up.to! > 8.999999);
  const [down] = planSeries(seriesQuery({ series: bounded, limit: { points: 3, from: "end" } }), 10);
  assert.deepEqual([...down.places!.cursor], [9]);
  assert.ok(down.from! > 5 && down.from! < 5.000001);
  const [text] = planSeries(seriesQuery({ kind: "string", series: bounded }), 10);
  assert.deepEqual([...text.places!.cursor], [NaN]);
  assert.ok(text.from! > 5 && text.to! < 9);
  const atZero = seriesList([{ run: "r", path: "p", after: 0 }]);
  assert.equal(planSeries(seriesQuery({ kind: "string", series: atZero }), 10)[0].from, Number.MIN_VALUE);
});

Deno.test("ranges that hold no step ask for nothing; infinite ends are open ones", () => {
  const plan = (stepRange: SeriesQuery["stepRange"], ref: Partial<SeriesRef> = {}) =>
    planSeries(seriesQuery({ series: seriesList([{ run: "r", path: "p", ...ref }]), stepRange }), 10);
  assert.deepEqual(plan([3, 2]), []);
  assert.deepEqual(plan([Infinity, null]), []);
  assert.deepEqual(plan([null, -Infinity]), []);
  assert.deepEqual(plan([null, null], { after: Infinity }), []);
  assert.deepEqual(plan([null, 5], { before: -Infinity }), []);
  const [open] = plan([-Infinity, Infinity], { after: -Infinity });
  assert.deepEqual([open.from, open.to, [...open.places!.cursor]], [null, null, [NaN]]);
});

Deno.test("requests for float series carry what the protocol wants", () => {
  const query = seriesQuery({
    series: seriesList([{ run: "ws/proj/R-1", path: 'metrics/"0"' }, { run: "ws/proj/R-2", path: "metrics/1" }]),
    lineage: "experiment",
    previews: true,
    stepRange: [0, null],
  });
  const [group] = planSeries(query, 10);
  const { body } = floatSeriesCall(query, {
    ...group,
    places: {
      cursor: Float64Array.of(4, NaN),
      lastStep: Float64Array.of(5, NaN),
      known: Uint32Array.of(2, 0),
    },
  }, "ws/proj");
  assert.deepEqual(JSON.parse(new TextDecoder().decode(body as Uint8Array)), {
    perSeriesPointsLimit: 500_000,
    order: "ascending",
    stepRange: { from: 0, to: null },
    requests: ['metrics/"0"', "metrics/1"].map((attribute, i) => ({
      requestId: String(i),
      ...(i === 0 ? { afterStep: 4 } : {}),
      series: {
        attribute,
        holder: { identifier: `ws/proj/R-${i + 1}`, type: "experiment" },
        lineage: "NONE",
        lineageEntityType: "EXPERIMENT",
        includePreview: true,
      },
    })),
  });
});

Deno.test("runs are asked for newest first, and an aggregation in both places where servers look for it", () => {
  const call = runsCall("ws/proj", { heads: true }, 20, 10);
  assert.deepEqual(call.body, {
    attributeFilters: [{ path: "sys/id" }, { path: "sys/custom_run_id" }, { path: "sys/name" }],
    experimentLeader: true,
    pagination: { limit: 10, offset: 20 },
    sorting: { sortBy: { name: "sys/creation_time", type: "datetime" }, dir: "descending" },
  });
  const sort = { path: "loss", type: "float_series" as const, aggregation: "min" as const, descending: false };
  const where = { op: "exists" as const, operand: { name: "x", type: "int" as const, aggregation: null } };
  const sorted = runsCall("ws/proj", { where, sort }, 0, 10).body as Record<string, unknown>;
  assert.deepEqual(sorted.sorting, {
    aggregationMode: "min",
    sortBy: { name: "loss", type: "floatSeries", aggregationMode: "min" },
    dir: "ascending",
  });
  assert.deepEqual(sorted.query, { query: "`x`:int EXISTS" });
});

Deno.test("long lists of runs and names are split to what a request may hold", () => {
  const runs = names(5000, "ws/proj/RUN-");
  const paths = names(4000, "a/rather/long/attribute/path/");
  for (const call of definitionsCalls("ws/proj", attributesQuery({ runs, paths }))) {
    const body = call.body as { experimentIdsFilter: string[]; attributeNameFilter: { mustMatchRegexes: string[] } };
    assert.ok(JSON.stringify(body).length < 240_000);
    assert.ok(body.attributeNameFilter.mustMatchRegexes[0].length < 60_000);
  }
  const calls = valuesCalls("ws/proj", attributesQuery({ runs, paths }), 10);
  let pairs = 0;
  for (const call of calls) {
    const body = call.body as { experimentIdsFilter: string[]; attributeNamesFilter: string[] };
    assert.ok(JSON.stringify(body).length < 240_000);
    pairs += body.experimentIdsFilter.length * body.attributeNamesFilter.length;
    assert.ok(body.experimentIdsFilter.length <= 1000);
  }
  assert.equal(pairs, 5000 * 4000);
  for (const call of runValuesCalls("ws/proj/R-1", paths, "ws/proj")) {
    const { attributePathsFilter } = call.body as { attributePathsFilter: string[] };
    assert.ok(attributePathsFilter.length <= 4096 && attributePathsFilter.join("").length <= 65_536);
  }
});

Deno.test("names become patterns that match them alone, beside the patterns of a filter", () => {
  const filter = { any: [{ must: ["^a"], mustNot: ["z$"] }] };
  const [call] = definitionsCalls(
    "ws/proj",
    attributesQuery({ paths: ["a.b", "c|d"], filter, types: ["int", "file_set"] }),
  );
  assert.deepEqual(call.body, {
    projectIdentifiers: ["ws/proj"],
    attributeFilter: [{ attributeType: "int" }],
    attributeNameFilter: {
      mustMatchAny: [{ mustMatchRegexes: ["^(a\\.b|c\\|d)$", "^a"], mustNotMatchRegexes: ["z$"] }],
    },
    nextPage: { limit: 10_000 },
  });
});
