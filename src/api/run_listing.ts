/**
 * Lists the runs of one project.
 *
 * @module
 */

import { withDisplay } from "../display/frame.ts";
import { OptionError } from "../errors.ts";
import { runsFrame } from "../frame/frame.ts";
import type { Frame } from "../frame/typed.ts";
import type { Nql } from "../nql/ast.ts";
import { and, attribute, compare } from "../nql/build.ts";
import { interruptible } from "../progress/interrupt.ts";
import type { Source } from "../source.ts";
import type { RunInfo } from "../types.ts";
import { Listing } from "./listing.ts";
import type { Connection } from "./open.ts";
import type { Located } from "./reader.ts";

/** What identifies a run, under the names of its attributes. */
export interface RunIds {
  /** The id that Neptune made, for example `TES-1`. */
  "sys/id": string;
  /** The id given when the run was created, or null. */
  "sys/custom_run_id": string | null;
  /** The experiment it belongs to, or null. */
  "sys/name": string | null;
}

/** Options of the methods that list runs or experiments. */
export interface ListOptions {
  /** Only runs in the trash (true), only runs that are not (false), or both (null). Default: false. */
  trashed?: boolean | null;
  /** Ends the call when aborted. */
  signal?: AbortSignal;
}

/** Lists the runs of one project, in three forms. */
export class RunListings<Run> {
  readonly #connection: Connection;
  readonly #makeRun: (located: Located) => Run;

  /** @param makeRun Makes what a listing holds of a run that was found. */
  constructor(connection: Connection, makeRun: (located: Located) => Run) {
    this.#connection = connection;
    this.#makeRun = makeRun;
  }

  /** Their ids and names. */
  ids(what: string, options: ListOptions, heads: boolean): Listing<RunIds, RunIds[]> {
    const rows = this.#rows(options, heads, null);
    return new Listing(this.#of(what), rows, async () => (await this.#all(options, heads)).map(ids), rows);
  }

  /** Themselves, or all in one frame. */
  frames(what: string, options: ListOptions, heads: boolean): Listing<Run, Frame> {
    const runs = this.runs(what, options, heads, null);
    const all = async () => withDisplay(runsFrame(await this.#all(options, heads)));
    return new Listing(this.#of(what), () => runs, all, this.#rows(options, heads, null));
  }

  /** Themselves, those that match. */
  runs(what: string, options: ListOptions, heads: boolean, where: Nql | null): Listing<Run, Run[]> {
    const found = () => this.#pages(options, heads, where);
    const makeRun = this.#makeRun;
    const stream = async function* () {
      for await (const { source, runs } of found()) for (const info of runs) yield makeRun({ source, info });
    };
    return new Listing(this.#of(what), stream, () => Array.fromAsync(stream()), this.#rows(options, heads, where));
  }

  #rows(options: ListOptions, heads: boolean, where: Nql | null): () => AsyncIterable<RunIds> {
    const found = () => this.#pages(options, heads, where);
    return async function* () {
      for await (const { runs } of found()) for (const info of runs) yield ids(info);
    };
  }

  async #all(options: ListOptions, heads: boolean): Promise<RunInfo[]> {
    return (await Array.fromAsync(this.#pages(options, heads, null))).flatMap(({ runs }) => runs);
  }

  async *#pages(
    { trashed = false, signal }: ListOptions,
    heads: boolean,
    where: Nql | null,
  ): AsyncGenerator<{ source: Source; runs: RunInfo[] }> {
    using call = interruptible(signal);
    const source = await this.#connection.source(call.signal);
    const terms: Nql[] = where ? [where] : [];
    if (trashed !== null) {
      terms.push(compare(attribute("sys/trashed", "bool"), "=", trashed));
    }
    const query = {
      where: terms.length ? and(...terms) : null,
      heads,
      sort: null,
      signal: call.signal,
    };
    for await (const { runs } of source.runs(query)) yield { source, runs };
  }

  #of(what: string): string {
    return `${what} of ${this.#connection.projectName ?? "the only project"} in ${this.#connection.catalog.label}`;
  }
}

function ids(info: RunInfo): RunIds {
  return { "sys/id": info.sysId, "sys/custom_run_id": info.customId, "sys/name": info.name };
}

/** The conditions of which one has to hold: that an attribute has one of these values. */
export function anyOf(option: string, path: string, values: string[] | undefined): Nql[] {
  if (values === undefined) return [];
  if (!Array.isArray(values)) {
    throw new OptionError(`${option} is ${JSON.stringify(values)}, but must be an array of strings.`, {
      option,
      value: values,
    });
  }
  return values.map((value) => compare(attribute(path, "string"), "=", value));
}
