/**
 * One exchange with a server: retries, timeouts, proxies. The only place that calls `fetch`.
 *
 * @module
 */

import ky, { HTTPError, type KyInstance } from "ky";
import { OptionError } from "../errors.ts";
import { trustedAddress } from "./address.ts";
import { foreignEmptiness, foreignHead, notNeptune } from "./answer.ts";
import {
  brokenOff,
  Failure,
  failureOf,
  LEAST_TIME,
  mayRetry,
  reasonOf,
  serverError,
  unreachable,
  Watch,
  withoutQuery,
} from "./failure.ts";
import type { WireRequest } from "./request.ts";

/** How to ask; all of it can be posted to a Web Worker. */
export interface TransportOptions {
  /** The longest silence of a server, before and during its answer, in seconds. */
  requestTimeoutSeconds: number;
  /** The longest that a request may take with all its attempts, in seconds; a large answer gets a second more for each 64 kB. */
  deadlineSeconds: number;
  /** The address of a proxy. */
  proxy?: string;
  /** Certificate authorities besides the usual ones, each a PEM string. */
  caCerts?: string[];
}

/** An attempt that failed and is made again. */
export interface Retry {
  /** Without query. */
  url: string;
  /** How many attempts failed so far. */
  attempt: number;
  /** What went wrong: a status, or what the network said. */
  reason: string;
  /** How long it has been tried so far, and how long it will be at most, in seconds. */
  tried: number;
  remaining: number;
}

/** What a transport uses that cannot be posted. */
export interface TransportHooks {
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
  /** Told before every attempt but the first. */
  onRetry?: (retry: Retry) => void;
  /** What an answer that is an error means, of servers that do not speak as Neptune does. */
  errorOf?: (request: WireRequest, answer: { status: number; headers: Headers; body: string }) => Error;
}

const USER_AGENT = `neptune-fetcher-deno (deno=${Deno.version.deno}; os=${Deno.build.os})`;
/** A body is read in pieces of at most so many bytes. */
const PIECE_BYTES = 1 << 19;
/** Room for more is made when it comes, whatever the server says. */
const MAX_TRUSTED_BYTES = 1 << 26;
const FIRST_BACKOFF = 500;
const LONGEST_BACKOFF = 30_000;
/** How many redirects are followed, one after the other. */
const MAX_REDIRECTS = 10;
const RETRIED_STATUSES = [429, ...Array.from({ length: 100 }, (_, i) => 500 + i)];

