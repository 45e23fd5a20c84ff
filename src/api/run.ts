/**
 * One run of a project.
 *
 * @module
 */

import { Attribute } from "./attribute.ts";
import { jupyterDisplay, type MediaBundle } from "../display/bundle.ts";
import { OptionError, RunNotFoundError } from "../errors.ts";
import { RunFile } from "./file.ts";
import { Listing } from "./listing.ts";
import { didYouMean, suggest } from "../suggest.ts";
import type { Nql } from "../nql/ast.ts";
import { connectionOf } from "./open.ts";
import { checkStepRange } from "../frame/points.ts";
import { interruptible } from "../progress/interrupt.ts";
import { longCall, type LongCallOptions } from "../progress/show.ts";
import { showRun } from "./page/run.ts";
import type { ReadOnlyProject } from "./project.ts";
import { type Located, RunReader } from "./reader.ts";
import type { Source } from "../source.ts";
import type { FileRef, RunInfo, StepRange } from "../types.ts";

const inspect = Symbol.for("Deno.customInspect");

/** Names one run: exactly one of the three. */
export type RunSelector =
  /** `sys/name`: the newest run (the head) of this experiment. */
  | { experimentName: string; customId?: undefined; withId?: undefined }
  /** `sys/custom_run_id`: the id given when the run was created. */
  | { customId: string; experimentName?: undefined; withId?: undefined }
  /** `sys/id`: the id that Neptune made, for example `TES-1`. */
  | { withId: string; experimentName?: undefined; customId?: undefined };

/** Options of {@linkcode ReadOnlyRun.prefetchSeriesValues}. */
export interface PrefetchSeriesOptions extends LongCallOptions {
  /** Only steps in this range, both ends inclusive; null leaves an end open. Default: all steps. */
  stepRange?: StepRange | null;
  /** Include the points that a forked run inherits from its ancestors. Default: true. */
  includeInherited?: boolean;
  /**
   * Fetch and decode in Web Workers, where the data comes from a server. An archive is always read by several threads.
   * Default: false.
   */
  useThreads?: boolean;
}

/** Makes a run that was already found. Set by the class, which alone can reach into a run. */
export let runFrom: (project: ReadOnlyProject, located: Located) => ReadOnlyRun;

/**
 * One run, read only. Making one reads nothing; the first call finds the run, and throws `RunNotFoundError` where there is
 * none. What was read is kept for the life of the object.
 *
 * @example
 * ```ts
 * import { ReadOnlyProject, ReadOnlyRun } from "@nereid/neptune-fetcher";
 *
 * const project = new ReadOnlyProject({ archive: "exports/data" });
 * const run = new ReadOnlyRun(project, { experimentName: "seagull-flying-skills" });
 * const id = await run["sys/custom_run_id"].fetch();
 * const loss = await run["metrics/loss"].fetchValues();
 * ```
 */
export class ReadOnlyRun {
  /** `run["metrics/loss"]`: the attribute with this path, for every path with a slash. Reads nothing. */
  [path: `${string}/${string}`]: Attribute;

  /** The project the run belongs to. */
  readonly project: ReadOnlyProject;
  readonly #wanted: string;
  #reader: RunReader;

  /**
   * Names a run; finds it when something is first read of it.
   *
   * @param project The project that holds the run.
   * @param selector Exactly one of `experimentName`, `customId` and `withId`; else `OptionError`.
   */
  constructor(project: ReadOnlyProject, selector: RunSelector) {
    const { path, value } = criterion(selector);
    this.project = project;
    this.#wanted = `${path} = "${value}"`;
    this.#reader = new RunReader((signal) => findRun(project, path, value, signal));
  }

  static {
    runFrom = (project, located) => {
      const run = new ReadOnlyRun(project, { withId: located.info.sysId });
      run.#reader = new RunReader(() => Promise.resolve(located), located);
      return run;
    };
  }

