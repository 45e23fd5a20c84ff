/**
 * The engine that reads an archive: what it is asked, and which file it stumbled over where it cannot answer.
 *
 * @module
 */

import { dirname } from "node:path";
import type { TableFileEntry } from "../archive/compacted/manifest.ts";
import type { Store } from "../archive/disk/store.ts";
import { ArchiveError, EngineError } from "../errors.ts";
import type { SparkAddress } from "./address.ts";
import { Answer } from "./connect/answer.ts";
import { SparkSession } from "./connect/session.ts";
import { Statement } from "./connect/statement.ts";
import type { PartGroup, PlacedPart } from "./contents.ts";
import { engineDamage, nameBelow, saidOf, type Unreadable, unreadable } from "./damage.ts";
import { readingQuery, withRows } from "./sql/rows.ts";

/** Which engine reads what. */
export interface EngineSettings {
  address: SparkAddress;
  /** The data root, as the server knows it, without a slash at its end. */
  data: string;
  /** What this machine sees of the data root, and where; null: it cannot look there. */
  seen: { store: Store; root: string } | null;
  /** Certificate authorities beside those that this machine knows. */
  certificates: readonly string[];
}

/** The engine of one archive. Nothing is asked before the first question. */
export class Engine {
  /** Whether it tells where in a file a row is: not all do. */
  rowNumbers = false;
  /** The exporter's files, as far as they were listed. */
  parts: readonly PlacedPart[] = [];
  /** Files of compacted tables, by the paths that the engine has for them. */
  readonly tables = new Map<string, TableFileEntry>();
  readonly #settings: EngineSettings;
  readonly #session: SparkSession;

  constructor(settings: EngineSettings) {
    this.#settings = settings;
    this.#session = new SparkSession(settings.address, settings.certificates);
  }

  /**
   * The answers to a query, as they come.
   *
   * @throws {DamagedFileError} The engine cannot read one of the exporter's files.
   */
  async *ask(statement: Statement, query: string, signal?: AbortSignal): AsyncGenerator<Answer> {
    try {
      yield* this.#answers(statement, query, signal);
      // What tells where rows are tells, too, that a file is not there.
      if (!this.rowNumbers && !await this.#seesTables(statement.parquet, signal)) {
        await this.countTables(statement.parquet, signal);
      }
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const wanted = statement.parquet.map(patternOf);
      const parts = this.parts.filter(({ path }) => wanted.some((pattern) => pattern.test(path)));
      const { data } = this.#settings;
      const named = parts.find(({ name }) => error.message.includes(name));
      if (named) throw engineDamage(nameBelow(data, named.path), named.stem, saidOf(error), error);
      for (const thorough of [false, true]) {
        for await (const { path, reason } of this.unreadable(parts, thorough, signal)) {
          const { stem } = parts.find((part) => part.path === path)!;
          throw engineDamage(nameBelow(data, path), stem, reason, error);
        }
      }
      throw error;
    }
  }

  /** Parts that the engine cannot read. */
  unreadable(parts: readonly PlacedPart[], thorough: boolean, signal?: AbortSignal): AsyncGenerator<Unreadable> {
    return unreadable(parts.map(({ path }) => path), async (paths) => {
      const statement = new Statement();
      for await (const _ of this.#answers(statement, readingQuery(statement, paths, thorough), signal));
    });
  }

  async *#answers(statement: Statement, query: string, signal?: AbortSignal): AsyncGenerator<Answer> {
    for await (const bytes of this.#session.run(statement.plan(query), signal)) {
      const answer = new Answer(bytes);
      if (answer.rows > 0) yield answer;
    }
  }

  /** Whether this machine sees that the tables among these files are still there: that is less work than the engine's count. */
  async #seesTables(paths: readonly string[], signal?: AbortSignal): Promise<boolean> {
    const { data, seen } = this.#settings;
    const tables = paths.filter((path) => this.tables.has(path));
    if (tables.length === 0) return true;
    if (!seen || !seen.store.isPermitted(seen.root)) return false;
    for (const [folder, files] of Map.groupBy(tables, (path) => dirname(path.slice(data.length)))) {
      try {
        const entries = await seen.store.list(`${seen.root}${folder}`, { signal });
        const sizes = new Map(entries.map((entry) => [`${data}${folder}/${entry.name}`, entry.look().size]));
        if (files.some((path) => sizes.get(path) !== this.tables.get(path)!.bytes)) return false;
      } catch {
        signal?.throwIfAborted();
        return false;
      }
    }
    return true;
  }

  /** Makes sure that the engine has all of the tables among these files: some engines take one that is not there for an empty one. */
  async countTables(paths: readonly string[], signal?: AbortSignal): Promise<void> {
    const tables = paths.filter((path) => this.tables.has(path));
    if (tables.length === 0) return;
    const rows = tables.reduce((sum, path) => sum + this.tables.get(path)!.rows, 0);
    const statement = new Statement();
    statement.files("tables", tables, "parquet", "run_id STRING");
    for await (const answer of this.#answers(statement, "SELECT count(*) AS count FROM tables", signal)) {
      const [found] = answer.ints("count");
      if (Number(found) === rows) return;
      const folder = tables[0].split("/").slice(0, -2).join("/");
      throw new ArchiveError(
        `The Spark server finds ${found} rows in ${tables.length} of the tables' files in ${folder}, and by the manifest beside them ` +
          `they have ${rows}: a file is missing, or is another. archiveReport() without \`spark\` names it.`,
        { path: folder },
      );
    }
  }

  /** Finds out whether it tells where in these files a row is. */
  async findRowNumbers(groups: readonly PartGroup[], signal?: AbortSignal): Promise<void> {
    const statement = new Statement();
    withRows(statement, { groups, compacted: [], hidden: [], project: null, rowNumbers: true });
    try {
      for await (const _ of this.#answers(statement, "SELECT place FROM rows LIMIT 0", signal));
      this.rowNumbers = true;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.rowNumbers = false;
    }
  }

  /** Takes leave of the server. */
  close(): Promise<void> {
    return this.#session.close();
  }
}

/** Whether a path is the one named, or one of those that a pattern stands for. */
function patternOf(text: string): RegExp {
  const quoted = text.split("*").map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${quoted.join("[^/]*")}$`);
}
