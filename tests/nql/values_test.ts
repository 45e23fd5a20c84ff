import assert from "node:assert/strict";
import { parseBool, parseInstant, parseInteger, parseNumber, parseState } from "../../src/nql/values.ts";

Deno.test("parseNumber() takes decimals, exponents and sizes, and refuses what is not finite", () => {
  const cases: [string, number | null][] = [
    ["3", 3],
    [" -0.5 ", -0.5],
    ["+.5", 0.5],
    ["5.", 5],
    ["1e-09", 1e-9],
    ["1E+3", 1000],
    ["50MB", 50 * 1024 ** 2],
    ["1.5 kb", 1536],
    ["2Gb", 2 * 1024 ** 3],
    ["inf", null],
    ["-Infinity", null],
    ["nan", null],
    ["1e999", null],
    ["", null],
    ["0x10", null],
    ["1_000", null],
    ["5TB", null],
    ["1e", null],
  ];
  for (const [text, number] of cases) assert.equal(parseNumber(text), number, text);
});

Deno.test("parseInteger() is exact beyond 2^53 and takes only whole numbers", () => {
  assert.equal(parseInteger("9223372036854775807"), 9223372036854775807n);
  assert.equal(parseInteger("-9007199254740993"), -9007199254740993n);
  assert.equal(parseInteger("+7"), 7n);
  for (const text of ["1.5", "1e3", "5MB", "", "x"]) assert.equal(parseInteger(text), null, text);
});

Deno.test("parseBool() and parseState() take their words in any case", () => {
  assert.deepEqual(["true", "True", "FALSE", "1", ""].map(parseBool), [true, true, false, null, null]);
  assert.deepEqual(
    ["running", "Active", "idle", "INACTIVE", "failed"].map(parseState),
    ["running", "running", "idle", "idle", null],
  );
});

Deno.test("parseInstant() takes ISO 8601 in every zone, and UTC without one", () => {
  const at = Date.UTC(2025, 0, 31, 12, 30, 15, 250);
  const minute = Date.UTC(2025, 0, 31, 12, 30);
  const cases: [string, number | null][] = [
    ["2025-01-31T12:30:15.250Z", at],
    ["2025-01-31T12:30:15.250", at],
    ["2025-01-31 12:30:15,250999z", at],
    ["2025-01-31T21:30:15.25+09", at],
    ["2025-01-31T21:30:15.25+0900", at],
    ["2025-01-31T07:00:15.25-05:30", at],
    ["2025-01-31T12:30", minute],
    ["2025-01-31T12:30Z", minute],
    ["2025-01-31", Date.UTC(2025, 0, 31)],
    ["1900-02-28T00:00:00Z", Date.UTC(1900, 1, 28)],
    ["0099-01-01T00:00:00Z", new Date("0099-01-01T00:00:00Z").getTime()],
    ["2025-02-30T00:00:00Z", null],
    ["2025-13-01", null],
    ["2025-01-31T25:00", null],
    ["2025-01-31T12:60", null],
    ["yesterday", null],
    ["1738326615250", null],
    ["", null],
  ];
  for (const [text, instant] of cases) assert.equal(parseInstant(text, 0), instant, text);
});

Deno.test("parseInstant() counts relative times back from now, months and years by the calendar", () => {
  const now = Date.UTC(2024, 4, 31, 10);
  const cases: [string, number | null][] = [
    ["-30s", now - 30_000],
    ["-5m", now - 300_000],
    ["-2h", now - 7_200_000],
    ["-5d", now - 5 * 86_400_000],
    ["-1w", now - 7 * 86_400_000],
    ["-1M", Date.UTC(2024, 3, 30, 10)],
    ["-3M", Date.UTC(2024, 1, 29, 10)],
    ["-1y", Date.UTC(2023, 4, 31, 10)],
    ["-17M", Date.UTC(2022, 11, 31, 10)],
    ["-1Y", null],
    ["2h", null],
    ["-h", null],
  ];
  for (const [text, instant] of cases) assert.equal(parseInstant(text, now), instant, text);
});
