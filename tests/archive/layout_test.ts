import assert from "node:assert/strict";
import fc from "fast-check";
import { DISK } from "../../src/archive/disk/local.ts";
import { folderNames, parsePartName, readFolder, sanitized, unfinishedParts } from "../../src/archive/disk/layout.ts";

const VECTORS: Record<string, string> = {
  "my-org/my-project": "my-org_my-project-de40b447a2778f2b",
  "RUN-1": "RUN-1-549fcb30a0f06072",
  "run id/with:odd chars.v2": "run_id_with_odd_chars_v2-f18c309ce4561680",
  "żółć/実験-1": "żółć_実験-1-ccfb85f535daaae9",
  "byyoung3/testing2": "byyoung3_testing2-8ecbc7dd987961e5",
  "TES-3": "TES-3-23a4ff5030131892",
  "e\u0301": "e_-3a4748957b95906d",
  "😀": "_-f5f08bebe22ae770",
  "": "-e4a6a0577479b2b4",
  "a.b": "a_b-4eb68d4d2828008e",
  "a_b": "a_b-f05e550658986ad7",
};

Deno.test("sanitized() names ids as the exporter does, code point by code point", () => {
  for (const [id, name] of Object.entries(VECTORS)) assert.equal(sanitized(id), name);
});

Deno.test("partName() takes only the trailing number off, whatever the run id holds", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.nat(), (id, number) => {
    const stem = sanitized(id);
    assert.deepEqual(parsePartName(`${stem}_part_${number}.parquet`), { stem, number });
  }));
  const tricky = sanitized("a_part_0");
  assert.deepEqual(parsePartName(`${tricky}_part_12.parquet`), { stem: tricky, number: 12 });
});

Deno.test("partName() knows the oldest layout, and that other files are no parts", () => {
  assert.deepEqual(parsePartName("part_3.parquet"), { stem: "", number: 3 });
  for (const name of ["a_part_0.parquet.tmp", "a.parquet", "a_part_x.parquet", "a_part_.parquet", "apart_0.parquet"]) {
    assert.equal(parsePartName(name), null, name);
  }
});

Deno.test("readFolder() sorts parts by number and tells unfinished, foreign and model entries apart", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/p/models`, { recursive: true });
    await Deno.mkdir(`${root}/.hidden`);
    const names = [
      "b_part_1.parquet",
      "a_part_10.parquet",
      "a_part_9.parquet",
      "a_part_0.parquet",
      "c_part_0.parquet.tmp",
    ];
    for (const name of [...names, "notes.txt", ".DS_Store"]) await Deno.writeTextFile(`${root}/p/${name}`, name);
    assert.deepEqual(await folderNames(DISK, root), ["p"]);
    const folder = await readFolder(DISK, root, "p");
    assert.deepEqual(folder.parts.map((part) => part.name), [
      "a_part_0.parquet",
      "a_part_9.parquet",
      "a_part_10.parquet",
      "b_part_1.parquet",
    ]);
    assert.deepEqual(folder.parts.map((part) => part.size), [16, 16, 17, 16]);
    assert.deepEqual([folder.unfinished, folder.strays, folder.models], [["c_part_0.parquet.tmp"], ["notes.txt"], [
      "models",
    ]]);
    assert.deepEqual(folder.parts.map((part) => part.place), [0, 1, 2, 3]);
    assert.deepEqual(unfinishedParts(folder).map((part) => part.name), ["b_part_1.parquet"], "b has no part 0");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
