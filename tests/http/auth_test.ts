import assert from "node:assert/strict";
import { ConnectionError, CredentialsError, NotNeptuneError, ServerError } from "../../src/errors.ts";
import { openServer } from "../../src/http/catalog.ts";
import { accessToken, apiToken, deafAddress, inSeconds, PATHS, SECRET, Stub } from "./stub.ts";

const projects = { [PATHS.projects]: () => Response.json({ entries: [] }) };

/** Grants tokens that last so many seconds. */
const grants = (seconds: number, claims: Record<string, unknown> = {}) => (_: unknown, count: number) =>
  Response.json({
    accessToken: accessToken({ exp: inSeconds(seconds), jti: `exchange-${count}`, ...claims }),
    refreshToken: `refresh-${count}`,
    username: "u",
  });

const refreshes = (seconds: number) => (_: unknown, count: number) =>
  Response.json({
    access_token: accessToken({ exp: inSeconds(seconds), jti: `refreshed-${count}` }),
    refresh_token: "next",
  });

Deno.test("calls at the same time share one exchange, and later ones its token", async () => {
  await using stub = new Stub(projects);
  const catalog = stub.open();
  await Promise.all(Array.from({ length: 20 }, () => catalog.projects()));
  await catalog.projects();
  assert.equal(stub.count(PATHS.exchange), 1);
  assert.equal(stub.seen[0].headers.get("x-neptune-api-token"), apiToken(stub.url));
  const [, ...calls] = stub.seen;
  assert.equal(new Set(calls.map((one) => one.headers.get("authorization"))).size, 1);
  assert.match(calls[0].headers.get("authorization")!, /^Bearer ey/);
  assert.equal(calls[0].headers.get("x-neptune-api-token"), null);
});

Deno.test("a token about to end is refreshed once for all who wait, where the server's configuration says", async () => {
  await using stub = new Stub({ ...projects, [PATHS.exchange]: grants(10), [PATHS.refresh]: refreshes(3600) });
  const catalog = stub.open();
  await catalog.projects();
  await Promise.all(Array.from({ length: 10 }, () => catalog.projects()));
  assert.equal(stub.count(PATHS.exchange), 1);
  assert.equal(stub.count(PATHS.refresh), 1);
  const { headers, body } = stub.seen.find(({ path }) => path === PATHS.refresh)!;
  const form = new URLSearchParams(body);
  assert.equal(form.get("grant_type"), "refresh_token");
  assert.equal(form.get("refresh_token"), "refresh-0");
  assert.equal(form.get("client_id"), "cli");
  assert.ok(Number(form.get("expires_in")) <= 10);
  assert.equal(headers.get("authorization"), null);
});

Deno.test("without a configuration, the token itself says where to refresh", async () => {
  await using stub: Stub = new Stub({
    ...projects,
    [PATHS.config]: () => new Response("none", { status: 404 }),
    [PATHS.exchange]: (seen, count) => grants(10, { iss: `${stub.url}/realm/`, azp: "azp-client" })(seen, count),
    "/realm/protocol/openid-connect/token": refreshes(3600),
  });
  const catalog = stub.open();
  await catalog.projects();
  await catalog.projects();
  const refresh = stub.seen.find(({ path }) => path === "/realm/protocol/openid-connect/token")!;
  assert.equal(new URLSearchParams(refresh.body).get("client_id"), "azp-client");
  assert.equal(stub.count(PATHS.exchange), 1);
});

Deno.test("when refreshing fails, the API token is exchanged again", async () => {
  await using stub = new Stub({
    ...projects,
    [PATHS.exchange]: grants(10),
    [PATHS.refresh]: () => Response.json({ error: "invalid_grant" }, { status: 400 }),
  });
  const catalog = stub.open();
  await catalog.projects();
  await catalog.projects();
  assert.equal(stub.count(PATHS.exchange), 2);
});

Deno.test("a call that gets 401 is made again with a new token, once", async () => {
  const refused = () => Response.json({ errorType: "AUTHORIZATION_TOKEN_EXPIRED" }, { status: 401 });
  await using forgiving = new Stub({
    [PATHS.projects]: (_, count) => count === 0 ? refused() : Response.json({ entries: [] }),
  });
  assert.deepEqual(await forgiving.open().projects(), []);
  assert.equal(forgiving.count(PATHS.exchange), 2);

  await using strict = new Stub({ [PATHS.projects]: refused });
  await assert.rejects(
    strict.open().projects(),
    (error) => error instanceof ServerError && error.fields.status === 401,
  );
  assert.equal(strict.count(PATHS.projects), 2);
});

