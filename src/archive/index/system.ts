/**
 * System attributes by run, and those that follow from others.
 *
 * @module
 */

import { type AttributeType, type ConfigType, isConfigType } from "../../types.ts";

/** The value of a system attribute: int as bigint, datetime as milliseconds, bool as boolean. */
export type SystemValue = bigint | number | string | boolean | string[];

/** One system attribute. */
export interface SystemColumn {
  path: string;
  type: ConfigType;
  /** By run; undefined where a run lacks the attribute. */
  values: (SystemValue | undefined)[];
}

/** Tells whether the index holds this attribute of all runs in memory: parameters of the `sys` namespace are. */
export function isSystem(path: string, type: string): boolean {
  return path.startsWith("sys/") && isConfigType(type as ConfigType);
}

/** The system attributes of runs, column by column. */
export class System {
  readonly columns = new Map<string, SystemColumn>();

  /** Sets a value, unless the run has one. */
  add(path: string, type: SystemColumn["type"], runs: number, run: number, value: SystemValue): void {
    this.ensure(path, type, runs).values[run] ??= value;
  }

  column(path: string, type: AttributeType): SystemColumn | undefined {
    return this.columns.get(`${type}:${path}`);
  }

  value(path: string, type: AttributeType, run: number): SystemValue | undefined {
    return this.column(path, type)?.values[run];
  }

  /** The same columns with their runs in another order. */
  reordered(order: number[]): System {
    const system = new System();
    for (const [key, { path, type, values }] of this.columns) {
      system.columns.set(key, { path, type, values: order.map((run) => values[run]) });
    }
    return system;
  }

  /** Fills in a column: `value` tells what a run has, given what is stored; undefined: it lacks the attribute. */
  derive(
    path: string,
    type: SystemColumn["type"],
    runs: number,
    value: (run: number, stored: SystemValue | undefined) => SystemValue | undefined,
  ): void {
    const column = this.ensure(path, type, runs);
    for (let run = 0; run < runs; run++) column.values[run] = value(run, column.values[run]);
    if (column.values.every((value) => value === undefined)) this.columns.delete(`${type}:${path}`);
  }

  /** The column of an attribute of so many runs; a new one without values where there is none. */
  ensure(path: string, type: SystemColumn["type"], runs: number): SystemColumn {
    const key = `${type}:${path}`;
    let column = this.columns.get(key);
    if (!column) this.columns.set(key, column = { path, type, values: new Array(runs).fill(undefined) });
    return column;
  }
}

/**
 * Adds what every run has by definition, so that runs of all exporters look alike: both ids (the run id where no row says
 * otherwise), `sys/trashed` and `sys/archived` (false), and for runs with a name `sys/experiment/name` and
 * `sys/experiment/is_head`. Runs are expected newest first. Gives 1 for the head of each experiment.
 *
 * The head is the newest run that says it is; runs exported at different times may all say so, and where the head was not
 * exported none does: then it is the newest.
 */
export function completeSystem(system: System, keys: string[]): Uint8Array {
  const runs = keys.length;
  const values = (path: string, type: SystemColumn["type"]) => system.column(path, type)?.values ?? [];
  system.derive("sys/id", "string", runs, (run, stored) => stored ?? keys[run]);
  system.derive("sys/custom_run_id", "string", runs, (run, stored) => stored ?? keys[run]);
  system.derive("sys/trashed", "bool", runs, (_, stored) => stored ?? false);
  system.derive("sys/archived", "bool", runs, (_, stored) => stored ?? false);
  const experiments = values("sys/experiment/name", "string");
  system.derive("sys/name", "string", runs, (run, stored) => stored ?? experiments[run]);
  const names = values("sys/name", "string");
  system.derive("sys/experiment/name", "string", runs, (run, stored) => stored ?? names[run]);

  const newest = new Map<SystemValue, number>();
  const said = new Map<SystemValue, number>();
  const isHead = values("sys/experiment/is_head", "bool");
  for (let run = runs - 1; run >= 0; run--) {
    const experiment = names[run];
    if (experiment === undefined) continue;
    newest.set(experiment, run);
    if (isHead[run] === true) said.set(experiment, run);
  }
  const heads = new Uint8Array(runs);
  for (const [experiment, run] of newest) heads[said.get(experiment) ?? run] = 1;
  system.derive(
    "sys/experiment/is_head",
    "bool",
    runs,
    // One that is stored as no head stands in for a head that was not exported, but never was one.
    (run, stored) => names[run] === undefined || stored === false ? stored : heads[run] === 1,
  );
  return heads;
}

/**
 * 1 for runs written by the exporter of Neptune 2.x, judged by stored attributes: there the run id is `sys/id`, in Neptune 3
 * it is `sys/custom_run_id`. Runs without either count as the first run that has one, or as legacy where none has.
 */
export function legacyRuns(system: System, keys: string[]): Uint8Array {
  const values = (path: string, type: SystemColumn["type"]) => system.column(path, type)?.values ?? [];
  const customIds = values("sys/custom_run_id", "string"), experiments = values("sys/experiment/name", "string");
  const ids = values("sys/id", "string"), sizes = values("sys/size", "float");
  const isLegacy = (key: string, run: number): boolean | undefined => {
    if (customIds[run] === key) return false;
    if (experiments[run] !== undefined) return false;
    if (ids[run] === key) return true;
    return sizes[run] === undefined ? undefined : true;
  };
  const judged = keys.map(isLegacy);
  const usual = judged.find((legacy) => legacy !== undefined) ?? true;
  return Uint8Array.from(judged, (legacy) => legacy ?? usual ? 1 : 0);
}

/** 1 for runs without any stored attribute. */
export function bareRuns(system: System, runs: number): Uint8Array {
  const bare = new Uint8Array(runs).fill(1);
  for (const { values } of system.columns.values()) {
    for (let run = 0; run < runs; run++) if (values[run] !== undefined) bare[run] = 0;
  }
  return bare;
}
