/**
 * Options and environment to a source of data. The only reader of `Deno.env`.
 *
 * @module
 */

import { resolve } from "node:path";
import { type ArchiveOptions, type ArchivePlaces, checkArchive } from "../archive/options.ts";
import type { Store } from "../archive/disk/store.ts";
import { lazyCatalog } from "../async/lazy.ts";
import { shared } from "../async/shared.ts";
import { OptionError, ProjectNotFoundError } from "../errors.ts";
import { decodeApiToken } from "../http/token.ts";
import { isAddress, pathString, shown } from "../options/kinds.ts";
import type { Checked } from "../options/options.ts";
import { storageAddress } from "../s3/location.ts";
import { type StorageSettings, storageSettings } from "../s3/settings.ts";
import type { Catalog, LazyCatalog, Source } from "../source.ts";
import { parseAddress, sparkLabel } from "../spark/address.ts";
import type { ARCHIVE, PROJECT, SOURCE, SourceOptions } from "./source_options.ts";

/** An open source of data, and the one project of it that was asked for. */
export interface Connection {
  catalog: LazyCatalog;
  /** The name as it was given, or null where it was left out. */
  projectName: string | null;
  /** The reader of the project; the first call finds out which project it is. */
  source(signal?: AbortSignal): Promise<Source>;
  /** Forgets what was found in folders, so that the next call looks at them anew. */
  refresh(): void;
}

/** Decides where the data of a project comes from. Reads nothing but the environment. */
export function connect(options: Checked<typeof PROJECT>): Connection {
  const projectName = options.project ?? env("NEPTUNE_PROJECT") ?? null;
  const catalog = openCatalog(options, projectName);
  // Opened once: what a source found out serves all calls.
  const open = () =>
    shared(async ({ signal }) =>
      projectName === null ? await onlyProject(catalog, signal) : await catalog.open(projectName)
    );
  let opened = open();
  return {
    catalog,
    projectName,
    source: (signal) => opened({ signal }),
    refresh() {
      catalog.refresh?.();
      opened = open();
    },
  };
}

/**
 * Decides where to read from. Reads nothing but the environment.
 *
 * @param project The project that is asked for; runs that do not say theirs are taken to be of it.
 */