Deno.test("a token that the server refuses twice is a CredentialsError, at once and without the token in it", async () => {
  await using stub = new Stub({
    [PATHS.exchange]: () => Response.json({ message: `${SECRET} is bad` }, { status: 401 }),
  });
  await assert.rejects(stub.open().projects(), (error) => {
    assert.ok(error instanceof CredentialsError);
    assert.deepEqual(error.fields, { address: stub.url });
    const shown = Deno.inspect(error);
    assert.ok(!shown.includes(SECRET) && !shown.includes(apiToken(stub.url)));
    return true;
  });
  assert.equal(stub.count(PATHS.exchange), 2);
});

Deno.test("what is not Neptune is told apart: a web page, another API, a redirect to a login", async () => {
  const answers = [
    () => new Response("<html>Welcome</html>", { headers: { "content-type": "text/html" } }),
    () => Response.json({ hello: "world" }),
    () => Response.json({ accessToken: "no JWT", refreshToken: "", username: "" }),
    () => new Response("404 page not found", { status: 404 }),
    () => new Response(null, { status: 302, headers: { location: "/login" } }),
  ];
  for (const answer of answers) {
    await using stub = new Stub({ [PATHS.exchange]: answer });
    await assert.rejects(stub.open().projects(), (error) => {
      assert.ok(error instanceof NotNeptuneError, String(error));
      assert.match(error.message, /is not Neptune/);
      return true;
    });
  }
});

Deno.test("a server that cannot be reached is a ConnectionError that says what to check", async () => {
  using deaf = await deafAddress();
  const catalog = openServer({ apiToken: apiToken(deaf.url), deadlineSeconds: 2 });
  await assert.rejects(catalog.projects(), (error) => {
    assert.ok(error instanceof ConnectionError, String(error));
    assert.equal(error.fields.address, deaf.url);
    assert.ok(Number(error.fields.attempts) > 1);
    assert.match(error.message, /check the address in the API token, the network and the proxy/);
    return true;
  });
  catalog.close();
});

Deno.test("one caller that gives up does not disturb another that waits for the same token", async () => {
  const { promise: open, resolve } = Promise.withResolvers<void>();
  await using stub = new Stub({
    ...projects,
    [PATHS.exchange]: async (seen, count) => {
      await open;
      return grants(3600)(seen, count);
    },
  });
  const catalog = stub.open();
  const abort = new AbortController();
  const impatient = catalog.projects({ signal: abort.signal });
  const patient = catalog.projects();
  abort.abort(new Error("enough"));
  await assert.rejects(impatient, /enough/);
  resolve();
  assert.deepEqual(await patient, []);
  assert.equal(stub.count(PATHS.exchange), 1);
});

Deno.test("a token refused once, and a page in place of the exchange, are got over", async () => {
  const page = () => new Response("<html>Starting</html>", { headers: { "content-type": "text/html" } });
  for (const first of [() => Response.json({}, { status: 401 }), () => new Response(null, { status: 403 }), page]) {
    await using stub: Stub = new Stub({
      [PATHS.projects]: () => Response.json({ entries: [] }),
      [PATHS.exchange]: (_, count) =>
        count === 0 ? first() : Response.json({
          accessToken: accessToken({ exp: inSeconds(3600) }),
          refreshToken: "r",
          username: "u",
        }),
    });
    assert.deepEqual(await stub.open().projects(), []);
    assert.equal(stub.count(PATHS.exchange), 2);
  }
});

Deno.test("tokens are refreshed on the server's own host only, and never at an address that is none", async () => {
  await using elsewhere = new Stub({
    "/oidc/token": () => Response.json({ access_token: accessToken({ exp: inSeconds(3600) }), refresh_token: "x" }),
  });
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, JSON.stringify({ token_endpoint: `${elsewhere.url}/oidc/token` }));
  for (const openIdDiscovery of [`file://${file}`, `${elsewhere.url}/oidc`, "data:application/json,{}", null]) {
    await using stub: Stub = new Stub({
      [PATHS.projects]: () => Response.json({ entries: [] }),
      [PATHS.config]: () => Response.json({ security: { clientId: "cli", openIdDiscovery } }),
      [PATHS.exchange]: () =>
        Response.json({
          accessToken: accessToken({ exp: inSeconds(1), iss: `${elsewhere.url}/oidc`, azp: "cli" }),
          refreshToken: "r",
          username: "u",
        }),
    });
    const catalog = stub.open();
    await catalog.projects();
    await catalog.projects();
    assert.equal(stub.count(PATHS.exchange), 2);
    assert.deepEqual(elsewhere.seen, []);
  }
  await Deno.remove(file);
});
