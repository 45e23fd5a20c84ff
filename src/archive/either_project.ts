/**
 * One project of an archive, whose runs have parts or lie in the tables of a compacted one: nobody knows before the first call.
 *
 * @module
 */

import type { LazyDataFrame } from "nodejs-polars";
import { type Shared, shared } from "../async/shared.ts";
import type { BucketColumns, PairBlock, SeriesBlock, ValueBlock } from "../columns.ts";
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
} from "../source.ts";
import type { AttributeDefinition, FileRef, ProjectInfo } from "../types.ts";
import type { Archive } from "./archive.ts";
import { CompactedProject } from "./compacted/project.ts";
import type { Store } from "./disk/store.ts";
import { ArchivedProject, type ProjectSettings, siblingFiles } from "./project.ts";
import type { PartsContext } from "./read/context.ts";

/** A project that has parts, and where it lies. */
export interface ProjectParts {
  context: PartsContext;
  store: Store;
  data: string;
  /** Where stored files lie. */
  filesStore: Store;
  /** The files root, or null where none was found. */
  files: string | null;
}

/** One project of an archive. */
export class EitherProject implements Source {
  readonly label: string;
  readonly folder: string | undefined;
  readonly mayReadAhead = true;
  readonly #archive: Archive;
  readonly #name: string;
  readonly #settings: ProjectSettings;
  /** The project as parts, which there is even if nobody can say whether it is. */
  readonly #parts: ArchivedProject;
  #generation = -1;
  #current!: Shared<ArchivedProject | CompactedProject>;
  #known: ArchivedProject | CompactedProject;

  constructor(archive: Archive, name: string, settings: ProjectSettings) {
    this.label = settings.label;
    this.folder = settings.store.isLocal ? settings.data : undefined;
    this.#archive = archive;
    this.#name = name;
    this.#settings = settings;
    this.#known = this.#parts = new ArchivedProject(archive, name, settings);
  }

  #source(options: CallOptions = {}): Promise<ArchivedProject | CompactedProject> {
    if (this.#generation !== this.#archive.generation) {
      this.#generation = this.#archive.generation;
      this.#current = shared(async (options) => this.#known = await this.#choose(options));
    }
    return this.#current({ signal: options.signal });
  }

  async #choose(options: CallOptions): Promise<ArchivedProject | CompactedProject> {
    const info = await this.#archive.project(this.#name, options);
    const folder = await this.#archive.compacted(info.name, options);
    if (folder === null) return this.#parts;
    const files = this.#settings.files ?? folder.manifest.files ?? await siblingFiles(this.#settings);
    return new CompactedProject(folder, info, { ...this.#settings, files });
  }

  /** The runs and their parts; null: the project is compacted. */
  async parts(options: CallOptions): Promise<ProjectParts | null> {
    const source = await this.#source(options);
    if (!(source instanceof ArchivedProject)) return null;
    const { store, data, filesStore } = this.#settings;
    const { filesRoot, ...context } = await source.parts(options);
    return { context, store, data, filesStore, files: filesRoot };
  }

  project(options?: CallOptions): Promise<ProjectInfo> {
    return this.#archive.project(this.#name, options);
  }

  async *runs(query: RunsQuery): AsyncGenerator<RunsPage> {
    yield* (await this.#source(query)).runs(query);
  }

  async *attributes(query: AttributesQuery): AsyncGenerator<AttributeDefinition[]> {
    yield* (await this.#source(query)).attributes(query);
  }

  async *existing(query: AttributesQuery): AsyncGenerator<PairBlock> {
    yield* (await this.#source(query)).existing(query);
  }

  async *values(query: ValuesQuery): AsyncGenerator<ValueBlock> {
    yield* (await this.#source(query)).values(query);
  }

  async *series(query: SeriesQuery): AsyncGenerator<SeriesBlock> {
    yield* (await this.#source(query)).series(query);
  }

  async *overviews(query: SeriesQuery, maxBuckets: number): AsyncGenerator<BucketColumns> {
    yield* (await this.#source(query)).overviews(query, maxBuckets);
  }

  async file(ref: FileRef, options?: FileOptions): Promise<FileContent> {
    return await (await this.#source(options)).file(ref, options);
  }

  async report(options?: ReportOptions): Promise<Finding[]> {
    return await (await this.#source(options)).report(options);
  }

  async scan(options?: CallOptions): Promise<LazyDataFrame> {
    return await (await this.#source(options)).scan(options);
  }

  async storedTimes(runs: readonly string[], options?: CallOptions): Promise<string[]> {
    return await (await this.#source(options)).storedTimes(runs, options);
  }

  leftOut(run?: string): string[] {
    return this.#known.leftOut(run);
  }

  lacks(run: string): Lack | null {
    return this.#known.lacks(run);
  }

  close(): void {}
}
