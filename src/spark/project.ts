/**
 * One project of an archive behind a Spark server as a {@linkcode Source}.
 *
 * @module
 */

import { Files } from "../archive/disk/files.ts";
import type { Store } from "../archive/disk/store.ts";
import { matchPaths } from "../archive/read/paths.ts";
import { abortable } from "../async/shared.ts";
import type { BucketColumns, BucketCut, PairBlock, SeriesBlock, ValueBlock } from "../columns.ts";
import { compileRegex } from "../nql/regex.ts";
import { checkConditions } from "../nql/test.ts";
import type {
  AttributesQuery,
  CallOptions,
  FileContent,
  FileOptions,
  Finding,
  ReportOptions,
  RunsPage,
  RunsQuery,
  SeriesQuery,
  Source,
  ValuesQuery,
} from "../source.ts";
import type { AttributeDefinition, FileRef, ProjectInfo, RunInfo } from "../types.ts";
import type { LostValue, SparkArchive } from "./archive.ts";
import { Statement } from "./connect/statement.ts";
import { bucketColumns } from "./read/buckets.ts";
import { pairBlocks, valueBlocks } from "./read/cells.ts";
import { pointBlocks } from "./read/series.ts";
import { type CellScope, commonIn, existingQuery, typesIn, valuesQuery } from "./sql/cells.ts";
import { runsQuery } from "./sql/list.ts";
import { withRows } from "./sql/rows.ts";
import type { Scope } from "./sql/scope.ts";
import { type MatchedTexts, type PatternPredicate, unportable } from "./sql/where.ts";

/** What all projects of an archive have in common. */
export interface SparkProjectSettings {
  label: string;
  /** The data root, where it lies on this machine. */
  folder: string | undefined;
  /** The files root, or null where there is none. */
  files: string | null;
  /** Where it lies. */
  filesStore: Store;
  linksOutside: boolean;
}

const ATTRIBUTES_PER_PAGE = 10_000;

/** One project. */
export class SparkProject implements Source {
  readonly label: string;
  readonly folder: string | undefined;
  readonly #archive: SparkArchive;
  readonly #name: string;
  readonly #settings: SparkProjectSettings;
  #files: Promise<Files> | null = null;

  constructor(archive: SparkArchive, name: string, settings: SparkProjectSettings) {
    this.label = settings.label;
    this.folder = settings.folder;
    this.#archive = archive;
    this.#name = name;
    this.#settings = settings;
  }

  project(options?: CallOptions): Promise<ProjectInfo> {
    return this.#archive.project(this.#name, options);
  }

  async *runs(query: RunsQuery): AsyncGenerator<RunsPage> {
    const { scope, signal } = await this.#open(query);
    if (query.where) checkConditions(query.where);
    const matched = await this.#matched(query, signal);
    const ask = (counting: boolean) => {
      const statement = new Statement();
      withRows(statement, scope.rows);
      return this.#archive.engine.ask(statement, runsQuery(statement, scope, query, matched, counting), signal);
    };
    let total = 0, found = false;
    if (query.limit !== 0) {
      for await (const answer of ask(false)) {
        const key = answer.texts("key"), sysId = answer.texts("sys_id");
        const customId = answer.texts("custom_id"), name = answer.texts("name");
        total = Number(answer.ints("total")[0]);
        const runs = key.map((key, i): RunInfo => ({
          key: key!,
          sysId: sysId[i]!,
          customId: customId[i],
          name: name[i],
        }));
        query.onProgress?.(runs.length, null);
        yield { runs, total };
        found = true;
      }
    }
    if (found) return;
    // Nothing behind the offset: how many there are has to be asked for.
    if (query.offset || query.limit === 0) {
      for await (const answer of ask(true)) total = Number(answer.ints("total")[0]);
    }
    yield { runs: [], total };
  }

  async *attributes(query: AttributesQuery): AsyncGenerator<AttributeDefinition[]> {
    const types = new Map<string, Set<AttributeDefinition["type"]>>();
    for await (const block of this.#exist(query, false)) {
      for (let row = 0; row < block.path.length; row++) {
        const path = block.paths[block.path[row]];
        const known = types.get(path);
        if (known) known.add(block.types[block.type[row]]);
        else types.set(path, new Set([block.types[block.type[row]]]));
      }
    }
    const found = [...types.keys()].sort()
      .flatMap((path) => [...types.get(path)!].sort().map((type) => ({ path, type })));
    for (let at = 0; at < found.length; at += ATTRIBUTES_PER_PAGE) yield found.slice(at, at + ATTRIBUTES_PER_PAGE);
  }

  existing(query: AttributesQuery): AsyncGenerator<PairBlock> {
    return this.#exist(query, true);
  }

