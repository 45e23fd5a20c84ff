/**
 * What can go wrong between here and a server, and how it is told.
 *
 * @module
 */

import { missingPermission } from "../permissions/require.ts";
import { HTTPError } from "ky";
import { ConnectionError, type NeptuneError, ServerError } from "../errors.ts";
import type { WireRequest } from "./request.ts";

/** Something between here and the server went wrong, or took too long. */
export class Failure extends Error {
  override name = "Failure";
  /** Trying again would not help: nobody has this name, or the certificate is not one to trust. */
  readonly hopeless: boolean;
  /** The time for the whole request is over. */
  readonly late: boolean;
  /** The error to throw if trying again did not help, where it is another one than that nothing answers. */
  readonly final: NeptuneError | null;

  constructor(
    message: string,
    { hopeless = false, late = false, final = null }: {
      hopeless?: boolean;
      late?: boolean;
      final?: NeptuneError | null;
    } = {},
  ) {
    super(message);
    this.hopeless = hopeless;
    this.late = late;
    this.final = final;
  }
}

/** Bytes that come faster than this, per millisecond, move the deadline: a large answer is no late one, a drip is. */
const FAST_ENOUGH = 64;

/** A look that is so late, in milliseconds, shows that this program stood still: what has come meanwhile gets as long to be heard. */
const STOOD_STILL = 100;

/**
 * A clock that aborts: after a silence, and when the time for the whole request is over. It stands while nobody reads, and while this
 * program stands still.
 */
export class Watch {
  readonly #abort = new AbortController();
  readonly #silence: number;
  #deadline: number;
  #fed = performance.now();
  #any = false;
  /** When the next look is due. */
  #due = 0;
  /** Whether it stood still since the last sign: once, as a program that does so all the time would wait for ever. */
  #stood = false;
  #heldAt: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param silence How long to wait for each sign, in milliseconds.
   * @param deadline When the whole request must be done, as `performance.now()` tells the time.
   */
  constructor(silence: number, deadline: number) {
    this.#silence = silence;
    this.#deadline = deadline;
    this.#start();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Called for every piece that arrives, so that it only takes the time. */
  feed(bytes: number): void {
    this.#any = true;
    this.#stood = false;
    this.#fed = performance.now();
    this.#deadline += bytes / FAST_ENOUGH;
  }

  /** Nobody waits for the server: what arrived is being used. A stream that nobody reads on does not keep the process alive. */
  hold(): void {
    this.#heldAt = performance.now();
    if (this.#timer !== undefined) Deno.unrefTimer(this.#timer as unknown as number);
  }

  /** Somebody waits for the server again. */
  resume(): void {
    if (this.#heldAt === null) return;
    this.#deadline += performance.now() - this.#heldAt;
    this.#fed = performance.now();
    this.#heldAt = null;
    if (this.#timer === undefined) this.#start();
    else Deno.refTimer(this.#timer as unknown as number);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #start(): void {
    const now = performance.now();
    this.#due = Math.max(now + 1, Math.min(this.#fed + this.#silence, this.#deadline));
    this.#timer = setTimeout(() => this.#look(), this.#due - now);
  }

  #look(): void {
    this.#timer = undefined;
    // Started again when somebody waits again.
    if (this.#heldAt !== null) return;
    const now = performance.now(), stood = now - this.#due;
    if (stood > STOOD_STILL && !this.#stood) {
      this.#stood = true;
      this.#fed += stood + STOOD_STILL;
      this.#deadline += stood + STOOD_STILL;
    }
    if (now < this.#fed + this.#silence && now < this.#deadline) return this.#start();
    const late = now >= this.#deadline;
    const message = late && this.#any ? "the time for it was over" : `silence for ${round(now - this.#fed)} seconds`;
    this.#abort.abort(new Failure(message, { late }));
  }
}

/** What no second attempt changes, in the words of Deno's `fetch`. */
const HOPELESS = [
  /dns error: .*(not known|no such host|nodename nor servname|does not resolve|no address associated)/i,
  /invalid peer certificate|received corrupt message|received fatal alert|peer is incompatible/i,
  /scheme .* not supported|requests to port \d+ are blocked|invalid url/i,
];

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
  const message = cause.replaceAll(url, withoutQuery(url)).replace(/^error sending request for url \([^)]*\): /, "");
  return new Failure(message, { hopeless: HOPELESS.some((one) => one.test(message)) });
}

/** So short before the deadline, in milliseconds, no attempt begins that could only fail for want of time. */
export const LEAST_TIME = 50;
/** Official clients try these again by accident, and so get over them; a server that means it is believed the third time. */
const ODD_ANSWERS = 3;

/** Whether to try again: undefined leaves it to the status. */
export function mayRetry(error: Error, remaining: number, attempts: number): boolean | undefined {
  if (remaining <= LEAST_TIME) return false;
  if (error instanceof Failure) return !error.hopeless && (error.final === null || attempts < ODD_ANSWERS);
  if (!(error instanceof HTTPError)) return false;
  if (error.response.status === 400 && isList(error.data)) return attempts < ODD_ANSWERS;
  const after = Number(error.response.headers.get("retry-after") ?? 0);
  return after * 1000 > remaining ? false : undefined;
}

/** Neptune's errors are objects: a list is somebody else's. */
function isList(data: unknown): boolean {
  return Array.isArray(data) || (typeof data === "string" && data.trimStart().startsWith("["));
}

/** Why an attempt failed, in a few words: of what the network said, the last, without the number that systems give it. */
export function reasonOf(error: Error): string {
  if (error instanceof HTTPError) return `status ${error.response.status}`;
  const known = /connection (refused|reset|closed|aborted)|timed out|no route to host|network is unreachable/i;
  return known.exec(error.message)?.[0].toLowerCase() ?? error.message;
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
    { status, errorType, url, ...(body && "inside" in body ? { inside: body.inside } : {}) },
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
): NeptuneError {
  if (failure.final) return failure.final;
  const address = new URL(request.url).origin;
  const seconds = round(performance.now() - started);
  return new ConnectionError(
    `No answer from ${address} after ${attempts} attempt${attempts === 1 ? "" : "s"} in ${seconds} seconds ` +
      `(${failure.message}): ${adviceFor(failure, request)}.`,
    { address, attempts, seconds },
    { cause: failure },
  );
}

function adviceFor({ message }: Failure, { addressedBy = "the address in the API token" }: WireRequest): string {
  if (/certificate/.test(message)) return "if its certificate is one of your own authority, pass that as `caCerts`";
  if (/corrupt message|fatal alert/.test(message)) return "check whether the address begins with http:// or https://";
  if (/time for it was over/.test(message)) return "try again, or give it more with `deadlineSeconds`";
  if (/dns error/.test(message)) return "check the name in the address, and the network";
  return `check ${addressedBy}, the network and the proxy`;
}

/** The error when an answer that had begun did not end; the field `brokenOff` tells that it is worth asking for the rest. */
export function brokenOff(request: WireRequest, failure: Failure, started: number): ConnectionError {
  const address = new URL(request.url).origin;
  const seconds = round(performance.now() - started);
  const fields = { address, attempts: 1, seconds };
  return failure.late
    ? new ConnectionError(
      `The answer of ${address} was too slow, it had not come to its end after ${seconds} seconds: try again, or give it ` +
        "more time with `deadlineSeconds`.",
      fields,
      { cause: failure },
    )
    : new ConnectionError(
      `The answer of ${address} broke off after ${seconds} seconds (${failure.message}): check the network and try again.`,
      { ...fields, brokenOff: true },
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
