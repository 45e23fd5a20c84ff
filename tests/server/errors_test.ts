import assert from "node:assert/strict";
import { ConnectionError, DamagedFileError, ServerError } from "../../src/errors.ts";
import { connect, PATHS } from "./client.ts";
import { MEMORY_PROJECT, memoryCatalog, memoryRun } from "./memory.ts";
import { HOLDER, PROJECT, sample } from "./sample.ts";

const client = await sample;
const search = (body: unknown, project = PROJECT) => client.post(PATHS.entries, body, { projectIdentifier: project });
const holder = (identifier: string) => ({ attribute: "m", holder: { identifier, type: "experiment" } });

Deno.test("an unknown project is ACCESS_DENIED on every endpoint that takes one", async () => {
  const requests = [{ requestId: "0", series: holder("no/such/RUN-1") }];
  const answers = [
    client.get(PATHS.project, { projectIdentifier: "no/such" }),
    search({}, "no/such"),
    search({}, crypto.randomUUID()),
    client.post(PATHS.values, {}, { projectIdentifier: "no/such" }),
    client.post(PATHS.definitions, { projectIdentifiers: ["no/such"] }),
    client.get(PATHS.runDefinitions, { experimentIdentifier: "no/such/RUN-1" }),
    client.post(PATHS.runValues, {}, { holderIdentifier: "no/such/RUN-1" }),
    client.post(PATHS.floatSeries, { perSeriesPointsLimit: 1, requests }),
    client.post(PATHS.series, { requests }),
  ];
  for (const answer of answers) {
    const { status, errorType, message } = await client.error(answer);
    assert.deepEqual([status, errorType], [403, "ACCESS_DENIED"]);
    assert.match(message, /no project/);
  }
});

Deno.test("an unknown run is 404 where one run is asked for", async () => {
  for (const id of [HOLDER("NO-1"), `CUSTOM/${PROJECT}/nothing`, crypto.randomUUID(), "nonsense"]) {
    for (
      const answer of [
        client.get(PATHS.runDefinitions, { experimentIdentifier: id }),
        client.post(PATHS.runValues, {}, { holderIdentifier: id, holderType: "experiment" }),
      ]
    ) {
      const { status, errorType } = await client.error(answer);
      assert.deepEqual([status, errorType], [404, "EXPERIMENT_NOT_FOUND"], id);
    }
  }
});

Deno.test("a query that does not parse is 400 with the place and the title that old clients know", async () => {
  for (
    const query of [
      "()",
      "() OR (a = 1)",
      "(`a`:int = 1",
      "`a`:banana = 1",
      "`a`:int = x",
      "`a`:int MATCHES 1",
      "`a`:float > inf",
    ]
  ) {
    const error = await client.error(search({ query: { query } }));
    assert.deepEqual([error.status, error.errorType, error.title], [400, "BAD_REQUEST", "Syntax error"], query);
  }
  const error = await client.error(search({ query: { query: '`sys/name`:string MATCHES "(a"' } }));
  assert.deepEqual([error.status, error.errorType], [400, "BAD_REQUEST"]);
  assert.match(error.message, /RE2/);
});

