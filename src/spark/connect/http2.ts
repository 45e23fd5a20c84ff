/**
 * Requests over HTTP/2, which gRPC needs and `fetch` speaks over TLS alone.
 *
 * @module
 */

import { Code, ConnectError } from "@connectrpc/connect";
import type { UniversalClientRequest, UniversalClientResponse } from "@connectrpc/connect/protocol";
import { Buffer } from "node:buffer";
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from "node:http2";

/** A connection that nobody uses is closed after so many milliseconds, so that a program can end. */
const IDLE = 250;
/** The longest wait for a connection, in milliseconds. */
const CONNECT = 20_000;
/** So many pieces of an answer wait for whoever takes them; then the server has to. */
const MOST_WAITING = 16;
/** How much a server may send ahead: with less, a large answer waits for the way there and back again and again. */
const WINDOW = 4 << 20;

/** The connection to one server: made with the first request, and anew when it broke. */
export class Http2Connection {
  readonly #url: string;
  readonly #ca: string | undefined;
  #session: ClientHttp2Session | null = null;
  #active = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  /** @param certificates Certificate authorities beside those that this machine knows. */
  constructor(url: string, certificates: readonly string[]) {
    this.#url = url;
    this.#ca = certificates.length > 0 ? certificates.join("\n") : undefined;
  }

  /** Makes a request. */
  async request({ url, method, header, body, signal }: UniversalClientRequest): Promise<UniversalClientResponse> {
    signal?.throwIfAborted();
    clearTimeout(this.#idle);
    this.#active++;
    let stream: ClientHttp2Stream;
    try {
      const session = await this.#connected();
      const { pathname, search } = new URL(url);
      stream = session.request({ ":method": method, ":path": pathname + search, ...Object.fromEntries(header) });
    } catch (error) {
      this.#done();
      throw unavailable(error);
    }
    const answer = new AnswerStream(stream, signal, () => this.#done());
    send(stream, body).catch((error) => answer.fail(error));
    return await answer.opened;
  }

  /** Ends the connection and everything on it. */
  close(): void {
    clearTimeout(this.#idle);
    this.#session?.destroy();
    this.#session = null;
  }

  #done(): void {
    if (--this.#active > 0) return;
    this.#idle = setTimeout(() => this.close(), IDLE);
  }

  #connected(): Promise<ClientHttp2Session> {
    const known = this.#session;
    if (known && !known.closed && !known.destroyed) return Promise.resolve(known);
    const { promise, resolve, reject } = Promise.withResolvers<ClientHttp2Session>();
    const session = connect(this.#url, { ca: this.#ca, settings: { initialWindowSize: WINDOW } });
    const timer = setTimeout(() => {
      reject(new ConnectError("there was no answer to the connection", Code.Unavailable));
      session.destroy();
    }, CONNECT);
    const forget = () => {
      clearTimeout(timer);
      if (this.#session === session) this.#session = null;
      reject(new ConnectError("the connection was closed", Code.Unavailable));
    };
    session.once("connect", () => {
      clearTimeout(timer);
      session.setLocalWindowSize?.(4 * WINDOW);
      resolve(session);
    });
    session.on("error", (error) => {
      reject(unavailable(error));
      forget();
    });
    session.on("close", forget);
    session.on("goaway", () => {
      if (this.#session === session) this.#session = null;
    });
    this.#session = session;
    return promise;
  }
}

async function send(stream: ClientHttp2Stream, body: AsyncIterable<Uint8Array> | undefined): Promise<void> {
  for await (const piece of body ?? []) {
    if (stream.destroyed) return;
    await new Promise<void>((resolve, reject) => {
      stream.write(
        Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength),
        (error) => error ? reject(error) : resolve(),
      );
    });
  }
  if (!stream.destroyed) stream.end();
}

/** An answer under way. What has come is given even where the stream is gone by then. */
class AnswerStream {
  readonly opened: Promise<UniversalClientResponse>;
  readonly #stream: ClientHttp2Stream;
  readonly #open: (response: UniversalClientResponse) => void;
  readonly #refuse: (error: unknown) => void;
  readonly #trailer = new Headers();
  readonly #waiting: Uint8Array[] = [];
  readonly #stop: () => void;
  #state: "open" | "ended" | { error: unknown } = "open";
  #hasStatus = false;
  #wake: (() => void) | null = null;
  #isOver = false;

  constructor(stream: ClientHttp2Stream, signal: AbortSignal | undefined, over: () => void) {
    const { promise, resolve, reject } = Promise.withResolvers<UniversalClientResponse>();
    this.opened = promise;
    this.opened.catch(() => {});
    [this.#stream, this.#open, this.#refuse] = [stream, resolve, reject];
    const abort = () => this.fail(signal!.reason);
    this.#stop = () => {
      if (this.#isOver) return;
      this.#isOver = true;
      signal?.removeEventListener("abort", abort);
      over();
    };
    signal?.addEventListener("abort", abort, { once: true });
    stream.on("response", (headers) => {
      this.#hasStatus ||= headers["grpc-status"] !== undefined;
      this.#open({
        status: Number(headers[":status"] ?? 0),
        header: webHeaders(headers),
        body: this.#body(),
        trailer: this.#trailer,
      });
    });
    stream.on("data", (piece: Uint8Array) => {
      this.#waiting.push(piece);
      if (this.#waiting.length >= MOST_WAITING) stream.pause();
      this.#awake();
    });
    stream.on("trailers", (headers) => {
      this.#hasStatus = true;
      webHeaders(headers).forEach((value, name) => this.#trailer.set(name, value));
    });
    stream.on("error", (error) => this.fail(unavailable(error)));
    stream.on("close", () => {
      // An answer that is whole says so; the end of its bytes alone may be the end of the connection.
      if (this.#hasStatus) this.#end();
      else this.fail(new ConnectError("the answer broke off", Code.Unavailable));
    });
  }

  /** Ends the answer with an error, once what has come is taken. */
  fail(error: unknown): void {
    this.#stop();
    if (this.#state === "open") this.#state = { error };
    this.#refuse(error);
    this.#awake();
    if (!this.#stream.destroyed) this.#stream.close(8);
  }

  #end(): void {
    this.#stop();
    if (this.#state === "open") this.#state = "ended";
    this.#refuse(new ConnectError("the server ended the stream without an answer", Code.Unavailable));
    this.#awake();
  }

  #awake(): void {
    this.#wake?.();
    this.#wake = null;
  }

  async *#body(): AsyncGenerator<Uint8Array> {
    try {
      while (true) {
        const piece = this.#waiting.shift();
        if (piece) {
          if (this.#waiting.length === 0) this.#stream.resume();
          yield piece;
        } else if (this.#state === "open") {
          await new Promise<void>((resolve) => this.#wake = resolve);
        } else if (this.#state === "ended") return;
        else throw this.#state.error;
      }
    } finally {
      this.#stop();
      if (!this.#stream.destroyed) this.#stream.close(8);
    }
  }
}

function webHeaders(headers: IncomingHttpHeaders): Headers {
  const all = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(":") && value !== undefined) {
      all.set(name, Array.isArray(value) ? value.join(", ") : String(value));
    }
  }
  return all;
}

function unavailable(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  const { message } = error as Error;
  return new ConnectError(message || "the connection failed", Code.Unavailable, undefined, undefined, error);
}
