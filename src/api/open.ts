/**
 * Options and environment to a source of data. The only reader of `Deno.env`.
 *
 * @module
 */

import { resolve } from "node:path";
import { type ArchiveOptions, type ArchivePlaces, checkArchive } from "../archive/options.ts";
import { lazyCatalog } from "../async/lazy.ts";
import { OptionError, ProjectNotFoundError } from "../errors.ts";
import { decodeApiToken } from "../http/token.ts";
import { parseAddress, sparkLabel } from "../spark/address.ts";
import {
  callable,
  COUNT,
  FLAG,
  isAddress,
  listOf,
  NONEMPTY,
  oneOf,
  orNull,
  PATH,
  pathString,
  PLACE,
  POSITIVE,
  recordOf,
  SECRET,
  shown,
  within,
} from "../options/kinds.ts";
import { type Checked, declare, optional, shape } from "../options/options.ts";
import { shared } from "../async/shared.ts";
import type { Store } from "../archive/disk/store.ts";
import { storageAddress } from "../s3/location.ts";
import { type StorageOptions, type StorageSettings, storageSettings } from "../s3/settings.ts";
import type { Catalog, LazyCatalog, Source } from "../source.ts";

/** Options of {@linkcode ReadOnlyProject}. Each falls back to an environment variable where one is named. */
export interface ReadOnlyProjectOptions {
  /**
   * The full name of the project, `workspace/project`. Default: `NEPTUNE_PROJECT`. May be left out where there is only one
   * project. Unsynced runs of Neptune 2.x do not say to which project they belong: they are taken to be of this one.
   */
  project?: string;
  /**
   * The data folder of an archive written by neptune-exporter (by default it wrote to `exports/data`), on this machine or in object
   * storage: `"s3://bucket/exports/data"`. Default: `NEPTUNE_ARCHIVE`. With an archive, no server is asked.
   */
  archive?: string | URL;
  /**
   * The files folder of the archive (by default `exports/files`), on this machine or in object storage. Default:
   * `NEPTUNE_ARCHIVE_FILES`, then the folder `files` beside the data folder.
   */
  files?: string | URL;
  /**
   * Archives in object storage: how to reach it. Default: what the usual variables (`AWS_…`) and the files `~/.aws/config` and
   * `~/.aws/credentials` say.
   */
  storageOptions?: StorageOptions;
  /**
   * A folder `.neptune` that a Neptune client left, or one around it, which is searched: runs that never reached the server.
   * Together with `archive`, a run in both is one run. Default: `NEPTUNE_OFFLINE`, unless `archive` or `apiToken` is passed.
   */
  offline?: string | URL;
  /**
   * Unsynced remainders of runs of Neptune 2.x, and the runs of the archive that they belong to by `sys/id`, for example
   * `{ "async/0c2b9e4e-…": "TES-3" }`. `offlineReport()` names candidates. Default: none is matched.
   */
  offlineMatches?: Readonly<Record<string, string>>;
  /**
   * The address of a Spark Connect server that reads the archive, for example `"sc://host:15002/;token=…;use_ssl=true"`; `archive` is
   * then the data folder as that server sees it, `"s3://bucket/data"` for example. null: none. Default: `SPARK_REMOTE`.
   */
  spark?: string | null;
  /** The API token of a Neptune server, which holds its address. Default: `NEPTUNE_API_TOKEN`. */
  apiToken?: string;
  /**
   * Archives and unsynced data: what to do with a run one of whose data files is damaged. `"error"`: using the run throws `DamagedFileError`.
   * `"skip"`: the run is left out of everything but `archiveReport()`; where the damage shows only
   * while a file is read, its rows are, with a warning in the log. Of unsynced runs, what can be read stays. Default: `"error"`.
   */
  damagedRuns?: "error" | "skip";
  /** Archives: read runs whose export was interrupted before it finished, too. Default: false. */
  includeIncomplete?: boolean;
  /**
   * Archives of Neptune 2.x: the IANA time zone of the machine that exported them, for example `"Europe/Warsaw"`. Their series
   * timestamps are local times labelled UTC; with this they are put right. Default: as stored.
   */
  timeZone?: string;
  /**
   * Archives: the folder where summaries are kept, so that a large archive opens fast the second time; null for none. Never
   * inside the archive. Default: `neptune-fetcher` in the user's cache folder.
   */
  cacheFolder?: string | URL | null;
  /**
   * Servers and object storage: the address of a proxy, for example `"http://proxy:3128"`. Default: what `HTTPS_PROXY`, `HTTP_PROXY` and
   * `NO_PROXY` say, which Deno reads by itself.
   */
  proxy?: string;
  /** Servers, Spark's too, and object storage: additional certificate authorities, each a PEM string. */
  caCerts?: readonly string[];
  /** Servers and object storage: a function to use in place of the global `fetch`. Web Workers cannot use it: requests stay on the main thread. */
  fetch?: typeof fetch;
  /** Servers and object storage: the longest wait for one answer, in seconds. Default: `NEPTUNE_HTTP_REQUEST_TIMEOUT_SECONDS`, then 60. */
  requestTimeoutSeconds?: number;
  /**
   * Servers and object storage: the longest time one request may take with all its retries, in seconds; a large answer gets a second more for each
   * 64 kB. Default: 120.
   */
  deadlineSeconds?: number;
  /**
   * Servers: the most requests at the same time, and the most Web Workers that `useThreads` may start, of which there is at most one
   * for each core beyond two. Default: `NEPTUNE_FETCHER_MAX_WORKERS`, then 10. Archives: the most Web Workers that read long series for
   * one call. Default: the number of processors, at most 8; none where there is only one.
   */
  maxWorkers?: number;
  /**
   * How many points one call of `useThreads` reads for each Web Worker that it starts, which takes a while; 0 for as many as
   * `maxWorkers` says, at once, whatever cores there are. Archives: how many rows of files, taken to have 8 bytes each. Default:
   * 5,000,000.
   */
  pointsPerWorker?: number;
}

