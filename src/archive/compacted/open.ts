/**
 * What is known of a compacted project once it is open: its runs with their names and times, and where everything else is.
 *
 * @module
 */

import type { CallOptions } from "../../source.ts";
import type { Store } from "../disk/store.ts";
import type { Fields } from "../index/segments/fields.ts";
import { newestFirst, type RunIndex } from "../index/project_index.ts";
import { isSystem, System, type SystemColumn, type SystemValue } from "../index/system.ts";
import type { Manifest } from "./manifest.ts";
import { type AttributeColumn, PassTables } from "./pass.ts";
import type { TableFault } from "./table_reader.ts";

/** A project folder that is compacted. */
export interface CompactedFolder {
  store: Store;
  name: string;
  path: string;
  manifest: Manifest;
}

/** A pass, and which run each of its runs is. */
export interface OpenPass {
  tables: PassTables;
  /** By number in the pass; -1: it is not shown. */
  runs: Int32Array;
}

/** An open project. */
export interface OpenFolder {
  folder: CompactedFolder;
  index: RunIndex;
  passes: OpenPass[];
  /** How many points each run has. */
  points: Float64Array;
}

/** Rows of system attributes that cannot be read. */
export interface LostNames {
  /** Run ids; null: of runs that are not known. */
  runs: string[] | null;
  column: AttributeColumn;
  fault: TableFault;
}

/**
 * Opens a project: reads the small tables, and the system attributes of all runs.
 *
 * @param onLost Told what cannot be read; throws, or returns to leave those runs out.
 */
export async function openFolder(
  folder: CompactedFolder,
  { includeIncomplete, onLost }: { includeIncomplete: boolean; onLost: (lost: LostNames) => void },
  { signal, onProgress }: CallOptions,
): Promise<OpenFolder> {
  const { store, path, manifest } = folder;
  const tables = [];
  for (const pass of manifest.passes) {
    tables.push(await PassTables.open(store, path, pass, signal));
    onProgress?.(pass.runs, manifest.passes.reduce((sum, { runs }) => sum + runs, 0));
  }
  const keys: string[] = [];
  const provisional = tables.map((pass) => {
    return Int32Array.from(pass.runs, (run, i) => pass.complete[i] || includeIncomplete ? keys.push(run) - 1 : -1);
  });
  const system = new System();
  const lost = new Set<number>();
  for (const [i, pass] of tables.entries()) {
    for (const column of pass.columns) {
      if (!isSystem(column.path, column.type)) continue;
      const { entries, fields } = await pass.cells(column, null, (numbers, column, fault) => {
        onLost({ runs: numbers && numbers.map((number) => pass.runs[number]), column, fault });
        for (const number of numbers ?? pass.runs.keys()) lost.add(provisional[i][number]);
      }, signal);
      const { values } = system.ensure(column.path, column.type as SystemColumn["type"], keys.length);
      const stored = fields.value as Fields["string"];
      for (let at = 0; at < entries.length; at++) {
        const run = provisional[i][entries[at]];
        if (run < 0) continue;
        const value = column.type === "bool" ? (stored[at] as unknown) === 1 : stored[at];
        values[run] ??= value as SystemValue;
      }
    }
  }
  const sound = lost.size === 0 ? keys : keys.filter((_, run) => !lost.has(run));
  const order = [...keys.keys()].filter((run) => !lost.has(run));
  const index = await newestFirst(manifest.project, sound, lost.size === 0 ? system : system.reordered(order), signal);
  const points = new Float64Array(index.keys.length);
  const passes = tables.map((pass, i): OpenPass => {
    const runs = provisional[i].map((run) => run < 0 || lost.has(run) ? -1 : index.numbers.get(keys[run])!);
    runs.forEach((run, number) => run >= 0 && (points[run] = pass.points[number]));
    return { tables: pass, runs };
  });
  return { folder, index, passes, points };
}
