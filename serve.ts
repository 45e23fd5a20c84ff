/**
 * Serves an archive, or runs that never reached the server, through Neptune's HTTP API, so that scripts written for Neptune's own clients keep working.
 *
 * ```sh
 * deno run -A jsr:@nereid/neptune-fetcher/serve --archive exports/data
 * ```
 *
 * It prints its address and an API token for `NEPTUNE_API_TOKEN`. It only reads, and listens on this machine alone unless told
 * otherwise.
 *
 * @module
 */

import { isPermitted, missingPermission } from "./src/permissions/require.ts";
import "./src/permissions/polars.ts";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { isNeptuneError, NeptuneError, OptionError } from "./src/errors.ts";
import {
  callable,
  FLAG,
  isAddress,
  kind,
  NONEMPTY,
  oneOf,
  orNull,
  PATH,
  pathString,
  PLACE,
  STRINGS,
} from "./src/options/kinds.ts";
import { checkArgument, checkOptions, declare, optional } from "./src/options/options.ts";
import { defaultCacheFolder, environmentFolders, openFolders } from "./src/api/open.ts";
import { matchesOf, SOURCE } from "./src/api/source_options.ts";
import type { StorageOptions } from "./src/s3/settings.ts";
import { type AccessLogEntry, createHandler } from "./src/server/handler.ts";
import type { Listening } from "./src/server/listen.ts";
import { startServer } from "./src/server/start.ts";
import { makeApiToken, newSecret, secretOf } from "./src/server/tokens.ts";
import type { LazyCatalog } from "./src/source.ts";
import { didYouMean, suggest } from "./src/suggest.ts";

export type { AccessLogEntry } from "./src/server/handler.ts";

/** The port where none is asked for, if it is free. */
const DEFAULT_PORT = 8642;

/** Options of {@linkcode serve}. */
export interface ServeOptions {
  /** The data folder of an archive written by neptune-exporter (by default it wrote to `exports/data`), or `s3://bucket/exports/data`. */
  archive?: string | URL;
  /** Archives in object storage: how to reach it. Default: what the usual variables and files of AWS say. */
  storageOptions?: StorageOptions;
  /**
   * A folder `.neptune` that a Neptune client left, or one around it: runs that never reached the server. Together with `archive`,
   * both are served as one.
   */
  offline?: string | URL;
  /**
   * What to do with a run one of whose data files is damaged. `"error"`: an answer that depends on it is an error that names the
   * file. `"skip"`: the run is left out. Default: `"error"`.
   */
  damagedRuns?: "error" | "skip";
  /** The project that unsynced runs of Neptune 2.x belong to, whose files do not say. Default: they are left out. */
  project?: string;
  /** Unsynced remainders of runs of Neptune 2.x, and the runs of the archive that they belong to by `sys/id`. Default: none is matched. */
  offlineMatches?: Readonly<Record<string, string>>;
  /** Serve runs whose export was interrupted before it finished, too. Default: false. */
  includeIncomplete?: boolean;
  /**
   * Archives of Neptune 2.x: the IANA time zone of the machine that exported them, which puts the times of points right. Default: as
   * stored.
   */
  timeZone?: string;
  /** The files folder of the archive. Default: the folder `files` beside the data folder. */
  files?: string | URL;
  /** The port, 0 for any that is free. Default: 8642, or any that is free where that is taken. */
  port?: number;
  /** The address to listen on; `"0.0.0.0"` lets other machines in. Default: `"127.0.0.1"`. */
  host?: string;
  /** A file that keeps the API token, so that it stays the same. Made, readable for its owner only, where it is missing. */
  tokenFile?: string | URL;
  /** The folder where summaries of runs are kept; null for none. Default: `neptune-fetcher` in the user's cache folder. */
  cacheFolder?: string | URL | null;
  /**
   * Give out files to which a link inside the files folder leads, or that unsynced runs name, but that lie outside of the folder.
   * Whoever may write into it could else have any file of this machine served. Default: false.
   */
  followLinks?: boolean;
  /** Called after each request. Default: nothing is logged. */
  onRequest?: (entry: AccessLogEntry) => void;
}

