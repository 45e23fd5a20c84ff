import assert from "node:assert/strict";
import {
  ProtoFloatSeriesValuesDTOSchema,
  ProtoFloatSeriesValuesResponseDTOSchema as FloatSeries,
  ProtoSeriesValuesResponseDTOSchema as Series,
} from "../../src/wire/gen/neptune_pb.ts";
import { type Client, connect, PATHS } from "./client.ts";
import { MEMORY_PROJECT, memoryCatalog, memoryRun } from "./memory.ts";
import { HOLDER, sample } from "./sample.ts";

const client = await sample;
const series = (attribute: string, identifier: string, more = {}) => ({
  attribute,
  holder: { identifier, type: "experiment" },
  ...more,
});
const ask = async (body: Record<string, unknown>, from: Client = client) =>
  (await from.message(FloatSeries, from.post(PATHS.floatSeries, { perSeriesPointsLimit: 10_000, ...body }))).series;
const one = async (run: string, attribute: string, more: Record<string, unknown> = {}, inSeries = {}) => {
  const requests = [{ requestId: "0", series: series(attribute, run, inSeries), ...(more.request ?? {}) }];
  const [answer] = await ask({ ...more, requests });
  return answer.series!.values;
};
const steps = (points: { step: number }[]) => points.map(({ step }) => step);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

Deno.test("every request for a float series gets exactly one entry, also for what does not exist", async () => {
  const requests = [
    { requestId: "0", series: series("train/loss", HOLDER("DIG-4")) },
    { requestId: "1", series: series("no/such", HOLDER("DIG-4")) },
    { requestId: "2", series: series("train/loss", HOLDER("NO-1")) },
    { requestId: "3", series: series("train/loss", "CUSTOM/nereid/digits/no such run") },
    { requestId: "4", series: series("config/seed", HOLDER("DIG-4")) },
    { requestId: "007", series: series("train/loss", "CUSTOM/nereid/digits/mlp-sgd-1") },
    { requestId: "8", series: series("train/loss", HOLDER("DIG-4")) },
    { requestId: "9", series: series("train/loss", crypto.randomUUID()) },
  ];
  const answers = await ask({ requests });
  assert.deepEqual(answers.map((one) => one.requestId).sort(), requests.map((one) => one.requestId).sort());
  const counts = Object.fromEntries(answers.map((one) => [one.requestId, one.series!.values.length]));
  assert.deepEqual(counts, { "0": 500, "1": 0, "2": 0, "3": 0, "4": 0, "007": 500, "8": 500, "9": 0 });
  assert.deepEqual(await ask({ requests: [] }), []);
});

Deno.test("a committed point has its time, ratio 1, and is no preview", async () => {
  const [point] = await one(HOLDER("DIG-4"), "train/loss");
  assert.equal(point.step, 1);
  assert.ok(point.timestampMillis > 1_600_000_000_000n);
  assert.deepEqual([point.isPreview, point.completionRatio], [false, 1]);
});

Deno.test("stepRange includes both ends, null leaves an end open", async () => {
  const run = HOLDER("DIG-4");
  assert.deepEqual(steps(await one(run, "train/loss", { stepRange: { from: 5, to: 15 } })), range(5, 15));
  assert.deepEqual(steps(await one(run, "train/loss", { stepRange: { from: 498, to: null } })), [498, 499, 500]);
  assert.deepEqual(steps(await one(run, "train/loss", { stepRange: { from: null, to: 2 } })), [1, 2]);
  assert.equal((await one(run, "train/loss", { stepRange: null })).length, 500);
});

Deno.test("pages go on after the cursor in the direction of the order, until one has no points", async () => {
  for (const order of ["ascending", "descending"]) {
    const collected: number[] = [];
    let request = {};
    for (let page = 0; page < 10; page++) {
      const points = await one(HOLDER("DIG-4"), "train/loss", { order, perSeriesPointsLimit: 100, request });
      if (points.length === 0) break;
      assert.equal(points.length, 100);
      collected.push(...steps(points));
      request = { afterStep: collected.at(-1) };
    }
    assert.deepEqual(collected, order === "ascending" ? range(1, 500) : range(1, 500).reverse());
  }
  const both = { stepRange: { from: 3, to: 8 }, request: { afterStep: 5 } };
  assert.deepEqual(steps(await one(HOLDER("DIG-4"), "train/loss", both)), [6, 7, 8]);
  assert.deepEqual(steps(await one(HOLDER("DIG-4"), "train/loss", { ...both, order: "descending" })), [4, 3]);
  const tail = { order: "descending", perSeriesPointsLimit: 3 };
  assert.deepEqual(steps(await one(HOLDER("DIG-4"), "train/loss", tail)), [500, 499, 498]);
});

