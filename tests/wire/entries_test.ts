import assert from "node:assert/strict";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { DecodeError } from "../../src/errors.ts";
import { cellsInOrder, encodeAttributes, encodeEntries } from "../../src/wire/encode/attributes.ts";
import { EntriesDecoder, type EntriesPage } from "../../src/wire/entries.ts";
import {
  type ProtoLeaderboardEntriesSearchResultDTO,
  ProtoLeaderboardEntriesSearchResultDTOSchema as PageSchema,
} from "../../src/wire/gen/neptune_pb.ts";
import { ValueRows } from "../../src/wire/value_rows.ts";
import { cutAt } from "./decode.ts";
import { fits } from "./fits.ts";

function decode(bytes: Uint8Array, cuts: number[] = []): EntriesPage {
  const decoder = new EntriesDecoder();
  for (const piece of cutAt(bytes, cuts)) {
    decoder.push(piece);
    // The memory of a piece is used again for the next one.
    piece.fill(0xff);
  }
  return decoder.finish();
}

/** What the generated code reads. */
function expected({ entries, matchingItemCount }: ProtoLeaderboardEntriesSearchResultDTO): EntriesPage {
  const runs = entries.map(({ attributes }) => {
    const of = (path: string) => attributes.findLast(({ name }) => name === path)?.stringProperties?.value ?? null;
    const sysId = of("sys/id") ?? "";
    return { "sys/id": sysId, "sys/custom_run_id": of("sys/custom_run_id"), "sys/name": of("sys/name") };
  });
  return { runs, total: Number(matchingItemCount), told: matchingItemCount !== 0n };
}

const PATHS = ["sys/id", "sys/custom_run_id", "sys/name"];
const text = fc.oneof(fc.string({ unit: "grapheme", maxLength: 90 }), fc.string({ maxLength: 20 }));
const attribute = fc.oneof(
  { arbitrary: fc.record({ name: fc.constantFrom(...PATHS), value: text, repeats: fc.boolean() }), weight: 4 },
  { arbitrary: fc.record({ name: text, value: text, repeats: fc.boolean() }), weight: 1 },
).map(({ name, value, repeats }) => ({
  name,
  type: "string",
  stringProperties: repeats ? { attributeName: name, attributeType: "string", value } : { value },
}));
const entry = fc.record({
  experimentId: fc.constant("00000000-0000-4000-8000-000000000000"),
  organizationName: text,
  attributes: fc.tuple(
    fc.string({ minLength: 1, maxLength: 9 }).map((value) => ({ name: "sys/id", stringProperties: { value } })),
    fc.array(fc.oneof(attribute, fc.constant({ name: "sys/name", type: "float", floatProperties: { value: 1 } })), {
      maxLength: 4,
    }),
  ).map(([id, others]) => [...others, id]),
});
const page = fc.record({ matchingItemCount: fc.nat().map((count) => BigInt(count) + 1n), entries: fc.array(entry) })
  .map((message) => toBinary(PageSchema, create(PageSchema, message as MessageInitShape<typeof PageSchema>)));

Deno.test("runs are those that generated code reads, whatever pieces their bytes come in", () => {
  fc.assert(fc.property(page, fc.array(fc.nat(), { maxLength: 6 }), (bytes, cuts) => {
    assert.deepEqual(decode(bytes, cuts), expected(fromBinary(PageSchema, bytes)));
  }));
});

Deno.test("a page is cut at every place", () => {
  const bytes = encodeEntries(300, [run({ "sys/id": "R-1", "sys/custom_run_id": "naïve ☃", "sys/name": "" })]);
  const runs = [{ "sys/id": "R-1", "sys/custom_run_id": "naïve ☃", "sys/name": "" }];
  for (let at = 0; at <= bytes.length; at++) {
    assert.deepEqual(decode(bytes, [at]), { runs, total: 300, told: true });
    if (at === bytes.length) continue;
    const cutOff = () => decode(bytes.slice(0, at));
    // Between two fields nothing tells that there would be more: that is for those to say who know what was asked.
    if (at === 0 || at === 3) assert.deepEqual(cutOff().runs, []);
    else assert.throws(cutOff, DecodeError);
  }
});

Deno.test("bytes that were changed give an error, or what generated code reads", () => {
  fc.assert(
    fc.property(page, fc.nat(), fc.nat(255), fc.nat(), (sound, at, to, cut) => {
      if (sound.length === 0) return;
      const bytes = sound.slice();
      bytes[at % bytes.length] = to;
      let found: EntriesPage;
      try {
        found = decode(bytes, [cut]);
      } catch (error) {
        return assert.ok(error instanceof DecodeError, String(error));
      }
      // Generated code reads a value of another wire type beyond the end of its message, and then what lies somewhere in the next one.
      if (!fits(PageSchema, bytes)) return;
      let message: ProtoLeaderboardEntriesSearchResultDTO;
      try {
        message = fromBinary(PageSchema, bytes);
      } catch {
        return;
      }
      assert.deepEqual(found.runs, expected(message).runs);
    }),
    { numRuns: 500 },
  );
});

Deno.test("how many match is told before the page has come, and a run without an id is refused", () => {
  const totals: number[] = [];
  const bytes = encodeEntries(300, [run({ "sys/id": "R-2" })]);
  const decoder = new EntriesDecoder((total) => totals.push(total));
  decoder.push(bytes.subarray(0, 20));
  assert.deepEqual(totals, [300]);
  decoder.push(bytes.subarray(20));
  const runs = [{ "sys/id": "R-2", "sys/custom_run_id": null, "sys/name": null }];
  assert.deepEqual(decoder.finish(), { runs, total: 300, told: true });
  assert.throws(() => decode(encodeEntries(1, [run({ "sys/name": "x" })])), /a run has no sys\/id at byte \d+/);
});

function run(values: Record<string, string>): Uint8Array {
  const rows = new ValueRows();
  rows.run("run");
  for (const [path, value] of Object.entries(values)) rows.add("string", path, value);
  const block = rows.finish();
  const home = { id: "u", projectId: "p", organizationId: "o", projectName: "proj", organizationName: "ws" };
  return encodeAttributes(block, cellsInOrder(block), home);
}
