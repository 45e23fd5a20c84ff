/**
 * One archive as a Spark server sees it: its folders, its projects, and what has to be known of each.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { dirname } from "node:path";
import { projectId, projectNotFound } from "../archive/archive.ts";
import { COMPACTED, folderNames, parsePartName, sanitized } from "../archive/disk/layout.ts";
import { type Shared, shared } from "../async/shared.ts";
import type { Store } from "../archive/disk/store.ts";
import { ArchiveError, EngineError, UnsupportedError } from "../errors.ts";
import { isPermitted } from "../permissions/require.ts";
import type { CallOptions, Finding } from "../source.ts";
import type { ProjectInfo } from "../types.ts";
import type { SparkAddress } from "./address.ts";
import { type Manifest, parseManifest, type TableFileEntry } from "../archive/compacted/manifest.ts";
import { type CompactedTables, groupParts, type PartGroup, partsIn, shownParts, type StoredPart } from "./contents.ts";
import { engineDamage, nameBelow, runOf, saidOf, type Unreadable, unreadable } from "./damage.ts";
import { Answer } from "./connect/answer.ts";
import { SparkSession } from "./connect/session.ts";
import { Statement } from "./connect/statement.ts";
import { Facts, isFar, type OddRun } from "./facts.ts";
import { type DamagedFile, damageFindings, partFindings, unseenFindings } from "./report.ts";
import { lostQuery, oddRunsQuery, parentsQuery, toldRunsQuery } from "./sql/list.ts";
import { readingQuery, type RowSource, withRows } from "./sql/rows.ts";
import type { Scope } from "./sql/scope.ts";

const logger = getLogger(["neptune-fetcher", "spark"]);

/** So many files take engines seconds for every question. */
const MANY = 5000;
/** A Parquet file has at least its magic number twice and the length of its footer. */
const LEAST_SIZE = 12;

/** What an archive was opened with. */
export interface SparkArchiveSettings {
  address: SparkAddress;
  /** The data root, as the server knows it, without a slash at its end. */
  data: string;
  /** What this machine sees of the data root, and where; null: it cannot look there. */
  seen: { store: Store; root: string } | null;
  /** Certificate authorities beside those that this machine knows. */
  certificates: readonly string[];
  includeIncomplete: boolean;
  /** Leaves out runs of which a file cannot be read. */
  skipDamaged: boolean;
}

/** One file that cannot be read. */
interface Damage {
  file: string;
  stem: string;
  reason: string;
}

/** One of the exporter's files. */
interface PlacedPart extends StoredPart {
  /** As the engine knows it. */
  path: string;
}

/** Which folders hold which projects. */
interface Contents {
  /** Folders that hold parts that are shown, in the order of their names. */
  folders: { name: string; all: StoredPart[]; shown: StoredPart[]; manifest: Manifest | null }[];
  /** Numbers of folders by project. */
  projects: Map<string, number[]>;
  rowNumbers: boolean;
}

/** A row without a value that is no phantom: the only one of its path in the project. */
export interface LostValue {
  path: string;
  type: "float" | "file";
  run: string;
}

/** One archive behind a Spark server. Nothing is asked before the first call; what is known of it is kept. */
export class SparkArchive {
  readonly session: SparkSession;
  /** Files that were left out because they cannot be read. */
  damaged: DamagedFile[] = [];
  readonly #settings: SparkArchiveSettings;
  #contents: Shared<Contents>;
  readonly #scopes = new Map<string, Shared<Scope>>();
  readonly #lost = new Map<string, Shared<LostValue[]>>();
  /** The exporter's files, as far as they were listed. */
  #parts: PlacedPart[] = [];
  /** Files of compacted tables, by the paths that the engine has for them. */
  readonly #tables = new Map<string, TableFileEntry>();
  #rowNumbers = false;

  constructor(settings: SparkArchiveSettings) {
    this.#settings = settings;
    this.session = new SparkSession(settings.address, settings.certificates);
    this.#contents = shared(({ signal }) => this.#list(signal));
  }

