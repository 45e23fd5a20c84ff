import assert from "node:assert/strict";
import {
  ProtoAttributesSearchResultDTOSchema,
  ProtoLeaderboardEntriesSearchResultDTOSchema as Entries,
  ProtoQueryAttributesResultDTOSchema as Values,
} from "../../src/wire/gen/neptune_pb.ts";
import { PATHS } from "./client.ts";
import { HOLDER, PROJECT, sample } from "./sample.ts";

const client = await sample;
const IDS = ["sys/id", "sys/custom_run_id", "sys/name"].map((path) => ({ path }));
const search = (body: unknown, project = PROJECT) =>
  client.post(PATHS.entries, body, { projectIdentifier: project, type: "run" });
const found = async (body: unknown, project = PROJECT) =>
  (await client.message(Entries, search(body, project))).entries;
const customIds = async (body: Record<string, unknown>) =>
  (await found({ attributeFilters: [{ path: "sys/custom_run_id" }], ...body }))
    .map((entry) => entry.attributes[0].stringProperties!.value);
const query = (query: string) => ({ query: { query } });

Deno.test("a project is found by name and by id, and is the same", async () => {
  const project = await client.json(client.get(PATHS.project, { projectIdentifier: PROJECT }));
  assert.deepEqual([project.organizationName, project.name], ["nereid", "digits"]);
  for (const field of ["id", "organizationId"]) {
    assert.match(project[field], /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  }
  assert.deepEqual([typeof project.projectKey, typeof project.version], ["string", "number"]);
  assert.deepEqual(await client.json(client.get(PATHS.project, { projectIdentifier: project.id })), project);
  assert.deepEqual((await client.json(client.get(PATHS.projects))).entries, [project]);
  const [entry] = await found({ attributeFilters: IDS }, project.id);
  assert.deepEqual(
    [entry.projectId, entry.organizationId, entry.projectName, entry.organizationName, entry.type],
    [project.id, project.organizationId, "digits", "nereid", "run"],
  );
});

Deno.test("entries hold string attributes, and leave out what a run lacks", async () => {
  const entries = await found({ attributeFilters: IDS, pagination: { limit: 100, offset: 0 } });
  assert.equal(entries.length, 12);
  const smoke = entries.find((entry) => entry.attributes[0].stringProperties?.value === "smoke-test")!;
  assert.deepEqual(smoke.attributes.map(({ name, type }) => [name, type]), [
    ["sys/custom_run_id", "string"],
    ["sys/id", "string"],
  ]);
  assert.equal(new Set(entries.map((entry) => entry.experimentId)).size, 12);
});

Deno.test("entries hold full values of every type that is projected, and everything without a projection", async () => {
  const paths = [
    "config/seed",
    "config/learning_rate",
    "config/careless_softmax",
    "data/published",
    "sys/tags",
    "train/loss",
  ];
  const filter = query('`sys/custom_run_id`:string = "mlp-sgd-1"');
  const [entry] = await found({ ...filter, attributeFilters: [...paths, "no/such"].map((path) => ({ path })) });
  const values = Object.fromEntries(entry.attributes.map((attribute) => [attribute.name, attribute]));
  assert.deepEqual(Object.keys(values), [...paths].sort());
  assert.equal(values["config/seed"].intProperties!.value, 1n);
  assert.equal(values["config/learning_rate"].floatProperties!.value, 0.2);
  assert.equal(values["config/careless_softmax"].boolProperties!.value, false);
  assert.equal(values["data/published"].datetimeProperties!.value, BigInt(Date.UTC(2017, 7, 31, 16, 46)));
  assert.deepEqual(values["sys/tags"].stringSetProperties!.value, ["relu"]);
  const loss = values["train/loss"].floatSeriesProperties!;
  assert.equal(loss.lastStep, 500);
  assert.ok(loss.min! <= loss.last! && loss.last! <= loss.max! && loss.variance! > 0);
  const [whole] = await found(filter);
  assert.equal(whole.attributes.length, 46);
});

Deno.test("pages follow one another in a stable order, and limit 0 gives none", async () => {
  const all = await customIds({});
  const pages = [];
  for (let offset = 0; offset < 15; offset += 5) pages.push(...await customIds({ pagination: { limit: 5, offset } }));
  assert.deepEqual(pages, all);
  const none = await client.message(Entries, search({ pagination: { limit: 0, offset: 0 } }));
  assert.deepEqual([none.entries.length, none.matchingItemCount], [0, 12n]);
});

Deno.test("runs are sorted in both directions, those without the attribute last; an attribute nobody has changes nothing", async () => {
  const by = (name: string, type: string, dir?: string, more = {}) => ({
    sorting: { sortBy: { name, type }, dir, ...more },
  });
  const newest = await customIds({});
  assert.deepEqual(await customIds(by("sys/creation_time", "datetime")), newest);
  assert.deepEqual(await customIds(by("sys/creation_time", "datetime", "ascending")), newest.toReversed());
  assert.deepEqual(await customIds(by("no/such", "string", "ascending")), newest);
  for (const dir of ["ascending", "descending"]) {
    const names = await customIds(by("sys/name", "string", dir));
    assert.equal(names.length, 12);
    assert.equal(names.at(-1), "smoke-test");
    const steps = await customIds(by("sys/forking/step", "int", dir));
    assert.deepEqual(new Set(steps.slice(0, 4)).size, 4);
    assert.ok(steps.slice(0, 4).every((id) => /slow|cool|from-sgd/.test(id)), steps.join());
  }
  const maximum = { name: "train/loss", type: "floatSeries", aggregationMode: "max" };
  const inside = await customIds({ sorting: { sortBy: maximum, dir: "descending" } });
  const outside = await customIds(by("train/loss", "floatSeries", "descending", { aggregationMode: "max" }));
  const last = await customIds(by("train/loss", "floatSeries", "descending", { aggregationMode: "none" }));
  assert.deepEqual(inside, outside);
  assert.notDeepEqual(inside, last);
  const untyped = await customIds({ sorting: { sortBy: { name: "config/seed" } } });
  assert.deepEqual(untyped, await customIds(by("config/seed", "int")));
});

Deno.test("experimentLeader gives the head of each experiment", async () => {
  assert.deepEqual((await customIds({ experimentLeader: true })).sort(), [
    "linear-2",
    "mlp-adam-from-sgd",
    "mlp-sgd-1-slow",
  ]);
  assert.deepEqual(
    (await customIds(query("`sys/experiment/is_head`:bool = true"))).sort(),
    ["linear-2", "mlp-adam-from-sgd", "mlp-sgd-1-slow"],
  );
});

Deno.test("queries are taken as clients write them; an empty one matches everything", async () => {
  for (const text of ["", "  ", "(`sys/trashed`:bool = false)", '((`sys/custom_run_id`:string MATCHES ".*"))']) {
    assert.equal((await customIds(query(text))).length, 12, text);
  }
  assert.equal((await customIds({ query: null, pagination: null, experimentLeader: null, unknown: 1 })).length, 12);
  const cases: [string, string[]][] = [
    ['(((`sys/trashed`:bool = false) AND (`sys/id`:string = "DIG-4")))', ["mlp-sgd-1"]],
    ['(`config/seed`:int >= "2") AND (`sys/name`:string == "mlp-sgd")', ["mlp-sgd-1-slow", "mlp-sgd-2"]],
    ['`sys/custom_run_id`:string MATCHES "^linear\\\\-"', ["linear-2", "linear-1"]],
    ["NOT (`sys/name`:string EXISTS)", ["smoke-test"]],
    ["`sys/name`:string NOT MATCHES mlp AND `sys/name`:string NOT CONTAINS lin", ["smoke-test"]],
    ["`train/loss`:floatSeries > 1e300", []],
    ['`sys/state`:experimentState = "running"', []],
    ["min(`validation/loss`:floatSeries) < -1", []],
  ];
  for (const [text, ids] of cases) assert.deepEqual(await customIds(query(text)), ids, text);
  assert.equal((await customIds(query("`config.json`:fileRef EXISTS"))).length, 12);
  assert.equal((await customIds(query('`sys/state`:experimentState = "inactive"'))).length, 12);
});

Deno.test("runs of all projects are found at once, with what identifies them and their project", async () => {
  const body = { query: { query: '`sys/name`:string = "linear"' }, pagination: { limit: 1, offset: 1 } };
  const result = await client.message(Entries, client.post(PATHS.globalEntries, body));
  assert.equal(result.matchingItemCount, 2n);
  assert.deepEqual(
    result.entries.map((entry) => [entry.organizationName, entry.projectName, entry.attributes.map((one) => one.name)]),
    [["nereid", "digits", ["sys/custom_run_id", "sys/id", "sys/name"]]],
  );
});

Deno.test("a run is addressed by UUID, by project and sys/id, and by custom id, everywhere", async () => {
  const [run] = await found(query('`sys/id`:string = "DIG-4"'));
  const names = { attributeNamesFilter: ["sys/custom_run_id", "config/seed"] };
  for (
    const id of [run.experimentId, run.experimentId.toUpperCase(), HOLDER("DIG-4"), "CUSTOM/nereid/digits/mlp-sgd-1"]
  ) {
    const { entries: definitions } = await client.message(
      ProtoAttributesSearchResultDTOSchema,
      client.get(PATHS.runDefinitions, { experimentIdentifier: id }),
    );
    assert.equal(definitions.length, 46, id);
    const { entries } = await client.message(
      Values,
      client.post(PATHS.values, { ...names, experimentIdsFilter: [id] }, { projectIdentifier: PROJECT }),
    );
    assert.deepEqual(
      entries.map((one) => [one.experimentId, one.experimentShortId]),
      [[run.experimentId, "DIG-4"]],
      id,
    );
    const all = await client.json(
      client.post(PATHS.definitions, { projectIdentifiers: [PROJECT], experimentIdsFilter: [id] }),
    );
    assert.equal(all.entries.length, 46, id);
  }
});
