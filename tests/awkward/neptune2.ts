/**
 * What the exporter for Neptune 2.x does otherwise: local times, steps of files, sets of files, artifacts.
 *
 * @module
 */

import assert from "node:assert/strict";
import { datetime, filePoint, float, floatPoint, string, stringSet } from "../../samples/rows.ts";
import { type ArchiveRow, sanitized } from "../../samples/writer.ts";
import type { FileRef } from "../../src/types.ts";
import { assertFound, assertNotFound, ownAttributes, pairs, points, runs, text, values } from "../ask.ts";
import { type AwkwardCase, PROJECT, T, writeFile, writeRuns } from "./case.ts";

const HOUR = 3_600_000;
/** When the clocks of Denver go forward, in 2025. */
const SPRING = Date.UTC(2025, 2, 9, 9);

/** The `sys` rows of a run as the exporter for Neptune 2.x writes them. */
const sys2 = (id: string, created: number): ArchiveRow[] => [
  datetime("sys/creation_time", created),
  string("sys/id", id),
  string("sys/name", `a name of ${id}`),
  float("sys/size", 100),
  stringSet("sys/tags"),
];

/** A run in Denver that begins in winter and goes on after the change to summer time. */
const local = (dir: string) =>
  writeRuns(dir, {
    "AWK-1": [sys2("AWK-1", SPRING - HOUR), [
      floatPoint("m", 0, SPRING - HOUR + 1000 - 7 * HOUR, 1),
      floatPoint("m", 1, SPRING + HOUR - 6 * HOUR, 2),
    ]],
    "AWK-2": [sys2("AWK-2", T), [floatPoint("m", 0, T + 2000 - 7 * HOUR, 3)]],
  });

