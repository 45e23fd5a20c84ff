/**
 * Operations of Neptune 2.x to what a run then held.
 *
 * @module
 */

import { finding } from "../../archive/report/finding.ts";
import type { Value } from "../content.ts";
import type { SingleType } from "../content.ts";
import type { Replay } from "../rules/attributes.ts";
import type { PointKind } from "../../types.ts";
import { Consoles, isConsole } from "./console.ts";
import { FileOperations } from "./files.ts";
import type { LegacyFolder } from "./folder.ts";
import type { LogEntry, Operation } from "./log.ts";

/** A point of an operation. */
interface LoggedPoint {
  value: unknown;
  /** null: the server counted on. */
  step: number | null;
  /** Seconds since the epoch. */
  ts: number;
}

/** How the steps of points that name none are counted. */
export interface ImplicitSteps {
  /** The first step of a series. */
  from(path: string): number;
  /** Whether the first step is a guess, for what came before is not at hand. */
  guessed: boolean;
}

const ASSIGNED: Record<string, SingleType> = {
  AssignFloat: "float",
  AssignInt: "int",
  AssignBool: "bool",
  AssignString: "string",
  AssignDatetime: "datetime",
};

const LOGGED: Record<string, PointKind> = { LogFloats: "float", LogStrings: "string", LogImages: "file" };

const CLEARED: Record<string, PointKind> = {
  ClearFloatLog: "float",
  ClearStringLog: "string",
  ClearImageLog: "file",
};

/** Replays operations in their order. */
export class LegacyReplay {
  readonly #run: string;
  readonly #replay: Replay;
  readonly #steps: ImplicitSteps;
  readonly #consoles: Consoles;
  readonly #files: FileOperations;
  readonly #guessed = new Set<string>();
  readonly #unknown = new Map<string, number>();

  constructor(run: string, replay: Replay, steps: ImplicitSteps) {
    this.#run = run;
    this.#replay = replay;
    this.#steps = steps;
    this.#consoles = new Consoles(replay, (path) => this.#firstStep(path));
    this.#files = new FileOperations(run, replay);
  }

  /** One operation of a log of a folder. */
  apply({ operation, at, start, end }: LogEntry, folder: LegacyFolder, log: string): void {
    const { type } = operation;
    const path = operation.path.map(String).join("/");
    const place = { folder, log, start, end };
    if (Object.hasOwn(ASSIGNED, type)) this.#assign(path, ASSIGNED[type], operation.value, at);
    else if (Object.hasOwn(LOGGED, type)) {
      (operation.values as LoggedPoint[] ?? []).forEach((point, i) =>
        this.#log(path, LOGGED[type], point, () => this.#files.image(path, point.value, { ...place, point: i }))
      );
    } else if (Object.hasOwn(CLEARED, type)) {
      this.#consoles.forget(path);
      this.#replay.series(path, CLEARED[type])?.clear();
    } else {
      switch (type) {
        case "AddStrings":
          return this.#replay.changeSet(path, { add: strings(operation.values) }, at);
        case "RemoveStrings":
          return this.#replay.changeSet(path, { remove: strings(operation.values) }, at);
        case "ClearStringSet":
          return this.#replay.clearSet(path, at);
        case "DeleteAttribute":
          this.#consoles.forget(path);
          this.#files.forget(path);
          return this.#replay.delete(path);
        case "ConfigFloatSeries":
          return;
        case "CopyAttribute":
          return this.#copied(path, operation);
        default:
          if (!this.#files.apply(path, operation, at, place)) {
            this.#unknown.set(type, (this.#unknown.get(type) ?? 0) + 1);
          }
      }
    }
  }

  /** What is only known at the end. */
  async finish(): Promise<void> {
    this.#consoles.finish();
    await this.#files.finish();
    const { findings } = this.#replay;
    for (const path of this.#guessed) {
      findings.push(finding(
        "warning",
        "guessed_steps",
        `"${path}" of run ${this.#run} has points without a step, whose counting began before what is on disk: they are ` +
          `counted from ${this.#steps.from(path)}.`,
        { run: this.#run, attribute: path },
      ));
    }
    for (const [type, count] of this.#unknown) {
      const message =
        `${count} operations "${type}" of run ${this.#run} are of a kind that is not known; they are left out.`;
      findings.push(finding("warning", "unknown_operation", message, { run: this.#run, count }));
    }
  }

  #assign(path: string, type: SingleType, value: unknown, at: number): void {
    const values: Partial<Record<SingleType, () => Value>> = {
      float: () => Number(value),
      int: () => typeof value === "bigint" ? value : BigInt(Math.trunc(Number(value))),
      bool: () => Boolean(value),
      string: () => String(value),
      datetime: () => Number(value),
    };
    this.#replay.assign(path, type, values[type]!(), at);
  }

  #log(path: string, kind: PointKind, { value, step, ts }: LoggedPoint, image: () => unknown): void {
    const time = Math.floor(Number(ts) * 1000);
    if (kind === "string" && step === null && isConsole(path)) {
      this.#consoles.add(path, String(value), time);
      return;
    }
    const series = this.#replay.series(path, kind);
    if (!series) return;
    const at = step ?? (series.lastStep === -Infinity ? this.#firstStep(path) : series.lastStep + 1);
    if (kind === "float") series.pushFloat(Number(at), time, Number(value));
    else series.push(Number(at), time, kind === "file" ? image() : String(value));
  }

  #firstStep(path: string): number {
    if (this.#steps.guessed) this.#guessed.add(path);
    return this.#steps.from(path);
  }

  #copied(path: string, operation: Operation): void {
    const from = (operation.source_path as unknown[] ?? []).join("/");
    this.#replay.findings.push(finding(
      "warning",
      "copied_attribute",
      `"${path}" of run ${this.#run} is a copy of "${from}" of ${operation.container_type} ${operation.container_id} on the ` +
        `server, whose value is not on disk.`,
      { run: this.#run, attribute: path },
    ));
  }
}

function strings(values: unknown): string[] {
  return (values as unknown[] ?? []).map(String);
}