  async *values(query: ValuesQuery): AsyncGenerator<ValueBlock> {
    const asked = await this.#openCells(query);
    if (asked === null) return;
    const { scope, cells, lost, signal } = asked;
    const statement = new Statement();
    withRows(statement, scope.rows);
    const text = valuesQuery(statement, scope, cells);
    const files = await this.#stored(signal);
    const answers = text === null ? none() : this.#archive.engine.ask(statement, text, signal);
    yield* valueBlocks(
      answers,
      lost,
      cells.paths,
      commonIn(cells),
      (paths, areSets) => files.refs(paths, signal, areSets),
      query.onProgress,
    );
  }

  async *series(query: SeriesQuery): AsyncGenerator<SeriesBlock> {
    const { scope, signal } = await this.#open(query);
    const files = await this.#stored(signal);
    yield* pointBlocks(this.#archive.engine, scope, { ...query, signal }, (paths) => files.refs(paths, signal));
  }

  async buckets(query: SeriesQuery, cut: BucketCut): Promise<BucketColumns> {
    const { scope, signal } = await this.#open(query);
    return await bucketColumns(this.#archive.engine, scope, { ...query, signal }, cut);
  }

  async file(ref: FileRef, options: FileOptions = {}): Promise<FileContent> {
    return await (await this.#stored(options.signal)).open(ref.path, options);
  }

  async report({ thorough = false, signal }: ReportOptions = {}): Promise<Finding[]> {
    return await this.#archive.report(this.#name, thorough, signal);
  }

  leftOut(run?: string): string[] {
    return this.#archive.damaged.filter((one) => run === undefined || one.run === run).map(({ file, run, reason }) =>
      `Without run ${run}: its file ${file} cannot be read (${reason}).`
    );
  }

  close(): void {}

  async #open(options: CallOptions): Promise<{ scope: Scope; signal?: AbortSignal }> {
    const { signal } = options;
    const { name } = await this.project({ signal });
    return { scope: await this.#archive.scope(name, { signal }), signal };
  }

  async *#exist(query: AttributesQuery, byRun: boolean): AsyncGenerator<PairBlock> {
    const asked = await this.#openCells(query);
    if (asked === null) return;
    const { scope, cells, lost, signal } = asked;
    const statement = new Statement();
    withRows(statement, scope.rows);
    const text = existingQuery(statement, scope, cells, byRun);
    const answers = text === null ? none() : this.#archive.engine.ask(statement, text, signal);
    yield* pairBlocks(answers, lost, cells.paths, byRun, query.onProgress);
  }

  /** Null: the query can find nothing. */
  async #openCells(query: AttributesQuery) {
    const { runs, types, filter, paths: exact } = query;
    const { scope, signal } = await this.#open(query);
    const paths = matchPaths({ paths: exact, filter });
    if (paths.list?.length === 0 || runs?.length === 0 || types?.length === 0) return null;
    const cells: CellScope = {
      runs: runs ? [...new Set(runs)] : null,
      types: types ?? null,
      paths,
      filter: filter ?? null,
    };
    return { scope, cells, lost: await this.#lost(cells, signal), signal };
  }

  /** Values that were lost before the export, as far as they are asked for. */
  async #lost(cells: CellScope, signal?: AbortSignal): Promise<LostValue[]> {
    const { parameters } = typesIn(cells);
    if (!parameters.some((type) => type === "float" || type === "file")) return [];
    if (cells.paths.list?.every((path) => path.startsWith("sys/"))) return [];
    const { name } = await this.project({ signal });
    const runs = cells.runs && new Set(cells.runs);
    return (await this.#archive.lost(name, { signal })).filter(({ path, type, run }) =>
      parameters.includes(type) && !(type === "float" && path.startsWith("sys/")) && cells.paths.test(path) &&
      (runs === null || runs.has(run))
    );
  }

  /** Patterns that engines read in other ways than RE2 are evaluated here, on the texts that there are. */
  async #matched(query: RunsQuery, signal?: AbortSignal): Promise<MatchedTexts> {
    const matched = new Map<PatternPredicate, string[]>();
    for (const predicate of unportable(query.where ?? null)) {
      const { name, type } = predicate.operand;
      const regex = compileRegex(predicate.value);
      const texts = new Set<string>();
      const types = type === null ? ["string", "string_series"] as const : [type];
      for await (const block of this.values({ paths: [name], types, signal })) {
        for (const column of block.columns) {
          const all = column.type === "string" ? column.data : column.type === "string_series" ? column.data.last : [];
          for (const text of all) if (text !== null && regex.test(text)) texts.add(text);
        }
      }
      matched.set(predicate, [...texts]);
    }
    return matched;
  }

  #stored(signal?: AbortSignal): Promise<Files> {
    this.#files ??= this.#openFiles();
    this.#files.catch(() => this.#files = null);
    return abortable(this.#files, signal);
  }

  async #openFiles(): Promise<Files> {
    const { files, filesStore, linksOutside } = this.#settings;
    if (files === null) return new Files(filesStore, []);
    const { name } = await this.project();
    const folders = await this.#archive.folders(name);
    return new Files(filesStore, folders.map((folder) => `${files}/${folder}`), linksOutside ? null : files);
  }
}

async function* none(): AsyncGenerator<never> {}