/** Where to read, as for {@linkcode ReadOnlyProject}, but for the project. */
export type SourceOptions = Omit<ReadOnlyProjectOptions, "project">;

const IDS_BY_ID = recordOf(NONEMPTY, 'an object of ids, for example { "async/…": "TES-3" }');

/** How to reach object storage. */
export const STORAGE = shape<StorageOptions>({
  accessKeyId: optional(SECRET),
  secretAccessKey: optional(SECRET),
  sessionToken: optional(SECRET),
  profile: optional(NONEMPTY),
  anonymous: optional(FLAG),
  region: optional(NONEMPTY),
  endpoint: optional(SECRET),
  allowHttp: optional(FLAG),
}, true);

/** The options that say where to read. */
export const SOURCE = declare<SourceOptions>()({
  archive: optional(PLACE),
  files: optional(PLACE),
  storageOptions: optional(STORAGE),
  offline: optional(PATH),
  offlineMatches: optional(IDS_BY_ID),
  spark: optional(orNull(SECRET)),
  apiToken: optional(SECRET),
  damagedRuns: optional(oneOf("error", "skip"), "error"),
  includeIncomplete: optional(FLAG, false),
  timeZone: optional(NONEMPTY),
  cacheFolder: optional(orNull(PATH)),
  proxy: optional(NONEMPTY),
  caCerts: optional(listOf(NONEMPTY, "an array of PEM strings"), []),
  fetch: optional(callable<typeof fetch>()),
  requestTimeoutSeconds: optional(POSITIVE),
  deadlineSeconds: optional(POSITIVE, 120),
  maxWorkers: optional(COUNT),
  pointsPerWorker: optional(within(0, Number.MAX_SAFE_INTEGER, "a number of points, 0 or more"), 5_000_000),
});

/** How to read an archive, for calls that read nothing else. */
export type ArchiveSourceOptions = Pick<
  ReadOnlyProjectOptions,
  "archive" | "files" | "storageOptions" | "damagedRuns" | "includeIncomplete" | "cacheFolder"
>;

/** The options of calls that read an archive and nothing else. */
export const ARCHIVE = declare<ArchiveSourceOptions>()({
  archive: SOURCE.archive,
  files: SOURCE.files,
  storageOptions: SOURCE.storageOptions,
  damagedRuns: SOURCE.damagedRuns,
  includeIncomplete: SOURCE.includeIncomplete,
  cacheFolder: SOURCE.cacheFolder,
});

/** The options of a project. */
export const PROJECT = declare<ReadOnlyProjectOptions>()({ project: optional(NONEMPTY), ...SOURCE });

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
  return { archive: env("NEPTUNE_ARCHIVE"), offline: env("NEPTUNE_OFFLINE") };
}

async function onlyProject(catalog: LazyCatalog, signal?: AbortSignal): Promise<Source> {
  const projects = await catalog.projects({ signal });
  if (projects.length === 1) return catalog.open(projects[0].id);
  const available = projects.map((project) => project.name);
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