export const neptune2Cases: AwkwardCase[] = [
  {
    name: "local times",
    rule: "Series times of the 2.x exporter are the wall clock of its machine: given as stored, and reported.",
    write: local,
    async check(open) {
      const source = (await open()).open(PROJECT);
      const times = (await points(source, "AWK-2", "m")).map(({ timestamp }) => timestamp);
      assert.deepEqual(times, [T + 2000 - 7 * HOUR]);
      await assertFound(source, "local_times");
    },
  },
  {
    name: "local times, zone given",
    rule:
      "With the zone of the exporting machine, series times become UTC, also across a change of the clocks; dates stay.",
    write: local,
    async check(open) {
      const source = (await open({ timeZone: "America/Denver" })).open(PROJECT);
      const times = (await points(source, "AWK-1", "m")).map(({ timestamp }) => timestamp);
      assert.deepEqual(times, [SPRING - HOUR + 1000, SPRING + HOUR]);
      assert.equal((await points(source, "AWK-2", "m"))[0].timestamp, T + 2000);
      const { "sys/creation_time:datetime": created } = await values(source, "AWK-2", { paths: ["sys/creation_time"] });
      assert.equal(created, T);
    },
    archiveOnly: "how an archive is opened is not up to a server's client",
  },
  {
    name: "zone given, times of Neptune 3.x",
    rule: "Times that the exporter for 3.x wrote are UTC already; a zone does not move them.",
    write: (dir) =>
      writeRuns(dir, {
        A: [
          [datetime("sys/creation_time", T), string("sys/custom_run_id", "A"), string("sys/id", "AWK-1")],
          [floatPoint("m", 0, T + 1000, 1)],
        ],
      }),
    async check(open) {
      const source = (await open({ timeZone: "America/Denver" })).open(PROJECT);
      assert.equal((await points(source, "A", "m"))[0].timestamp, T + 1000);
      await assertNotFound(source, "local_times");
    },
    archiveOnly: "how an archive is opened is not up to a server's client",
  },
  {
    name: "identity of 2.x runs",
    rule: "A run of Neptune 2.x goes by its short id; sys/size may be a float.",
    write: (dir) => writeRuns(dir, { "AWK-1": [sys2("AWK-1", T)] }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      const [run] = await runs(source);
      assert.deepEqual([run.sysId, run.customId], ["AWK-1", "AWK-1"]);
      assert.deepEqual(await values(source, "AWK-1", { paths: ["sys/custom_run_id", "sys/size", "sys/tags"] }), {
        "sys/custom_run_id:string": "AWK-1",
        "sys/size:float": 100,
        "sys/tags:string_set": [],
      });
    },
  },
  {
    name: "series one after the other",
    rule: "The 2.x exporter writes series whole, one after the other, in any order of names.",
    write: (dir) =>
      writeRuns(dir, {
        "AWK-1": [
          sys2("AWK-1", T),
          ["z", "a", "m"].flatMap((path, n) => [0, 1, 2].map((i) => floatPoint(path, i, T, n + i))),
        ],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await pairs(source, "AWK-1", "a"), [[0, 1], [1, 2], [2, 3]]);
      assert.deepEqual(await pairs(source, "AWK-1", "z"), [[0, 0], [1, 1], [2, 2]]);
    },
  },
  {
    name: "file series without times",
    rule: "File points of the 2.x exporter are unsorted and have no time: by index, the time unknown.",
    async write(dir) {
      const at = (i: number) => `org/awkward/AWK-1/images/${i}.txt`;
      const archive = await writeRuns(dir, {
        "AWK-1": [sys2("AWK-1", T), [10, 2, 0].map((i) => filePoint("images", i, null, at(i)))],
      });
      for (const i of [0, 2, 10]) await writeFile(archive.files, sanitized(PROJECT), at(i), `image ${i}`);
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      const found = await points(source, "AWK-1", "images", { kind: "file" });
      assert.deepEqual(found.map(({ step }) => step), [0, 2, 10]);
      assert.equal(await text(source, found[1].value as FileRef), "image 2");
      assert.deepEqual(
        (await values(source, "AWK-1", { paths: ["images"] }))["images:file_series"] !== undefined,
        true,
      );
    },
  },
  {
    name: "file series without times, unknown",
    rule: "A time that is unknown is NaN.",
    async write(dir) {
      const archive = await writeRuns(dir, {
        "AWK-1": [sys2("AWK-1", T), [filePoint("images", 0, null, "org/awkward/AWK-1/images/0.txt")]],
      });
      await writeFile(archive.files, sanitized(PROJECT), "org/awkward/AWK-1/images/0.txt", "image");
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      const [{ timestamp }] = await points(source, "AWK-1", "images", { kind: "file" });
      assert.ok(Number.isNaN(timestamp));
    },
    archiveOnly: "Neptune's API sends a time with every point",
  },
  {
    name: "sets of files and artifacts",
    rule: "A set of files is a folder, an artifact a JSON listing; both are attributes of types of their own.",
    async write(dir) {
      const root = "org/awkward/AWK-1";
      const row = (path: string, attribute_type: string, stored: string): ArchiveRow => ({
        attribute_path: path,
        attribute_type,
        file_value: { path: stored },
      });
      const archive = await writeRuns(dir, {
        "AWK-1": [sys2("AWK-1", T), [
          row("data", "artifact", `${root}/data/files_list.json`),
          row("source", "file_set", `${root}/source`),
        ]],
      });
      await writeFile(archive.files, sanitized(PROJECT), `${root}/data/files_list.json`, "[]");
      await writeFile(archive.files, sanitized(PROJECT), `${root}/source/files.zip`, "PK");
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await ownAttributes(source, "AWK-1"), ["data:artifact", "source:file_set"]);
      const found = await values(source, "AWK-1", { paths: ["data", "source"] });
      assert.equal(await text(source, found["data:artifact"] as FileRef), "[]");
      assert.equal((found["data:artifact"] as FileRef).mimeType, "application/json");
      assert.equal((found["source:file_set"] as FileRef).size, null);
      await assertNotFound(source, "missing_file");
    },
    archiveOnly: "the API of Neptune 3.x knows neither of the two types",
  },
];