Deno.test("bodies that make no sense are 400, and say which field is wrong", async () => {
  const bad: [Promise<Response>, string, RegExp][] = [
    [
      client.post(PATHS.entries, new TextEncoder().encode("{"), { projectIdentifier: PROJECT }),
      "MALFORMED_JSON_REQUEST",
      /JSON/,
    ],
    [client.post(PATHS.entries, [], { projectIdentifier: PROJECT }), "MALFORMED_JSON_REQUEST", /object/],
    [client.post(PATHS.entries, {}), "BAD_REQUEST", /projectIdentifier/],
    [search({ pagination: { limit: -1 } }), "BAD_REQUEST", /pagination\.limit/],
    [search({ pagination: { limit: 1.5 } }), "BAD_REQUEST", /pagination\.limit/],
    [search({ query: "sys/id" }), "BAD_REQUEST", /query must be an object/],
    [search({ attributeFilters: [{}] }), "BAD_REQUEST", /attributeFilters\[0\]\.path/],
    [search({ sorting: { sortBy: { type: "int" } } }), "BAD_REQUEST", /sortBy\.name/],
    [search({ sorting: { sortBy: { name: "a", type: "banana" } } }), "INVALID_ATTRIBUTE_TYPE", /banana/],
    [search({ sorting: { sortBy: { name: "a", type: "complex" } } }), "INVALID_SORT_PARAMS", /complex/],
    [search({ sorting: { sortBy: { name: "a", type: "int" }, dir: "up" } }), "BAD_REQUEST", /sorting\.dir/],
    [client.post(PATHS.definitions, { projectIdentifiers: PROJECT }), "BAD_REQUEST", /projectIdentifiers/],
    [
      client.post(PATHS.definitions, {
        projectIdentifiers: [PROJECT],
        attributeNameFilter: { mustMatchRegexes: ["(?=a)"] },
      }),
      "BAD_REQUEST",
      /RE2/,
    ],
    [client.post(PATHS.floatSeries, { requests: [] }), "BAD_REQUEST", /perSeriesPointsLimit/],
    [client.post(PATHS.floatSeries, { perSeriesPointsLimit: 1 }), "BAD_REQUEST", /requests/],
    [
      client.post(PATHS.floatSeries, { perSeriesPointsLimit: 1, requests: [{ requestId: "0" }] }),
      "BAD_REQUEST",
      /requests\[0\]\.series/,
    ],
    [
      client.post(PATHS.floatSeries, {
        perSeriesPointsLimit: 1,
        requests: [{ requestId: "0", series: { ...holder(HOLDER("DIG-4")), lineage: "SOME" } }],
      }),
      "BAD_REQUEST",
      /lineage/,
    ],
    [client.post(PATHS.signedUrl, { files: [{ path: "a" }] }), "BAD_REQUEST", /files\[0\]\.project_identifier/],
  ];
  for (const [answer, errorType, message] of bad) {
    const error = await client.error(answer);
    assert.deepEqual([error.status, error.errorType], [400, errorType], error.message);
    assert.match(error.message, message);
  }
});

Deno.test("paths are exact: only the two searches end with a slash, and nothing redirects", async () => {
  const query = { projectIdentifier: PROJECT };
  assert.equal((await client.post(PATHS.entries.slice(0, -1), {}, query)).status, 404);
  assert.equal((await client.post(PATHS.values + "/", {}, query)).status, 404);
  const error = await client.error(client.get("/api/client/v1/ingest"));
  assert.deepEqual([error.status, typeof error.message], [404, "string"]);
});

Deno.test("only what may pass is a 5xx; a damaged file is not", async () => {
  const failing = async (error: Error) => {
    const fail = () =>
      ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) }) as AsyncIterable<never>;
    const { catalog } = memoryCatalog({ runs: [memoryRun(1)], source: { series: fail } });
    const memory = await connect(catalog);
    const requests = [{ requestId: "0", series: holder(`${MEMORY_PROJECT}/MEM-1`) }];
    return await memory.error(memory.post(PATHS.floatSeries, { perSeriesPointsLimit: 1, requests }));
  };
  const damaged = await failing(new DamagedFileError("The file x of run y is damaged.", { run: "y", file: "x" }));
  assert.deepEqual([damaged.status, damaged.message], [422, "The file x of run y is damaged."]);
  assert.equal(
    (await failing(new ConnectionError("The server behind is away.", { address: "http://x", attempts: 3, seconds: 9 })))
      .status,
    503,
  );
  assert.equal(
    (await failing(new ServerError("It said no.", { status: 409, errorType: null, url: "http://x" }))).status,
    409,
  );
  assert.equal(
    (await failing(new ServerError("It failed.", { status: 502, errorType: null, url: "http://x" }))).status,
    503,
  );
  const unforeseen = await failing(new TypeError("internals that nobody should see"));
  assert.deepEqual([unforeseen.status, unforeseen.errorType], [500, "INTERNAL_SERVER_ERROR"]);
  assert.ok(!unforeseen.message.includes("internals"));
});

Deno.test("a request that is aborted aborts what it started", async () => {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  // deno-lint-ignore require-yield
  const series = async function* ({ signal }: { signal?: AbortSignal }) {
    begin();
    await new Promise((_, reject) => signal!.addEventListener("abort", () => (resolve(), reject(signal!.reason))));
  };
  const { catalog } = memoryCatalog({ runs: [memoryRun(1)], source: { series } });
  const memory = await connect(catalog);
  const controller = new AbortController();
  const requests = [{ requestId: "0", series: holder(`${MEMORY_PROJECT}/MEM-1`) }];
  const request = memory.request(PATHS.floatSeries, { perSeriesPointsLimit: 1, requests }, controller.signal);
  const answer = memory.handler(request);
  await begun;
  controller.abort();
  await aborted;
  await (await answer).body?.cancel();
});