Deno.test("a fork has the points of its ancestors up to the step of the fork, as far as the lineage goes", async () => {
  const slow = HOLDER("DIG-7");
  const parent = await one(HOLDER("DIG-4"), "train/loss");
  const full = await one(slow, "train/loss", {}, { lineage: "FULL" });
  assert.deepEqual(steps(full), range(1, 500));
  assert.deepEqual(full.slice(0, 200), parent.slice(0, 200));
  assert.notDeepEqual(full[200].value, parent[200].value);
  assert.deepEqual(await one(slow, "train/loss"), full);
  assert.deepEqual(await one(slow, "train/loss", {}, { lineage: "FULL", lineageEntityType: "RUN" }), full);
  const own = await one(slow, "train/loss", {}, { lineage: "NONE" });
  assert.deepEqual(steps(own), range(201, 500));
  assert.deepEqual(await one(slow, "train/loss", {}, { lineage: "NONE", lineageEntityType: "RUN" }), own);
  assert.deepEqual(await one(slow, "train/loss", {}, { lineage: "NONE", lineageEntityType: "EXPERIMENT" }), full);
  const fromOtherExperiment = HOLDER("DIG-12");
  const whole = await one(fromOtherExperiment, "train/loss", {}, { lineage: "FULL" });
  const experiment = await one(fromOtherExperiment, "train/loss", {}, {
    lineage: "NONE",
    lineageEntityType: "EXPERIMENT",
  });
  assert.ok(steps(whole)[0] === 1 && steps(experiment)[0] === 151, `${steps(experiment)[0]}`);
});

Deno.test("previews are there when asked for, and requests of one body may differ in that", async () => {
  const { catalog } = memoryCatalog({
    runs: [memoryRun(1)],
    series: { "run-1:m": [[1, 0], [2, NaN], [3, -Infinity, true]] },
  });
  const memory = await connect(catalog);
  const request = (requestId: string, includePreview: boolean) => ({
    requestId,
    series: series("m", `${MEMORY_PROJECT}/MEM-1`, { includePreview }),
  });
  const answers = await ask({ requests: [request("0", true), request("1", false)] }, memory);
  const points = (id: string) =>
    answers.find((one) => one.requestId === id)!.series!.values.map((
      one,
    ) => [one.step, one.value, one.isPreview, one.completionRatio]);
  assert.deepEqual(points("0"), [[1, 0, false, 1], [2, NaN, false, 1], [3, -Infinity, true, 0.5]]);
  assert.deepEqual(points("1"), [[1, 0, false, 1], [2, NaN, false, 1]]);
});

Deno.test("custom ids may hold slashes, and the newest of runs that share an id has it", async () => {
  const runs = [memoryRun(2, { sysId: "MEM-1" }), memoryRun(1)];
  const { catalog } = memoryCatalog({ runs, series: { "run-1:m": [[1, 1]], "run-2:m": [[1, 2]] } });
  const memory = await connect(catalog);
  const value = async (identifier: string) =>
    (await ask({ requests: [{ requestId: "0", series: series("m", identifier) }] }, memory))[0].series!.values[0]
      ?.value;
  assert.equal(await value(`CUSTOM/${MEMORY_PROJECT}/custom/1`), 1);
  assert.equal(await value(`CUSTOM/${MEMORY_PROJECT}/custom/2`), 2);
  assert.equal(await value(`CUSTOM/${MEMORY_PROJECT}/custom`), undefined);
  assert.equal(await value(`${MEMORY_PROJECT}/MEM-1`), 2);
});

Deno.test("a request for more points than fit in memory is answered part by part", async () => {
  const points = Array.from({ length: 10 }, (_, i) => [i, i] as [number, number]);
  const runs = Array.from({ length: 5 }, (_, i) => memoryRun(i));
  const { catalog, asked } = memoryCatalog({
    runs,
    series: Object.fromEntries(runs.map(({ key }) => [`${key}:m`, points])),
  });
  const memory = await connect(catalog);
  const requests = runs.map(({ sysId }, i) => ({
    requestId: String(i),
    series: series("m", `${MEMORY_PROJECT}/${sysId}`),
  }));
  const answers = await ask({ perSeriesPointsLimit: 1_000_000, requests }, memory);
  assert.deepEqual(
    answers.map((one) => [one.requestId, one.series!.values.length]),
    requests.map((one) => [one.requestId, 10]),
  );
  assert.equal(asked.length, 3);
});

