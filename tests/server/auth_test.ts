import assert from "node:assert/strict";
import { decodeJwt } from "jose";
import { createHandler } from "../../src/server/handler.ts";
import { makeApiToken, newSecret, secretOf, Tokens } from "../../src/server/tokens.ts";
import type { Catalog } from "../../src/source.ts";
import { ADDRESS, API_TOKEN, PATHS, SECRET } from "./client.ts";

const nothing: Catalog = {
  label: "nothing",
  projects: () => Promise.resolve([]),
  open: () => {
    throw new Error("nothing is opened");
  },
  close: () => {},
};
const server = (accessTokenSeconds?: number) => createHandler(nothing, { secret: SECRET, accessTokenSeconds });
type Handler = ReturnType<typeof server>;
const get = (handler: Handler, path: string, headers: HeadersInit = {}) =>
  handler(new Request(new URL(path, ADDRESS), { headers }));
const exchange = async (handler: Handler) =>
  await (await get(handler, PATHS.token, { "x-neptune-api-token": API_TOKEN })).json();
const refresh = (handler: Handler, address: string, fields: Record<string, string>) =>
  handler(new Request(address, { method: "POST", body: new URLSearchParams(fields) }));

Deno.test("an API token holds the address twice and the secret, in standard base64", () => {
  assert.deepEqual(JSON.parse(atob(API_TOKEN)), { api_address: ADDRESS, api_url: ADDRESS, api_key: SECRET });
  assert.equal(secretOf(` ${API_TOKEN}\n`), SECRET);
  for (const text of ["", "nonsense", btoa("[]"), btoa("{}"), btoa('{"api_key": 1}')]) {
    assert.equal(secretOf(text), null);
  }
  assert.notEqual(newSecret(), newSecret());
});

Deno.test("the bootstrap documents need no token and lead from one to the next", async () => {
  const handler = server();
  const config = await (await get(handler, PATHS.config)).json();
  assert.equal(config.apiUrl, ADDRESS);
  assert.deepEqual(config.pyLibVersions, {});
  const discovery = await (await get(handler, config.security.openIdDiscovery)).json();
  assert.ok(discovery.authorization_endpoint.startsWith(ADDRESS));
  const { accessToken, refreshToken, username } = await exchange(handler);
  assert.equal(typeof username, "string");
  const claims = decodeJwt(accessToken);
  assert.equal(claims.azp, config.security.clientId);
  assert.ok(claims.exp! > Date.now() / 1000 + 60);
  assert.equal(`${claims.iss}/protocol/openid-connect/token`, discovery.token_endpoint);

  const fields = {
    grant_type: "refresh_token",
    refresh_token: refreshToken,
    client_id: "neptune-cli",
    expires_in: "-1.27",
  };
  const answer = await refresh(handler, discovery.token_endpoint, fields);
  const renewed = await answer.json();
  for (const token of [accessToken, renewed.access_token]) {
    const projects = await get(handler, PATHS.projects, { authorization: `Bearer ${token}` });
    assert.deepEqual(await projects.json(), { entries: [], matchingItemCount: 0, totalItemCount: 0 });
  }
  assert.equal(
    (await refresh(handler, discovery.token_endpoint, { ...fields, refresh_token: renewed.refresh_token })).status,
    200,
  );
});

Deno.test("an API token of another server, a broken one and none are refused with 401 and a JSON object", async () => {
  for (const token of [makeApiToken("another secret", ADDRESS), "nonsense", "", btoa("[]")]) {
    const answer = await get(server(), PATHS.token, token === "" ? {} : { "x-neptune-api-token": token });
    assert.equal(answer.status, 401);
    assert.equal((await answer.json()).errorType, "UNAUTHORIZED");
  }
});

Deno.test("a refresh token that is none is refused so that clients exchange their API token again", async () => {
  const handler = server();
  const { accessToken } = await exchange(handler);
  const { iss } = decodeJwt(accessToken);
  const address = `${iss}/protocol/openid-connect/token`;
  for (const refresh_token of [accessToken, "nonsense", ""]) {
    const answer = await refresh(handler, address, { grant_type: "refresh_token", refresh_token });
    assert.equal(answer.status, 400);
    assert.equal((await answer.json()).error, "invalid_grant");
  }
  assert.equal((await refresh(handler, address, { grant_type: "password" })).status, 400);
});

Deno.test("every call but the bootstrap needs a valid access token of this server", async () => {
  const handler = server();
  const { accessToken, refreshToken } = await exchange(handler);
  const foreign = createHandler(nothing, { secret: "another secret" });
  const { accessToken: other } = await (await foreign(
    new Request(ADDRESS + PATHS.token, { headers: { "x-neptune-api-token": makeApiToken("another secret", ADDRESS) } }),
  )).json();
  const unsigned = `${btoa('{"alg":"none"}')}.${accessToken.split(".")[1]}.`;
  const bad = [
    undefined,
    "",
    "Bearer",
    "Bearer x",
    `Bearer ${refreshToken}`,
    `Bearer ${other}`,
    `Basic ${accessToken}`,
    `Bearer ${unsigned}`,
  ];
  for (const path of Object.values(PATHS).filter((path) => path !== PATHS.config && path !== PATHS.token)) {
    for (const authorization of bad) {
      for (const method of ["GET", "POST"]) {
        const headers = authorization === undefined ? undefined : { authorization };
        const answer = await handler(new Request(ADDRESS + path, { method, headers }));
        assert.equal(answer.status, 401, `${method} ${path} with ${authorization}`);
        assert.equal((await answer.json()).errorType, "UNAUTHORIZED");
      }
    }
  }
});

Deno.test("an access token that has expired is told apart from a wrong one", async () => {
  const { accessToken } = await new Tokens(SECRET, -10).grant(ADDRESS);
  const answer = await get(server(), PATHS.projects, { authorization: `Bearer ${accessToken}` });
  assert.equal(answer.status, 401);
  assert.equal((await answer.json()).errorType, "AUTHORIZATION_TOKEN_EXPIRED");
});

Deno.test("no answer repeats the secret or a token that was sent", async () => {
  const handler = server();
  const texts = [
    await (await get(handler, PATHS.config)).text(),
    await (await get(handler, PATHS.token, { "x-neptune-api-token": makeApiToken("wrong secret", ADDRESS) })).text(),
    await (await get(handler, PATHS.projects, { authorization: "Bearer wrong.token.here" })).text(),
    JSON.stringify(await exchange(handler)),
  ];
  for (const text of texts) {
    for (const secret of [SECRET, "wrong secret", "wrong.token.here", API_TOKEN]) {
      assert.ok(!text.includes(secret), text);
    }
  }
});

Deno.test("a token that was verified is refused when its time is over", async () => {
  const tokens = new Tokens(SECRET, 60);
  const { accessToken } = await tokens.grant("http://issuer.test");
  await tokens.check(accessToken, "access");
  await assert.rejects(tokens.check(accessToken, "refresh"), { name: "Refusal", status: 401 });
  const now = Date.now;
  Date.now = () => now() + 61_000;
  try {
    await assert.rejects(tokens.check(accessToken, "access"), { errorType: "AUTHORIZATION_TOKEN_EXPIRED" });
  } finally {
    Date.now = now;
  }
});
