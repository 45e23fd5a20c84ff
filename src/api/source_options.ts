/**
 * The options that say where to read.
 *
 * @module
 */

import {
  callable,
  COUNT,
  FLAG,
  listOf,
  NONEMPTY,
  oneOf,
  orNull,
  PATH,
  PLACE,
  POSITIVE,
  recordOf,
  SECRET,
  within,
} from "../options/kinds.ts";
import { OptionError } from "../errors.ts";
import { declare, optional, shape } from "../options/options.ts";
import type { StorageOptions } from "../s3/settings.ts";

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
   * for each core beyond two. Default: `NEPTUNE_FETCHER_MAX_WORKERS`, then 10. Archives: the most Web Workers that one call has for long
   * series, or for the first opening of many runs. Default: the number of processors, at most 8; none where there is only one.
   */
  maxWorkers?: number;
  /**
   * How many points one call of `useThreads` reads for each Web Worker that it starts, which takes a while; 0 for as many as
   * `maxWorkers` says, at once, whatever cores there are. Archives: how many rows of files, taken to have 8 bytes each; at the first
   * opening a file counts for 1,536 more. Default: 5,000,000.
   */
  pointsPerWorker?: number;
}

/** Where to read, as for {@linkcode ReadOnlyProject}, but for the project. */
export type SourceOptions = Omit<ReadOnlyProjectOptions, "project">;

const IDS_BY_ID = recordOf(NONEMPTY, 'an object of ids, for example { "async/…": "TES-3" }');

/** `offlineMatches` as words of a command line, `REMAINDER=ID` each; undefined where there are none. */
export function matchesOf(given: readonly string[] = []): Record<string, string> | undefined {
  if (given.length === 0) return undefined;
  return Object.fromEntries(given.map((one) => {
    const at = one.lastIndexOf("=");
    if (at > 0 && at < one.length - 1) return [one.slice(0, at), one.slice(at + 1)];
    throw new OptionError(`--match is "${one}", but must be REMAINDER=ID, for example async/0c2b9e4e-…=TES-3.`, {
      option: "--match",
      value: one,
    });
  }));
}

/** How to reach object storage. */
const STORAGE = shape<StorageOptions>({
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
