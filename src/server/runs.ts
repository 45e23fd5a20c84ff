/**
 * The runs of one project under the ids of the API.
 *
 * @module
 */

import type { CallOptions, Source } from "../source.ts";
import type { ProjectInfo, RunInfo } from "../types.ts";
import { type HolderName, uuidOf } from "./identifiers.ts";

/** How long after a look at the catalog or at a project's runs an unknown name leads to another look, in milliseconds. */
export const PATIENCE = 10_000;

/** A run with the UUID that stands for it in the API. */
export interface KnownRun extends RunInfo {
  uuid: string;
}

type Index = Record<HolderName["kind"], Map<string, KnownRun>>;

/** The runs of one project. The list is read when an id is looked up for the first time, and again for unknown ids. */
export class Runs {
  readonly #project: ProjectInfo;
  readonly #source: Source;
  readonly #uuids = new Map<string, string>();
  #index: Index | null = null;
  #seen = -Infinity;

  constructor(project: ProjectInfo, source: Source) {
    this.#project = project;
    this.#source = source;
  }

  /** The run with its UUID, the same whenever the project is served. */
  known(run: RunInfo): KnownRun {
    let uuid = this.#uuids.get(run.key);
    if (uuid === undefined) this.#uuids.set(run.key, uuid = uuidOf("run", this.#project.id, run.key));
    return { ...run, uuid };
  }

  /** All runs, newest first. */
  async all({ signal }: CallOptions): Promise<KnownRun[]> {
    const runs: KnownRun[] = [];
    for await (const page of this.#source.runs({ signal })) {
      for (const run of page.runs) runs.push(this.known(run));
    }
    return runs;
  }

  /** The runs that these names mean; null for those that mean none, and for null. */
  async find(names: (HolderName | null)[], options: CallOptions): Promise<(KnownRun | null)[]> {
    const look = (index: Index) => names.map((name) => name && (index[name.kind].get(name.id) ?? null));
    const found = this.#index && look(this.#index);
    const complete = found?.every((run, i) => run !== null || names[i] === null);
    if (found && (complete || Date.now() - this.#seen < PATIENCE)) return found;
    return look(await this.#read(options));
  }

  async #read(options: CallOptions): Promise<Index> {
    const runs = await this.all(options);
    const first = (id: (run: KnownRun) => string | null) => {
      const map = new Map<string, KnownRun>();
      // Where runs share an id, the newest has it.
      for (const run of runs) {
        const text = id(run);
        if (text !== null && !map.has(text)) map.set(text, run);
      }
      return map;
    };
    this.#seen = Date.now();
    return this.#index = {
      uuid: first((run) => run.uuid),
      sysId: first((run) => run.sysId),
      customId: first((run) => run.customId),
    };
  }
}
