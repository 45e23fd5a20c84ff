import assert from "node:assert/strict";
import { float, floatPoint, string } from "../../samples/rows.ts";
import { partName, sanitized, writeRun } from "../../samples/writer.ts";
import { Archive } from "../../src/archive/archive.ts";
import { DISK } from "../../src/archive/disk/local.ts";
import { type StepTurn, stepTurns } from "../../src/archive/index/turns.ts";
import { readPoints } from "../../src/archive/read/points.ts";

const PROJECT = "org/turns";
const STEPS = 40, GROUP = 7;

/** A run whose row groups have seven steps of two series each, of which the last lies before the first of the next. */
async function write(data: string, runId: string, from: number): Promise<void> {
  const batches = [];
  for (let start = from; start < from + STEPS; start += GROUP) {
    const steps = Array.from({ length: GROUP }, (_, i) => start + i - 0.5 * Number(i === 0 && start > from));
    batches.push(steps.flatMap((step) => ["a", "b"].map((path) => floatPoint(path, step, step * 1000, step / 8))));
  }
  await writeRun({
    dataRoot: data,
    projectId: PROJECT,
    runId,
    batches: [[string("sys/name", runId), float("lr", 1)], ...batches],
  });
}

async function withIndex(
  check: (data: string, open: () => Promise<Awaited<ReturnType<Archive["index"]>>>) => Promise<void>,
) {
  const data = await Deno.makeTempDir();
  try {
    await write(data, "one", 0);
    await write(data, "two", 20);
    const settings = {
      store: DISK,
      data,
      filesStore: DISK,
      files: null,
      cache: null,
      skipDamaged: false,
      includeIncomplete: false,
    };
    await check(data, () => new Archive(settings).index(PROJECT));
  } finally {
    await Deno.remove(data, { recursive: true });
  }
}

const query = { type: "float_series", paths: null, stepRange: [null, null], timestamps: true } as const;
const options = {
  onDamaged: (_: unknown, cause?: unknown) => {
    throw cause;
  },
};

Deno.test("points that are read in turns are those that are read at once, each once", () =>
  withIndex(async (_, open) => {
    const index = await open();
    const runs = [0, 1];
    const stepsOf = (points: Awaited<ReturnType<typeof readPoints>>, run: number, path: string) =>
      Array.from(points.own(run, points.paths.indexOf(path)) ?? [], (row) => points.step[row]);
    const whole = await readPoints(index, runs, query, options);
    const found = new Map<string, number[]>();
    const turns: StepTurn[] = [];
    let share = 0;
    for await (const turn of stepTurns(index, runs, { sizes: { whole: 20, points: 20 } })) {
      const points = await readPoints(index, runs, { ...query, window: turn.window }, options);
      turn.kept = points.step.length;
      share += turn.share;
      turns.push(turn);
      for (const run of runs) {
        for (const path of ["a", "b"]) {
          const key = `${run} ${path}`;
          found.set(key, [...found.get(key) ?? [], ...stepsOf(points, run, path)]);
        }
      }
    }
    assert.ok(turns.length > 3, `${turns.length} turns`);
    assert.deepEqual([turns[0].window![0], turns.at(-1)!.window![1]], [null, null]);
    assert.ok(Math.abs(share - 1) < 1e-9);
    for (const run of runs) {
      for (const path of ["a", "b"]) assert.deepEqual(found.get(`${run} ${path}`), stepsOf(whole, run, path));
    }
    assert.ok(turns.every(({ kept }) => kept < whole.step.length / 2), "no turn reads most of it");
  }));

Deno.test("few rows are read in one turn", () =>
  withIndex(async (_, open) => {
    const index = await open();
    const turns = await Array.fromAsync(stepTurns(index, [0, 1]));
    assert.deepEqual(turns, [{ window: undefined, share: 1, kept: 0 }]);
  }));

Deno.test("a row group with steps that its footer does not tell is damage, not a gap", () =>
  withIndex(async (data, open) => {
    const path = `${data}/${sanitized(PROJECT)}/${partName("one")}`;
    const bytes = await Deno.readFile(path);
    // The greatest step of the first row group with points, in the footer: 6.
    const six = Uint8Array.from([0, 0, 0, 0, 0, 0x5b, 0x8d, 0x80]), three = [0, 0, 0, 0, 0, 0x2d, 0xc6, 0xc0];
    const footer = bytes.length - 8 - new DataView(bytes.buffer).getUint32(bytes.length - 8, true);
    let changed = 0;
    for (let at = footer; at < bytes.length - 8; at++) {
      if (!six.every((byte, i) => bytes[at + i] === byte)) continue;
      bytes.set(three, at);
      changed++;
    }
    assert.ok(changed > 0);
    await Deno.writeFile(path, bytes);
    const index = await open();
    await assert.rejects(async () => {
      for await (const { window } of stepTurns(index, [0, 1], { sizes: { whole: 20, points: 20 } })) {
        await readPoints(index, [0, 1], { ...query, window }, options);
      }
    }, /its footer says that all are from 0 to 3/);
  }));
