/**
 * One project of a compacted archive as a {@linkcode Source}.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { LazyDataFrame } from "nodejs-polars";
import { type Shared, shared } from "../../async/shared.ts";
import type { BucketColumns, PairBlock, SeriesBlock, ValueBlock } from "../../columns.ts";
import { DamagedFileError } from "../../errors.ts";
import type {
  AttributesQuery,
  CallOptions,
  FileContent,
  FileOptions,
  Finding,
  Lack,
  ReportOptions,
  RunsPage,
  RunsQuery,
  SeriesQuery,
  Source,
  ValuesQuery,
} from "../../source.ts";
import type { AttributeDefinition, FileRef, ProjectInfo } from "../../types.ts";
import { Files } from "../disk/files.ts";
import { sanitized } from "../disk/layout.ts";
import type { Store } from "../disk/store.ts";
import type { AttributeCells, CellsQuery } from "../index/cells.ts";
import type { DoubtfulType } from "../index/phantoms.ts";
import { type RunIndex, runInfos } from "../index/project_index.ts";
import { isSystem } from "../index/system.ts";
import { readAttributes, readExisting } from "../read/attributes.ts";
import type { ReadContext } from "../read/context.ts";
import { ColumnCache, matchRuns, type RunTable } from "../read/runs.ts";
import { readOverviews, readSeries } from "../read/series.ts";
import { readValues } from "../read/values.ts";
import { hashFindings } from "../report/hashes.ts";
import { bySeverity } from "../report/report.ts";
import { batchesByPoints } from "./batches.ts";
import { valuelessRows } from "./doubts.ts";
import { type CompactedFolder, type OpenFolder, openFolder } from "./open.ts";
import type { AttributeColumn, OnLost, PassTables } from "./pass.ts";
import { readSeriesRows } from "./points.ts";
import { compactedFindings, decodeAll } from "./report.ts";
import { scanFolder } from "./scan.ts";
import { TableFault } from "./table_reader.ts";

/** How to read a compacted project. */
export interface CompactedSettings {
  label: string;
  /** Where stored files lie. */
  filesStore: Store;
  /** The files root, or null where none was found. */
  files: string | null;
  linksOutside: boolean;
  includeIncomplete: boolean;
  skipDamaged: boolean;
  toUtc: ((local: number) => number) | null;
}

const RUNS_PER_PAGE = 10_000;
const ATTRIBUTES_PER_PAGE = 10_000;
const MOST_TOLD = 3;

const logger = getLogger(["neptune-fetcher", "archive"]);

/** What is kept between calls. */
interface Kept extends OpenFolder {
  columns: ColumnCache;
  valueless: Map<DoubtfulType, Promise<Map<string, number>>>;
}

/** One project of a compacted archive. */
export class CompactedProject implements Source {
  readonly label: string;
  readonly #folder: CompactedFolder;
  readonly #info: ProjectInfo;
  readonly #settings: CompactedSettings;
  readonly #files: Files;
  readonly #kept: Shared<Kept>;
  /** What was left out: sentences, and which runs they are about; null: some that nobody knows. */
  readonly #leftOut = new Map<string, { runs: ReadonlySet<string> | null; file: string }>();
  readonly #warned = new Set<string>();

  constructor(folder: CompactedFolder, info: ProjectInfo, settings: CompactedSettings) {
    this.label = settings.label;
    this.#folder = folder;
    this.#info = info;
    this.#settings = settings;
    const { files, linksOutside } = settings;
    const names = [...new Set([sanitized(info.name), folder.name])];
    const roots = files === null ? [] : names.map((name) => `${files}/${name}`);
    this.#files = new Files(settings.filesStore, roots, linksOutside ? null : files);
    this.#kept = shared((options) => this.#open(options));
  }