/** Sends requests. Nothing is opened before the first. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #fetch: typeof fetch;
  readonly #ky: KyInstance;
  readonly #onRetry: (retry: Retry) => void;
  readonly #errorOf: NonNullable<TransportHooks["errorOf"]> | null;
  #client: Deno.HttpClient | null = null;

  constructor(options: TransportOptions, { fetch: custom, onRetry = () => {}, errorOf }: TransportHooks = {}) {
    this.#options = options;
    this.#errorOf = errorOf ?? null;
    this.#onRetry = onRetry;
    // Looked up for every request, so that an application may replace the global one later.
    this.#fetch = custom ?? ((input, init) => globalThis.fetch(input, init));
    this.#ky = ky.create({ timeout: false, headers: { "user-agent": USER_AGENT, accept: "*/*" } });
  }

  /**
   * The whole body of an answer, as {@linkcode read} reads it.
   *
   * @param onHead Told the head of the answer.
   */
  bytes(
    request: WireRequest,
    signal?: AbortSignal,
    onHead: (response: Response) => void = () => {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const start = (size: number, response: Response) => {
      onHead(response);
      return new WholeBody(size);
    };
    return this.read(request, start, signal);
  }

  /**
   * What a reader makes of the body of an answer. Reading it is part of every attempt, each of which has a reader of its own.
   *
   * @param start Makes a reader, for a body of this size (0 where the server does not say it) behind this head.
   * @throws {ServerError} when the server answers with an error, for 429 and 5xx after the retries.
   * @throws {ConnectionError} when there is no whole answer after the retries.
   * @throws {NotNeptuneError} when the answer is of another kind than asked for.
   */
  async read<T>(
    request: WireRequest,
    start: (size: number, head: Response) => BodyReader<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    let result: T;
    await this.#send(request, signal, async (response, watch) => {
      const reader = start(sizeOf(response), response);
      let size = 0;
      for await (const piece of piecesOf(response, watch, true)) {
        reader.push(piece);
        size += piece.length;
      }
      const foreign = size === 0 ? foreignEmptiness(request, response) : null;
      if (foreign !== null) throw foreignFailure(request, foreign);
      result = reader.finish();
    });
    return result!;
  }

  /**
   * The body of an answer, piece by piece as it arrives. What fails after the first piece is not tried again.
   *
   * @throws As {@linkcode read}.
   */
  async *chunks(
    request: WireRequest,
    signal?: AbortSignal,
    { onSize = () => {}, reuse = false }: ChunksOptions = {},
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    let pieces: AsyncGenerator<Uint8Array<ArrayBuffer>>;
    await this.#send(request, signal, (response, watch) => {
      onSize(sizeOf(response), response);
      pieces = piecesOf(response, watch, reuse);
    });
    const started = performance.now();
    try {
      yield* pieces!;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw error instanceof Failure ? brokenOff(request, error, started) : error;
    }
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#client?.close();
    this.#client = null;
  }

  /** Sends until there is an answer that is no reason to try again. */
  async #send(request: WireRequest, signal: AbortSignal | undefined, take: Take): Promise<void> {
    const { method, url, headers, body } = request;
    const started = performance.now();
    const deadline = started + 1000 * (request.deadlineSeconds ?? this.#options.deadlineSeconds);
    const remaining = () => Math.max(0, deadline - performance.now());
    let attempts = 0;
    let last: Failure | Response | null = null;
    const attempt = async (input: Request) => {
      // What is told is what went wrong before, rather than that there is no time to try again.
      if (last && remaining() < LEAST_TIME) {
        if (last instanceof Failure) throw last;
        return last.clone();
      }
      attempts++;
      try {
        const response = await this.#attempt(request, input, deadline, take);
        if (response.ok) return response;
        last = response;
        return response.clone();
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        throw last = error.late && last instanceof Failure ? last : error;
      }
    };
    try {
      await this.#ky(url, {
        method,
        headers,
        body,
        signal,
        redirect: "manual",
        fetch: (input) => attempt(input as Request),
        retry: {
          limit: Number.MAX_SAFE_INTEGER,
          methods: ["get", "post", "head"],
          statusCodes: RETRIED_STATUSES,
          afterStatusCodes: RETRIED_STATUSES,
          delay: (attempt) =>
            Math.min(FIRST_BACKOFF * 2 ** (attempt - 1), LONGEST_BACKOFF, Math.max(0, remaining() - LEAST_TIME)),
          jitter: true,
          maxRetryAfter: 1 + remaining(),
          shouldRetry: ({ error }) => mayRetry(error, remaining(), attempts),
        },
        hooks: {
          beforeRetry: [
            ({ error, retryCount }) =>
              this.#onRetry({
                url: withoutQuery(url),
                attempt: retryCount,
                reason: reasonOf(error),
                tried: (performance.now() - started) / 1000,
                remaining: remaining() / 1000,
              }),
          ],
        },
      });
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof HTTPError && this.#errorOf) {
        const { response: { status, headers }, data } = error;
        throw this.#errorOf(request, { status, headers, body: typeof data === "string" ? data : "" });
      }
      if (error instanceof HTTPError) throw serverError(request, error);
      throw error instanceof Failure ? unreachable(request, error, attempts, started) : error;
    }
  }

  /** One attempt, watched: silence for too long ends it, and so does the deadline. */
  async #attempt(request: WireRequest, input: Request, deadline: number, take: Take): Promise<Response> {
    const watch = new Watch(1000 * this.#options.requestTimeoutSeconds, deadline);
    try {
      const response = await this.#answerTo(request, input, watch);
      watch.feed(0);
      if (!response.ok) return await withBody(response, watch);
      const foreign = foreignHead(request, response);
      if (foreign !== null) {
        response.body?.cancel().catch(() => {});
        throw foreignFailure(request, foreign);
      }
      await take(response, watch);
      return new Response();
    } catch (error) {
      watch.stop();
      throw input.signal.aborted ? input.signal.reason : failureOf(error, watch, input.url);
    }
  }

  /** Sends, and follows redirects to where it is safe to go. */
  async #answerTo({ followRedirects }: WireRequest, input: Request, watch: Watch): Promise<Response> {
    const signal = AbortSignal.any([input.signal, watch.signal]);
    const client = this.#client ??= makeClient(this.#options);
    const init = (client ? { signal, client } : { signal }) as RequestInit;
    let response = await this.#fetch(input, init);
    let address = input.url;
    for (let count = 0; followRedirects && count < MAX_REDIRECTS; count++) {
      const location = [301, 302, 303, 307, 308].includes(response.status) && response.headers.get("location");
      const next = location && trustedAddress(location, address);
      if (!next) break;
      await response.body?.cancel();
      address = next;
      // Nothing that another host might not see goes along.
      const headers = { "user-agent": USER_AGENT };
      response = await this.#fetch(new Request(next, { redirect: "manual", headers }), init);
    }
    return response;
  }
}

