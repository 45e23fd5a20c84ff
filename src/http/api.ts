/**
 * Calls of Neptune's API: address, access token and errors around the transport.
 *
 * @module
 */

import { getConfig, getLogger } from "@logtape/logtape";
import { DecodeError, isNeptuneError, ProjectNotFoundError, type ServerError } from "../errors.ts";
import { Authenticator } from "./auth.ts";
import type { ApiToken } from "./token.ts";
import { type BodyReader, type Retry, Transport, type TransportOptions } from "../transport/transport.ts";
import type { WireRequest } from "../transport/request.ts";
import type { ApiCall } from "./plan/call.ts";

const logger = getLogger(["neptune-fetcher", "http"]);

/** After so many seconds without an answer people at a terminal or notebook wonder, and again after as many more. */
const TELL_AFTER = 1.4, TELL_EVERY = 10;

/** The API of one server. */
export class Api {
  readonly address: string;
  readonly transport: Transport;
  readonly #auth: Authenticator;
  readonly #onRetry: (retry: Retry) => void;
  #tellAt = 0;

  constructor(
    token: ApiToken,
    options: TransportOptions,
    { fetch: custom, onRetry }: { fetch?: typeof fetch; onRetry?: (retry: Retry) => void } = {},
  ) {
    this.address = token.address;
    this.#onRetry = onRetry ?? (() => {});
    this.transport = new Transport(options, { fetch: custom, onRetry: this.retried });
    this.#auth = new Authenticator(this.transport, token, options.deadlineSeconds);
  }

  /** Makes a failed attempt visible: in the log, and where nobody has asked for a log, on the standard error once it takes long. */
  readonly retried = (retry: Retry): void => {
    const seconds = Math.ceil(retry.remaining);
    logger.warn("Attempt {attempt} at {url} failed ({reason}); trying again, for {seconds} s at most.", {
      ...retry,
      seconds,
    });
    if (getConfig() === null && retry.tried > TELL_AFTER && performance.now() > this.#tellAt) {
      this.#tellAt = performance.now() + 1000 * TELL_EVERY;
      console.warn(`No answer from ${this.address} (${retry.reason}): trying again, for ${seconds} s at most.`);
    }
    this.#onRetry(retry);
  };

  /** The whole body of an answer. */
  async bytes(call: ApiCall, signal?: AbortSignal): Promise<Uint8Array> {
    const answer = this.stream(call, signal, (request) => whole(this.transport.bytes(request, signal)));
    return (await answer.next()).value;
  }

  /** What a reader makes of an answer while it arrives. */
  async read<T>(call: ApiCall, start: () => BodyReader<T>, signal?: AbortSignal): Promise<T> {
    const answer = this.stream(call, signal, (request) => whole(this.transport.read(request, start, signal)));
    return (await answer.next()).value;
  }

  /** An answer that is a JSON object. */
  async json(call: ApiCall, signal?: AbortSignal): Promise<Record<string, unknown>> {
    const bytes = await this.bytes(call, signal);
    try {
      const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
    } catch (cause) {
      throw notJson(call, cause);
    }
    throw notJson(call);
  }

  /**
   * Whatever `read` makes of the answer. An access token that the server does not take is replaced once.
   *
   * @param read Sends the request and reads the answer, here or elsewhere.
   */
  async *stream<T, R>(
    call: ApiCall,
    signal: AbortSignal | undefined,
    read: (request: WireRequest) => AsyncGenerator<T, R>,
  ): AsyncGenerator<T, R> {
    for (let last = false;; last = true) {
      const access = await this.#auth.accessToken(signal);
      try {
        return yield* read(this.#request(call, access));
      } catch (error) {
        if (!isNeptuneError(error, "ServerError")) throw error;
        if (error.fields.status === 401) this.#auth.reject(access);
        if (error.fields.status !== 401 || last) throw this.#explained(error, call);
      }
    }
  }

  close(): void {
    this.transport.close();
  }

  #request({ method, path, query, body, answer }: ApiCall, access: string): WireRequest {
    const search = Object.entries(query ?? {}).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
    const headers: Record<string, string> = { authorization: `Bearer ${access}` };
    if (body !== undefined) headers["content-type"] = "application/json";
    return {
      method,
      url: this.address + path + (search && `?${search}`),
      headers,
      body: body === undefined || body instanceof Uint8Array
        ? body as Uint8Array<ArrayBuffer> | undefined
        : JSON.stringify(body),
      answer,
    };
  }

  #explained(error: ServerError, { project }: ApiCall): Error {
    const { errorType } = error.fields;
    if (project === undefined || (errorType !== "ACCESS_DENIED" && errorType !== "PROJECT_NOT_FOUND")) return error;
    return new ProjectNotFoundError(
      `${this.address} has no project "${project}" that this API token may read: check the name (workspace/project), and ` +
        "that the owner of the token is a member.",
      { project },
      { cause: error },
    );
  }
}

// deno-lint-ignore require-yield
async function* whole<T>(value: Promise<T>): AsyncGenerator<never, T> {
  return await value;
}

function notJson({ path }: ApiCall, cause?: unknown): DecodeError {
  return new DecodeError(
    `The server's answer to ${path} is not the JSON it should be. Ask again; if it stays so, report it.`,
    { offset: 0, what: "JSON" },
    { cause },
  );
}
