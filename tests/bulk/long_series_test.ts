import assert from "node:assert/strict";
import pl from "nodejs-polars";
import { type SeriesBlock, seriesRefs } from "../../src/columns.ts";
import { Notes } from "../../src/bulk/notes.ts";
import { SAVE_METRICS, saveMetricsFile } from "../../src/bulk/save_metrics.ts";
import { checkOptions } from "../../src/options/options.ts";
import { memoryCatalog, memoryRun } from "../server/memory.ts";

const LENGTHS: Record<string, number> = { a: 10, b: 1_200_000, c: 30 };
/** Points in one block. */
const BLOCK = 400_000;

function block(series: number, from: number, until: number): SeriesBlock {
  const step = Float64Array.from({ length: until - from }, (_, i) => from + i);
  const timestamp = new Float64Array(step.length).fill(1e12);
  const values = { kind: "float" as const, data: step.slice() };
  return { spans: [{ series, start: 0, end: step.length }], step, timestamp, values, preview: null };
}

Deno.test("saveMetrics() writes a long series while it is read, and reads others together only where they are short", async () => {
  const run = memoryRun(1);
  const asked: string[] = [];
  const { catalog } = memoryCatalog({
    runs: [run],
    source: {
      async *existing() {
        const code = Uint32Array.of(0, 0, 0);
        yield {
          runs: [run.key],
          paths: Object.keys(LENGTHS),
          types: ["float_series"],
          run: code,
          path: Uint32Array.of(0, 1, 2),
          type: new Uint8Array(3),
        };
      },
      async *series({ series, onProgress }) {
        const refs = seriesRefs(series);
        asked.push(refs.map(({ path }) => path).join(""));
        for (const [i, { path }] of refs.entries()) {
          for (let from = 0; from < LENGTHS[path]; from += BLOCK) {
            const until = Math.min(from + BLOCK, LENGTHS[path]);
            onProgress?.(until - from, null);
            yield block(i, from, until);
          }
        }
      },
    },
  });
  const folder = await Deno.makeTempDir();
  try {
    let told = 0;
    const options = checkOptions("saveMetrics", SAVE_METRICS, {
      attributes: Object.keys(LENGTHS),
      destination: `${folder}/points.parquet`,
    });
    const count = await saveMetricsFile(
      catalog.open("memory/project"),
      {
        ...options,
        notes: new Notes(),
        onProgress: (by) => told += by,
      },
    );
    const all = LENGTHS.a + LENGTHS.b + LENGTHS.c;
    assert.deepEqual([count, told], [all, all]);
    assert.deepEqual(asked, ["abc", "a", "bc", "b", "c"]);
    const frame = pl.readParquet(`${folder}/points.parquet`);
    assert.deepEqual(frame.shape, { height: all, width: 5 });
    const paths = frame.getColumn("attribute"), steps = frame.getColumn("step");
    let row = 0;
    for (const [path, length] of Object.entries(LENGTHS)) {
      assert.deepEqual([paths.get(row), paths.get(row + length - 1)], [path, path]);
      assert.deepEqual([steps.get(row), steps.get(row + length - 1)], [0, length - 1]);
      row += length;
    }
    const long = steps.slice(LENGTHS.a, LENGTHS.b).toTypedArray() as Float64Array;
    assert.ok(long.every((step, i) => step === i), "in order, and none twice");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
