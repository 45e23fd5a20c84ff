/**
 * Traps in stored files: lost, shared, phantom and misleading ones.
 *
 * @module
 */

import assert from "node:assert/strict";
import { file, filePoint } from "../../samples/rows.ts";
import { filePath, sanitized } from "../../samples/writer.ts";
import type { Source } from "../../src/source.ts";
import type { FileRef } from "../../src/types.ts";
import { assertFound, assertNotFound, bytes, ownAttributes, points, text, values } from "../ask.ts";
import { type AwkwardCase, PROJECT, sys, T, writeFile, writeRuns } from "./case.ts";

const folder = sanitized(PROJECT);

async function fileOf(source: Source, run: string, path: string): Promise<FileRef | null> {
  return (await values(source, run, { paths: [path] }))[`${path}:file`] as FileRef | null;
}

/** A file that is lost is null, or a reference whose bytes are missing. */
async function assertLost(source: Source, ref: FileRef | null): Promise<void> {
  if (ref !== null) await assert.rejects(() => bytes(source, ref), { name: "FileMissingError" });
}

export const fileCases: AwkwardCase[] = [
  {
    name: "names cannot be derived",
    rule: "Only the stored path tells where a file is; names on disk are mangled.",
    async write(dir) {
      const archive = await writeRuns(dir, {
        "root run/1": [sys("root run/1", 1), [file("f/data.csv", filePath("root run/1", "f/data.csv", ".csv"))]],
      });
      await writeFile(archive.files, folder, "root_run/1/f/data_csv.csv", "a,b\n1,2\n");
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      const ref = (await fileOf(source, "root run/1", "f/data.csv"))!;
      assert.equal(await text(source, ref), "a,b\n1,2\n");
      assert.deepEqual([ref.size, ref.mimeType], [8, "text/csv"]);
      await assertNotFound(source, "missing_file");
    },
  },
  {
    name: "phantom files",
    rule: "A file row without a path is no attribute where another run has that file.",
    async write(dir) {
      const archive = await writeRuns(dir, {
        A: [sys("A", 1), [file("a.txt", "A/a_txt.txt"), file("b.txt", null)]],
        B: [sys("B", 2), [file("a.txt", null), file("b.txt", "B/b_txt.txt")]],
      });
      await writeFile(archive.files, folder, "A/a_txt.txt", "a");
      await writeFile(archive.files, folder, "B/b_txt.txt", "b");
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await ownAttributes(source, "A"), ["a.txt:file"]);
      assert.deepEqual(await ownAttributes(source, "B"), ["b.txt:file"]);
      assert.equal(await text(source, (await fileOf(source, "B", "b.txt"))!), "b");
    },
  },
  {
    name: "file that was never found",
    rule: "A file row without a path, the only one of its name, is an attribute whose file was lost before the export.",
    write: (dir) => writeRuns(dir, { A: [sys("A", 1), [file("a.txt", null)]], B: [sys("B", 2)] }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await ownAttributes(source, "A"), ["a.txt:file"]);
      await assertLost(source, await fileOf(source, "A", "a.txt"));
      await assertFound(source, "missing_file", 1);
    },
  },
  {
    name: "file missing on disk",
    rule: "A file that is gone is still listed; only opening it fails, and it is reported.",
    write: (dir) =>
      writeRuns(dir, {
        A: [sys("A", 1), [file("a.txt", "A/a_txt.txt")], [filePoint("s", 1, T, "A/s/step_1_000000.txt")]],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await ownAttributes(source, "A"), ["a.txt:file", "s:file_series"]);
      await assertLost(source, await fileOf(source, "A", "a.txt"));
      const [point] = await points(source, "A", "s", { kind: "file" });
      await assertLost(source, point.value as FileRef | null);
      await assertFound(source, "missing_file", 2);
    },
  },
  {
    name: "phantom and lost points of file series",
    rule: "A file point with neither path nor time is a phantom; one with a time is a point whose file was lost.",
    async write(dir) {
      const archive = await writeRuns(dir, {
        A: [sys("A", 1), [
          filePoint("a", 0, T, "A/a/step_0_000000.txt"),
          filePoint("a", 1, null, null),
          filePoint("b", 0, null, null),
          filePoint("b", 1, T + 1, null),
        ]],
      });
      await writeFile(archive.files, folder, "A/a/step_0_000000.txt", "a0");
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      const [a, b] = [
        await points(source, "A", "a", { kind: "file" }),
        await points(source, "A", "b", { kind: "file" }),
      ];
      assert.deepEqual(a.map(({ step, timestamp }) => [step, timestamp]), [[0, T]]);
      assert.deepEqual(b.map(({ step, timestamp }) => [step, timestamp]), [[1, T + 1]]);
      assert.equal(await text(source, a[0].value as FileRef), "a0");
      await assertLost(source, b[0].value as FileRef | null);
    },
  },
  {
    name: "one file for two attributes",
    rule: "Where the exporter wrote two files to one path, both attributes show the last one, and that is reported.",
    async write(dir) {
      const archive = await writeRuns(dir, {
        "a.b": [sys("a.b", 1), [file("x", filePath("a.b", "x", ".txt"))]],
        "a_b": [sys("a_b", 2), [file("x", filePath("a_b", "x", ".txt"))]],
      });
      await writeFile(archive.files, folder, "a_b/x.txt", "the second one");
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      for (const run of ["a.b", "a_b"]) {
        assert.equal(await text(source, (await fileOf(source, run, "x"))!), "the second one");
      }
      await assertFound(source, "shared_file");
    },
  },
  {
    name: "paths that lead out",
    rule: "A stored path that is absolute or climbs out of the project's folder is never opened.",
    async write(dir) {
      const archive = await writeRuns(dir, {
        A: [sys("A", 1), [
          file("absolute", `${dir}/secret.txt`),
          file("climbing", "../../secret.txt"),
          file("hidden", "A/../../../secret.txt"),
        ]],
      });
      await Deno.writeTextFile(`${dir}/secret.txt`, "secret");
      await writeFile(archive.files, folder, "A/keep.txt", "");
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      for (const path of ["absolute", "climbing", "hidden"]) {
        const ref = await fileOf(source, "A", path);
        if (ref !== null) await assert.rejects(() => bytes(source, ref));
      }
    },
  },
  {
    name: "paths from Windows",
    rule: "A stored path with backslashes is the same path with slashes.",
    async write(dir) {
      const archive = await writeRuns(dir, { A: [sys("A", 1), [file("f/a.txt", "A\\f\\a_txt.txt")]] });
      await writeFile(archive.files, folder, "A/f/a_txt.txt", "from far");
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.equal(await text(source, (await fileOf(source, "A", "f/a.txt"))!), "from far");
    },
  },
  {
    name: "type by extension, then by content",
    rule: "The extension on disk tells the type; only where there is none, the first bytes do.",
    async write(dir) {
      const archive = await writeRuns(dir, {
        A: [sys("A", 1), [
          file("bin", "A/bin.bin"),
          file("empty", "A/empty"),
          file("png", "A/png"),
          file("txt", "A/txt"),
        ]],
      });
      await writeFile(archive.files, folder, "A/bin.bin", "plain text");
      await writeFile(archive.files, folder, "A/empty", "");
      await writeFile(archive.files, folder, "A/png", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0));
      await writeFile(archive.files, folder, "A/txt", "plain text");
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      const type = async (path: string) => (await fileOf(source, "A", path))!.mimeType;
      assert.equal(await type("bin"), "application/octet-stream");
      assert.equal(await type("png"), "image/png");
      assert.equal((await type("txt")).split(";")[0], "text/plain");
      const empty = (await fileOf(source, "A", "empty"))!;
      assert.deepEqual([empty.size, (await bytes(source, empty)).length], [0, 0]);
    },
  },
  {
    name: "steps that share a file",
    rule: "Two steps that were rounded to the same six decimals share one file; both points stay.",
    async write(dir) {
      const stored = filePath("A", "img", ".txt", 0);
      const archive = await writeRuns(dir, {
        A: [sys("A", 1), [filePoint("img", 0.0000001, T, stored), filePoint("img", 0.0000002, T + 1, stored)]],
      });
      await writeFile(archive.files, folder, stored, "last");
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      const found = await points(source, "A", "img", { kind: "file" });
      assert.deepEqual(found.map(({ step, timestamp }) => [step, timestamp]), [[0, T], [0, T + 1]]);
      assert.equal(await text(source, found[1].value as FileRef), "last");
    },
  },
];
