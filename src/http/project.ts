/**
 * One project of a server.
 *
 * @module
 */

import type { PairBlock, SeriesBlock, ValueBlock } from "../columns.ts";
import { isNeptuneError, ProjectNotFoundError } from "../errors.ts";
import type {
  AttributesQuery,
  CallOptions,
  FileContent,
  FileOptions,
  RunsPage,
  RunsQuery,
  SeriesQuery,
  Source,
  ValuesQuery,
} from "../source.ts";
import type { AttributeDefinition, FileRef, ProjectInfo } from "../types.ts";
import type { ProjectOptions } from "./project_options.ts";
import { fetchDefinitions } from "./attributes.ts";
import { projectInfo } from "./complete.ts";
import { fetchFile } from "./files.ts";
import { projectCall } from "./plan/requests.ts";
import { fetchRuns } from "./runs.ts";
import { fetchSeries } from "./points/series.ts";
import { fetchExisting, fetchValues } from "./values.ts";

/** Reads one project through Neptune's API. */
export class ServerProject implements Source {
  readonly label: string;
  readonly #options: ProjectOptions;
  #info: ProjectInfo | null = null;

  constructor(options: ProjectOptions) {
    this.#options = options;
    this.label = options.api.address;
  }

  async project({ signal }: CallOptions = {}): Promise<ProjectInfo> {
    signal?.throwIfAborted();
    if (this.#info) return this.#info;
    const { api, project } = this.#options;
    const { id, name, organizationName } = await api.json(projectCall(project), signal).catch((error) => {
      if (!isNeptuneError(error) || error.fields.status !== 404) throw error;
      throw new ProjectNotFoundError(
        `${this.label} has no project "${project}": check the name, which is written workspace/project.`,
        { project },
        { cause: error },
      );
    });
    return this.#info = projectInfo(projectCall(project), id, name, organizationName);
  }

  async *runs(query: RunsQuery): AsyncGenerator<RunsPage> {
    const { name } = await this.project(query);
    yield* fetchRuns(this.#options, name, query);
  }

  async *attributes(query: AttributesQuery): AsyncGenerator<AttributeDefinition[]> {
    const { name } = await this.project(query);
    yield* fetchDefinitions(this.#options, name, query);
  }

  async *existing(query: AttributesQuery): AsyncGenerator<PairBlock> {
    const { name } = await this.project(query);
    yield* fetchExisting(this.#options, name, query);
  }

  async *values(query: ValuesQuery): AsyncGenerator<ValueBlock> {
    const { name } = await this.project(query);
    yield* fetchValues(this.#options, name, query);
  }

  async *series(query: SeriesQuery): AsyncGenerator<SeriesBlock> {
    const { name } = await this.project(query);
    yield* fetchSeries(this.#options, name, query);
  }

  async file(ref: FileRef, options: FileOptions = {}): Promise<FileContent> {
    const { name } = await this.project({ signal: options.signal });
    return await fetchFile(this.#options.api, name, ref, options);
  }

  close(): void {
    // The connections and workers belong to the catalog, which other projects share.
  }
}
