/**
 * What lies in an archive, as an engine and this machine see it: asked for when the archive is opened.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { type Manifest, parseManifest } from "../archive/compacted/manifest.ts";
import { COMPACTED, folderNames, parsePartName, sanitized } from "../archive/disk/layout.ts";
import type { Store } from "../archive/disk/store.ts";
import { ArchiveError, UnsupportedError } from "../errors.ts";
import { isPermitted } from "../permissions/require.ts";
import { Statement } from "./connect/statement.ts";
import { groupParts, type PartGroup, partsIn, placed, shownParts, type StoredPart, tablesOf } from "./contents.ts";
import { type DamagedFile, damagedFile, type DamagedPart, engineDamage } from "./damage.ts";
import type { Engine, EngineSettings } from "./engine.ts";
import { withRows } from "./sql/rows.ts";

const logger = getLogger(["neptune-fetcher", "spark"]);

/** So many files take engines seconds for every question. */
const MANY = 5000;
/** A Parquet file has at least its magic number twice and the length of its footer. */
const LEAST_SIZE = 12;

/** What an archive was opened with. */
export interface SparkArchiveSettings extends EngineSettings {
  includeIncomplete: boolean;
  /** Leaves out runs of which a file cannot be read. */
  skipDamaged: boolean;
}

/** One folder that holds data. */
export interface ListedFolder {
  name: string;
  /** As the engine knows it. */
  path: string;
  all: StoredPart[];
  shown: StoredPart[];
  /** null: it is not compacted. */
  manifest: Manifest | null;
}

/** Which folders hold which projects. */
export interface Contents {
  /** Folders that hold parts that are shown, in the order of their names. */
  folders: ListedFolder[];
  /** Numbers of folders by project. */
  projects: Map<string, number[]>;
  /** Files that were left out because they cannot be read. */
  damaged: DamagedFile[];
}

/** Lists an archive. The engine knows its files from then on. */
export async function listArchive(
  engine: Engine,
  settings: SparkArchiveSettings,
  signal: AbortSignal,
): Promise<Contents> {
  const { data, includeIncomplete, skipDamaged } = settings;
  const folders: ListedFolder[] = [];
  const listed = partsIn(data, await listFiles(engine, settings, signal));
  for (const [name, { parts: all, isCompacted }] of [...listed].sort(([a], [b]) => a < b ? -1 : 1)) {
    const path = `${data}/${name}`;
    const manifest = isCompacted ? await readManifest(engine, name, path, signal) : null;
    const shown = manifest ? [] : shownParts(all, includeIncomplete);
    if (manifest || shown.length > 0) folders.push({ name, path, all, shown, manifest });
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
      `The Spark server at ${settings.address.label} finds no data files of neptune-exporter below ${data}: pass as ` +
        "`archive` the data folder as the server sees it.",
      { path: data },
    );
  }
  const damaged: DamagedFile[] = [];
  for (const folder of folders) {
    const found = folder.manifest ? [] : lookInto(folder, settings);
    if (skipDamaged) found.push(...await findUnreadable(engine, folder, false, signal));
    for (const { file, stem, reason } of found) {
      if (!skipDamaged) throw engineDamage(file, stem, reason);
      damaged.push(damagedFile({ file, stem, reason }));
      folder.shown = folder.shown.filter((part) =>
        stem === "" ? `${folder.name}/${part.name}` !== file : part.stem !== stem
      );
    }
  }
  engine.parts = folders.flatMap(placed);
  const [first] = folders.filter(({ manifest, shown }) => manifest || shown.length > 0);
  if (!first) return { folders, projects: new Map(), damaged };
  for (const { path, manifest } of folders) {
    for (const file of manifest?.passes.flatMap(({ files }) => files) ?? []) {
      engine.tables.set(`${path}/${file.name}`, file);
    }
  }
  const { path, manifest } = first;
  await engine.findRowNumbers(
    manifest ? [{ copy: 0, part: 0, paths: tablesOf(manifest, path, 0).values }] : groupParts(first, 0).slice(0, 1),
    signal,
  );
  return { folders, projects: await findProjects(engine, folders, signal), damaged };
}

/** The files in the folders of the archive: listed here where that is one request for a thousand, else by the engine. */
export async function listFiles(
  engine: Engine,
  { data, seen }: EngineSettings,
  signal?: AbortSignal,
): Promise<{ path: string; size: number }[]> {
  if (seen && !seen.store.isLocal) return await filesBelow(seen.store, seen.root, data, signal);
  const files: { path: string; size: number }[] = [];
  const statement = new Statement();
  // Engines find nothing in folders whose names begin with an underscore, unless they are named.
  const hidden = seen ? namesOnDisk(seen.root).filter((name) => name.startsWith("_")) : [];
  statement.files("files", [`${data}/*/*`, ...hidden.map((name) => `${data}/${name}/*`)], "binaryFile");
  for await (const answer of engine.ask(statement, "SELECT path, length FROM files", signal)) {
    const sizes = answer.ints("length");
    answer.texts("path").forEach((path, i) => files.push({ path: path!, size: Number(sizes[i]) }));
  }
  return files;
}