  /** Looks at the archive anew with the next call. */
  refresh(): void {
    this.#contents = shared(({ signal }) => this.#list(signal));
    this.#scopes.clear();
    this.#lost.clear();
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
      if (!this.#rowNumbers && !await this.#seesTables(statement.parquet, signal)) {
        await this.#countTables(statement.parquet, signal);
      }
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const wanted = statement.parquet.map(patternOf);
      const parts = this.#parts.filter(({ path }) => wanted.some((pattern) => pattern.test(path)));
      const { data } = this.#settings;
      const named = parts.find(({ name }) => error.message.includes(name));
      if (named) throw engineDamage(nameBelow(data, named.path), named.stem, saidOf(error), error);
      for (const thorough of [false, true]) {
        for await (const { path, reason } of this.#unreadable(parts, thorough, signal)) {
          const { stem } = parts.find((part) => part.path === path)!;
          throw engineDamage(nameBelow(data, path), stem, reason, error);
        }
      }
      throw error;
    }
  }

  /** Parts that the engine cannot read. */
  #unreadable(parts: readonly PlacedPart[], thorough: boolean, signal?: AbortSignal): AsyncGenerator<Unreadable> {
    return unreadable(parts.map(({ path }) => path), async (paths) => {
      const statement = new Statement();
      for await (const _ of this.#answers(statement, readingQuery(statement, paths, thorough), signal));
    });
  }

  async *#answers(statement: Statement, query: string, signal?: AbortSignal): AsyncGenerator<Answer> {
    for await (const bytes of this.session.run(statement.plan(query), signal)) {
      const answer = new Answer(bytes);
      if (answer.rows > 0) yield answer;
    }
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
      const { folders, projects, rowNumbers } = await this.#contents({ signal });
      const groups: PartGroup[] = [], compacted: CompactedTables[] = [];
      let runs = 0;
      for (const number of projects.get(project) ?? []) {
        const { manifest, name, shown } = folders[number];
        runs += manifest?.passes.reduce((sum, { runs }) => sum + runs, 0) ??
          new Set(shown.map(({ stem }) => stem)).size;
        if (manifest) compacted.push(tablesOf(manifest, `${this.#settings.data}/${name}`, number));
        else {
          const unnamed = name === sanitized(project) || name === project;
          groups.push(...this.#groups(folders[number], number).map((group) => ({ ...group, unnamed })));
        }
      }
      await this.#countTables(compacted.flatMap(({ runs, values, series }) => [...runs, ...values, ...series]), signal);
      const hidden = await this.#hidden(compacted, signal);
      const rows: RowSource = { groups, compacted, hidden, project, rowNumbers };
      const stems = compacted.length === 0
        ? stemsOf((projects.get(project) ?? []).map((number) => folders[number]))
        : null;
      const odd = stems && await this.#toldRuns(rows, stems, signal) || await this.#oddRuns(rows, signal);
      const known = new Set(odd.map(({ key }) => key));
      const names = new Set(odd.flatMap(({ parent }) => parent ? [parent] : []));
      const parents = await this.#parents(rows, [...names], signal);
      return { rows, facts: new Facts([...odd, ...parents.filter(({ key }) => !known.has(key))]), runs };
    })(options);
  }

  /** Values of a project that were lost before it was exported. */
  lost(project: string, options?: CallOptions): Promise<LostValue[]> {
    return kept(this.#lost, project, async ({ signal }) => {
      const { rows } = await this.scope(project, { signal });
      const statement = new Statement();
      withRows(statement, rows);
      const found: LostValue[] = [];
      for await (const answer of this.ask(statement, lostQuery(rows), signal)) {
        const types = answer.texts("type"), runs = answer.texts("run");
        answer.texts("path").forEach((path, i) =>
          found.push({ path: path!, type: types[i] as LostValue["type"], run: runs[i]! })
        );
      }
      return found;
    })(options);
  }

  /**
   * Runs out of the ordinary, where all tell of themselves; null: some do not. Files are opened once for it, and those of long series
   * not read to their end.
   *
   * @param stems Of the files: each is of one run.
   */
  async #toldRuns(rows: RowSource, stems: ReadonlySet<string>, signal: AbortSignal): Promise<OddRun[] | null> {
    const statement = new Statement();
    withRows(statement, rows);
    const silent = new Set(stems);
    const odd: OddRun[] = [];
    for await (const answer of this.ask(statement, toldRunsQuery(statement, rows), signal)) {
      for (const run of oddRuns(answer)) {
        silent.delete(sanitized(run.key));
        if (run.isBare || run.parent !== null || isFar(run.key)) odd.push(run);
      }
    }
    return silent.size === 0 ? odd : null;
  }

  /** Runs out of the ordinary, whatever the rows are. */
  async #oddRuns(rows: RowSource, signal: AbortSignal): Promise<OddRun[]> {
    const statement = new Statement();
    withRows(statement, rows);
    const odd: OddRun[] = [];
    for await (const answer of this.ask(statement, oddRunsQuery(statement, rows), signal)) odd.push(...oddRuns(answer));
    return odd;
  }

  /** The runs that others name as their parents. */
  async #parents(rows: RowSource, names: readonly string[], signal: AbortSignal): Promise<OddRun[]> {
    if (names.length === 0) return [];
    const statement = new Statement();
    withRows(statement, rows);
    const found: OddRun[] = [];
    for await (const answer of this.ask(statement, parentsQuery(statement, rows, names), signal)) {
      found.push(...oddRuns(answer));
    }
    return found;
  }

  /** Whether this machine sees that the tables among these files are still there: that is less work than the engine's count. */
  async #seesTables(paths: readonly string[], signal?: AbortSignal): Promise<boolean> {
    const { data, seen } = this.#settings;
    const tables = paths.filter((path) => this.#tables.has(path));
    if (tables.length === 0) return true;
    if (!seen || !seen.store.isPermitted(seen.root)) return false;
    for (const [folder, files] of Map.groupBy(tables, (path) => dirname(path.slice(data.length)))) {
      try {
        const entries = await seen.store.list(`${seen.root}${folder}`, { signal });
        const sizes = new Map(entries.map((entry) => [`${data}${folder}/${entry.name}`, entry.look().size]));
        if (files.some((path) => sizes.get(path) !== this.#tables.get(path)!.bytes)) return false;
      } catch {
        signal?.throwIfAborted();
        return false;
      }
    }
    return true;
  }

  /** Makes sure that the engine has all of the tables among these files: some engines take one that is not there for an empty one. */
  async #countTables(paths: readonly string[], signal?: AbortSignal): Promise<void> {
    const tables = paths.filter((path) => this.#tables.has(path));
    if (tables.length === 0) return;
    const rows = tables.reduce((sum, path) => sum + this.#tables.get(path)!.rows, 0);
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

  /** Runs of compacted tables whose export was interrupted. */
  async #hidden(compacted: readonly CompactedTables[], signal: AbortSignal): Promise<string[]> {
    if (this.#settings.includeIncomplete || compacted.length === 0) return [];
    const statement = new Statement();
    statement.files("runs", compacted.flatMap(({ runs }) => runs), "parquet", "run_id STRING, complete BOOLEAN");
    const hidden: string[] = [];
    for await (const answer of this.ask(statement, "SELECT run_id FROM runs WHERE complete = false", signal)) {
      for (const run of answer.texts("run_id")) hidden.push(run!);
    }
    return hidden;
  }

  #groups(
    { name, all, shown }: Pick<Contents["folders"][number], "name" | "all" | "shown">,
    number: number,
  ): PartGroup[] {
    return groupParts(`${this.#settings.data}/${name}`, number, all, shown);
  }

  async #list(signal: AbortSignal): Promise<Contents> {
    const { data, includeIncomplete } = this.#settings;
    const files = await this.#files(signal);
    const folders: Contents["folders"] = [];
    for (const [name, { parts: all, isCompacted }] of [...partsIn(data, files)].sort(([a], [b]) => a < b ? -1 : 1)) {
      const manifest = isCompacted ? await this.#manifest(name, signal) : null;
      const shown = manifest ? [] : shownParts(all, includeIncomplete);
      if (manifest || shown.length > 0) folders.push({ name, all, shown, manifest });
    }
    const parts = folders.reduce((sum, { shown }) => sum + shown.length, 0);
    if (parts >= MANY) {
      logger.warn("The Spark server opens {parts} files for every question about {data}: compactArchive() it first.", {
        parts,
        data,
      });
    }
    if (folders.length === 0) {
      throw new ArchiveError(
        `The Spark server at ${this.#settings.address.label} finds no data files of neptune-exporter below ${data}: pass as ` +
          "`archive` the data folder as the server sees it.",
        { path: data },
      );
    }
    this.damaged = [];
    for (const folder of folders) {
      const damaged = folder.manifest ? [] : this.#lookInto(folder);
      if (this.#settings.skipDamaged) damaged.push(...await this.#damagedIn(folder, false, signal));
      for (const { file, stem, reason } of damaged) {
        if (!this.#settings.skipDamaged) throw engineDamage(file, stem, reason);
        this.damaged.push({ file, run: runOf(stem) || file, reason });
        folder.shown = folder.shown.filter((part) =>
          stem === "" ? `${folder.name}/${part.name}` !== file : part.stem !== stem
        );
      }
    }
    this.#parts = folders.flatMap((folder) => this.#placed(folder));
    const [first] = folders.filter(({ manifest, shown }) => manifest || shown.length > 0);
    if (!first) return { folders, rowNumbers: false, projects: new Map() };
    for (const { name, manifest } of folders) {
      for (const file of manifest?.passes.flatMap(({ files }) => files) ?? []) {
        this.#tables.set(`${data}/${name}/${file.name}`, file);
      }
    }
    const { name, manifest } = first;
    const rowNumbers = this.#rowNumbers = await this.#hasRowNumbers(
      manifest
        ? [{ copy: 0, part: 0, paths: tablesOf(manifest, `${data}/${name}`, 0).values }]
        : this.#groups(first, 0).slice(0, 1),
      signal,
    );
    return { folders, rowNumbers, projects: await this.#projectsOf(folders, signal) };
  }

  /** The files in the folders of the archive: listed here where that is one request for a thousand, else by the engine. */
  async #files(signal?: AbortSignal): Promise<{ path: string; size: number }[]> {
    const { data, seen } = this.#settings;
    if (seen && !seen.store.isLocal) return await filesBelow(seen.store, seen.root, data, signal);
    const files: { path: string; size: number }[] = [];
    const statement = new Statement();
    // Engines find nothing in folders whose names begin with an underscore, unless they are named.
    const hidden = seen ? namesOnDisk(seen.root).filter((name) => name.startsWith("_")) : [];
    statement.files("files", [`${data}/*/*`, ...hidden.map((name) => `${data}/${name}/*`)], "binaryFile");
    for await (const answer of this.ask(statement, "SELECT path, length FROM files", signal)) {
      const sizes = answer.ints("length");
      answer.texts("path").forEach((path, i) => files.push({ path: path!, size: Number(sizes[i]) }));
    }
    return files;
  }

  /** What of a folder an engine would take for empty. Throws for what it does not see at all, though it is there. */
  #lookInto(folder: Contents["folders"][number]): Damage[] {
    const { seen, address } = this.#settings;
    const listed = new Set(folder.all.map(({ name }) => name));
    // Where this machine has the folder, too, it shows what the engine keeps to itself.
    const unlisted = seen?.store.isLocal
      ? namesOnDisk(`${seen.root}/${folder.name}`).filter((name) => !listed.has(name) && !name.startsWith("."))
      : [];
    const hidden = [...listed, ...unlisted].filter((name) => name.startsWith("_") && parsePartName(name));
    if (hidden.length > 0) {
      throw new UnsupportedError(
        `The Spark server at ${address.label} passes over ${hidden.length} of the data files in ${folder.name}, ${
          hidden[0]
        } for example: engines do not see files whose names begin with "_". Their runs would be missing: read the archive ` +
          "without `spark`, or through it once it is compacted.",
        { source: address.label, feature: "files whose names begin with _" },
      );
    }
    const empty = unlisted.flatMap((name) => {
      const part = parsePartName(name);
      return part ? [{ name, stem: part.stem, reason: "the engine does not see it, for it is empty" }] : [];
    });
    const short = folder.shown.filter(({ size }) => size < LEAST_SIZE).map(({ name, stem, size }) => ({
      name,
      stem,
      reason: `it has ${size} bytes, and the least Parquet file has ${LEAST_SIZE}`,
    }));
    return [...empty, ...short].map(({ name, ...rest }) => ({ file: `${folder.name}/${name}`, ...rest }));
  }

  /** The exporter's files in a folder that the engine cannot read. */
  async #damagedIn(folder: Contents["folders"][number], thorough: boolean, signal?: AbortSignal): Promise<Damage[]> {
    const parts = this.#placed(folder).filter(({ size }) => size >= LEAST_SIZE);
    const found: Damage[] = [];
    for await (const { path, reason } of this.#unreadable(parts, thorough, signal)) {
      const { name, stem } = parts.find((part) => part.path === path)!;
      found.push({ file: `${folder.name}/${name}`, stem, reason });
    }
    return found;
  }

  /** What is wrong with the files of a project. */
  async report(project: string, thorough: boolean, signal?: AbortSignal): Promise<Finding[]> {
    const { data, seen } = this.#settings;
    const all = partsIn(data, await this.#files(signal));
    // Which project a folder holds need not be known: it may be its files that cannot be read.
    const own = [...all].filter(([name]) => name === sanitized(project));
    const findings: Finding[] = [];
    const raw: string[] = [];
    for (const [name, { parts, isCompacted }] of own.length > 0 ? own : all) {
      if (isCompacted) continue;
      const folder = { name, all: parts, shown: parts, manifest: null };
      const damaged = [...this.#lookInto(folder), ...await this.#damagedIn(folder, thorough, signal)];
      findings.push(
        ...damageFindings(damaged.map(({ stem, ...rest }) => ({ ...rest, run: runOf(stem) || rest.file }))),
      );
      findings.push(...partFindings(name, parts));
      raw.push(name);
    }
    return [...findings, ...unseenFindings(raw, seen !== null)];
  }

  /** The exporter's files that are shown, by the paths that the engine has for them. */
  #placed({ name, shown }: Contents["folders"][number]): PlacedPart[] {
    return shown.map((part) => ({ ...part, path: `${this.#settings.data}/${name}/${part.name}` }));
  }

  /** What a compacted folder says of itself. */
  async #manifest(folder: string, signal: AbortSignal): Promise<Manifest> {
    const path = `${this.#settings.data}/${folder}/${COMPACTED}`;
    const statement = new Statement();
    statement.files("manifest", [path], "binaryFile");
    let text = "";
    for await (const answer of this.ask(statement, "SELECT CAST(content AS STRING) AS text FROM manifest", signal)) {
      text += answer.texts("text").join("");
    }
    try {
      return parseManifest(text);
    } catch (cause) {
      throw new ArchiveError(`The compacted folder ${folder} cannot be read: ${(cause as Error).message}.`, { path }, {
        cause,
      });
    }
  }

  /** Whether the engine tells where in a file a row is: not all do. */
  async #hasRowNumbers(groups: PartGroup[], signal: AbortSignal): Promise<boolean> {
    const statement = new Statement();
    withRows(statement, { groups, compacted: [], hidden: [], project: null, rowNumbers: true });
    try {
      for await (const _ of this.#answers(statement, "SELECT place FROM rows LIMIT 0", signal));
      return true;
    } catch (error) {
      if ((error as Error).name === "EngineError") return false;
      throw error;
    }
  }

  /** Most folders hold the one project they are named after, which one file proves. */
  async #projectsOf(folders: Contents["folders"], signal: AbortSignal): Promise<Contents["projects"]> {
    const projects = new Map<string, number[]>();
    const doubtful: number[] = [];
    const raw = folders.flatMap(({ name, shown, manifest }, number) => {
      if (!manifest) return [{ name, shown, number }];
      add(manifest.project, number);
      return [];
    });
    const first = raw.map(({ name, shown, number }) =>
      this.#groups({ name, all: shown, shown: shown.slice(0, 1) }, number)[0]
    );
    const found = first.length > 0 ? await this.#projectsIn(first, signal) : new Map<number, (string | null)[]>();
    for (const { name, number } of raw) {
      const names = found.get(number) ?? [];
      if (names.length === 1 && names[0] !== null && sanitized(names[0]) === name) add(names[0], number);
      else doubtful.push(number);
    }
    if (doubtful.length > 0) {
      const groups = doubtful.flatMap((number) => this.#groups(folders[number], number));
      for (const [number, names] of await this.#projectsIn(groups, signal)) {
        const { name } = folders[number];
        const named = names.filter((one) => one !== null);
        for (const one of named) add(one, number);
        // What does not name its project is of the one that its folder is named after, or goes by the name of the folder.
        if (names.includes(null) && !named.some((one) => sanitized(one) === name)) add(name, number);
      }
    }
    return projects;

    function add(project: string, number: number) {
      const numbers = projects.get(project);
      if (numbers) numbers.push(number);
      else projects.set(project, [number]);
    }
  }

  /** The projects in some files, by the numbers of their folders. */
  async #projectsIn(groups: PartGroup[], signal: AbortSignal): Promise<Map<number, (string | null)[]>> {
    const statement = new Statement();
    withRows(statement, { groups, compacted: [], hidden: [], project: null, rowNumbers: false });
    const query = "SELECT DISTINCT copy, project_id FROM rows";
    const found = new Map<number, (string | null)[]>();
    for await (const answer of this.ask(statement, query, signal)) {
      const folders = answer.counts("copy");
      answer.texts("project_id").forEach((name, i) => found.set(folders[i], [...found.get(folders[i]) ?? [], name]));
    }
    return found;
  }
}

