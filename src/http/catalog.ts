/**
 * A server that speaks Neptune's API, as a catalog of projects.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { type FloatSeriesKind, type RunFloatSeries, runJob } from "./points/job.ts";
import { WorkerPool } from "../pool/pool.ts";
import type { CallOptions, Catalog, Source } from "../source.ts";
import type { ProjectInfo } from "../types.ts";
import { Api } from "./api.ts";
import { incomplete, projectInfo } from "./complete.ts";
import { ServerProject } from "./project.ts";
import { projectsCall } from "./plan/requests.ts";
import { mostWorkers } from "./plan/workers.ts";
import { decodeApiToken } from "./token.ts";
import type { Retry, TransportOptions } from "../transport/transport.ts";

const logger = getLogger(["neptune-fetcher", "http"]);

/** Options of {@linkcode openServer}. */
export interface ServerOptions {
  /** The API token, which holds the address of the server. */
  apiToken: string;
  /** In place of the global `fetch`. Web Workers cannot use it: `useThreads` then stays on the main thread. */
  fetch?: typeof fetch;
  /** The address of a proxy. Default: what `fetch` itself finds in the environment. */
  proxy?: string;
  /** Certificate authorities besides the usual ones, each a PEM string. Default: none. */
  caCerts?: string[];
  /** The longest silence of the server, before and during an answer, in seconds. Default: 60. */
  requestTimeoutSeconds?: number;
  /**
   * The longest that a request may take with all its attempts, in seconds; a large answer gets a second more for each 64 kB.
   * Default: 120.
   */
  deadlineSeconds?: number;
  /** The most requests at the same time, and the most Web Workers, of which there is at most one for each core beyond two. Default: 10. */
  maxWorkers?: number;
  /** How many points one call of `useThreads` reads for each Web Worker that it starts. Default: five million; 0: all are read there, whatever cores there are. */
  pointsPerWorker?: number;
  /** Told before an attempt is made again, besides the log. */
  onRetry?: (retry: Retry) => void;
}

/**
 * Opens a server that speaks Neptune's API. Asks nothing before the first call.
 *
 * @throws {ApiTokenError} when the API token cannot be read or holds no address.
 * @throws {OptionError} when an option cannot be used.
 */
export function openServer(options: ServerOptions): Catalog {
  return new ServerCatalog(options);
}

class ServerCatalog implements Catalog {
  readonly label: string;
  readonly #api: Api;
  readonly #pool: WorkerPool<FloatSeriesKind> | null;
  readonly #concurrency: number;
  readonly #deadlineSeconds: number;
  #saidNoWorkers = false;

  constructor(options: ServerOptions) {
    const token = decodeApiToken(options.apiToken);
    const transport: TransportOptions = {
      requestTimeoutSeconds: options.requestTimeoutSeconds ?? 60,
      deadlineSeconds: options.deadlineSeconds ?? 120,
      proxy: options.proxy,
      caCerts: options.caCerts,
    };
    this.label = token.address;
    this.#concurrency = options.maxWorkers ?? 10;
    this.#deadlineSeconds = transport.deadlineSeconds;
    this.#api = new Api(token, transport, options);
    this.#pool = options.fetch ? null : new WorkerPool({
      module: new URL("./points/worker.ts", import.meta.url),
      size: mostWorkers(this.#concurrency, options.pointsPerWorker, navigator.hardwareConcurrency),
      settings: transport,
      here: (job, signal, tell) => this.#here(job, signal, (points) => tell({ points })),
      pointsPerWorker: options.pointsPerWorker,
    });
  }

  async projects({ signal }: CallOptions = {}): Promise<ProjectInfo[]> {
    const call = projectsCall();
    const { entries, matchingItemCount } = await this.#api.json(call, signal);
    if (!Array.isArray(entries)) throw incomplete(call, "there is no list of projects");
    if (typeof matchingItemCount === "number" && entries.length < matchingItemCount) {
      throw incomplete(call, `it holds ${entries.length} of ${matchingItemCount} projects`);
    }
    return entries.map((entry) => projectInfo(call, entry?.id, entry?.name, entry?.organizationName));
  }

  open(project: string): Source {
    return new ServerProject({
      api: this.#api,
      project,
      concurrency: this.#concurrency,
      deadlineSeconds: this.#deadlineSeconds,
      runner: (useThreads) => useThreads ? this.#inWorkers() : this.#here,
    });
  }

  close(): void {
    this.#pool?.close();
    this.#api.close();
  }

  readonly #here: RunFloatSeries = (job, signal, onPoints) => runJob(this.#api.transport, job, signal, onPoints);

  #inWorkers(): RunFloatSeries {
    if (this.#pool) return inPool(this.#pool, this.#api);
    if (!this.#saidNoWorkers) {
      this.#saidNoWorkers = true;
      logger.warn("A custom fetch cannot be used in Web Workers: the work is done on the main thread instead.");
    }
    return this.#here;
  }
}

/** One call of a server in a pool: what workers tell of retries is told as those of this thread are. */
export function inPool(pool: WorkerPool<FloatSeriesKind>, api: Api): RunFloatSeries {
  const run = pool.call();
  return (job, signal, onPoints) =>
    run(job, signal, (news) => "retry" in news ? api.retried(news.retry) : onPoints(news.points));
}