  /** The attribute with this path. Reads nothing; whether it exists shows when it is fetched. */
  attribute(path: string): Attribute {
    return new Attribute(path, this.#reader);
  }

  /** The paths of all attributes of the run, sorted: await it for an array, or loop over it. */
  get attributeNames(): Listing<string, string[]> {
    const names = async () => {
      using call = interruptible();
      return (await this.#reader.definitions(call.signal)).map((one) => one.path);
    };
    return new Listing(
      `the attribute names of run ${this.#label()}`,
      async function* () {
        yield* await names();
      },
      names,
      async function* () {
        for (const attribute of await names()) yield { attribute };
      },
    );
  }

  /**
   * Reads the values of these attributes at once, so that `fetch()` and `fetchLast()` on them read nothing more. Paths that do
   * not exist are passed over: fetching them is an error.
   */
  async prefetch(paths: string[], options: { signal?: AbortSignal } = {}): Promise<void> {
    using call = interruptible(options.signal);
    await this.#reader.load(checkPaths(paths), call.signal);
  }

  /**
   * Reads the points of these series at once, so that `fetchValues()`, `fetch()` and `fetchLast()` on them read nothing more,
   * as long as they ask for steps within `stepRange` and for the same `includeInherited`. Series of every type may be given;
   * paths that do not exist, or are no series, are passed over.
   */
  async prefetchSeriesValues(paths: string[], options: PrefetchSeriesOptions = {}): Promise<void> {
    const { includeInherited = true, useThreads = false } = options;
    const stepRange = checkStepRange(options.stepRange);
    const what = checkPaths(paths).length === 1 ? paths[0] : `${paths.length} series`;
    await longCall(
      options,
      what,
      (call) => this.#reader.prefetchPoints(paths, { stepRange, inherited: includeInherited, useThreads, ...call }),
    );
  }

  /** Opens a file from a row of a frame: the value of a file series, a struct `{ path, size, mime_type }`. */
  file(value: FileValue): RunFile {
    const ref: FileRef = {
      path: value.path,
      size: value.size ?? null,
      mimeType: value.mime_type ?? "application/octet-stream",
    };
    return new RunFile(ref, async (signal) => (await this.#reader.locate(signal)).source);
  }

  /** Forgets what was read of one attribute, or of all, so that it is read anew. */
  refresh(path?: string): void {
    this.#reader.forget(path);
  }

  #label(): string {
    return this.#reader.known?.info.sysId ?? this.#wanted;
  }

  /** What a notebook shows: a page with its configs, series and files. */
  [jupyterDisplay](): Promise<MediaBundle> {
    return showRun(this.#reader);
  }

  /** What `console.log` shows: what is known without reading. */
  [inspect](): string {
    const known = this.#reader.known;
    const lines = [`ReadOnlyRun ${this.#label()}`];
    if (known) lines.push(...describe(known.info));
    else lines.push("  not read yet");
    return lines.join("\n");
  }
}

// A property that a run itself lacks and whose name holds a slash is an attribute.
Object.setPrototypeOf(
  ReadOnlyRun.prototype,
  new Proxy(Object.prototype, {
    get: (target, key, run) =>
      typeof key === "string" && key.includes("/")
        ? (run as ReadOnlyRun).attribute(key)
        : Reflect.get(target, key, run),
  }),
);

/** The value of a file series in a frame. */
export interface FileValue {
  /** The path in the storage of the source. */
  path: string;
  /** Size in bytes, where known. */
  size?: number | null;
  /** MIME type, where known. */
  mime_type?: string | null;
}

function describe(info: RunInfo): string[] {
  return [
    ...(info.name === null ? [] : [`  experiment ${JSON.stringify(info.name)}`]),
    ...(info.customId === null ? [] : [`  custom id ${JSON.stringify(info.customId)}`]),
  ];
}

const SELECTORS = { experimentName: "sys/name", customId: "sys/custom_run_id", withId: "sys/id" } as const;

function criterion(selector: RunSelector): { path: string; value: string } {
  const given = Object.entries(SELECTORS)
    .map(([option, path]) => ({ option, path, value: selector?.[option as keyof RunSelector] as unknown }))
    .filter(({ value }) => value !== undefined && value !== null);
  if (given.length !== 1) {
    throw new OptionError(
      `A run is named by exactly one of experimentName, customId and withId, but ${
        given.length === 0 ? "none is given" : `${given.map(({ option }) => option).join(" and ")} are given`
      }.`,
      { option: "selector", value: given.map(({ option }) => option) },
    );
  }
  const [{ option, path, value }] = given;
  if (typeof value !== "string" || value === "") {
    throw new OptionError(`${option} is ${JSON.stringify(value)}, but must be a text that is not empty.`, {
      option,
      value,
    });
  }
  return { path, value };
}

async function findRun(project: ReadOnlyProject, path: string, value: string, signal?: AbortSignal): Promise<Located> {
  const source = await connectionOf(project).source(signal);
  const where: Nql = { op: "=", operand: { name: path, type: "string", aggregation: null }, value };
  const heads = path === SELECTORS.experimentName;
  for await (const page of source.runs({ where, heads, sort: null, limit: 1, signal })) {
    if (page.runs.length > 0) return { source, info: page.runs[0] };
  }
  const suggestions = suggest(value, await someNames(source, path, signal));
  throw new RunNotFoundError(
    `${(await source.project({ signal })).name} has no ${heads ? "experiment" : "run"} with ${path} "${value}".${
      didYouMean(suggestions) || " listRuns() shows what there is."
    }`,
    { run: value, suggestions },
  );
}

/** Names for suggestions: those of the newest thousand runs. */
async function someNames(source: Source, path: string, signal?: AbortSignal): Promise<string[]> {
  const names: string[] = [];
  for await (const { runs } of source.runs({ where: null, heads: false, sort: null, limit: 1000, signal })) {
    for (const run of runs) {
      const name = path === "sys/id" ? run.sysId : path === "sys/name" ? run.name : run.customId;
      if (name !== null) names.push(name);
    }
  }
  return names;
}

function checkPaths(paths: string[]): string[] {
  if (!Array.isArray(paths) || paths.some((path) => typeof path !== "string")) {
    throw new OptionError(`paths must be an array of attribute paths, for example ["metrics/loss"].`, {
      option: "paths",
      value: String(paths),
    });
  }
  return paths;
}
