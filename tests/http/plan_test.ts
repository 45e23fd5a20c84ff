import assert from "node:assert/strict";
import fc from "fast-check";
import { floatSeriesCall, goOn, goOnAfterBreak, planSeries, pointsEach } from "../../src/http/plan_series.ts";
import { definitionsCalls, runsCall, runValuesCalls, valuesCalls } from "../../src/http/requests.ts";
import { jsonBytes, split } from "../../src/http/split.ts";
import type { AttributesQuery, SeriesQuery } from "../../src/source.ts";

const names = (count: number, prefix = "metrics/") => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

function seriesQuery(query: Partial<SeriesQuery>): SeriesQuery {
  return {
    kind: "float",
    series: [],
    stepRange: [null, null],
    lineage: "full",
    previews: false,
    limit: null,
    ...query,
  };
}

function attributesQuery(query: Partial<AttributesQuery>): AttributesQuery {
  return { runs: null, paths: null, filter: null, types: null, ...query };
}

const series = (count: number) => names(count).map((path) => ({ run: "ws/proj/R-1", path }));

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
      (count, atOnce, prefix) => {
        const query = seriesQuery({ series: names(count, prefix).map((path) => ({ run: "ws/proj/R-1", path })) });
        const groups = planSeries(query, atOnce);
        assert.deepEqual(groups.flat().map(({ index }) => index), [...query.series.keys()]);
        for (const tasks of groups) {
          assert.ok(tasks.length <= 10_000);
          assert.ok(tasks.length * pointsEach(tasks) <= 1_000_000);
          assert.ok(JSON.stringify(floatSeriesCall(query, tasks, "p").body).length < 1_300_000);
        }
      },
    ),
    { numRuns: 12 },
  );
});

Deno.test("few series share one request, many are shared out evenly among as many as are made at once", () => {
  const sizes = (count: number, atOnce = 10) =>
    planSeries(seriesQuery({ series: series(count) }), atOnce).map((one) => one.length);
  assert.deepEqual(sizes(1), [1]);
  assert.deepEqual(sizes(96), [96]);
  assert.deepEqual(sizes(300), [75, 75, 75, 75]);
  assert.deepEqual(sizes(5000), Array(10).fill(500));
});

Deno.test("series go on after the last step that came, those that got less than they asked are done", () => {
  const [tasks] = planSeries(seriesQuery({ series: series(3) }), 10);
  const each = pointsEach(tasks);
  const received = new Map([[0, { points: each, lastStep: 7.5 }], [1, { points: 10, lastStep: 9 }]]);
  assert.deepEqual(goOn(tasks, received, 10).flat().map(({ index, cursor }) => ({ index, cursor })), [
    { index: 0, cursor: 7.5 },
  ]);
  // After a break nothing is known of series that got less.
  assert.deepEqual(
    goOnAfterBreak(tasks, received).flat().map(({ index, cursor }) => ({ index, cursor })),
    [{ index: 0, cursor: 7.5 }, { index: 1, cursor: 9 }, { index: 2, cursor: null }],
  );
});

Deno.test("long series go on in requests of their own", () => {
  const [tasks] = planSeries(seriesQuery({ series: series(20) }), 10);
  const received = new Map(tasks.map(({ index }) => [index, { points: pointsEach(tasks), lastStep: 1 }]));
  assert.deepEqual(goOn(tasks, received, 10).map((group) => group.length), Array(10).fill(2));
});

Deno.test("a limit is never exceeded, whatever came before a break", () => {
  const query = seriesQuery({ series: series(3), limit: { points: 100, from: "start" } });
  const [tasks] = planSeries(query, 10);
  assert.equal(pointsEach(tasks), 100);
  const groups = goOnAfterBreak(tasks, new Map([[0, { points: 100, lastStep: 1 }], [1, { points: 30, lastStep: 1 }]]));
  assert.deepEqual(groups.map((group) => [group.map(({ index }) => index), pointsEach(group)]), [[[1], 70], [
    [2],
    100,
  ]]);
  assert.deepEqual(planSeries({ ...query, limit: { points: 0, from: "end" } }, 10), []);
});

Deno.test("bounds of single series are cursors where they can be, else the nearest step inside", () => {
  const bounded = [{ run: "r", path: "p", after: 5, before: 9 }];
  const [[up]] = planSeries(seriesQuery({ series: bounded, stepRange: [1, 20] }), 10);
  assert.equal(up.cursor, 5);
  assert.equal(up.from, 1);
  assert.ok(up.to! < 9 && up.to! > 8.999999);
  const [[down]] = planSeries(seriesQuery({ series: bounded, limit: { points: 3, from: "end" } }), 10);
  assert.equal(down.cursor, 9);
  assert.ok(down.from! > 5 && down.from! < 5.000001);
  const [[text]] = planSeries(seriesQuery({ kind: "string", series: bounded }), 10);
  assert.equal(text.cursor, null);
  assert.ok(text.from! > 5 && text.to! < 9);
  const [[zero]] = planSeries(seriesQuery({ kind: "string", series: [{ run: "r", path: "p", after: 0 }] }), 10);
  assert.equal(zero.from, Number.MIN_VALUE);
});

Deno.test("ranges that hold no step ask for nothing; infinite ends are open ones", () => {
  const plan = (stepRange: SeriesQuery["stepRange"], ref = {}) =>
    planSeries(seriesQuery({ series: [{ run: "r", path: "p", ...ref }], stepRange }), 10).flat();
  assert.deepEqual(plan([3, 2]), []);
  assert.deepEqual(plan([Infinity, null]), []);
  assert.deepEqual(plan([null, -Infinity]), []);
  assert.deepEqual(plan([null, null], { after: Infinity }), []);
  assert.deepEqual(plan([null, 5], { before: -Infinity }), []);
  const [open] = plan([-Infinity, Infinity], { after: -Infinity });
  assert.deepEqual([open.from, open.to, open.cursor], [null, null, null]);
});

Deno.test("requests for float series carry what the protocol wants", () => {
  const query = seriesQuery({ series: series(2), lineage: "experiment", previews: true, stepRange: [0, null] });
  const [tasks] = planSeries(query, 10);
  assert.deepEqual(floatSeriesCall(query, [{ ...tasks[0], cursor: 4 }, tasks[1]], "ws/proj").body, {
    perSeriesPointsLimit: 500_000,
    order: "ascending",
    stepRange: { from: 0, to: null },
    requests: [0, 1].map((i) => ({
      requestId: String(i),
      ...(i === 0 ? { afterStep: 4 } : {}),
      series: {
        attribute: `metrics/${i}`,
        holder: { identifier: "ws/proj/R-1", type: "experiment" },
        lineage: "NONE",
        lineageEntityType: "EXPERIMENT",
        includePreview: true,
      },
    })),
  });
});

Deno.test("runs are asked for newest first, and an aggregation in both places where servers look for it", () => {
  const call = runsCall("ws/proj", { where: null, heads: true, sort: null }, 20, 10);
  assert.deepEqual(call.body, {
    attributeFilters: [{ path: "sys/id" }, { path: "sys/custom_run_id" }, { path: "sys/name" }],
    experimentLeader: true,
    pagination: { limit: 10, offset: 20 },
    sorting: { sortBy: { name: "sys/creation_time", type: "datetime" }, dir: "descending" },
  });
  const sort = { path: "loss", type: "float_series" as const, aggregation: "min" as const, descending: false };
  const where = { op: "exists" as const, operand: { name: "x", type: "int" as const, aggregation: null } };
  const sorted = runsCall("ws/proj", { where, heads: false, sort }, 0, 10).body as Record<string, unknown>;
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
