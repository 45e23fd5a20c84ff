/**
 * A run named on the command line: by its custom id, by the id that Neptune made, or by its experiment.
 *
 * @module
 */

import { readerOf } from "../api/attribute.ts";
import type { ReadOnlyProject, ReadOnlyRun } from "../api/project.ts";
import { OptionError, RunNotFoundError } from "../errors.ts";
import { didYouMean, suggest } from "../suggest.ts";

/** Finds the run. Throws `RunNotFoundError`, with names that are close, where there is none, and `OptionError` where there are several. */
export async function findNamedRun(project: ReadOnlyProject, name: string, signal: AbortSignal): Promise<ReadOnlyRun> {
  // By their keys: where an archive has a run of two exporters, both have the same sys/id.
  const found = new Map<string, ReadOnlyRun>();
  const lists = [
    project.fetchReadOnlyRuns({ customIds: [name], withIds: [name], trashed: null, signal }),
    project.fetchReadOnlyExperiments({ names: [name], trashed: null, signal }),
  ];
  for (const list of lists) {
    for await (const run of list) found.set((await readerOf(run.attribute("sys/id")).locate(signal)).info.key, run);
  }
  if (found.size > 1) {
    const runs = [...found.values()].map(({ sysId, customId }) => customId === name ? sysId : customId ?? sysId);
    const unique = [...new Set(runs)].filter((one) => one !== name);
    const advice = unique.length === found.size ? "name one of these ids" : "they cannot be told apart by their ids";
    throw new OptionError(`"${name}" names ${found.size} runs, ${runs.join(" and ")}: ${advice}.`, {
      option: "RUN",
      value: name,
    });
  }
  const [run] = found.values();
  if (run) return run;
  throw await notFound(project, name, signal);
}

async function notFound(project: ReadOnlyProject, name: string, signal: AbortSignal): Promise<RunNotFoundError> {
  const names: string[] = [];
  for await (const run of project.listRuns({ trashed: null, signal })) {
    names.push(...[run["sys/custom_run_id"], run["sys/name"], run["sys/id"]].filter((one) => one !== null));
    if (names.length > 3000) break;
  }
  const suggestions = suggest(name, names);
  return new RunNotFoundError(
    `No run has the id or the experiment name "${name}".${
      didYouMean(suggestions) || " The command runs lists what there is."
    }`,
    { run: name, suggestions },
  );
}
