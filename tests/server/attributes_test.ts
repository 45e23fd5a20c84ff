import assert from "node:assert/strict";
import {
  type ProtoAttributeDTO,
  ProtoAttributesDTOSchema,
  ProtoAttributesSearchResultDTOSchema as Definitions,
  ProtoQueryAttributesResultDTOSchema as Values,
} from "../../src/wire/gen/neptune_pb.ts";
import { PATHS } from "./client.ts";
import { HOLDER, PROJECT, sample } from "./sample.ts";

const client = await sample;
const WIRE_TYPES = [
  ..."float int bool string datetime stringSet floatSeries stringSeries histogramSeries fileRef fileRefSeries".split(
    " ",
  ),
  ..."experimentState gitRef complex".split(" "),
];
const definitions = (body: unknown) => client.json(client.post(PATHS.definitions, body));
const names = async (body: Record<string, unknown>) =>
  (await definitions({ projectIdentifiers: [PROJECT], ...body })).entries.map((one: { name: string }) => one.name);
const values = (body: unknown, project = PROJECT) =>
  client.message(Values, client.post(PATHS.values, body, { projectIdentifier: project }));

Deno.test("definitions of a project are distinct, of legal types, and always say whether there is more", async () => {
  const { entries, nextPage } = await definitions({ projectIdentifiers: [PROJECT, PROJECT] });
  assert.equal(new Set(entries.map((one: object) => JSON.stringify(one))).size, entries.length);
  assert.equal(entries.length, 49);
  for (const { type } of entries) assert.ok(WIRE_TYPES.includes(type), type);
  assert.deepEqual(nextPage, { limit: 10_000, nextPageToken: null });
});

Deno.test("definitions come page by page, each once, and again when a page is asked twice", async () => {
  const all = (await definitions({ projectIdentifiers: [PROJECT] })).entries;
  const paged: unknown[] = [];
  let nextPageToken: string | null = null;
  do {
    const body: unknown = { projectIdentifiers: [PROJECT], nextPage: { limit: 10, nextPageToken } };
    const page = await definitions(body);
    assert.deepEqual(await definitions(body), page);
    assert.ok(page.entries.length <= 10);
    paged.push(...page.entries);
    nextPageToken = page.nextPage.nextPageToken;
  } while (nextPageToken);
  assert.deepEqual(paged, all);
});

Deno.test("definitions are restricted by names, types and runs", async () => {
  const regex = (...mustMatchRegexes: string[]) => ({ attributeNameFilter: { mustMatchRegexes } });
  assert.deepEqual(await names(regex("^train/", "loss$")), ["train/loss"]);
  assert.deepEqual(await names(regex("^(config/seed|sys/id|zz)$")), ["config/seed", "sys/id"]);
  assert.deepEqual(await names(regex("^config\\.json$")), ["config.json"]);
  assert.deepEqual(
    await names({ attributeNameFilter: { mustMatchRegexes: ["^weights/"], mustNotMatchRegexes: ["_\\d$"] } }),
    ["weights/picture"],
  );
  assert.deepEqual(
    await names({
      attributeNameFilter: { mustMatchAny: [{ mustMatchRegexes: ["^config/se"] }, { mustMatchRegexes: ["_2"] }] },
    }),
    ["config/seed", "weights/layer_2"],
  );
  assert.deepEqual(await names({ attributeNameFilter: { mustMatchAny: [] } }), []);
  assert.equal((await names({ attributeNameFilter: {}, attributeFilter: null, experimentIdsFilter: null })).length, 49);
  assert.deepEqual(await names({ attributeNameRegex: "^config/seed$" }), ["config/seed"]);
  assert.deepEqual(await names({ attributeFilter: [{ attributeType: "histogramSeries" }] }), [
    "weights/layer_1",
    "weights/layer_2",
  ]);
  assert.deepEqual(await names({ attributeFilter: [{ attributeType: "gitRef" }] }), []);
  assert.deepEqual(await names({ experimentIdsFilter: [] }), []);
  assert.deepEqual(await names({ experimentIdsFilter: [HOLDER("NO-1"), "nonsense", crypto.randomUUID()] }), []);
  const linear = await names({ experimentIdsFilter: [HOLDER("DIG-2"), HOLDER("NO-1")] });
  assert.ok(linear.length > 0 && !linear.includes("weights/layer_2"));
});

Deno.test("projects that do not exist are passed over, unless none does", async () => {
  assert.equal((await definitions({ projectIdentifiers: ["no/such", PROJECT] })).entries.length, 49);
  const error = await client.error(client.post(PATHS.definitions, { projectIdentifiers: ["no/such"] }));
  assert.deepEqual([error.status, error.errorType], [403, "ACCESS_DENIED"]);
});

Deno.test("definitions of one run are all there at once, or those of some types", async () => {
  const ask = (more = {}) =>
    client.message(Definitions, client.get(PATHS.runDefinitions, { experimentIdentifier: HOLDER("DIG-4"), ...more }));
  assert.equal((await ask()).entries.length, 46);
  const some = await ask({ attributeType: ["stringSeries", "fileRef"] });
  assert.deepEqual(some.entries.map(({ name, type }) => [name, type]), [
    ["config.json", "fileRef"],
    ["logs/setup", "stringSeries"],
    ["logs/train", "stringSeries"],
    ["report/mistakes.csv", "fileRef"],
  ]);
});

