/**
 * Lists the runs of one project.
 *
 * @module
 */

import {
  type CheckedSelection,
  chooseRuns,
  type ChosenRuns,
  noteNamed,
  noteQuery,
  RUN_SELECTION,
  type RunSelection,
} from "../bulk/select.ts";
import { Notes } from "../bulk/notes.ts";
import { withDisplay } from "../display/frame.ts";
import { runsFrame } from "../frame/frame.ts";
import type { Frame } from "../frame/typed.ts";
import { SIGNAL } from "../options/kinds.ts";
import { checkOptions, declare, optional } from "../options/options.ts";
import { publicStream } from "../progress/call.ts";
import type { RunsPage, Source } from "../source.ts";
import type { RunIds, RunInfo } from "../types.ts";
import { Listing } from "./listing.ts";
import type { Connection } from "./open.ts";
import type { Located } from "./reader.ts";

/** Options of the methods that list runs or experiments. */
export interface ListOptions extends RunSelection {
  /** Ends the call when aborted. */
  signal?: AbortSignal;
}

/** The options of the methods that list runs or experiments. */
export const LIST = declare<ListOptions>()({ ...RUN_SELECTION, signal: optional(SIGNAL) });

/** Which runs a listing holds. */
export interface ListedRuns extends ChosenRuns {
  /** How they were asked for: who reads all of them says which of those that were named are not there. Absent: that is no matter. */
  selection?: CheckedSelection;
  signal?: AbortSignal;
}

/** The runs that the options of a call mean. */
export function listedRuns(call: string, options: ListOptions, heads: boolean): ListedRuns {
  const { signal, ...selection } = checkOptions(call, LIST, options);
  return { ...chooseRuns(selection, heads), selection, signal };
}

/** Lists the runs of one project, in three forms. */
export class RunListings<Run extends object> {
  readonly #connection: Connection;
  readonly #makeRun: (located: Located) => Run;
  readonly #ids = new WeakMap<Run, RunIds>();

  /** @param makeRun Makes what a listing holds of a run that was found. */
  constructor(connection: Connection, makeRun: (located: Located) => Run) {
    this.#connection = connection;
    this.#makeRun = makeRun;
  }

  /** Their ids and names. */
  ids(what: string, listed: ListedRuns): Listing<RunIds, RunIds[]> {
    const rows = this.#rows(listed);
    return new Listing(this.#of(what), rows, () => this.#allIds(listed), (one) => one);
  }

  /** Themselves, or all in one frame. */
  frames(what: string, listed: ListedRuns): Listing<Run, Frame<RunIds>> {
    const runs = this.runs(what, listed);
    const all = async () => {
      const pages = await Array.fromAsync(this.#pages(listed));
      const found = pages.flatMap(({ page }) => page.runs);
      const notes = new Notes();
      if (listed.selection) noteNamed(found, listed.selection, listed.heads, notes);
      if (found.length === 0) await this.#noteQuery(listed, notes);
      for (const text of pages[0]?.source.leftOut?.() ?? []) notes.add(text);
      return withDisplay<RunIds>(runsFrame(found), notes.texts);
    };
    return new Listing(this.#of(what), () => runs, all, (run) => this.#ids.get(run)!);
  }

  /** Themselves. */
  runs(what: string, listed: ListedRuns): Listing<Run, Run[]> {
    const found = () => this.#pages(listed);
    const make = (located: Located) => {
      const run = this.#makeRun(located);
      this.#ids.set(run, ids(located.info));
      return run;
    };
    const stream = async function* (): AsyncGenerator<Run> {
      for await (const { source, page } of found()) for (const info of page.runs) yield make({ source, info });
    };
    const all = async () => await Array.fromAsync(stream()) as Run[];
    return new Listing<Run, Run[]>(this.#of(what), stream, all, (run) => this.#ids.get(run)!);
  }

  #rows(listed: ListedRuns): () => AsyncIterable<RunIds> {
    const found = () => this.#pages(listed);
    return async function* () {
      for await (const { page } of found()) yield* idsOf(page);
    };
  }

  /** Page by page, so that of no page more is kept than what is given. */
  async #allIds(listed: ListedRuns): Promise<RunIds[]> {
    const all = (await Array.fromAsync(this.#pages(listed), ({ page }) => idsOf(page))).flat();
    if (listed.selection && listed.where) {
      const found = all.map((run) => ({
        sysId: run["sys/id"],
        customId: run["sys/custom_run_id"],
        name: run["sys/name"],
      }));
      noteNamed(found, listed.selection, listed.heads, new Notes());
      if (found.length === 0) await this.#noteQuery(listed, new Notes());
    }
    return all;
  }

  async #noteQuery({ selection, signal }: ListedRuns, notes: Notes): Promise<void> {
    const source = await this.#connection.source(signal);
    await noteQuery([source], selection?.query ?? null, { notes, signal });
  }

  async *#pages({ where, heads, signal }: ListedRuns): AsyncGenerator<{ source: Source; page: RunsPage }> {
    const connection = this.#connection;
    yield* publicStream(signal, async function* (signal) {
      const source = await connection.source(signal);
      for await (const page of source.runs({ where, heads, signal })) yield { source, page };
    });
  }

  #of(what: string): string {
    return `${what} of ${this.#connection.projectName ?? "the only project"} in ${this.#connection.catalog.label}`;
  }
}

function idsOf(page: RunsPage): RunIds[] {
  return page.ids ?? page.runs.map(ids);
}

function ids(info: RunInfo): RunIds {
  return { "sys/id": info.sysId, "sys/custom_run_id": info.customId, "sys/name": info.name };
}
