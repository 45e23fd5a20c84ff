/**
 * Trains the runs of the sample project and writes them as an archive.
 *
 * Usage: `deno run -A samples/make.ts [folder]`; the folder is `samples/archive` when left out.
 *
 * @module
 */

import { digits } from "./digits.ts";
import { type ExportedRun, exportRuns, type TrainedRun } from "./export.ts";
import { hashesBelow } from "./hash.ts";
import { PLAN } from "./plan.ts";
import { train } from "./train.ts";
import { sanitized, writeRun } from "./writer.ts";

/** The name of the sample project. */
export const PROJECT = "nereid/digits";

/** Trains every run of the plan, parents before their forks. */
export async function trainAll(): Promise<ExportedRun[]> {
  const data = await digits({ train: 2000, validation: 500 });
  const byStart = [...PLAN].sort((a, b) => a.start < b.start ? -1 : 1);
  const runs: TrainedRun[] = [];
  for (const plan of PLAN) {
    const { fork } = plan;
    const parent = runs.find((run) => run.plan.id === fork?.parent);
    const from = fork ? parent?.log.checkpoints.get(fork.step) : null;
    if (from === undefined) throw new Error(`There is no checkpoint of ${fork?.parent} at step ${fork?.step}.`);
    const wanted = PLAN.flatMap(({ fork }) => fork?.parent === plan.id ? [fork.step] : []);
    const log = train(plan, data, from, wanted);
    runs.push({ plan, shortId: `DIG-${byStart.indexOf(plan) + 1}`, log });
  }
  return exportRuns(runs, data);
}

/** Writes the archive into `data` and `files` below `folder`. */
export async function writeArchive(runs: ExportedRun[], folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/data`, { recursive: true });
  for (const { runId, batches, files } of runs) {
    await writeRun({ dataRoot: `${folder}/data`, projectId: PROJECT, runId, batches });
    for (const [path, bytes] of files) {
      const whole = `${folder}/files/${sanitized(PROJECT)}/${path}`;
      await Deno.mkdir(whole.slice(0, whole.lastIndexOf("/")), { recursive: true });
      await Deno.writeFile(whole, bytes);
    }
  }
}

if (import.meta.main) {
  const folder = Deno.args[0] ?? new URL("archive", import.meta.url).pathname;
  await writeArchive(await trainAll(), folder);
  await Deno.writeTextFile(`${folder}.json`, JSON.stringify(await hashesBelow(folder), null, 2) + "\n");
}
