import assert from "node:assert/strict";
import { ProtoAttributesDTOSchema } from "../../src/wire/gen/neptune_pb.ts";
import { ADDRESS, PATHS } from "./client.ts";
import { HOLDER, PROJECT, sample } from "./sample.ts";

const client = await sample;
const sign = async (path: string, endpoint: string = PATHS.signedUrl) => {
  const files = [{ project_identifier: PROJECT, path, permission: "read", size: null }];
  return (await client.json(client.post(endpoint, { files }))).files[0];
};
const fetchUrl = (url: string, headers: HeadersInit = {}) => client.handler(new Request(url, { headers }));

const { attributes: [attribute] } = await client.message(
  ProtoAttributesDTOSchema,
  client.post(PATHS.runValues, { attributePathsFilter: ["config.json"] }, { holderIdentifier: HOLDER("DIG-4") }),
);
const { path, sizeBytes } = attribute.fileRefProperties!;
const bytes = await Deno.readFile(
  new URL(`../../samples/archive/files/nereid_digits-b413101154e2c0af/${path}`, import.meta.url),
);

Deno.test("signed addresses come in the order of the request, for missing files too, and need no header", async () => {
  const paths = [path, "no/such", path];
  const files = paths.map((path) => ({ project_identifier: PROJECT, path, permission: "read" }));
  for (const endpoint of [PATHS.signedUrl, PATHS.azureSignedUrl]) {
    const answer = await client.json(client.post(endpoint, { files }));
    assert.deepEqual(answer.files.map((one: { path: string }) => one.path), paths);
    const storage = endpoint === PATHS.signedUrl ? "gcp" : "azure";
    for (const { project_identifier, provider, url } of answer.files) {
      assert.deepEqual([project_identifier, provider], [PROJECT, storage]);
      assert.ok(url.startsWith(ADDRESS));
      assert.ok(new URL(url).pathname.split("/").length > 3, "Azure's SDK wants three segments");
    }
    assert.deepEqual(await (await fetchUrl(answer.files[0].url)).bytes(), bytes);
    assert.equal((await fetchUrl(answer.files[1].url)).status, 404);
  }
  assert.equal(BigInt(bytes.length), sizeBytes);
});

Deno.test("a range is answered with 206 and the size of the whole, in either header", async () => {
  const { url } = await sign(path);
  const size = bytes.length;
  const cases: [string, number, number][] = [
    ["bytes=0-33554431", 0, size - 1],
    ["bytes=0-0", 0, 0],
    ["bytes=5-9", 5, 9],
    ["bytes=7-", 7, size - 1],
    [`bytes=${size - 1}-${size + 10}`, size - 1, size - 1],
  ];
  for (const [range, first, last] of cases) {
    for (const header of ["range", "x-ms-range"]) {
      const answer = await fetchUrl(url, { [header]: range });
      assert.equal(answer.status, 206);
      assert.equal(answer.headers.get("content-range"), `bytes ${first}-${last}/${size}`);
      assert.deepEqual(await answer.bytes(), bytes.slice(first, last + 1));
    }
  }
  const beyond = await fetchUrl(url, { range: `bytes=${size}-` });
  assert.deepEqual([beyond.status, beyond.headers.get("content-range")], [416, `bytes */${size}`]);
  assert.equal((await fetchUrl(url, { range: "lines=1-2" })).status, 400);
});

Deno.test("an address that was changed or has expired is refused as each client expects it, so that it asks for a new one", async () => {
  const time = (seconds: number) => new Date(Date.now() + 1000 * seconds).toISOString().slice(0, 19) + "Z";
  const storages = {
    [PATHS.azureSignedUrl]: {
      past: (url: URL) => url.searchParams.set("se", time(-60)),
      parameters: { se: [time(7200), "never"], sig: ["x"] },
      refused: async (answer: Response, message: RegExp) => {
        assert.deepEqual([answer.status, answer.headers.get("x-ms-error-code")], [403, "AuthenticationFailed"]);
        assert.match(await answer.text(), message);
      },
    },
    [PATHS.signedUrl]: {
      past: (url: URL) => {
        url.searchParams.set("X-Goog-Date", time(-60).replace(/[-:]/g, ""));
        url.searchParams.set("X-Goog-Expires", "1");
      },
      parameters: {
        "X-Goog-Date": [time(0).replace(/[-:]/g, ""), "never"],
        "X-Goog-Expires": ["7200", "x"],
        "X-Goog-Signature": ["x"],
      },
      refused: async (answer: Response, message: RegExp) => {
        // Without any parameter of Google's it is none of Google's any more.
        assert.ok([400, 403].includes(answer.status));
        assert.match(await answer.text(), message);
      },
    },
  };
  for (const [endpoint, { past, parameters, refused }] of Object.entries(storages)) {
    const { url } = await sign(path, endpoint);
    const changed = (change: (url: URL) => void) => {
      const copy = new URL(url);
      change(copy);
      return fetchUrl(copy.href);
    };
    assert.equal((await changed(() => {})).status, 200);
    await refused(await changed(past), /Signed expiry time/);
    const other = new URL((await sign("no/such", endpoint)).url);
    await refused(await changed((url) => url.pathname = other.pathname), /signature/);
    for (const [name, values] of Object.entries(parameters)) {
      await refused(await changed((url) => url.searchParams.delete(name)), /a new address/);
      for (const value of values) {
        if (value !== new URL(url).searchParams.get(name)) {
          await refused(await changed((url) => url.searchParams.set(name, value)), /a new address/);
        }
      }
    }
    const now = Date.now;
    Date.now = () => now() + 3_601_000;
    try {
      await refused(await fetchUrl(url), /Signed expiry time/);
    } finally {
      Date.now = now;
    }
  }
});

Deno.test("files outside of the project's folder are not given away, and nothing can be written", async () => {
  for (const outside of ["../../data", "/etc/passwd", "a/../../../x", "..\\..\\x", ""]) {
    const answer = await fetchUrl((await sign(outside)).url);
    assert.ok([400, 404].includes(answer.status), `${outside}: ${answer.status}`);
  }
  const write = { files: [{ project_identifier: PROJECT, path, permission: "write", size: 1 }] };
  assert.deepEqual((await client.error(client.post(PATHS.signedUrl, write))).status, 403);
  const unknown = { files: [{ project_identifier: "no/such", path, permission: "read" }] };
  assert.equal((await client.error(client.post(PATHS.signedUrl, unknown))).errorType, "ACCESS_DENIED");
});
