/** The routes of the table of runs. */

import assert from "node:assert/strict";
import type { RunsRow } from "../../src/view/api.ts";
import { ReadOnlyProject } from "../../mod.ts";
import { AskedPage, SAMPLE } from "./page.ts";

const page = await new AskedPage().open();

const idsOf = (rows: RunsRow[]) => rows.map((row) => "id" in row ? row.id : `[${row.group}: ${row.count}]`);
const OPTIMIZER = { path: "config/optimizer", type: "string" as const, aggregation: null };
const ACCURACY = { path: "validation/accuracy", type: "float_series" as const };

Deno.test("a stretch of the table has the values that its columns ask for", async () => {
  const columns = [OPTIMIZER, ...([null, "max", "min"] as const).map((aggregation) => ({ ...ACCURACY, aggregation }))];
  const answer = await page.ask("runs", { columns, from: 1, to: 3 });
  assert.deepEqual([answer.runs, answer.rows, answer.from], [12, 12, 1]);
  const project = new ReadOnlyProject({ archive: SAMPLE, cacheFolder: null });
  const frame = await project.fetchRunsDf({
    withIds: ["DIG-11", "DIG-10"],
    columns: ["config/optimizer", "validation/accuracy"],
    aggregates: ["min", "max"],
  });
  const names = ["config/optimizer", "validation/accuracy", "validation/accuracy:max", "validation/accuracy:min"];
  const expected = names.map((name) => frame.getColumn(name).toArray());
  assert.deepEqual(
    answer.slice,
    ["DIG-11", "DIG-10"].map((id, row) => ({
      id,
      customId: ["mlp-adam-2-cool-large", "mlp-adam-2-cool"][row],
      name: "mlp-adam",
      cells: expected.map((column) => column[row]),
    })),
  );
  assert.notDeepEqual(expected[2], expected[3], "the aggregates differ");
});

Deno.test("runs are searched in any letter case, queried, sorted by an aggregate", async () => {
  assert.deepEqual(idsOf((await page.ask("runs", { search: "ADAM-2 large" })).slice), ["DIG-11"]);
  assert.deepEqual(idsOf((await page.ask("runs", { search: "dig-1" })).slice), ["DIG-12", "DIG-11", "DIG-10", "DIG-1"]);
  assert.deepEqual(idsOf((await page.ask("runs", { search: "diverged" })).slice), ["DIG-6"], "a tag");
  assert.deepEqual(idsOf((await page.ask("runs", { search: "a.b(" })).slice), [], "no pattern");
  const query = "`config/optimizer`:string = adam AND `validation/accuracy`:floatSeries > 0.9";
  const sort = { ...ACCURACY, aggregation: "min" as const, descending: false };
  const { slice } = await page.ask("runs", { query, sort });
  assert.deepEqual(idsOf(slice), ["DIG-11", "DIG-10", "DIG-9"]);
  const refused = await page.post("runs", { query: "`config/optimizer` ==" });
  assert.equal(refused.status, 400);
  assert.match((await refused.json()).message, /expected a value/i);
});

Deno.test("groups have headings with their counts, folded ones no runs, and stretches count both", async () => {
  const group = { path: "config/optimizer", type: "string" as const };
  const whole = await page.ask("runs", { group, to: 100 });
  assert.deepEqual(idsOf(whole.slice).filter((one) => one.startsWith("[")), ["[adam: 6]", "[sgd: 6]"]);
  assert.equal(whole.rows, 14);
  const folded = await page.ask("runs", { group, closed: ["adam"], to: 3 });
  assert.deepEqual([folded.rows, idsOf(folded.slice)], [8, ["[adam: 6]", "[sgd: 6]", "DIG-7"]]);
  for (let from = 0; from < 14; from++) {
    const { slice } = await page.ask("runs", { group, from, to: from + 4 });
    assert.deepEqual(slice, whole.slice.slice(from, from + 4));
  }
});

Deno.test("configs that differ are those with several values or with runs that lack them", async () => {
  const all = await page.ask("differ", {});
  assert.equal(all.runs, 12);
  assert.ok(all.attributes.some(({ path }) => path === "config/optimizer"));
  assert.ok(!all.attributes.some(({ path }) => path === "data/source"), "the same everywhere");
  const two = await page.ask("differ", { ids: ["DIG-9", "DIG-8"] });
  assert.ok(!two.attributes.some(({ path }) => path === "config/optimizer"), "both are adam");
  assert.ok(two.attributes.every(({ path }) => !path.startsWith("sys/")));
  assert.ok(two.attributes.length > 0 && two.attributes.length < all.attributes.length);
});

Deno.test("values of an attribute, the most frequent first", async () => {
  const { values } = await page.ask("distinct", { path: "config/optimizer" });
  assert.deepEqual(values, [{ value: "adam", runs: 6 }, { value: "sgd", runs: 6 }]);
  const tags = await page.ask("distinct", { path: "sys/tags", search: "WIDE" });
  assert.deepEqual(tags.values, [{ value: "wide", runs: 3 }]);
});

Deno.test("the table as CSV has the rows and columns that are shown, whole", async () => {
  const columns = [OPTIMIZER, { path: "sys/tags", type: "string_set", aggregation: null }, {
    ...ACCURACY,
    aggregation: "max",
  }];
  const asked = { columns, sort: { ...ACCURACY, aggregation: null, descending: true }, ids: ["DIG-12", "DIG-9"] };
  const response = await page.get(`/api/runs.csv?asked=${encodeURIComponent(JSON.stringify(asked))}`);
  assert.match(response.headers.get("content-disposition")!, /^attachment/);
  const lines = (await response.text()).split("\r\n");
  assert.deepEqual(lines, [
    "sys/id,sys/custom_run_id,config/optimizer,sys/tags,validation/accuracy:max",
    'DIG-9,mlp-adam-2,adam,"[""relu"",""wide""]",0.922',
    'DIG-12,mlp-adam-from-sgd,adam,"[""relu"",""fork""]",0.906',
    "",
  ]);
});

Deno.test("requests that cannot be understood are told why", async () => {
  for (
    const [route, body, message] of [
      ["runs", { columns: [{ path: "a", type: "number" }] }, /no attribute type "number"/],
      ["runs", { from: -1 }, /from must be a whole number/],
      ["runs", { project: "no/such" }, /no project "no\/such"/],
      ["values", {}, /lacks runs/],
      ["points", { runs: [], paths: [], kind: "text" }, /kind must be one of/],
    ] as const
  ) {
    const response = await page.post(route, body);
    assert.ok(response.status >= 400 && response.status < 500, route);
    assert.match((await response.json()).message, message);
  }
});
