/**
 * The tables `runs` and `lineage` of a pass.
 *
 * @module
 */

import type { TableFileEntry } from "../archive/compacted/manifest.ts";
import type { SourceFiles } from "../archive/compacted/pass.ts";
import { chainOf } from "../archive/index/lineage.ts";
import type { PartsContext } from "../archive/read/context.ts";
import { TableFiles, type TablePlace } from "./table_files.ts";

/** What to write. */
export interface RunsJob {
  context: PartsContext;
  project: string;
  /** The runs of the pass in their order, by number in the index. */
  runs: readonly number[];
  /** How many points each has. */
  points: Float64Array;
  /** What the files of each are like. */
  sources: readonly SourceFiles[];
  isComplete: (run: number) => boolean;
  place: TablePlace;
}

/** Writes both tables. */
export async function writeRuns(job: RunsJob): Promise<TableFileEntry[]> {
  const { place, context: { signal } } = job;
  const files: TableFileEntry[] = [];
  for (const [name, fill] of [["runs", fillRuns], ["lineage", fillLineage]] as const) {
    const table = new TableFiles(name, place);
    try {
      await fill(job, table);
      files.push(...await table.finish(signal));
    } finally {
      table.dispose();
    }
  }
  return files;
}

/** Rows are added in pieces of at most so many. */
const PIECE = 1 << 13;

async function fillRuns(
  { context, project, runs, points, sources, isComplete }: RunsJob,
  table: TableFiles,
): Promise<void> {
  const { index, signal } = context;
  const { system, parents, heads, legacy, keys } = index;
  const text = (path: string) => (run: number) => (system.value(path, "string", run) as string | undefined) ?? null;
  const flag = (path: string) => (run: number) => system.value(path, "bool", run) === true;
  const [trashed, archived] = [flag("sys/trashed"), flag("sys/archived")];
  const created = (run: number) => (system.value("sys/creation_time", "datetime", run) as number | undefined) ?? NaN;
  const parent = (run: number) =>
    parents.parent[run] >= 0 ? keys[parents.parent[run]] : text("sys/forking/parent")(run);
  for (let from = 0; from < runs.length; from += PIECE) {
    const some = runs.slice(from, from + PIECE);
    const texts = (pick: (run: number) => string | null) => ({ texts: some.map(pick) });
    const bools = (pick: (run: number) => boolean) => ({ bools: Uint8Array.from(some, (run) => pick(run) ? 1 : 0) });
    table.group.add(some.length, {
      project_id: { text: project },
      run_id: texts((run) => keys[run]),
      sys_id: texts(text("sys/id")),
      custom_run_id: texts(text("sys/custom_run_id")),
      experiment_name: texts(text("sys/name")),
      is_head: bools((run) => heads[run] === 1),
      creation_time: { floats: Float64Array.from(some, created), gaps: true },
      trashed: bools((run) => trashed(run) || archived(run)),
      complete: bools(isComplete),
      exporter: texts((run) => legacy[run] ? "neptune2" : "neptune3"),
      parent_run_id: texts((run) => parent(run) || null),
      fork_step: { floats: Float64Array.from(some, (run) => parents.forkStep[run]), gaps: true },
      points: { floats: points.subarray(from, from + some.length) },
      source_bytes: { floats: Float64Array.from(sources.slice(from, from + some.length), ({ bytes }) => bytes) },
      source_checksum: {
        floats: Float64Array.from(sources.slice(from, from + some.length), ({ checksum }) => checksum),
      },
    });
    await table.flush(false, signal);
  }
}

interface LineageRow {
  run: string;
  source: string;
  depth: number;
  last: number;
  same: boolean;
}

async function fillLineage({ context, runs }: RunsJob, table: TableFiles): Promise<void> {
  const { index, signal } = context;
  const { keys, parents, system } = index;
  const name = (run: number) => system.value("sys/name", "string", run);
  let rows: LineageRow[] = [];
  const add = async () => {
    if (rows.length === 0) return;
    table.group.add(rows.length, {
      run_id: { texts: rows.map(({ run }) => run) },
      source_run_id: { texts: rows.map(({ source }) => source) },
      depth: { floats: Float64Array.from(rows, ({ depth }) => depth) },
      last_step: { floats: Float64Array.from(rows, ({ last }) => last), gaps: true },
      same_experiment: { bools: Uint8Array.from(rows, ({ same }) => same ? 1 : 0) },
    });
    rows = [];
    await table.flush(false, signal);
  };
  for (const run of runs) {
    let last = Infinity, same = true;
    chainOf(run, "full", parents, name).toReversed().forEach((source, depth) => {
      if (depth > 0) same &&= name(source) !== undefined && name(source) === name(run);
      rows.push({ run: keys[run], source: keys[source], depth, last: last === Infinity ? NaN : last, same });
      if (parents.parent[source] >= 0) last = Math.min(last, parents.forkStep[source]);
    });
    if (rows.length >= PIECE) await add();
  }
  await add();
}
