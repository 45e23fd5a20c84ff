/**
 * Traps in folders: unfinished, missing, stray and doubled files, and several projects.
 *
 * @module
 */

import assert from "node:assert/strict";
import { floatPoint, int } from "../../samples/rows.ts";
import { type ArchiveRow, encodePart, partName, sanitized, writeRun } from "../../samples/writer.ts";
import { assertFound, assertNotFound, ownAttributes, pairs, runIds } from "../ask.ts";
import { type AwkwardCase, PROJECT, roots, sys, T, writeRuns } from "./case.ts";

const folder = sanitized(PROJECT);
const batch = (n: number): ArchiveRow[] => [floatPoint("m", n, T + n, n)];

export const folderCases: AwkwardCase[] = [
  {
    name: "finished but not complete",
    rule: "Part 0 alone makes a run complete, though classes of attributes may be missing; what is there is read.",
    write: (dir) => writeRuns(dir, { A: [sys("A", 1, int("seed", 7))], B: [sys("B", 2), batch(1)] }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await ownAttributes(source, "A"), ["seed:int"]);
      assert.deepEqual(await pairs(source, "A", "m"), []);
      assert.deepEqual(await pairs(source, "B", "m"), [[1, 1]]);
    },
  },
  {
    name: "no part 0",
    rule: "A run whose part 0 is missing was not finished: hidden, and reported.",
    async write(dir) {
      const archive = await writeRuns(dir, { A: [sys("A", 1)] });
      await writeRun({
        dataRoot: archive.data,
        projectId: PROJECT,
        runId: "B",
        part: 1,
        batches: [sys("B", 2), batch(1)],
      });
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await runIds(source), ["A"]);
      await assertFound(source, "incomplete_run", 1);
    },
  },
  {
    name: "no part 0, asked for",
    rule: "Runs that were not finished are read when asked for.",
    async write(dir) {
      const archive = await writeRuns(dir, { A: [sys("A", 1)] });
      await writeRun({
        dataRoot: archive.data,
        projectId: PROJECT,
        runId: "B",
        part: 1,
        batches: [sys("B", 2), batch(1)],
      });
      return archive;
    },
    async check(open) {
      const source = (await open({ includeIncomplete: true })).open(PROJECT);
      assert.deepEqual(await runIds(source), ["B", "A"]);
      assert.deepEqual(await pairs(source, "B", "m"), [[1, 1]]);
    },
    archiveOnly: "how an archive is opened is not up to a server's client",
  },
  {
    name: "gap in part numbers",
    rule: "Where a part in the middle is missing, the others are read and the gap is reported.",
    async write(dir) {
      const { data, files } = await roots(dir);
      for (const part of [0, 1, 3]) {
        const batches = part === 0 ? [sys("A", 1), batch(0)] : [batch(part)];
        await writeRun({ dataRoot: data, projectId: PROJECT, runId: "A", part, batches });
      }
      return { data, files };
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await pairs(source, "A", "m"), [[0, 0], [1, 1], [3, 3]]);
      await assertFound(source, "part_gap", 1);
    },
  },
  {
    name: "leftover .tmp beside a finished run",
    rule: "A leftover .tmp file is not read, even if it could be.",
    async write(dir) {
      const archive = await writeRuns(dir, { A: [sys("A", 1), batch(0)] });
      const bytes = encodePart({ projectId: PROJECT, runId: "A", batches: [batch(1)] });
      await Deno.writeFile(`${archive.data}/${folder}/${partName("A", 1)}.tmp`, bytes);
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await pairs(source, "A", "m"), [[0, 0]]);
      await assertNotFound(source, "incomplete_run");
    },
  },
  {
    name: "nothing but a .tmp",
    rule: "A run that is only a .tmp file was killed while it was exported: not listed, but reported.",
    async write(dir) {
      const archive = await writeRuns(dir, { A: [sys("A", 1)] });
      await Deno.writeFile(`${archive.data}/${folder}/${partName("B", 0)}.tmp`, new TextEncoder().encode("PAR1"));
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await runIds(source), ["A"]);
      await assertFound(source, "incomplete_run", 1);
    },
  },
  {
    name: "stray files",
    rule: "Files and folders that are no parts are left alone; they spoil nothing.",
    async write(dir) {
      const archive = await writeRuns(dir, { A: [sys("A", 1), batch(0)] });
      await Deno.writeTextFile(`${archive.data}/README.txt`, "not a project");
      await Deno.writeTextFile(`${archive.data}/${folder}/notes.txt`, "not a part");
      await Deno.writeTextFile(`${archive.data}/${folder}/old.parquet`, "not a part, nor Parquet");
      await Deno.writeTextFile(`${archive.data}/${folder}/.DS_Store`, "");
      await Deno.mkdir(`${archive.data}/${folder}/backup`);
      await Deno.mkdir(`${archive.data}/.git`);
      await Deno.writeTextFile(`${archive.data}/.git/x_part_0.parquet`, "hidden");
      return archive;
    },
    async check(open) {
      const catalog = await open();
      assert.deepEqual((await catalog.projects()).map(({ name }) => name), [PROJECT]);
      const source = catalog.open(PROJECT);
      assert.deepEqual(await runIds(source), ["A"]);
      assert.deepEqual(await pairs(source, "A", "m"), [[0, 0]]);
      await assertFound(source, "stray_file");
    },
  },
  {
    name: "run ids that look like file names",
    rule: "Run ids may hold _part_0, slashes, dots and other scripts, or differ in case alone.",
    write: (dir) => writeRuns(dir, Object.fromEntries(oddIds.map((id, n) => [id, [sys(id, n), batch(n)]]))),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await runIds(source), [...oddIds].reverse());
      for (const [n, id] of oddIds.entries()) assert.deepEqual(await pairs(source, id, "m"), [[n, n]]);
    },
  },
];

const oddIds = [
  "x_part_0",
  "x_part_0_part_0",
  "a/b:c d.e",
  "run",
  "RUN",
  "żółć/実験-1",
  "e\u0301",
  "\u00e9",
  "😀",
  ".",
  "%41",
];