export function openCatalog(options: Checked<typeof SOURCE>, project: string | null = null): LazyCatalog {
  const files = options.files ?? env("NEPTUNE_ARCHIVE_FILES");
  const places = foldersOf(options);
  const spark = openThroughSpark({ ...options, ...places, files });
  if (spark) return spark;
  const folders = openFolders({ ...options, ...places, files }, project);
  if (folders) return folders;
  const apiToken = options.apiToken ?? env("NEPTUNE_API_TOKEN");
  if (apiToken === undefined) {
    throw new OptionError(
      "There is nothing to read from: pass `archive` (or set NEPTUNE_ARCHIVE) for an exported archive, `offline` (or set " +
        "NEPTUNE_OFFLINE) for a folder `.neptune` of runs that never reached the server, or `apiToken` (or set " +
        `NEPTUNE_API_TOKEN) for a server.${
          project === null
            ? ""
            : ` ${shown(project)} was taken for the name of a project; a folder is passed as \`archive\`.`
        }${mayRead("NEPTUNE_ARCHIVE") ? "" : " Variables are only read with --allow-env."}`,
      { option: "archive", value: null },
    );
  }
  const server = {
    apiToken,
    proxy: options.proxy,
    caCerts: [...options.caCerts],
    fetch: options.fetch,
    requestTimeoutSeconds: options.requestTimeoutSeconds ?? envNumber("NEPTUNE_HTTP_REQUEST_TIMEOUT_SECONDS"),
    deadlineSeconds: options.deadlineSeconds,
    maxWorkers: options.maxWorkers ?? envNumber("NEPTUNE_FETCHER_MAX_WORKERS"),
    pointsPerWorker: options.pointsPerWorker,
  };
  return lazyCatalog(decodeApiToken(apiToken).address, async () => {
    const { openServer } = await import("../http/catalog.ts");
    return openServer(server);
  });
}

/** Opens an archive, that of the options or of the environment. */
export function openArchiveOnly(options: Checked<typeof ARCHIVE>): LazyCatalog {
  const archive = options.archive ?? env("NEPTUNE_ARCHIVE");
  if (archive === undefined) {
    throw new OptionError(
      "There is no archive to read: pass `archive`, the data folder that neptune-exporter wrote, or set NEPTUNE_ARCHIVE.",
      { option: "archive", value: null },
    );
  }
  return openFolders({ ...options, archive, files: options.files ?? env("NEPTUNE_ARCHIVE_FILES") }, null)!;
}

/** What says which folders to read. */
export type FolderOptions =
  & Pick<
    SourceOptions,
    | "archive"
    | "files"
    | "offline"
    | "offlineMatches"
    | "damagedRuns"
    | "includeIncomplete"
    | "timeZone"
    | "cacheFolder"
    | "storageOptions"
    | "proxy"
    | "caCerts"
    | "fetch"
    | "requestTimeoutSeconds"
    | "deadlineSeconds"
    | "maxWorkers"
    | "pointsPerWorker"
  >
  & {
    /** Whether files may lie outside of the folders. Default: true. */
    filesOutside?: boolean;
  };

/** Opens an archive, unsynced data, or both as one; null where neither is given. Of the environment, only what it says of object storage counts. */
export function openFolders(options: FolderOptions, project: string | null): LazyCatalog | null {
  const { archive, offline, damagedRuns, filesOutside } = options;
  checkMatches(options);
  const archived = archive === undefined ? null : planArchive(archive, options);
  if (offline === undefined) return archived && lazyCatalog(archived.label, archived.load);
  const unsynced = {
    folder: pathString(offline),
    legacyProject: project,
    matched: options.offlineMatches,
    damagedRuns,
    filesOutside,
  };
  const mine = `unsynced data in ${resolve(unsynced.folder)}`;
  return lazyCatalog(archived ? `${archived.label} and ${mine}` : mine, async () => {
    const [{ openOffline }, beneath] = await Promise.all([import("../offline/catalog.ts"), archived?.load()]);
    return openOffline({ ...unsynced, beneath });
  });
}

/** Where there is nothing to match, matches would be passed over in silence. */
function checkMatches({ archive, offline, offlineMatches = {} }: FolderOptions): void {
  if (Object.keys(offlineMatches).length === 0 || (archive !== undefined && offline !== undefined)) return;
  throw new OptionError(
    "`offlineMatches` says to which runs of an archive unsynced remainders belong: pass both `archive` and `offline`.",
    { option: "offlineMatches", value: null },
  );
}

/** An archive whose options are checked, and how to open it. */
function planArchive(
  archive: string | URL,
  options: FolderOptions,
): { label: string; load: () => Promise<Catalog> } {
  const cache = options.cacheFolder === undefined ? defaultCacheFolder() : options.cacheFolder;
  const { storage, inStorage, ...places } = placesOf(
    pathString(archive),
    options.files && pathString(options.files),
    options,
  );
  const asked: ArchiveOptions = {
    ...places,
    cache: cache && pathString(cache),
    damagedRuns: options.damagedRuns,
    timeZone: options.timeZone,
    includeIncomplete: options.includeIncomplete,
    linksOutside: options.filesOutside,
    workers: { maxWorkers: options.maxWorkers, pointsPerWorker: options.pointsPerWorker },
  };
  const { label } = checkArchive(asked, { data: !inStorage.data, files: !inStorage.files });
  const load = async () => {
    const [{ openArchive }, store] = await Promise.all([
      import("../archive/catalog.ts"),
      storage && loadStore(storage),
    ]);
    if (!store) return openArchive(asked);
    return openArchive({
      ...asked,
      ...(inStorage.data ? { store } : {}),
      ...(inStorage.files ? { filesStore: store } : {}),
    });
  };
  return { label, load };
}

async function loadStore(settings: StorageSettings): Promise<Store> {
  const { openStorage } = await import("../s3/store.ts");
  return openStorage(settings);
}

/** Where the folders of an archive lie, and which of them in object storage. */
type Places = Pick<ArchivePlaces, "data" | "files"> & {
  storage: StorageSettings | null;
  inStorage: { data: boolean; files: boolean };
};

/** Where the folders of an archive lie. The environment is looked at for what it says about object storage, and only where one is there. */
function placesOf(data: string, files: string | undefined, options: FolderOptions): Places {
  const inStorage = { data: isAddress(data), files: files !== undefined && isAddress(files) };
  if (inStorage.data) data = storageAddress("archive", data);
  if (inStorage.files) files = storageAddress("files", files!);
  if (!inStorage.data && !inStorage.files) return { data, files, storage: null, inStorage };
  const { proxy, caCerts, fetch, requestTimeoutSeconds, deadlineSeconds } = options;
  const storage = {
    ...storageSettings(options.storageOptions ?? {}, env),
    proxy,
    caCerts: caCerts && [...caCerts],
    fetch,
    requestTimeoutSeconds: requestTimeoutSeconds ?? envNumber("NEPTUNE_HTTP_REQUEST_TIMEOUT_SECONDS"),
    deadlineSeconds,
  };
  // The files lie where the data do, unless it is said where.
  if (files === undefined) inStorage.files = inStorage.data;
  return { data, files, storage, inStorage };
}

/** Opens an archive through a Spark server; null where none is asked for. */
function openThroughSpark(options: Checked<typeof SOURCE>): LazyCatalog | null {
  const { archive, files, offline, damagedRuns, timeZone } = options;
  const address = options.spark === undefined ? env("SPARK_REMOTE") : options.spark ?? undefined;
  if (address === undefined) return null;
  if (archive === undefined) {
    // The variable may be meant for other programs.
    if (options.spark === undefined) return null;
    throw new OptionError(
      "spark is given without `archive` (or NEPTUNE_ARCHIVE): pass the data folder as the Spark server sees it.",
      { option: "spark", value: null },
    );
  }
  const not = Object.entries({
    offline: offline !== undefined,
    offlineMatches: Object.keys(options.offlineMatches ?? {}).length > 0,
    timeZone: timeZone !== undefined,
  }).find(([, isGiven]) => isGiven)?.[0];
  if (not !== undefined) {
    throw new OptionError(
      `${not} does not go together with a Spark server: leave it out, or read the archive without one (spark: null).`,
      { option: not, value: null },
    );
  }
  const data = pathString(archive);
  // With keys, this machine looks at the data, too; without, only the server does.
  const isSeen = options.storageOptions !== undefined && /^s3a?:\/\//i.test(data);
  const places = placesOf(isSeen ? data : "", files && pathString(files), options);
  return lazyCatalog(sparkLabel(data, parseAddress(address)), async () => {
    const [{ openSpark }, store] = await Promise.all([
      import("../spark/catalog.ts"),
      places.storage && loadStore(places.storage),
    ]);
    return openSpark({
      address,
      data,
      files: places.files,
      store: isSeen ? store : null,
      filesStore: places.inStorage.files ? store : null,
      includeIncomplete: options.includeIncomplete,
      damagedRuns,
      caCerts: options.caCerts,
    });
  });
}

/** The folders to read: those of the options, or those of the environment where the options name no place at all. */
function foldersOf({ archive, offline, apiToken }: Checked<typeof SOURCE>): Pick<FolderOptions, "archive" | "offline"> {
  for (const [option, value] of Object.entries({ archive, offline })) {
    if (value === undefined || apiToken === undefined) continue;
    const what = option === "archive" ? "an archive" : "a folder of unsynced data";
    throw new OptionError(`Both ${what} and an API token are given: leave one out to say where to read.`, {
      option,
      value: pathString(value),
    });
  }
  if (archive !== undefined || offline !== undefined || apiToken !== undefined) return { archive, offline };
  return environmentFolders();
}

/** The folders that the environment names. */
export function environmentFolders(): Pick<FolderOptions, "archive" | "offline"> & { files: string | undefined } {
  return {
    archive: env("NEPTUNE_ARCHIVE"),
    offline: env("NEPTUNE_OFFLINE"),
    files: env("NEPTUNE_ARCHIVE_FILES"),
  };
}

async function onlyProject(catalog: LazyCatalog, signal?: AbortSignal): Promise<Source> {
  const projects = await catalog.projects({ signal });
  if (projects.length === 1) return catalog.open(projects[0].id);
  const available = projects.map((project) => project.name);
  if (available.length === 0) {
    const message = `No project is named, and ${catalog.label} holds none: see that it is the right place.`;
    throw new ProjectNotFoundError(message, { project: null, available });
  }
  throw new ProjectNotFoundError(
    `No project is named, and ${catalog.label} holds ${available.length}: pass \`project\` or set NEPTUNE_PROJECT to one of ` +
      `${available.slice(0, 10).join(", ")}${available.length > 10 ? ", …" : ""}.`,
    { project: null, available },
  );
}

/** The folder for summaries of archives: `neptune-fetcher` in the user's cache folder, or null where there is none. */
export function defaultCacheFolder(): string | null {
  const home = env("HOME") ?? env("USERPROFILE");
  const base = env("XDG_CACHE_HOME") ??
    (Deno.build.os === "windows"
      ? env("LOCALAPPDATA")
      : home && (Deno.build.os === "darwin" ? `${home}/Library/Caches` : `${home}/.cache`));
  return base ? `${base}/neptune-fetcher` : null;
}

function envNumber(name: string): number | undefined {
  const text = env(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(Number.isFinite(value) && value > 0)) {
    throw new OptionError(`${name} is "${text}", but must be a number greater than 0.`, { option: name, value: text });
  }
  return value;
}

/** An environment variable; undefined where it is not set, empty, or may not be read (without asking anyone). */
function env(name: string): string | undefined {
  return mayRead(name) ? Deno.env.get(name)?.trim() || undefined : undefined;
}

function mayRead(variable: string): boolean {
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted";
}
