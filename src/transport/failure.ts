/**
 * What can go wrong between here and a server, and how it is told.
 *
 * @module
 */

import { missingPermission } from "../permissions/require.ts";
import { HTTPError } from "ky";
import { ConnectionError, ServerError } from "../errors.ts";
import type { WireRequest } from "./request.ts";

/** Something between here and the server went wrong, or took too long. */
export class Failure extends Error {
  override name = "Failure";
}

/** A clock that aborts unless it is fed. */
export class Watch {
  readonly #abort = new AbortController();
  readonly #silence: number;
  #fed = performance.now();
  #started = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param first How long to wait for the first sign, in milliseconds.
   * @param silence How long to wait for every other.
   */
  constructor(first: number, silence: number) {
    this.#silence = silence;
    this.#timer = setTimeout(() => this.#look(), first);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Called for every piece that arrives, so that it only takes the time. */
  feed(): void {
    this.#started = true;
    this.#fed = performance.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const left = this.#fed + this.#silence - performance.now();
    if (left > 0 && this.#started) this.#timer = setTimeout(() => this.#look(), left);
    else this.#abort.abort(new Failure(`silence for ${round(performance.now() - this.#fed)} seconds`));
  }
}

/** Network errors are `TypeError`s, as the standard of `fetch` has it; others, such as a missing permission, stay what they are. */
export function failureOf(error: unknown, watch: Watch, url: string): unknown {
  if (watch.signal.aborted) return watch.signal.reason;
  if (error instanceof Deno.errors.NotCapable) {
    const { protocol, hostname, port } = new URL(url);
    const host = `${hostname}:${port || (protocol === "http:" ? 80 : 443)}`;
    return missingPermission({ name: "net", host }, `reach the server ${hostname}`);
  }
  if (!(error instanceof TypeError)) return error;
  const cause = error.cause instanceof Error ? error.cause.message : error.message;
  // The address may hold a signature, and says nothing about the reason.
  return new Failure(
    cause.replaceAll(url, withoutQuery(url)).replace(/^error sending request for url \([^)]*\): /, ""),
  );
}

/** Whether to try again: undefined leaves it to the status. */
export function mayRetry(error: Error, remaining: number): boolean | undefined {
  if (remaining <= 0) return false;
  if (error instanceof Failure) return true;
  if (!(error instanceof HTTPError)) return false;
  const after = Number(error.response.headers.get("retry-after") ?? 0);
  return after * 1000 > remaining ? false : undefined;
}

/** Why an attempt failed, in a few words. */
export function reasonOf(error: Error): string {
  return error instanceof HTTPError ? `status ${error.response.status}` : error.message;
}

/** The error for an answer that is one. What it says is kept, but for secrets that it may repeat. */
export function serverError(request: WireRequest, { response, data }: HTTPError): ServerError {
  const { status } = response;
  const url = withoutQuery(request.url);
  const body = asObject(data);
  const errorType = typeof body?.errorType === "string" ? body.errorType : null;
  let said = typeof body?.message === "string" ? body.message : typeof data === "string" ? data.trim() : "";
  for (const secret of secretsOf(request)) said = said.replaceAll(secret, "[secret]");
  return new ServerError(
    `The server answered ${status}${errorType ? ` (${errorType})` : ""} to ${request.method} ${url}` +
      `${said ? `: ${said.slice(0, 1000)}` : "."}`,
    { status, errorType, url },
  );
}

function secretsOf({ headers }: WireRequest): string[] {
  const values = [headers["x-neptune-api-token"], headers.authorization?.replace(/^Bearer /, "")];
  return values.filter((value) => value !== undefined && value !== "");
}

/** Error bodies are JSON whatever their content type says. */
function asObject(data: unknown): Record<string, unknown> | null {
  if (typeof data === "string" && data.trimStart().startsWith("{")) {
    try {
      return JSON.parse(data);
    } catch {
      return null;
    }
  }
  return typeof data === "object" && data !== null && !Array.isArray(data) ? data as Record<string, unknown> : null;
}

/** The error when no attempt brought an answer. */
export function unreachable(
  request: WireRequest,
  failure: Failure,
  attempts: number,
  started: number,
): ConnectionError {
  const address = new URL(request.url).origin;
  const seconds = round(performance.now() - started);
  return new ConnectionError(
    `No answer from ${address} after ${attempts} attempt${attempts === 1 ? "" : "s"} in ${seconds} seconds ` +
      `(${failure.message}): check the address in the API token, the network and the proxy.`,
    { address, attempts, seconds },
    { cause: failure },
  );
}

/** The error when an answer that had begun did not end; the field `brokenOff` tells it from the other. */
export function brokenOff(request: WireRequest, failure: Failure, started: number): ConnectionError {
  const address = new URL(request.url).origin;
  const seconds = round(performance.now() - started);
  return new ConnectionError(
    `The answer of ${address} broke off after ${seconds} seconds (${failure.message}): check the network and try again.`,
    { address, attempts: 1, seconds, brokenOff: true },
    { cause: failure },
  );
}

/** An address without what may be secret in it. */
export function withoutQuery(url: string): string {
  return url.split(/[?#]/, 1)[0];
}

/** Milliseconds to seconds with one decimal. */
function round(milliseconds: number): number {
  return Math.round(milliseconds / 100) / 10;
}
