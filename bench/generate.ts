/**
 * Generated archives for the benchmarks: the exporter's layout and Parquet schema, through the writer of the samples.
 *
 * @module
 */

import { bool, datetime, float, int, string, stringSet } from "../samples/rows.ts";
import { type ArchiveColumns, type ArchiveRow, partName, sanitized, writeRun } from "../samples/writer.ts";

const START = Date.UTC(2025, 0, 1);

/** System attributes of the n-th run, as a Neptune 3 export has them. */
function system(runId: string, n: number): ArchiveRow[] {
  return [
    bool("sys/archived", false),
    datetime("sys/creation_time", START + n * 60_000),
    string("sys/custom_run_id", runId),
    string("sys/experiment/name", `experiment-${n % 100}`),
    string("sys/id", `BEN-${n}`),
    datetime("sys/modification_time", START + n * 60_000 + 5000),
    string("sys/name", `experiment-${n % 100}`),
    string("sys/owner", "somebody"),
    int("sys/size", 12345),
    stringSet("sys/tags", "bench", `group-${n % 7}`),
    bool("sys/trashed", false),
  ];
}

/** Float series step by step, as the Neptune 3 exporter writes them: one series is not contiguous. */
function floatSeries(paths: string[], steps: number, seed: number): ArchiveColumns[] {
  const batches: ArchiveColumns[] = [];
  for (let from = 0; from < paths.length; from += 100) {
    const batch = paths.slice(from, from + 100);
    const length = batch.length * steps;
    const path = new Array<string>(length);
    const step = new Float64Array(length), timestamp = new Float64Array(length), value = new Float64Array(length);
    for (let s = 0, row = 0; s < steps; s++) {
      for (let p = 0; p < batch.length; p++, row++) {
        path[row] = batch[p];
        step[row] = s;
        timestamp[row] = START + s * 1000;
        value[row] = Math.sin((s + 1) * (p + 1) * 1e-3 + seed) + 1 / (s + 1);
      }
    }
    batches.push({
      attribute_path: path,
      attribute_type: new Array(length).fill("float_series"),
      step,
      timestamp,
      float_value: value,
    });
  }
  return batches;
}

/** `runs` runs of `series` float series with `steps` points each. */
export async function longRuns(
  dataRoot: string,
  projectId: string,
  shape: { runs: number; series: number; steps: number },
): Promise<void> {
  const paths = Array.from({ length: shape.series }, (_, i) => `metrics/group-${i % 10}/metric-${i}`);
  for (let n = 0; n < shape.runs; n++) {
    const batches = [system(`run-${n}`, n), ...floatSeries(paths, shape.steps, n)];
    await writeRun({ dataRoot, projectId, runId: `run-${n}`, batches });
  }
}

/** `runs` runs of a few configs and two short series: one small file for every run. */
export async function smallRuns(dataRoot: string, projectId: string, runs: number, configs = 10): Promise<void> {
  for (let n = 0; n < runs; n++) {
    const config = Array.from({ length: configs }, (_, c) => float(`config/value-${c}`, n + c / 7));
    const batches = [[...config, ...system(`run-${n}`, n)], ...floatSeries(["loss", "accuracy"], 10, n)];
    await writeRun({ dataRoot, projectId, runId: `run-${n}`, batches });
  }
}

/** `runs` runs with many configs each and nothing else. */
export async function wideRuns(dataRoot: string, projectId: string, runs: number, configs: number): Promise<void> {
  for (let n = 0; n < runs; n++) {
    const config = Array.from({ length: configs }, (_, c) => float(`config/layer-${c % 97}/value-${c}`, n + c / 7));
    await writeRun({ dataRoot, projectId, runId: `run-${n}`, batches: [[...config, ...system(`run-${n}`, n)]] });
  }
}

/**
 * Runs as the largest known export has them: 5 system values, 10 configs, and 3 series of 20 points, in a file of 8 kB each. Writes
 * those of `count` runs from number `from` on that are not there yet, and removes those that come after them.
 */
export async function manyRuns(dataRoot: string, projectId: string, from: number, count: number): Promise<void> {
  const folder = `${dataRoot}/${sanitized(projectId)}`;
  await Deno.mkdir(folder, { recursive: true });
  const there = new Set([...Deno.readDirSync(folder)].map(({ name }) => name));
  const paths = ["train/loss", "train/accuracy", "val/loss"];
  for (let n = from; n < from + count; n++) {
    const runId = `run-${n}`;
    if (there.has(partName(runId))) continue;
    const config = Array.from(
      { length: 10 },
      (_, c) => float(`config/p${c}`, ((n * 7919 + c * 104729) % 10007) / 10007),
    );
    const system = [
      datetime("sys/creation_time", START + n * 60_000),
      string("sys/custom_run_id", runId),
      string("sys/id", `BEN-${n}`),
      string("sys/name", `experiment-${n % 100}`),
      bool("sys/trashed", false),
    ];
    await writeRun({ dataRoot, projectId, runId, batches: [[...config, ...system], ...floatSeries(paths, 20, n)] });
  }
  if (from === 0) return;
  for (let n = from + count; there.has(partName(`run-${n}`)); n++) {
    await Deno.remove(`${folder}/${partName(`run-${n}`)}`);
  }
}