Deno.test("values of one run are exact, and what it lacks is left out", async () => {
  const ask = async (attributePathsFilter: string[] | null) =>
    (await client.message(
      ProtoAttributesDTOSchema,
      client.post(PATHS.runValues, { attributePathsFilter }, {
        holderIdentifier: HOLDER("DIG-4"),
        holderType: "experiment",
      }),
    )).attributes;
  const one = async (path: string) => (await ask([path]))[0];
  assert.equal((await one("data/fingerprint")).intProperties!.value, -3131121212840175174n);
  const file = (await one("config.json")).fileRefProperties!;
  assert.equal(file.mimeType, "application/json");
  assert.ok(file.sizeBytes > 0n && file.path !== "");
  assert.equal((await one("logs/train")).stringSeriesProperties!.lastStep, 500);
  assert.equal((await one("weights/layer_1")).histogramSeriesProperties!.last!.type, "COUNTING");
  assert.equal((await one("weights/picture")).fileRefSeriesProperties!.last!.mimeType, "image/png");
  const tags = await one("sys/group_tags");
  assert.deepEqual([tags.type, tags.stringSetProperties!.value], ["stringSet", []]);
  assert.deepEqual((await ask(["no/such", "config/seed"])).map(({ name }) => name), ["config/seed"]);
  assert.deepEqual(await ask([]), []);
  assert.equal((await ask(null)).length, 46);
});

Deno.test("values of many runs come in pages of cells, by run and name, each once, however they are cut", async () => {
  const runs = Array.from({ length: 12 }, (_, i) => HOLDER(`DIG-${i + 1}`));
  const cells = async (body: Record<string, unknown>, limit: number) => {
    const cells: [string, string][] = [];
    const attributes: ProtoAttributeDTO[] = [];
    let nextPageToken: string | undefined | null = null;
    do {
      const page: Awaited<ReturnType<typeof values>> = await values({ ...body, nextPage: { limit, nextPageToken } });
      const count = page.entries.reduce((sum, entry) => sum + entry.attributes.length, 0);
      assert.ok(count <= limit, `${count} cells`);
      for (const entry of page.entries) {
        for (const attribute of entry.attributes) {
          cells.push([entry.experimentShortId, attribute.name]);
          attributes.push(attribute);
        }
      }
      nextPageToken = page.nextPage?.nextPageToken;
      if (nextPageToken) assert.equal(count, limit, "only the last page is not full");
    } while (nextPageToken);
    return { cells, attributes };
  };
  const body = {
    experimentIdsFilter: runs,
    attributeNamesFilter: null,
    attributeNameFilter: { mustMatchRegexes: [".*"] },
  };
  const whole = await cells(body, 10_000);
  assert.equal(new Set(whole.cells.map(String)).size, whole.cells.length);
  const expected = whole.cells.toSorted(([a, x], [b, y]) =>
    runs.indexOf(HOLDER(a)) - runs.indexOf(HOLDER(b)) || (x < y ? -1 : x > y ? 1 : 0)
  );
  assert.deepEqual(whole.cells, expected);
  for (const limit of [7, 46, 100]) assert.deepEqual(await cells(body, limit), whole, `pages of ${limit}`);

  const some = { experimentIdsFilter: runs, attributeNamesFilter: ["config/seed", "sys/name"], attributeFilter: null };
  assert.equal((await cells(some, 5)).cells.length, 23);
  const typed = { ...some, attributeFilter: [{ attributeType: "int" }] };
  assert.equal((await cells(typed, 5)).cells.length, 12);
  assert.equal((await cells({ attributeNamesFilter: ["sys/id"] }, 100)).cells.length, 12);
  assert.equal((await cells({ ...some, experimentIdsFilter: [] }, 100)).cells.length, 0);
  assert.equal((await cells({ ...some, attributeNamesFilter: [] }, 100)).cells.length, 0);
  assert.equal(
    (await cells({ ...some, experimentIdsFilter: [runs[3], runs[3], HOLDER("NO-1")] }, 100)).cells.length,
    2,
  );
});

Deno.test("a page token is worth as much after the server has forgotten what it read", async () => {
  const body = { experimentIdsFilter: [HOLDER("DIG-4"), HOLDER("DIG-5")] };
  const first = await values({ ...body, nextPage: { limit: 20 } });
  const nextPage = { limit: 20, nextPageToken: first.nextPage!.nextPageToken };
  const kept = await values({ ...body, nextPage });
  assert.deepEqual(await values({ ...body, nextPage }), kept);
  const error = await client.error(
    client.post(PATHS.values, { ...body, nextPage: { limit: 5, nextPageToken: "nonsense" } }, {
      projectIdentifier: PROJECT,
    }),
  );
  assert.equal(error.status, 400);
});
