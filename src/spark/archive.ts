/**
 * One archive behind a Spark server: its projects, and what has to be known of each before it is asked.
 *
 * @module
 */

import { projectId, projectNotFound } from "../archive/archive.ts";
import { sanitized } from "../archive/disk/layout.ts";
import { type Shared, shared } from "../async/shared.ts";
import type { CallOptions, Finding } from "../source.ts";
import type { ProjectInfo } from "../types.ts";
import { Statement } from "./connect/statement.ts";
import { type CompactedTables, groupParts, type PartGroup, type StoredPart, tablesOf } from "./contents.ts";
import type { DamagedFile } from "./damage.ts";
import { Engine } from "./engine.ts";
import { Facts } from "./facts.ts";
import { type Contents, listArchive, type SparkArchiveSettings } from "./listing.ts";
import { findOddRuns } from "./odd_runs.ts";
import { reportFiles } from "./report.ts";
import { lostQuery } from "./sql/list.ts";
import { type RowSource, withRows } from "./sql/rows.ts";
import type { Scope } from "./sql/scope.ts";

/** A row without a value that is no phantom: the only one of its path in the project. */
export interface LostValue {
  path: string;
  type: "float" | "file";
  run: string;
}

/** One archive behind a Spark server. Nothing is asked before the first call; what is known of it is kept. */
export class SparkArchive {
  readonly engine: Engine;
  /** Files that were left out because they cannot be read. */
  damaged: readonly DamagedFile[] = [];
  readonly #settings: SparkArchiveSettings;
  #contents: Shared<Contents>;
  readonly #scopes = new Map<string, Shared<Scope>>();
  readonly #lost = new Map<string, Shared<LostValue[]>>();

  constructor(settings: SparkArchiveSettings) {
    this.#settings = settings;
    this.engine = new Engine(settings);
    this.#contents = shared(({ signal }) => this.#list(signal));
  }

  /** Looks at the archive anew with the next call. */
  refresh(): void {
    this.#contents = shared(({ signal }) => this.#list(signal));
    this.#scopes.clear();
    this.#lost.clear();
  }

  /** The projects, sorted by name. */
  async projects(options?: CallOptions): Promise<ProjectInfo[]> {
    const { projects } = await this.#contents(options);
    return [...projects.keys()].sort().map((name) => ({ name, id: projectId(name) }));
  }

  /** The project with this name or id. */
  async project(nameOrId: string, options?: CallOptions): Promise<ProjectInfo> {
    const projects = await this.projects(options);
    const found = projects.find(({ name, id }) => name === nameOrId || id === nameOrId);
    if (found) return found;
    throw projectNotFound(this.#settings.data, nameOrId, projects.map(({ name }) => name));
  }

  /** The folders of a project, those that are named after it first. */
  async folders(project: string, options?: CallOptions): Promise<string[]> {
    const { folders, projects } = await this.#contents(options);
    return [...new Set([sanitized(project), ...(projects.get(project) ?? []).map((number) => folders[number].name)])];
  }

  /** What queries about a project need, by its name. */
  scope(project: string, options?: CallOptions): Promise<Scope> {
    return kept(this.#scopes, project, async ({ signal }) => {
      const { folders, projects } = await this.#contents({ signal });
      const groups: PartGroup[] = [], compacted: CompactedTables[] = [];
      let runs = 0;
      for (const number of projects.get(project) ?? []) {
        const { manifest, name, path, shown } = folders[number];
        runs += manifest?.passes.reduce((sum, { runs }) => sum + runs, 0) ??
          new Set(shown.map(({ stem }) => stem)).size;
        if (manifest) compacted.push(tablesOf(manifest, path, number));
        else {
          const unnamed = name === sanitized(project) || name === project;
          groups.push(...groupParts(folders[number], number).map((group) => ({ ...group, unnamed })));
        }
      }
      const tables = compacted.flatMap(({ runs, values, series }) => [...runs, ...values, ...series]);
      await this.engine.countTables(tables, signal);
      const hidden = await this.#hidden(compacted, signal);
      const rows: RowSource = { groups, compacted, hidden, project, rowNumbers: this.engine.rowNumbers };
      const stems = compacted.length === 0
        ? stemsOf((projects.get(project) ?? []).map((number) => folders[number]))
        : null;
      return { rows, facts: new Facts(await findOddRuns(this.engine, rows, stems, signal)), runs };
    })(options);
  }

  /** Values of a project that were lost before it was exported. */
  lost(project: string, options?: CallOptions): Promise<LostValue[]> {
    return kept(this.#lost, project, async ({ signal }) => {
      const { rows } = await this.scope(project, { signal });
      const statement = new Statement();
      withRows(statement, rows);
      const found: LostValue[] = [];
      for await (const answer of this.engine.ask(statement, lostQuery(rows), signal)) {
        const types = answer.texts("type"), runs = answer.texts("run");
        answer.texts("path").forEach((path, i) =>
          found.push({ path: path!, type: types[i] as LostValue["type"], run: runs[i]! })
        );
      }
      return found;
    })(options);
  }

  /** What is wrong with the files of a project. */
  report(project: string, thorough: boolean, signal?: AbortSignal): Promise<Finding[]> {
    return reportFiles(this.engine, this.#settings, project, thorough, signal);
  }

  async #list(signal: AbortSignal): Promise<Contents> {
    const contents = await listArchive(this.engine, this.#settings, signal);
    this.damaged = contents.damaged;
    return contents;
  }

  /** Runs of compacted tables whose export was interrupted. */
  async #hidden(compacted: readonly CompactedTables[], signal: AbortSignal): Promise<string[]> {
    if (this.#settings.includeIncomplete || compacted.length === 0) return [];
    const statement = new Statement();
    statement.files("runs", compacted.flatMap(({ runs }) => runs), "parquet", "run_id STRING, complete BOOLEAN");
    const hidden: string[] = [];
    for await (const answer of this.engine.ask(statement, "SELECT run_id FROM runs WHERE complete = false", signal)) {
      for (const run of answer.texts("run_id")) hidden.push(run!);
    }
    return hidden;
  }
}

/** The stems of the files of one folder, each of one run; null: there are several folders, or files of many runs. */
function stemsOf(folders: readonly { shown: readonly StoredPart[] }[]): Set<string> | null {
  if (folders.length !== 1) return null;
  const stems = new Set(folders[0].shown.map(({ stem }) => stem));
  return stems.has("") ? null : stems;
}

function kept<T>(all: Map<string, Shared<T>>, key: string, work: Parameters<typeof shared<T>>[0]): Shared<T> {
  let one = all.get(key);
  if (!one) all.set(key, one = shared(work));
  return one;
}
