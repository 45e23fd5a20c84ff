/** Listings of many pages: every key once, whatever keys look like and wherever they are split. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { ListPage } from "../../src/s3/answers.ts";
import { allPages, Signs } from "../../src/s3/listing.ts";
import { Random } from "../faults/random.ts";

const encoder = new TextEncoder();
const encoded = new Map<string, Uint8Array>();

function bytesOf(text: string): Uint8Array {
  let bytes = encoded.get(text);
  if (!bytes) encoded.set(text, bytes = encoder.encode(text));
  return bytes;
}

function byBytes(a: string, b: string): number {
  return compare(bytesOf(a), bytesOf(b));
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

/** A store with these keys, that gives so many at a time. */
function storeOf(keys: readonly string[], most: number) {
  const sorted = keys.toSorted(byBytes);
  let asked = 0, atOnce = 0, peak = 0;
  const ask = async (after: string): Promise<ListPage> => {
    asked++;
    peak = Math.max(peak, ++atOnce);
    await Promise.resolve();
    atOnce--;
    let from = 0, to = sorted.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (byBytes(sorted[middle], after) > 0) to = middle;
      else from = middle + 1;
    }
    const objects = sorted.slice(from, from + most).map((key) => ({ key, size: 1, modified: 0, etag: "" }));
    return { objects, prefixes: [], isCut: from + most < sorted.length };
  };
  return { ask, counts: () => ({ asked, peak }) };
}

const KEY = fc.oneof(
  fc.integer({ min: 0, max: 99_999 }).map((n) => `run-${n}`),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 }).filter((key) => key.isWellFormed()),
  fc.constantFrom("a", "aa", "a ", "a~", "a\u007f", "é", "\u{10000}", "\uffee", "~", " ", "~~~"),
);

Deno.test("every key is listed exactly once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(KEY, { maxLength: 120 }), fc.integer({ min: 1, max: 9 }), async (names, most) => {
      const keys = names.map((name) => `data/${name}`);
      const { ask } = storeOf(keys, most);
      const found = (await allPages("data/", ask)).flatMap(({ objects }) => objects.map(({ key }) => key));
      assert.deepEqual(found.sort(byBytes), keys.sort(byBytes));
    }),
    { numRuns: 150 },
  );
});

/** The same, with what lies in folders told by the names of these, as often as a page begins before one of them ends. */
function folderStoreOf(keys: readonly string[], prefix: string, most: number) {
  const sorted = keys.toSorted(byBytes);
  return async (after: string): Promise<ListPage> => {
    await Promise.resolve();
    const page: ListPage = { objects: [], prefixes: [], isCut: false };
    for (const key of sorted.filter((key) => byBytes(key, after) > 0)) {
      const slash = key.indexOf("/", prefix.length), folder = slash < 0 ? null : key.slice(0, slash + 1);
      if (folder !== null && page.prefixes.at(-1) === folder) continue;
      page.isCut = page.objects.length + page.prefixes.length === most;
      if (page.isCut) break;
      if (folder === null) page.objects.push({ key, size: 1, modified: 0, etag: "" });
      else page.prefixes.push(folder);
    }
    return page;
  };
}

Deno.test("files and folders beside each other are listed exactly once", async () => {
  const random = new Random(Math.floor(Math.random() * 1e6));
  for (let time = 0; time < 25; time++) {
    const starts = ["a", "b", "run-", "R"].slice(0, 1 + random.below(4)), share = random.pick([0.02, 0.1, 0.5, 0.9]);
    const names = new Set(Array.from({ length: 200 + random.below(3000) }, () => {
      const name = `${random.pick(starts)}${random.below(random.pick([9, 90, 9000]))}`;
      return random.chance(share) ? `${name}/${random.pick(["x", "y"])}` : `${name}.parquet`;
    }));
    const keys = [...names].map((name) => `data/${name}`);
    const ask = folderStoreOf(keys, "data/", random.pick([7, 60, 130, 400]));
    const pages = await allPages("data/", ask);
    const found = pages.flatMap(({ objects, prefixes }) => [...objects.map(({ key }) => key), ...prefixes]);
    const right = new Set(keys.map((key) => key.replace(/^(data\/[^/]+\/).*/, "$1")));
    assert.deepEqual(found.sort(byBytes), [...right].sort(byBytes));
  }
});