  async #open(options: CallOptions): Promise<Kept> {
    const { includeIncomplete } = this.#settings;
    try {
      const open = await openFolder(this.#folder, {
        includeIncomplete,
        onLost: ({ runs, column, fault }) => this.#lost(runs, column.path, fault),
      }, options);
      return { ...open, columns: new ColumnCache(), valueless: new Map() };
    } catch (error) {
      // Without the small tables nothing can be read.
      if (error instanceof TableFault) throw this.#error(error, null, null);
      throw error;
    }
  }

  /** Whether what was compacted lacks runs whose parts could not be read. */
  get #isPartial(): boolean {
    return this.#folder.manifest.passes.some(({ findings }) => findings.some(({ kind }) => kind === "damaged_part"));
  }

  project(): Promise<ProjectInfo> {
    return Promise.resolve(this.#info);
  }

  async *runs(query: RunsQuery): AsyncGenerator<RunsPage> {
    const kept = await this.#kept(query);
    const numbers = await matchRuns(this.#table(kept, query), query, kept.columns);
    const from = query.offset ?? 0;
    const wanted = numbers.slice(from, query.limit === undefined ? undefined : from + query.limit);
    for (let at = 0; at === 0 || at < wanted.length; at += RUNS_PER_PAGE) {
      query.signal?.throwIfAborted();
      const runs = runInfos(kept.index, wanted.slice(at, at + RUNS_PER_PAGE));
      yield { runs, total: numbers.length };
    }
  }

  async *attributes(query: AttributesQuery): AsyncGenerator<AttributeDefinition[]> {
    const kept = await this.#kept({ signal: query.signal });
    const found = await readAttributes(this.#view(kept, query), numbersOf(kept.index, query.runs), query);
    for (let at = 0; at < found.length; at += ATTRIBUTES_PER_PAGE) yield found.slice(at, at + ATTRIBUTES_PER_PAGE);
  }

  async *existing(query: AttributesQuery): AsyncGenerator<PairBlock> {
    const kept = await this.#kept({ signal: query.signal });
    yield* readExisting(this.#view(kept, query), numbersOf(kept.index, query.runs), query);
  }

  async *values(query: ValuesQuery): AsyncGenerator<ValueBlock> {
    const kept = await this.#kept({ signal: query.signal });
    yield* readValues(this.#view(kept, query), numbersOf(kept.index, query.runs), query);
  }

  async *series(query: SeriesQuery): AsyncGenerator<SeriesBlock> {
    const kept = await this.#kept({ signal: query.signal });
    yield* readSeries(this.#view(kept, query), query);
  }

  async *overviews(query: SeriesQuery, maxBuckets: number): AsyncGenerator<BucketColumns> {
    const kept = await this.#kept({ signal: query.signal });
    yield* readOverviews(this.#view(kept, query), query, maxBuckets);
  }

  async file(ref: FileRef, options: FileOptions = {}): Promise<FileContent> {
    return await this.#files.open(ref.path, options);
  }

  async report({ hashes, thorough = false, ...options }: ReportOptions = {}): Promise<Finding[]> {
    const kept = await this.#kept(options);
    const findings = await compactedFindings(this.#view(kept, options, true), kept, {
      files: this.#settings.files,
      timesConverted: this.#settings.toUtc !== null,
      thorough,
      valueless: (type) => this.#valueless(kept, type, options),
      onProgress: options.onProgress,
    });
    if (hashes === undefined) return bySeverity(findings);
    const { store, path, name, manifest } = this.#folder;
    const { filesStore, files } = this.#settings;
    const parts = manifest.passes.flatMap(({ files }) => files);
    const call = { ...options, thorough: hashes === "all" };
    const compared = await hashFindings([{ store, path, name, parts }], filesStore, files, call);
    return bySeverity([...findings, ...compared]);
  }

  async scan(options: CallOptions = {}): Promise<LazyDataFrame> {
    const kept = await this.#kept(options);
    const [damaged] = await decodeAll(kept, options.signal);
    // Polars would end the process over a damaged file.
    if (damaged) throw new DamagedFileError(damaged.message, { run: "", file: damaged.file! });
    const lost = async (type: DoubtfulType) =>
      [...await this.#valueless(kept, type, options)].flatMap(([path, rows]) => rows === 1 ? [path] : []);
    return await scanFolder(kept, { float: await lost("float"), file: await lost("file") });
  }

  async storedTimes(runs: readonly string[], options: CallOptions = {}): Promise<string[]> {
    if (this.#settings.toUtc !== null) return [];
    const { legacy, numbers } = (await this.#kept(options)).index;
    return runs.filter((run) => legacy[numbers.get(run) ?? -1] === 1);
  }

  leftOut(run?: string): string[] {
    const all = this.#lacks(run).map(({ sentence }) => sentence);
    const more = all.length - MOST_TOLD;
    if (more <= 0) return all;
    return [...all.slice(0, MOST_TOLD), `And without what stands in ${more} more places: archiveReport() names them.`];
  }

  lacks(run: string): Lack | null {
    return this.#lacks(run)[0] ?? null;
  }

  /** @param run Default: any. */
  #lacks(run?: string): Lack[] {
    return [...this.#leftOut].filter(([, { runs }]) => run === undefined || runs === null || runs.has(run))
      .map(([sentence, { file }]) => ({ sentence, file }));
  }

  close(): void {}

  /** Runs are chosen without what is damaged. */
  #table(kept: Kept, query: RunsQuery): RunTable {
    const { keys, numbers, heads, system } = kept.index;
    const context = this.#view(kept, query);
    return {
      keys,
      numbers,
      heads,
      held: (path, type) => isSystem(path, type) ? system.column(path, type)?.values ?? null : undefined,
      read: (values) => readValues(context, keys.map((_, run) => run), values),
    };
  }

  /** `tolerant`: goes on without what is damaged, with a warning. */
  #view(kept: Kept, { signal }: CallOptions, tolerant = false): ReadContext {
    const { index, points, passes } = kept;
    const { toUtc } = this.#settings;
    const onLost = (tables: PassTables): OnLost => (numbers, column, fault) =>
      this.#lost(numbers && numbers.map((number) => tables.runs[number]), column.path, fault, tolerant);
    return {
      index,
      files: this.#files,
      signal,
      cells: (runs, query) => cellsOf(kept, runs, query, onLost, signal),
      points: (runs, query) => {
        const asked = passes.map(({ tables, runs: numbers }) => ({ pass: tables, ...askedOf(numbers, runs) }));
        const lost: OnLost = (numbers, column, fault) => {
          const pass = asked.find(({ pass }) => pass.columns.includes(column))!.pass;
          onLost(pass)(numbers, column, fault);
        };
        return readSeriesRows(asked.filter(({ numbers }) => numbers.length > 0), runs, query, lost, signal);
      },
      batches: (runs, sourcesOf, share) => batchesByPoints(points, runs, sourcesOf, share),
      isScattered: () => false,
      // Where a damaged part was left out nobody knows: there may be a row with a value in it.
      isReal: async (type, path) => !this.#isPartial && (await this.#valueless(kept, type, { signal })).get(path) === 1,
      clock: (run) => toUtc !== null && index.legacy[run] ? toUtc : null,
    };
  }

  /** How many runs have a row of a path without a value, where no run has one. What was found out is kept. */
  #valueless(kept: Kept, type: DoubtfulType, { signal }: CallOptions): Promise<Map<string, number>> {
    let rows = kept.valueless.get(type);
    if (!rows) {
      const all = kept.index.keys.map((_, run) => run);
      const ignore = () => () => {};
      rows = valuelessRows(type, (query) => cellsOf(kept, all, query, ignore, signal));
      kept.valueless.set(type, rows);
      rows.catch(() => kept.valueless.delete(type));
    }
    return rows;
  }

  /** What cannot be read is an error, or it is left out and told. */
  #lost(runs: readonly string[] | null, attribute: string, fault: TableFault, tolerant = false): void {
    const { skipDamaged } = this.#settings;
    if (!skipDamaged && !tolerant) throw this.#error(fault, runs, attribute);
    const whose = runs === null
      ? "some runs"
      : runs.length === 1
      ? `run ${runs[0]}`
      : `${runs.length} runs, ${runs[0]} for one`;
    const file = `${this.#folder.name}/${fault.file}`;
    const sentence = `Without ${attribute} of ${whose}: the file ${file} cannot be read there (${fault.reason}).`;
    if (skipDamaged) this.#leftOut.set(sentence, { runs: runs && new Set(runs), file });
    if (this.#warned.has(sentence)) return;
    this.#warned.add(sentence);
    logger.warn("{sentence}", { sentence });
  }

  #error(fault: TableFault, runs: readonly string[] | null, attribute: string | null): DamagedFileError {
    const file = `${this.#folder.name}/${fault.file}`;
    const some = runs === null
      ? ""
      : runs.length === 1
      ? ` of run ${runs[0]}`
      : ` of ${runs.length} runs, ${runs[0]} for one`;
    const what = attribute === null ? ", and with it the project" : `, and with it ${attribute}${some}`;
    const hint = attribute === null
      ? "restore it from a copy, or compact the archive again."
      : 'restore it from a copy, or leave out what it held with `damagedRuns: "skip"`; all else is not affected.';
    return new DamagedFileError(`The file ${file} is damaged (${fault.reason})${what}: ${hint}`, {
      run: runs?.[0] ?? "",
      file,
    }, { cause: fault });
  }
}

/** The numbers of runs; without keys of all. Unknown runs are left out. */
function numbersOf(index: RunIndex, keys: readonly string[] | null | undefined): number[] {
  if (!keys) return index.keys.map((_, run) => run);
  const found: number[] = [];
  for (const key of new Set(keys)) {
    const number = index.numbers.get(key);
    if (number !== undefined) found.push(number);
  }
  return found;
}

/** Which runs of a pass are asked for: their numbers in it, ascending, and their positions among those asked for. */
function askedOf(numbers: Int32Array, runs: readonly number[]): { numbers: number[]; positions: Uint32Array } {
  const position = new Map(runs.map((run, at) => [run, at]));
  const found: number[] = [], positions: number[] = [];
  numbers.forEach((run, number) => {
    const at = run < 0 ? undefined : position.get(run);
    if (at === undefined) return;
    found.push(number);
    positions.push(at);
  });
  return { numbers: found, positions: Uint32Array.from(positions) };
}

/** The cells of some attributes of some runs, attribute by attribute. */
async function* cellsOf(
  { index, passes }: OpenFolder,
  runs: readonly number[],
  { types, paths }: CellsQuery,
  onLost: (tables: PassTables) => OnLost,
  signal?: AbortSignal,
): AsyncGenerator<AttributeCells> {
  const isAll = runs.length === index.keys.length;
  const wanted = new Set(runs);
  const sources = passes.map(({ tables, runs: numbers }) => {
    const masked = isAll ? numbers : numbers.map((run) => wanted.has(run) ? run : -1);
    const asked = isAll ? null : [...masked.keys()].filter((number) => masked[number] >= 0);
    return { tables, runs: masked, asked };
  }).filter(({ asked }) => asked === null || asked.length > 0);
  const found = new Map<string, { source: typeof sources[number]; column: AttributeColumn }[]>();
  for (const source of sources) {
    for (const column of source.tables.columns) {
      if (!types.includes(column.type) || (paths !== null && !paths(column.path))) continue;
      const key = `${column.type}:${column.path}`;
      const known = found.get(key);
      if (known) known.push({ source, column });
      else found.set(key, [{ source, column }]);
    }
  }
  for (const places of found.values()) {
    signal?.throwIfAborted();
    const pieces = [];
    for (const { source: { tables, runs, asked }, column } of places) {
      pieces.push({ runs, cells: await tables.cells(column, asked, onLost(tables), signal) });
    }
    const [{ column: { path, type } }] = places;
    if (pieces.some(({ cells }) => cells.entries.length > 0)) yield { path, type, pieces };
  }
}
