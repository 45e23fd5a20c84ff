import assert from "node:assert/strict";
import { fromLocalTime } from "../../src/archive/read/local_time.ts";

const wall = (text: string) => Date.parse(`${text}Z`);

Deno.test("fromLocalTime() follows the clock of the zone, summer and winter", () => {
  const toUtc = fromLocalTime("Europe/Warsaw");
  assert.equal(toUtc(wall("2025-01-15T12:00:00")), Date.parse("2025-01-15T11:00:00Z"));
  assert.equal(toUtc(wall("2025-07-15T12:00:00.123")), Date.parse("2025-07-15T10:00:00.123Z"));
  assert.equal(fromLocalTime("Asia/Kathmandu")(wall("2025-01-01T05:45:00")), Date.parse("2025-01-01T00:00:00Z"));
  assert.equal(fromLocalTime("America/Denver")(wall("2025-12-03T16:19:38")), Date.parse("2025-12-03T23:19:38Z"));
});

Deno.test("fromLocalTime() takes the first of the two autumn hours, and the old offset for a time spring skipped", () => {
  const toUtc = fromLocalTime("Europe/Warsaw");
  assert.equal(toUtc(wall("2025-10-26T01:59:59")), Date.parse("2025-10-25T23:59:59Z"));
  assert.equal(toUtc(wall("2025-10-26T02:30:00")), Date.parse("2025-10-26T00:30:00Z"));
  assert.equal(toUtc(wall("2025-10-26T03:00:00")), Date.parse("2025-10-26T02:00:00Z"));
  assert.equal(toUtc(wall("2025-03-30T02:30:00")), Date.parse("2025-03-30T01:30:00Z"));
  assert.equal(toUtc(wall("2025-03-30T03:00:00")), Date.parse("2025-03-30T01:00:00Z"));
});

Deno.test("fromLocalTime() and the zone's own clock are inverse, at every hour of a year without the doubled one", () => {
  for (const zone of ["America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata"]) {
    const toUtc = fromLocalTime(zone);
    const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
    let wrong = 0;
    for (let utc = Date.UTC(2024, 0, 1); utc < Date.UTC(2025, 0, 1); utc += 3_600_000) {
      const local = wall(format.format(utc).replace(" ", "T"));
      if (toUtc(local) !== utc) wrong++;
    }
    // Only the second of two equal hours cannot be told from the first.
    assert.ok(wrong <= 1, `${zone}: ${wrong}`);
  }
});

Deno.test("fromLocalTime() leaves unknown times unknown and refuses unknown zones", () => {
  assert.ok(Number.isNaN(fromLocalTime("UTC")(NaN)));
  assert.throws(() => fromLocalTime("Mars/Olympus"), { name: "OptionError", message: /"Mars\/Olympus" is not known/ });
});
