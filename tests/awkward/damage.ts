/**
 * Parts that cannot be read.
 *
 * @module
 */

import assert from "node:assert/strict";
import { floatPoint, int } from "../../samples/rows.ts";
import { encodePart, partName, sanitized, writeRun } from "../../samples/writer.ts";
import { assertFound, findings, pairs, runIds, runs } from "../ask.ts";
import { type ArchiveRoots, type AwkwardCase, PROJECT, sys, T, writeRuns } from "./case.ts";

const path = ({ data }: ArchiveRoots, part: number) => `${data}/${sanitized(PROJECT)}/${partName("bad", part)}`;

/** A good run, and a bad one whose part 1 is spoiled. */
async function spoiled(dir: string, spoil: (path: string) => Promise<void>): Promise<ArchiveRoots> {
  const archive = await writeRuns(dir, {
    good: [sys("good", 1), [floatPoint("m", 0, T, 1)]],
    bad: [sys("bad", 2, int("seed", 7)), [floatPoint("m", 0, T, 2)]],
  });
  const batches = [[floatPoint("m", 1, T, 3)]];
  await writeRun({ dataRoot: archive.data, projectId: PROJECT, runId: "bad", part: 1, batches });
  await spoil(path(archive, 1));
  return archive;
}

const damages: [name: string, spoil: (path: string) => Promise<void>][] = [
  ["truncated part", async (path) => await Deno.truncate(path, (await Deno.stat(path)).size - 100)],
  ["empty part", (path) => Deno.writeFile(path, new Uint8Array())],
  ["part that is not Parquet", (path) => Deno.writeTextFile(path, "<html>502 Bad Gateway</html>".repeat(20))],
];

export const damageCases: AwkwardCase[] = [
  ...damages.map(([name, spoil]): AwkwardCase => ({
    name,
    rule: "A part that cannot be read makes using its run an error that names the file; other runs are not touched.",
    write: (dir) => spoiled(dir, spoil),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.ok((await runIds(source)).includes("good"));
      assert.deepEqual(await pairs(source, "good", "m"), [[0, 1]]);
      const bad = (await runs(source)).find(({ customId }) => customId === "bad");
      assert.ok(bad, "the damaged run is listed, for its part 0 is fine");
      await assert.rejects(() => pairs(source, "bad", "m"), (error: Error) => {
        assert.equal(error.name, "DamagedFileError");
        assert.ok(error.message.includes(partName("bad", 1)), error.message);
        return true;
      });
      await assertFound(source, "damaged_part", 1);
    },
    archiveOnly: "a server answers with an error of its own, and not every client shows the file's name",
  })),
  {
    name: "damaged run, skipped",
    rule: "When damaged runs are to be skipped, the run is left out, and the damage is still reported.",
    write: (dir) => spoiled(dir, (path) => Deno.writeFile(path, new Uint8Array())),
    async check(open) {
      const source = (await open({ damagedRuns: "skip" })).open(PROJECT);
      assert.deepEqual(await runIds(source), ["good"]);
      assert.deepEqual(await pairs(source, "good", "m"), [[0, 1]]);
      await assertFound(source, "damaged_part", 1);
    },
    archiveOnly: "how an archive is opened is not up to a server's client",
  },
  {
    name: "damaged part 0",
    rule:
      "A run whose first part cannot be read does not keep others from being read by their ids; a list of all runs would lack it, and is an error.",
    async write(dir) {
      const archive = await writeRuns(dir, {
        good: [sys("good", 1), [floatPoint("m", 0, T, 1)]],
        bad: [sys("bad", 2)],
      });
      await Deno.writeTextFile(path(archive, 0), "PAR1 no more");
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      await assert.rejects(() => runIds(source), { name: "DamagedFileError" });
      assert.deepEqual(await pairs(source, "good", "m"), [[0, 1]]);
      const found = await findings(source, "damaged_part");
      if (found) assert.deepEqual(found.map(({ file }) => file?.split("/").at(-1)), [partName("bad", 0)]);
    },
    archiveOnly: "a server answers with an error of its own",
  },
  {
    name: "part without a needed column",
    rule:
      "A part that lacks the column of run ids, paths or types is a damaged part, not a crash of the whole archive.",
    async write(dir) {
      const archive = await spoiled(dir, () => Promise.resolve());
      await Deno.writeFile(path(archive, 1), withoutPaths());
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await pairs(source, "good", "m"), [[0, 1]]);
      await assert.rejects(() => pairs(source, "bad", "m"), { name: "DamagedFileError" });
    },
    archiveOnly: "a server answers with an error of its own",
  },
];

/** A part with one column, of no use. */
function withoutPaths(): Uint8Array {
  const schema = [
    { name: "schema", repetition_type: "REQUIRED", num_children: 1 },
    { name: "float_value", type: "DOUBLE", repetition_type: "OPTIONAL" },
  ] as const;
  const batches = [[floatPoint("m", 1, T, 3)]];
  return encodePart({ projectId: PROJECT, runId: "bad", batches, schema });
}
