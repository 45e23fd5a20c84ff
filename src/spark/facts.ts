/**
 * What has to be known of a project before it is asked: forks, runs without attributes of their own, runs that lie there twice. Few
 * runs are any of these; of the others nothing is kept here.
 *
 * @module
 */

import { chainOf, type Parents, parentsOf } from "../archive/index/lineage.ts";
import { System } from "../archive/index/system.ts";
import type { Lineage } from "../source.ts";

/** One run out of the ordinary. */
export interface OddRun {
  key: string;
  /** In how many folders it lies. */
  copies: number;
  /** No row says what it is called or when it began. */
  isBare: boolean;
  created: number | null;
  sysId: string | null;
  customId: string | null;
  name: string | null;
  parent: string | null;
  forkStep: number | null;
}

/** Whether a key has a sign of which the order in UTF-8 is not that in UTF-16. */
export function isFar(key: string): boolean {
  return /[\u{E000}-\u{10FFFF}]/u.test(key);
}

/** A run that another shows points of, up to a step. */
export interface LineageSource {
  key: string;
  /** The last step that counts. */
  cut: number;
}

/** What is known of a project. */
export class Facts {
  /** Runs that no system attribute tells of. */
  readonly bare: string[];
  /** Runs that lie in several folders: rows that are equal count once. */
  readonly repeated: string[];
  /** Runs that inherit. */
  readonly forked: string[];
  /** Whether keys have signs of which the order in UTF-8, that of engines, is not that in UTF-16, which is ours. */
  readonly hasFarKeys: boolean;
  readonly #keys: string[];
  readonly #numbers: Map<string, number>;
  readonly #parents: Parents;
  readonly #system = new System();

  constructor(runs: OddRun[]) {
    this.bare = runs.filter(({ isBare }) => isBare).map(({ key }) => key);
    this.repeated = runs.filter(({ copies }) => copies > 1).map(({ key }) => key);
    this.hasFarKeys = runs.some(({ key }) => isFar(key));
    // Of several runs with one id the oldest counts, as it does where an archive is read without an engine.
    const order = runs.toSorted((a, b) =>
      (b.created ?? -Infinity) - (a.created ?? -Infinity) || (a.key < b.key ? -1 : 1)
    );
    this.#keys = order.map(({ key }) => key);
    this.#numbers = new Map(this.#keys.map((key, number) => [key, number]));
    order.forEach((run, number) => {
      const add = (path: string, type: "string" | "float", value: string | number | null) =>
        value !== null && this.#system.add(path, type, order.length, number, value);
      add("sys/id", "string", run.sysId ?? run.key);
      add("sys/custom_run_id", "string", run.customId ?? run.key);
      add("sys/name", "string", run.name);
      add("sys/forking/parent", "string", run.parent);
      add("sys/forking/step", "float", run.forkStep);
    });
    this.#parents = parentsOf(this.#keys, this.#numbers, this.#system);
    this.forked = this.#keys.filter((_, number) => this.#parents.parent[number] >= 0);
  }

  /** The runs whose points a run shows, from the oldest ancestor to the run itself. */
  ancestors(key: string, lineage: Lineage): LineageSource[] {
    const number = this.#numbers.get(key);
    if (number === undefined) return [{ key, cut: Infinity }];
    const name = (run: number) => this.#system.value("sys/name", "string", run);
    let cut = Infinity;
    return chainOf(number, lineage, this.#parents, name).reverse().map((run) => {
      const one = { key: this.#keys[run], cut };
      cut = Math.min(cut, this.#parents.forkStep[run]);
      return one;
    }).reverse();
  }
}