Deno.test("pages that follow are read ahead: many pages cost two readings, and changing course in between does no harm", async () => {
  const points = range(1, 1000).map((step) => [step, -step] as [number, number]);
  const { catalog, asked } = memoryCatalog({
    runs: [memoryRun(1)],
    series: { "run-1:m": points, "run-1:short": points.slice(0, 30) },
  });
  const memory = await connect(catalog);
  const page = (order: string, path: string, afterStep: number | null, limit = 10) => {
    const requests = [{ requestId: "0", afterStep, series: series(path, `${MEMORY_PROJECT}/MEM-1`) }];
    return ask({ order, perSeriesPointsLimit: limit, requests }, memory).then(([one]) => steps(one.series!.values));
  };
  for (const order of ["ascending", "descending"]) {
    const expected = order === "ascending" ? range(1, 1000) : range(1, 1000).reverse();
    asked.length = 0;
    const collected = [];
    for (
      let next: number[] = await page(order, "m", null);
      next.length > 0;
      next = await page(order, "m", next.at(-1)!)
    ) {
      collected.push(...next);
    }
    assert.deepEqual(collected, expected);
    assert.equal(asked.length, 2);

    // A client that asks for its last step again, as ours does.
    asked.length = 0;
    const again = await page(order, "m", null);
    for (let more = again; more.length >= 10; again.push(...more.slice(1))) {
      more = await page(order, "m", again.at(-2)!, 11);
    }
    assert.deepEqual(again, expected);
    assert.equal(asked.length, 2);
  }
  assert.deepEqual(await page("ascending", "short", 10), range(11, 20));
  assert.deepEqual(await page("ascending", "m", 20), range(21, 30));
  assert.deepEqual(await page("descending", "m", 20), range(10, 19).reverse());
  assert.deepEqual(await page("ascending", "m", 30, 300), range(31, 330));
  assert.deepEqual(await page("ascending", "short", 20), range(21, 30));
  assert.deepEqual(await page("ascending", "short", 30), []);
  assert.deepEqual(await page("ascending", "m", 30), range(31, 40));
});

Deno.test("one series is also given by address, as the older form of the request wants it", async () => {
  const query = { experimentId: HOLDER("DIG-4"), attribute: "train/loss", limit: "3", skipToStep: "10" };
  const { values, totalItemCount } = await client.message(
    ProtoFloatSeriesValuesDTOSchema,
    client.get(PATHS.floatSeries, query),
  );
  assert.deepEqual([steps(values), totalItemCount], [[11, 12, 13], 3n]);
});

Deno.test("points of other series come all at once, each series finished; those that do not exist are left out", async () => {
  const names = ["logs/train", "no/such", "weights/layer_1", "weights/picture", "train/loss"];
  const requests = names.map((name, i) => ({
    requestId: `0${i}`,
    series: series(name, HOLDER("DIG-4"), { lineage: "FULL" }),
  }));
  requests.push({ requestId: "05", series: series("logs/train", HOLDER("NO-1"), {}) as typeof requests[0]["series"] });
  const post = (body: object, useDeprecatedStringFields = "false") =>
    client.message(Series, client.post(PATHS.series, { requests, ...body }, { useDeprecatedStringFields }));
  const all = await post({ order: "descending" });
  assert.deepEqual(all.series.map((one) => one.requestId), ["00", "02", "03"]);
  for (const { searchAfter, series } of all.series) {
    assert.equal(searchAfter!.finished, true);
    assert.equal(series.case, "seriesValues");
    assert.deepEqual(steps(series.value!.values), steps(series.value!.values).toSorted((a, b) => b - a));
  }
  const cases = all.series.map((one) => one.series.value!.values[0].object!.value.case);
  assert.deepEqual(cases, ["stringValue", "histogram", "fileRef"]);
  const tail = await post({ order: "descending", perSeriesPointsLimit: 2, stepRange: { from: null, to: 100 } });
  assert.deepEqual(tail.series.map((one) => steps(one.series.value!.values)), [[100, 50], [100, 50], []]);
  const none = await post({ perSeriesPointsLimit: 0 });
  assert.deepEqual(none.series.map((one) => [one.requestId, one.series.value!.values.length]), [["00", 0], ["02", 0], [
    "03",
    0,
  ]]);
  const old = await post({ requests: requests.slice(0, 1) }, "true");
  assert.equal(old.series[0].series.case, "stringSeries");
  assert.match(old.series[0].series.value!.values[0].value!, /./);
});