const SERVE = declare<ServeOptions>()({
  archive: optional(PLACE),
  storageOptions: SOURCE.storageOptions,
  offline: optional(PATH),
  damagedRuns: optional(oneOf("error", "skip"), "error"),
  project: optional(NONEMPTY),
  offlineMatches: SOURCE.offlineMatches,
  includeIncomplete: SOURCE.includeIncomplete,
  timeZone: SOURCE.timeZone,
  files: optional(PLACE),
  port: optional(
    kind<number>(
      "a whole number from 0 to 65535",
      (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 65536,
    ),
  ),
  host: optional(NONEMPTY, "127.0.0.1"),
  tokenFile: optional(PATH),
  cacheFolder: optional(orNull(PATH)),
  followLinks: optional(FLAG, false),
  onRequest: optional(callable<(entry: AccessLogEntry) => void>()),
});

/** A server that runs. */
export interface ServedArchive {
  /** The address, for example `http://127.0.0.1:8642`. */
  url: string;
  /** For `NEPTUNE_API_TOKEN`. Holds the address and lets its holder read everything in the archive. */
  apiToken: string;
  /** The full names of the projects. */
  projects: string[];
  /** Finishes the requests that are being answered and stops. */
  close(): Promise<void>;
  /** Settles when the server has stopped. */
  finished: Promise<void>;
}

/**
 * Serves an archive, a folder of unsynced runs, or both as one through Neptune's HTTP API.
 *
 * @example
 * ```ts
 * import { serve } from "@nereid/neptune-fetcher/serve";
 *
 * const server = await serve({ archive: "exports/data" });
 * console.log(server.url, server.projects);
 * await server.close();
 * ```
 *
 * @throws {OptionError} An option cannot be used, or the port is taken.
 * @throws {ArchiveError} The folder is no archive.
 * @throws {OfflineError} The folder holds no data of a Neptune client.
 */
export async function serve(options: ServeOptions): Promise<ServedArchive> {
  const { port, host, onRequest, followLinks, project = null, ...asked } = checkOptions("serve", SERVE, options);
  const cacheFolder = asked.cacheFolder === undefined ? defaultCacheFolder() : asked.cacheFolder;
  const tokenFile = asked.tokenFile && pathString(asked.tokenFile);
  const { archive, offline, files } = asked;
  const catalog = openFolders({ ...asked, cacheFolder, filesOutside: followLinks }, project);
  if (!catalog) {
    throw new OptionError("There is nothing to serve: pass `archive`, `offline`, or both.", {
      option: "archive",
      value: null,
    });
  }
  try {
    const projects = (await catalog.projects()).map((project) => project.name);
    const secret = tokenFile === undefined ? newSecret() : await readSecret(tokenFile);
    const hosts = isLoopback(host) ? [...new Set([hostName(host), "127.0.0.1", "localhost", "[::1]"])] : null;
    const places = [archive, offline, files, cacheFolder];
    const folders = places.flatMap((folder) => folder ? foldersOf(pathString(folder)) : []);
    catalog.stay?.();
    const handler = createHandler(catalog, { secret, hosts, folders, onRequest });
    const server = await startServer(handler, host, port, DEFAULT_PORT);
    const url = addressOf(server.port, host);
    const apiToken = makeApiToken(secret, url);
    if (tokenFile !== undefined) await writeToken(tokenFile, apiToken);
    return { url, apiToken, projects, close: () => close(server, catalog), finished: server.finished };
  } catch (error) {
    catalog.close();
    throw error;
  }
}

async function close(server: Listening, catalog: LazyCatalog): Promise<void> {
  await server.close();
  catalog.close();
}

/** A folder as it is given, in full, and where links lead; and the one it lies in, where the files folder may be. */
function foldersOf(folder: string): string[] {
  if (isAddress(folder)) return [folder, folder.replace(/\/+[^/]*\/*$/, "")];
  const full = resolve(folder);
  let real = full;
  try {
    real = Deno.realPathSync(full);
  } catch {
    // There is no such folder, as yet.
  }
  return [...new Set([full, real, dirname(full), dirname(real)])].filter((one) => dirname(one) !== one);
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** A host as it is written in addresses. */
function hostName(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** The address for clients; a server that listens everywhere is reached under the name of the machine. */
function addressOf(port: number, host: string): string {
  const name = host === "0.0.0.0" || host === "::" ? Deno.hostname() : hostName(host);
  return `http://${name}:${port}`;
}

async function readSecret(file: string): Promise<string> {
  let token: string;
  try {
    token = await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return newSecret();
    throw fileError(file, error);
  }
  const secret = secretOf(token);
  if (secret !== null) return secret;
  throw new OptionError(
    `The token file ${file} holds no API token: pass another file, or delete it to make a new token.`,
    {
      option: "tokenFile",
      value: file,
    },
  );
}

async function writeToken(file: string, token: string): Promise<void> {
  try {
    await Deno.writeTextFile(file, token + "\n", { mode: 0o600 });
    if (Deno.build.os !== "windows") await Deno.chmod(file, 0o600);
  } catch (error) {
    throw fileError(file, error);
  }
}

function fileError(file: string, cause: unknown): Error {
  if (cause instanceof Deno.errors.NotCapable) {
    const name = isPermitted({ name: "read", path: file }) ? "write" : "read";
    return missingPermission({ name, path: file }, `keep the API token in ${file}`);
  }
  const { message } = cause as Error;
  return new OptionError(`The token file ${file} cannot be used: ${message}.`, { option: "tokenFile", value: file }, {
    cause,
  });
}

const USAGE =
  `Serves an archive written by neptune-exporter, or runs that never reached the server, through Neptune's HTTP API.

  neptune-fetcher serve --archive DIR [OPTIONS]
  deno run -A jsr:@nereid/neptune-fetcher/serve --offline DIR [OPTIONS]

What to serve (default: NEPTUNE_ARCHIVE, NEPTUNE_OFFLINE):
  -a, --archive DIR     The data folder of an archive (exports/data), or s3://bucket/data.
  --files DIR           The files folder of the archive. Default: "files" beside its data folder.
  --offline DIR         A folder .neptune of runs that never reached the server, or one around it; together with
                        --archive, both as one.
  -p, --project NAME    The project of unsynced runs of Neptune 2.x, whose files do not say.
  --match REMAINDER=ID  An unsynced remainder of Neptune 2.x and the run of the archive it belongs to:
                        async/0c2b9e4e-…=TES-3, for example. May be repeated.
  --time-zone ZONE      The time zone of the machine that exported an archive of Neptune 2.x: Europe/Warsaw, for example.
  --include-incomplete  Also runs of an archive whose export was interrupted.
  --damaged-runs skip   Leave out runs that have a damaged file. Default: an answer that depends on one is an error.
  --follow-links        Give out files outside of these folders to which links lead, or that unsynced runs name.

How to serve it:
  --port N              The port, 0 for any that is free. Default: ${DEFAULT_PORT}, or any where that is taken.
  --host ADDRESS        Where to listen; 0.0.0.0 lets other machines in. Default: 127.0.0.1.
  --token-file FILE     Keeps the API token, so that it survives a restart.
  --access-log          One line on the standard error output for each request.
  --json                One line {"url", "apiToken", "projects"} instead of words.
  -h, --help            This text.`;

/** The options, by their long names. */
const OPTIONS = {
  archive: { type: "string", short: "a" },
  offline: { type: "string" },
  project: { type: "string", short: "p" },
  match: { type: "string", multiple: true },
  "time-zone": { type: "string" },
  "include-incomplete": { type: "boolean" },
  "damaged-runs": { type: "string" },
  files: { type: "string" },
  port: { type: "string" },
  host: { type: "string" },
  "token-file": { type: "string" },
  "follow-links": { type: "boolean" },
  "access-log": { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

interface Command {
  options: ServeOptions;
  json: boolean;
  help: boolean;
}

function readCommand(args: string[]): Command {
  const { values } = parseArgs({ args, options: OPTIONS });
  const { project, port, host, json = false, help = false } = values;
  const environment = environmentFolders();
  const files = values.files ?? environment.files;
  // What is given empty, by a variable that is not set, is no leave to serve something else.
  const isGiven = values.archive !== undefined || values.offline !== undefined;
  const { archive, offline } = isGiven ? values : environment;
  if (!help && !archive && !offline) {
    throw new TypeError(
      "There is nothing to serve: pass --archive (or set NEPTUNE_ARCHIVE) with the data folder of an archive, or --offline (or " +
        "NEPTUNE_OFFLINE) with a folder .neptune",
    );
  }
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) < 65536)) {
    throw new TypeError(`--port is "${port}", but must be a number from 0 to 65535`);
  }
  const onRequest = values["access-log"] ? logRequest : undefined;
  const options: ServeOptions = {
    archive: archive || undefined,
    offline: offline || undefined,
    project,
    offlineMatches: matchesOf(values.match),
    timeZone: values["time-zone"],
    includeIncomplete: values["include-incomplete"],
    files,
    host,
    port: port === undefined ? undefined : Number(port),
    tokenFile: values["token-file"],
    followLinks: values["follow-links"],
    damagedRuns: values["damaged-runs"] as ServeOptions["damagedRuns"],
    onRequest,
  };
  return { options, json, help };
}

/** A sentence of `serve()` with its options as they are called here: `archive` is `--archive`. */
function atCommandLine(text: string): string {
  return text.replace(/^serve: /, "").replaceAll("`offlineMatches`", "`--match`").replace(
    /(`?)\b(archive|offline|project|files|port|host|damagedRuns|tokenFile|followLinks|timeZone)\b(?=`| is )\1/g,
    (_, quote, name) => `${quote}--${name.replace(/[A-Z]/g, (letter: string) => `-${letter.toLowerCase()}`)}${quote}`,
  );
}

function logRequest({ method, path, status, milliseconds }: AccessLogEntry): void {
  console.error(`${new Date().toISOString()} ${method} ${path} ${status} ${milliseconds.toFixed(1)} ms`);
}

function announce({ url, apiToken, projects }: ServedArchive, { archive, offline }: ServeOptions): string {
  const names = projects.length === 0 ? "  (none)" : projects.map((name) => `  ${name}`).join("\n");
  return `Serving ${[archive, offline].filter((folder) => folder !== undefined).join(" and ")} at ${url}

Projects:
${names}

For Neptune's Python clients:
  export NEPTUNE_API_TOKEN=${apiToken}

  from neptune_fetcher import ReadOnlyProject
  print(ReadOnlyProject(${JSON.stringify(projects[0] ?? "workspace/project")}).fetch_runs_df())

Press Ctrl+C to stop.`;
}

/**
 * Runs the server as its command line says, until it is stopped with Ctrl+C, and gives the exit code: 0 where it was stopped, 1
 * where what is to be served is not there or cannot be read, or the port is taken, 2 where the words cannot be understood.
 *
 * @param args The words of the command line, for example `["--archive", "exports/data"]`.
 */
export async function runServer(args: readonly string[]): Promise<number> {
  checkArgument("runServer", "args", STRINGS, args);
  let command: Command;
  try {
    command = readCommand([...args]);
  } catch (error) {
    const { message } = error as Error;
    const unknown = /^Unknown option '--([^'=]+)/.exec(message)?.[1];
    const meant = unknown === undefined ? [] : suggest(unknown, Object.keys(OPTIONS));
    const hint = didYouMean(meant.map((name) => `--${name}`));
    console.error(`${message.replace(/\.?$/, "")}.${hint} Run with --help to see all options.`);
    return 2;
  }
  if (command.help) {
    console.log(USAGE);
    return 0;
  }
  let server: ServedArchive;
  try {
    server = await serve(command.options);
  } catch (error) {
    if (!(error instanceof NeptuneError)) throw error;
    console.error(atCommandLine(error.message));
    // A port was a number when the words were read: it is taken.
    return isNeptuneError(error, "OptionError") && error.fields.option !== "port" ? 2 : 1;
  }
  const { url, apiToken, projects } = server;
  // Before it says that it is there: whoever waits for that may stop it at once.
  for (const signal of Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, function stop() {
      Deno.removeSignalListener(signal, stop);
      server.close();
    });
  }
  console.log(
    command.json ? JSON.stringify({ url, apiToken, projects }) : announce(server, command.options),
  );
  if (!command.json && command.options.port === undefined && !url.endsWith(`:${DEFAULT_PORT}`)) {
    console.error(`Port ${DEFAULT_PORT} is taken, so another one was chosen; --port chooses yours.`);
  }
  await server.finished;
  return 0;
}

if (import.meta.main) Deno.exit(await runServer(Deno.args));
