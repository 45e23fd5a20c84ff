/**
 * Latest values of attributes, and the bytes of files.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import type { Source } from "../../src/source.ts";
import type { FileRef } from "../../src/types.ts";
import { bytes, valuesByKey } from "../ask.ts";
import { sanitized } from "../../samples/writer.ts";
import { PROJECT } from "../../samples/make.ts";
import type { Sample, SampleCheck } from "./check.ts";
import { kindOf, type ModelRun } from "./model.ts";

const near = (a: number, b: number) => Object.is(a, b) || Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));

/** Asserts one value of a run against the model. */
async function assertValue(sample: Sample, run: ModelRun, name: string, found: unknown): Promise<void> {
  const where = `${name} of ${run.id}`;
  const kind = kindOf(name);
  if (kind === null) {
    if (name.endsWith(":file")) await assertFile(sample, found as FileRef, run.values.get(name) as string);
    else if (name.endsWith(":string_set")) assert.deepEqual(found, [...run.values.get(name) as string[]].sort(), where);
    else assert.deepEqual(found, run.values.get(name), where);
    return;
  }
  const { last, all } = sample.model.latest(run.id, name)!;
  const series = found as { lastStep: number; last: unknown };
  assert.equal(series.lastStep, last.step, where);
  if (kind === "file") await assertFile(sample, series.last as FileRef, last.value as string);
  else assert.deepEqual(series.last, last.value, where);
  if (kind === "float") assertAggregates(found as Record<string, number>, all as number[], where);
}

/** Least and greatest are compared where all values are finite; what NaN makes of them is not settled. */
function assertAggregates(found: Record<string, number>, all: number[], where: string): void {
  if (!all.every(Number.isFinite)) return;
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  const variance = all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length;
  assert.equal(found.min, Math.min(...all), where);
  assert.equal(found.max, Math.max(...all), where);
  assert.ok(near(found.average, mean), `average of ${where}: ${found.average}, not ${mean}`);
  assert.ok(near(found.variance, variance), `variance of ${where}: ${found.variance}, not ${variance}`);
}

const TYPES: Record<string, string> = { json: "application/json", csv: "text/csv", png: "image/png" };

async function assertFile({ source, files }: Pick<Sample, "source" | "files">, ref: FileRef, stored: string) {
  const content = await Deno.readFile(`${files}/${sanitized(PROJECT)}/${stored}`);
  assert.equal(ref.size, content.length, stored);
  assert.equal(ref.mimeType, TYPES[stored.split(".").at(-1)!], stored);
  assert.ok(Buffer.from(await bytes(source, ref)).equals(content), `${stored} has the bytes it was stored with`);
}

async function valuesOf({ keys }: Sample, source: Source, ids: string[], query: Parameters<typeof valuesByKey>[1]) {
  const found = await valuesByKey(source, { ...query, runs: ids.map((id) => keys.get(id)!) });
  return ids.map((id) => found.get(keys.get(id)!) ?? {});
}

export const valueChecks: SampleCheck[] = [
  {
    name: "values() gives every value of every type of every run",
    async check(sample) {
      const found = await valuesByKey(sample.source);
      assert.equal(found.size, 12);
      for (const run of sample.model.runs) {
        const own = found.get(sample.keys.get(run.id)!)!;
        assert.deepEqual(Object.keys(own).sort(), sample.model.attributes(run).sort(), run.id);
        // Files are fetched for a few runs only, and compared whole in another test.
        for (const [name, value] of Object.entries(own)) {
          if (!name.endsWith(":file") && !name.endsWith(":file_series")) await assertValue(sample, run, name, value);
        }
      }
    },
  },
  {
    name: "values() of a fork cover its whole lineage; single values are its own",
    async check(sample) {
      const [found] = await valuesOf(sample, sample.source, ["mlp-adam-2-cool-large"], {
        paths: ["train/loss", "config/learning_rate", "logs/setup", "validation/confusion"],
      });
      const run = sample.model.run("mlp-adam-2-cool-large");
      assert.equal(Object.keys(found).length, 4);
      for (const [name, value] of Object.entries(found)) await assertValue(sample, run, name, value);
      assert.deepEqual(sample.model.latest(run.id, "train/loss:float_series")!.all.length, 450);
    },
  },
  {
    name: "values() by paths, patterns and types",
    async check(sample) {
      const [one, two] = await valuesOf(sample, sample.source, ["linear-1", "mlp-sgd-2"], {
        filter: { any: [{ must: ["^config/"], mustNot: ["rate"] }] },
        types: ["float", "bool"],
      });
      assert.deepEqual(one, {
        "config/careless_softmax:bool": false,
        "config/cosine_schedule:bool": false,
        "config/momentum:float": 0,
      });
      assert.deepEqual(two, {
        "config/careless_softmax:bool": false,
        "config/cosine_schedule:bool": true,
        "config/momentum:float": 0.9,
      });
      const [none] = await valuesOf(sample, sample.source, ["linear-1"], { paths: ["no such attribute"] });
      assert.deepEqual(none, {});
    },
  },
  {
    name: "values() of a diverged run keep NaN",
    async check(sample) {
      const [found] = await valuesOf(sample, sample.source, ["mlp-sgd-hot"], { paths: ["train/loss"] });
      const loss = found["train/loss:float_series"] as { lastStep: number; last: number };
      assert.deepEqual([loss.lastStep, loss.last], [29, NaN]);
    },
  },
  {
    name: "values() of runs that do not exist are none",
    async check({ source }) {
      assert.deepEqual(await valuesByKey(source, { runs: ["no such run"] }), new Map());
      assert.deepEqual(await valuesByKey(source, { runs: [] }), new Map());
    },
  },
  {
    name: "file() gives the bytes of files and of every point of a file series",
    async check(sample) {
      const run = sample.model.run("mlp-sgd-1-slow");
      const [found] = await valuesOf(sample, sample.source, [run.id], { types: ["file", "file_series"] });
      assert.deepEqual(Object.keys(found).sort(), [
        "config.json:file",
        "report/mistakes.csv:file",
        "validation/confusion:file_series",
        "weights/picture:file_series",
      ]);
      for (const [name, value] of Object.entries(found)) await assertValue(sample, run, name, value);
    },
  },
];
