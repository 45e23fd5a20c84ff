import assert from "node:assert/strict";
import { ApiTokenError } from "../../src/errors.ts";
import { openServer } from "../../src/http/catalog.ts";
import { decodeApiToken } from "../../src/http/token.ts";

const encode = (value: unknown) => btoa(JSON.stringify(value));

Deno.test("the address of a token is api_url where it has one, else api_address", () => {
  const both = encode({ api_url: "https://a.example", api_address: "https://b.example", api_key: "k" });
  assert.equal(decodeApiToken(both).address, "https://a.example");
  for (const api_url of [undefined, null, ""]) {
    const token = encode({ api_url, api_address: "https://b.example/prefix/", api_key: "k" });
    assert.equal(decodeApiToken(token).address, "https://b.example/prefix");
  }
});

Deno.test("blanks around a token do not matter, also not to the server", () => {
  const token = encode({ api_url: "https://a.example" });
  assert.deepEqual(decodeApiToken(`\n  ${token}\t`), { address: "https://a.example", secret: token });
});

Deno.test("a token that cannot be read is an error that does not hold it", () => {
  const bad = [
    "",
    "not base64!",
    btoa("not JSON"),
    encode([1]),
    encode(null),
    encode("text"),
    btoa('{"api_url": "\xff"}'),
  ];
  for (const token of bad) {
    assert.throws(() => decodeApiToken(token), (error) => {
      assert.ok(error instanceof ApiTokenError);
      assert.match(error.message, /cannot be read/);
      assert.ok(token === "" || !Deno.inspect(error).includes(token));
      return true;
    });
  }
});

Deno.test("a token without an address, or with one that is no address, is an error", () => {
  assert.throws(() => decodeApiToken(encode({ api_key: "k" })), /holds no address/);
  assert.throws(() => decodeApiToken(encode({ api_url: "app.example.org" })), /does not start with http/);
  assert.throws(() => decodeApiToken(encode({ api_url: "file:///etc" })), /does not start with http/);
});

Deno.test("opening a server says what is wrong with an option, and asks nothing", () => {
  const apiToken = encode({ api_url: "http://127.0.0.1:9" });
  assert.equal(openServer({ apiToken }).label, "http://127.0.0.1:9");
});

Deno.test("a token of hosted Neptune says that the service ended, and what to read instead", () => {
  for (const host of ["app.neptune.ai", "scale.neptune.ai", "neptune.ai"]) {
    assert.throws(() => decodeApiToken(btoa(JSON.stringify({ api_url: `https://${host}` }))), (error) => {
      assert.ok(error instanceof ApiTokenError);
      assert.match(error.message, /2026-03-05.*archive/);
      return true;
    });
  }
  assert.equal(
    decodeApiToken(btoa(JSON.stringify({ api_url: "https://neptune.ai.test" }))).address,
    "https://neptune.ai.test",
  );
});
