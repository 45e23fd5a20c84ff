/**
 * The projects of a catalog as the API names them, and the runs that holder identifiers mean.
 *
 * @module
 */

import type { CallOptions, LazyCatalog, Source } from "../source.ts";
import type { ProjectInfo } from "../types.ts";
import { parseHolder, uuidOf } from "./identifiers.ts";
import { Refusal } from "./refusal.ts";
import { type KnownRun, PATIENCE, Runs } from "./runs.ts";
import type { RunHome } from "../wire/encode/attributes.ts";

/** One project. */
export class Project {
  readonly info: ProjectInfo;
  readonly source: Source;
  readonly runs: Runs;
  /** The first half of the full name. */
  readonly organization: string;
  /** The second half of the full name. */
  readonly name: string;
  readonly organizationId: string;

  constructor(info: ProjectInfo, source: Source) {
    this.info = info;
    this.source = source;
    this.runs = new Runs(info, source);
    const slash = info.name.indexOf("/");
    this.organization = slash < 0 ? "" : info.name.slice(0, slash);
    this.name = info.name.slice(slash + 1);
    this.organizationId = uuidOf("organization", this.organization);
  }
}

/** A run and the project it belongs to. */
export interface Holder {
  project: Project;
  run: KnownRun;
}

/** The projects of a catalog. */
export class Projects {
  readonly #catalog: LazyCatalog;
  #known: Project[] | null = null;
  #seen = -Infinity;

  constructor(catalog: LazyCatalog) {
    this.#catalog = catalog;
  }

  /** All projects. */
  async all(options: CallOptions): Promise<Project[]> {
    const infos = await this.#catalog.projects(options);
    const sources = await Promise.all(infos.map((info) => this.#catalog.open(info.id)));
    const known = new Map(this.#known?.map((project) => [project.info.id, project]));
    this.#seen = Date.now();
    return this.#known = infos.map((info, i) => known.get(info.id) ?? new Project(info, sources[i]));
  }

  /** The project of this name or id; refuses unknown ones. */
  async find(identifier: string, options: CallOptions): Promise<Project> {
    const project = await this.tryFind(identifier, options);
    if (project) return project;
    throw new Refusal(
      403,
      "ACCESS_DENIED",
      `There is no project ${JSON.stringify(identifier)} here that you may read.`,
      {
        inaccessibleProjects: [identifier],
      },
    );
  }

  /** The project of this name or id. */
  async tryFind(identifier: string, options: CallOptions): Promise<Project | null> {
    const find = (projects: Project[]) =>
      projects.find(({ info }) => info.name === identifier || info.id === identifier) ?? null;
    const found = find(this.#known ?? []);
    return found || Date.now() - this.#seen < PATIENCE ? found : find(await this.all(options));
  }

  /**
   * The runs that holder identifiers mean, null for those that mean none. Three forms: the UUID of a run,
   * `workspace/project/SYS-ID`, and `CUSTOM/workspace/project/<custom run id>`, which may hold slashes.
   *
   * @param identifiers The holder identifiers.
   * @param project Where to look; null: wherever the identifiers say, and everywhere for UUIDs.
   * @param options The signal of the request.
   */
  async holders(identifiers: string[], project: Project | null, options: CallOptions): Promise<(Holder | null)[]> {
    const asked = identifiers.map(parseHolder);
    const found: (Holder | null)[] = identifiers.map(() => null);
    const names = new Set(asked.flatMap((one) => one?.project ?? []));
    const places = new Set<Project>(project ? [project] : []);
    if (!project) {
      for (const name of names) places.add(await this.find(name, options));
      if (asked.some((one) => one?.kind === "uuid")) (await this.all(options)).forEach((one) => places.add(one));
    }
    for (const place of places) {
      const here = asked.map((one, i) => {
        const elsewhere = one?.project && one.project !== place.info.name && one.project !== place.info.id;
        return one === null || elsewhere || found[i] !== null ? null : one;
      });
      const runs = await place.runs.find(here, options);
      runs.forEach((run, i) => found[i] ??= run && { project: place, run });
    }
    return found;
  }
}

/** Where a run belongs, for the answers that tell it. */
export function homeOf(project: Project, run: KnownRun): RunHome {
  return {
    id: run.uuid,
    projectId: project.info.id,
    organizationId: project.organizationId,
    projectName: project.name,
    organizationName: project.organization,
  };
}
