/**
 * Archives for the page that are larger than one scrolls through: many runs, with thousands of attributes between them.
 *
 * `deno run -A tests/viewer/archive.ts FOLDER RUNS` writes one.
 */

import { bool, datetime, float, floatPoint, int, string, stringSet } from "../../samples/rows.ts";
import { writeRun } from "../../samples/writer.ts";

const START = Date.UTC(2025, 0, 1);
const OPTIMIZERS = ["adam", "adamw", "lion", "sgd"];
const EXTRAS = 5;

/** The attributes that only some runs have; there are so many of them in all. */
export const COLUMNS = 18_000;

/** Writes `runs` runs; run n has the id `BIG-n` and an accuracy that tells n. */
export async function writeManyRuns(dataRoot: string, runs: number): Promise<void> {
  for (let n = 0; n < runs; n++) {
    const accuracy = (n * 7919 % runs) / runs;
    const batch = [
      bool("sys/trashed", false),
      datetime("sys/creation_time", START + n * 60_000),
      string("sys/custom_run_id", `run-${n}`),
      string("sys/id", `BIG-${n}`),
      string("sys/name", `experiment-${n % 100}`),
      string("sys/owner", "somebody"),
      stringSet("sys/tags", "big", `group-${n % 7}`),
      string("config/optimizer", OPTIMIZERS[n % 4]),
      float("config/learning_rate", 10 ** -(n % 5)),
      int("config/layers", 1 + n % 12),
      string("config/dataset", "digits"),
      bool("config/augment", n % 2 === 0),
      ...Array.from({ length: EXTRAS }, (_, j) => {
        const column = (n * EXTRAS + j) % COLUMNS;
        return float(`extra/group-${column % 30}/value-${column}`, n + j / 10);
      }),
      ...[0, 1, 2].map((step) =>
        floatPoint("train/loss", step, START + n * 60_000 + step * 1000, 2 - accuracy - step / 9)
      ),
      ...[0, 1, 2].map((step) =>
        floatPoint("validation/accuracy", step, START + step * 1000, accuracy * (step + 1) / 3)
      ),
    ];
    await writeRun({ dataRoot, projectId: "team/many", runId: `run-${n}`, batches: [batch] });
  }
}

if (import.meta.main) await writeManyRuns(`${Deno.args[0]}/data`, Number(Deno.args[1]));