/** Whether a path is the one named, or one of those that a pattern stands for. */
function patternOf(text: string): RegExp {
  const quoted = text.split("*").map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${quoted.join("[^/]*")}$`);
}

/** The stems of the files of one folder, each of one run; null: there are several folders, or files of many runs. */
function stemsOf(folders: readonly { shown: readonly StoredPart[] }[]): Set<string> | null {
  if (folders.length !== 1) return null;
  const stems = new Set(folders[0].shown.map(({ stem }) => stem));
  return stems.has("") ? null : stems;
}

/** The files of the tables that a manifest names. */
function tablesOf({ passes }: Manifest, folder: string, copy: number): CompactedTables {
  const names = passes.flatMap(({ files }) => files.map(({ name }) => name));
  const of = (table: string) => names.filter((name) => name.startsWith(`${table}/`)).map((name) => `${folder}/${name}`);
  return { copy, runs: of("runs"), values: of("values"), series: of("series") };
}

/** What a folder holds, where this machine has it and may look. */
function namesOnDisk(path: string): string[] {
  try {
    return isPermitted({ name: "read", path }) ? [...Deno.readDirSync(path)].map(({ name }) => name) : [];
  } catch {
    return [];
  }
}

/** The files in the folders of a data root in object storage, by the paths that the engine has for them. */
async function filesBelow(store: Store, root: string, data: string, signal?: AbortSignal) {
  const files: { path: string; size: number }[] = [];
  try {
    for (const name of await folderNames(store, root, { signal })) {
      for (const entry of await store.list(`${root}/${name}`, { signal })) {
        if (!entry.isFolder) files.push({ path: `${data}/${name}/${entry.name}`, size: entry.look().size });
      }
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files;
}

function oddRuns(answer: Answer): OddRun[] {
  const copies = answer.counts("copies"), bare = answer.bools("bare"), created = answer.times("created");
  const sysId = answer.texts("sys_id"), customId = answer.texts("custom_id"), name = answer.texts("name");
  const parent = answer.texts("parent"), forkStep = answer.floats("fork_step");
  return answer.texts("key").map((key, i) => ({
    key: key!,
    copies: copies[i],
    isBare: bare[i] === true,
    created: Number.isNaN(created[i]) ? null : created[i],
    sysId: sysId[i],
    customId: customId[i],
    name: name[i],
    parent: parent[i],
    forkStep: Number.isNaN(forkStep[i]) ? null : forkStep[i],
  }));
}

function kept<T>(all: Map<string, Shared<T>>, key: string, work: Parameters<typeof shared<T>>[0]): Shared<T> {
  let one = all.get(key);
  if (!one) all.set(key, one = shared(work));
  return one;
}
