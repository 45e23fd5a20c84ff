/** Who may ask the page's server, and what browsers are told about its answers. */

import assert from "node:assert/strict";
import { AskedPage, ORIGIN } from "./page.ts";

Deno.test("the link lets one browser in, once; without its cookie nothing is told", async () => {
  const page = new AskedPage();
  assert.equal((await page.post("projects", {})).status, 401);
  assert.equal((await page.get("/api/file?run=DIG-1&path=x")).status, 401);
  assert.equal((await page.get("/api/runs.csv?asked={}")).status, 401);
  assert.equal((await page.get("/open?token=wrong")).status, 403);
  assert.equal((await page.get("/open")).status, 403);
  const entered = await page.get(page.link);
  assert.match(
    entered.headers.get("set-cookie")!,
    /^neptune-fetcher-8650=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  assert.equal((await page.get(page.link)).status, 403, "a second browser with the same link");
  page.cookie = entered.headers.get("set-cookie")!.split(";")[0];
  assert.equal((await page.post("projects", {})).status, 200);
  assert.equal((await page.get(page.link)).status, 303, "the same browser may follow it again");
  page.cookie = page.cookie.replace(/.$/, (last) => last === "A" ? "B" : "A");
  assert.equal((await page.post("projects", {})).status, 401);
});

Deno.test("pages of other origins, and other names of this machine, are refused", async () => {
  const page = await new AskedPage().open();
  assert.equal((await page.post("projects", {}, { origin: "http://evil.example" })).status, 403);
  assert.equal((await page.post("projects", {}, { origin: "http://127.0.0.1:9999" })).status, 403);
  assert.equal((await page.post("projects", {}, { origin: "null" })).status, 403);
  assert.equal((await page.post("projects", {}, { "sec-fetch-site": "cross-site" })).status, 403);
  assert.equal((await page.post("projects", {}, { "sec-fetch-site": "same-site" })).status, 403);
  assert.equal((await page.post("projects", {}, { origin: ORIGIN, "sec-fetch-site": "same-origin" })).status, 200);
  assert.equal((await page.get("/", {}, "http://evil.example:8650")).status, 403);
  assert.equal((await page.get("/", {}, "http://localhost:8650")).status, 200);
});

Deno.test("every answer tells browsers to run nothing but the page's own scripts", async () => {
  const page = await new AskedPage().open();
  const answers = [
    await page.get("/"),
    await page.get("/charts?s=DIG-1"),
    await page.get("/nothing"),
    await page.get("/open"),
    await page.post("projects", {}),
    await page.post("runs", { query: "((" }),
  ];
  for (const { headers, status } of answers) {
    const policy = headers.get("content-security-policy")!;
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self';/, String(status));
    assert.match(policy, /frame-ancestors 'none'; require-trusted-types-for 'script'/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
  }
  for (const path of ["/shell.js", "/runs.js", "/style.css"]) {
    const { headers } = await page.get(path);
    assert.match(headers.get("content-type")!, /^text\/(javascript|css); charset=utf-8$/, "no document");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
  }
  for (const [accepted, encoding] of [["gzip, br;q=1", "br"], ["gzip", "gzip"], ["identity", null]] as const) {
    const { headers } = await page.get("/shell.js", { "accept-encoding": accepted });
    assert.equal(headers.get("content-encoding"), encoding);
  }
  const text = await answers[0].text();
  assert.doesNotMatch(text, /<script(?![^>]*\bsrc=)|\son\w+=|style=/, "nothing inline");
});

Deno.test("stored files are handed out to be saved or shown as pictures, never as pages", async () => {
  const page = await new AskedPage().open();
  const { values } = await page.ask("values", { runs: ["DIG-12"], types: ["file_series", "file"] });
  const picture = values.find(({ type }) => type === "file_series")!;
  const response = await page.get(`/api/file?run=DIG-12&path=${encodeURIComponent(picture.path)}`);
  assert.equal(response.headers.get("content-type"), "image/png");
  assert.match(response.headers.get("content-disposition")!, /^attachment; filename\*=UTF-8''/);
  assert.match(response.headers.get("content-security-policy")!, /default-src 'none'.*sandbox/);
  const bytes = await response.bytes();
  const part = await page.get(`/api/file?run=DIG-12&path=${encodeURIComponent(picture.path)}`, { range: "bytes=1-3" });
  assert.equal(part.status, 206);
  assert.equal(part.headers.get("content-range"), `bytes 1-3/${bytes.length}`);
  assert.equal(await part.text(), "PNG");
  const behind = await page.get(`/api/file?run=DIG-12&path=${encodeURIComponent(picture.path)}`, {
    range: `bytes=${bytes.length}-`,
  });
  assert.equal(behind.status, 416);
  assert.equal(behind.headers.get("content-range"), `bytes */${bytes.length}`);
  assert.match(behind.headers.get("content-security-policy")!, /sandbox/);
  assert.equal((await page.get("/api/file?run=DIG-12&path=../../deno.json")).status, 404);
  assert.equal((await page.get("/api/file?run=NO-1&path=x")).status, 404);
});