/** Something else than an answer came. */
function foreignFailure(request: WireRequest, what: string): Error {
  const final = notNeptune(request, what);
  return request.retryForeign ? new Failure(what, { final }) : final;
}

/** Takes the pieces of a body as they arrive. The memory of a piece is used again for the next one. */
export interface BodyReader<T> {
  push(piece: Uint8Array): void;
  /** Says that all have come, and gives what they make. */
  finish(): T;
}

/** Options of {@linkcode Transport.chunks}. */
export interface ChunksOptions {
  /** Told the size of the body before its first piece, 0 where the server does not say it, and the head of the answer. */
  onSize?: (bytes: number, response: Response) => void;
  /**
   * The memory of a piece is used again for the next one, and may not be looked at any more then: faster, and no garbage.
   * Default: false.
   */
  reuse?: boolean;
}

/** What is done with the body of a good answer within an attempt. */
type Take = (response: Response, watch: Watch) => void | Promise<void>;

/** An answer that is an error, read to its end while it is watched. */
async function withBody(response: Response, watch: Watch): Promise<Response> {
  const body = new WholeBody(sizeOf(response));
  for await (const piece of piecesOf(response, watch, true)) body.push(piece);
  return new Response(response.status === 304 ? null : body.finish(), response);
}

/** Keeps all of a body. */
class WholeBody implements BodyReader<Uint8Array<ArrayBuffer>> {
  #bytes: Uint8Array<ArrayBuffer>;
  #size = 0;

  constructor(size: number) {
    this.#bytes = new Uint8Array(Math.min(size, MAX_TRUSTED_BYTES));
  }

  push(piece: Uint8Array): void {
    const size = this.#size + piece.length;
    if (size > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, size));
      larger.set(this.#bytes.subarray(0, this.#size));
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.#size);
    this.#size = size;
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#size);
  }
}

async function* piecesOf(
  response: Response,
  watch: Watch,
  reuse: boolean,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    for await (const piece of reuse ? reusedPieces(response) : response.body ?? []) {
      watch.feed(piece.length);
      watch.hold();
      yield piece;
      watch.resume();
    }
  } catch (error) {
    throw failureOf(error, watch, response.url);
  } finally {
    watch.stop();
  }
}

/** Pieces that all lie in the same memory, one after the other. */
async function* reusedPieces(response: Response): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = readerInto(response.body);
  if (reader === null) return yield* response.body ?? [];
  let memory: ArrayBuffer = new ArrayBuffer(Math.min(sizeOf(response) || PIECE_BYTES, PIECE_BYTES));
  try {
    while (true) {
      const { value, done } = await reader.read(new Uint8Array(memory));
      if (done) return;
      yield value;
      memory = value.buffer;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** How many bytes a body has, as far as the server says it; else 0. Of a compressed one it says something else. */
function sizeOf({ headers }: Response): number {
  if (headers.has("content-encoding")) return 0;
  const size = Number(headers.get("content-length") ?? 0);
  return Number.isSafeInteger(size) && size > 0 ? size : 0;
}

/** A reader that fills memory it is given; null where the body has none, as bodies of a custom `fetch` may. */
function readerInto(body: Response["body"]): ReadableStreamBYOBReader | null {
  try {
    return body?.getReader({ mode: "byob" }) ?? null;
  } catch {
    return null;
  }
}

function makeClient({ proxy, caCerts }: TransportOptions): Deno.HttpClient | null {
  if (proxy === undefined && (caCerts === undefined || caCerts.length === 0)) return null;
  try {
    return Deno.createHttpClient({ caCerts, proxy: proxy === undefined ? undefined : { url: proxy } });
  } catch (cause) {
    const option = proxy === undefined ? "caCerts" : "proxy";
    throw new OptionError(
      `The option ${option} cannot be used: give a proxy as "http://host:port" and each of caCerts as a PEM string.`,
      { option, value: null },
      { cause },
    );
  }
}