Deno.test("a page whose last file begins unlike all others of it that are looked at does not lead back", async () => {
  const number = (n: number) => String(n).padStart(5, "0");
  const keys = Array.from({ length: 5000 }, (_, n) => {
    if (n >= 1995) return `data/b${number(n)}`;
    return n % 10 === 3 ? `data/a${number(n)}/x` : `data/a${number(n)}`;
  });
  const pages = await allPages("data/", folderStoreOf(keys, "data/", 1000));
  const found = pages.flatMap(({ objects, prefixes }) => [...objects.map(({ key }) => key), ...prefixes]);
  assert.equal(new Set(found).size, keys.length);
  assert.equal(found.length, keys.length);
});

Deno.test("a key between two others lies between them", () => {
  fc.assert(fc.property(KEY, fc.option(KEY), fc.array(KEY), (low, high, others) => {
    const [after, upTo] = high !== null && byBytes(low, high) > 0 ? [high, low] : [low, high];
    const signs = new Signs("d/");
    const keys = [after, ...others, ...upTo === null ? [] : [upTo]].map((key) => ({ key: `d/${key}` }));
    signs.add({ objects: keys, prefixes: [] });
    const middle = signs.between(`d/${after}`, upTo === null ? null : `d/${upTo}`);
    if (middle === null) return;
    assert.ok(middle.isWellFormed());
    assert.ok(byBytes(`d/${after}`, middle) < 0);
    assert.ok(upTo === null || byBytes(middle, `d/${upTo}`) < 0);
  }));
});

const hash = (n: number) => (n * 2_654_435_761 % 2 ** 32).toString(16).padStart(16, "0");
for (
  const [what, nameOf] of Object.entries<(n: number) => string>({
    "count up": (n) => `run-${n}`,
    "count up from one, with zeros before": (n) => `RUN_${String(n + 1).padStart(6, "0")}`,
    "are numbers by chance": (n) => hash(n) + hash(n + 7),
    "begin with what was tried": (n) => `${["alpha", "beta", "mlp", "resnet"][n % 4]}-${["adam", "sgd"][n % 2]}-${n}`,
    "begin with a date": (n) =>
      `2025-${String(1 + n % 12).padStart(2, "0")}-${String(1 + n % 28).padStart(2, "0")}T${n}`,
  })
) {
  Deno.test(`names that ${what} are listed by several at once, with few requests in vain`, async () => {
    const keys = Array.from({ length: 30_000 }, (_, n) => `data/${nameOf(n)}-${hash(n)}_part_0.parquet`);
    const { ask, counts } = storeOf(keys, 1000);
    const pages = await allPages("data/", ask);
    assert.equal(new Set(pages.flatMap(({ objects }) => objects.map(({ key }) => key))).size, keys.length);
    const { asked, peak } = counts();
    assert.ok(peak > 6, `${peak} at once`);
    assert.ok(asked < 60, `${asked} requests for 30 pages`);
  });
}

Deno.test("a listing whose page fails fails, and a small one takes one request", async () => {
  const { ask, counts } = storeOf(["data/a", "data/b"], 1000);
  await allPages("data/", ask);
  assert.equal(counts().asked, 1);
  const large = storeOf(Array.from({ length: 5000 }, (_, n) => `data/${n}`), 100);
  let count = 0;
  await assert.rejects(
    allPages("data/", (after) => ++count === 20 ? Promise.reject(new Error("no more")) : large.ask(after)),
    /no more/,
  );
});