/** What of a folder an engine would take for empty. Throws for what it does not see at all, though it is there. */
export function lookInto(
  { name: folder, all, shown }: Pick<ListedFolder, "name" | "all" | "shown">,
  { seen, address }: EngineSettings,
): DamagedPart[] {
  const listed = new Set(all.map(({ name }) => name));
  // Where this machine has the folder, too, it shows what the engine keeps to itself.
  const unlisted = seen?.store.isLocal
    ? namesOnDisk(`${seen.root}/${folder}`).filter((name) => !listed.has(name) && !name.startsWith("."))
    : [];
  const hidden = [...listed, ...unlisted].filter((name) => name.startsWith("_") && parsePartName(name));
  if (hidden.length > 0) {
    throw new UnsupportedError(
      `The Spark server at ${address.label} passes over ${hidden.length} of the data files in ${folder}, ${
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
  const short = shown.filter(({ size }) => size < LEAST_SIZE).map(({ name, stem, size }) => ({
    name,
    stem,
    reason: `it has ${size} bytes, and the least Parquet file has ${LEAST_SIZE}`,
  }));
  return [...empty, ...short].map(({ name, ...rest }) => ({ file: `${folder}/${name}`, ...rest }));
}

/** The exporter's files in a folder that the engine cannot read. */
export async function findUnreadable(
  engine: Engine,
  folder: Pick<ListedFolder, "name" | "path" | "shown">,
  thorough: boolean,
  signal?: AbortSignal,
): Promise<DamagedPart[]> {
  const parts = placed(folder).filter(({ size }) => size >= LEAST_SIZE);
  const found: DamagedPart[] = [];
  for await (const { path, reason } of engine.unreadable(parts, thorough, signal)) {
    const { name, stem } = parts.find((part) => part.path === path)!;
    found.push({ file: `${folder.name}/${name}`, stem, reason });
  }
  return found;
}

/** What a compacted folder says of itself. */
async function readManifest(engine: Engine, name: string, folder: string, signal: AbortSignal): Promise<Manifest> {
  const path = `${folder}/${COMPACTED}`;
  const statement = new Statement();
  statement.files("manifest", [path], "binaryFile");
  let text = "";
  for await (const answer of engine.ask(statement, "SELECT CAST(content AS STRING) AS text FROM manifest", signal)) {
    text += answer.texts("text").join("");
  }
  try {
    return parseManifest(text);
  } catch (cause) {
    throw new ArchiveError(`The compacted folder ${name} cannot be read: ${(cause as Error).message}.`, { path }, {
      cause,
    });
  }
}

/** Most folders hold the one project they are named after, which one file proves. */
async function findProjects(
  engine: Engine,
  folders: readonly ListedFolder[],
  signal: AbortSignal,
): Promise<Contents["projects"]> {
  const projects = new Map<string, number[]>();
  const doubtful: number[] = [];
  const raw = folders.flatMap(({ name, path, shown, manifest }, number) => {
    if (!manifest) return [{ name, path, shown, number }];
    add(manifest.project, number);
    return [];
  });
  const first = raw.map(({ path, shown, number }) =>
    groupParts({ path, all: shown, shown: shown.slice(0, 1) }, number)[0]
  );
  const found = first.length > 0 ? await projectsIn(engine, first, signal) : new Map<number, (string | null)[]>();
  for (const { name, number } of raw) {
    const names = found.get(number) ?? [];
    if (names.length === 1 && names[0] !== null && sanitized(names[0]) === name) add(names[0], number);
    else doubtful.push(number);
  }
  if (doubtful.length > 0) {
    const groups = doubtful.flatMap((number) => groupParts(folders[number], number));
    for (const [number, names] of await projectsIn(engine, groups, signal)) {
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
async function projectsIn(
  engine: Engine,
  groups: PartGroup[],
  signal: AbortSignal,
): Promise<Map<number, (string | null)[]>> {
  const statement = new Statement();
  withRows(statement, { groups, compacted: [], hidden: [], project: null, rowNumbers: false });
  const query = "SELECT DISTINCT copy, project_id FROM rows";
  const found = new Map<number, (string | null)[]>();
  for await (const answer of engine.ask(statement, query, signal)) {
    const folders = answer.counts("copy");
    answer.texts("project_id").forEach((name, i) => found.set(folders[i], [...found.get(folders[i]) ?? [], name]));
  }
  return found;
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
