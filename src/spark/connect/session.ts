/**
 * One session with a Spark Connect server: plans in, streams of Arrow IPC out.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { type Client, createClient } from "@connectrpc/connect";
import { createTransport } from "@connectrpc/connect/protocol-grpc";
import type { SparkAddress } from "../address.ts";
import {
  type ExecutePlanResponse,
  InterruptRequest_InterruptType,
  type Relation,
  SparkConnectService,
  UserContextSchema,
} from "./gen/spark_pb.ts";
import { engineError, isBroken, isForgotten } from "./failure.ts";
import { Http2Connection } from "./http2.ts";

/** How often a stream that broke is taken up again, one after the other, before a call fails. */
const ATTEMPTS = 5;
const FIRST_WAIT = 50, LONGEST_WAIT = 2000;
/** The longest answer that comes in one piece: Spark's are 4 MB, what others make is up to them. */
const LONGEST_MESSAGE = 0x7fffffff;
/** The longest wait for a word of farewell. */
const FAREWELL = 2000;

/** A session. The server is asked for nothing before the first query. */
export class SparkSession {
  readonly #address: SparkAddress;
  readonly #client: Client<typeof SparkConnectService>;
  readonly #connection: Http2Connection;
  readonly #who: { sessionId: string; userContext: ReturnType<typeof userContext>; clientType: string };
  readonly #farewells = new Set<Promise<unknown>>();
  readonly #closed = new AbortController();
  #used = false;

  constructor(address: SparkAddress, certificates: readonly string[] = []) {
    this.#address = address;
    this.#connection = new Http2Connection(address.url, certificates);
    const transport = createTransport({
      baseUrl: address.url,
      httpClient: (request) => this.#connection.request(request),
      useBinaryFormat: true,
      acceptCompression: [],
      sendCompression: null,
      compressMinBytes: 0,
      readMaxBytes: LONGEST_MESSAGE,
      writeMaxBytes: LONGEST_MESSAGE,
      interceptors: [(next) => (request) => {
        for (const [name, value] of address.headers) request.header.set(name, value);
        return next(request);
      }],
    });
    this.#client = createClient(SparkConnectService, transport);
    this.#who = {
      sessionId: crypto.randomUUID(),
      userContext: userContext(address.userId),
      clientType: address.userAgent,
    };
  }

  /**
   * Runs a query. What it found comes as streams of Arrow IPC, as fast as they are taken. Whatever ends the loop ends the work on the
   * server.
   */
  async *run(plan: Relation, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    signal?.throwIfAborted();
    this.#used = true;
    const operationId = crypto.randomUUID();
    const operation = { ...this.#who, operationId };
    const ended = signal ? AbortSignal.any([signal, this.#closed.signal]) : this.#closed.signal;
    let last: string | undefined, started = false, complete = false, failed = 0;
    const start = Date.now();
    const execute = () =>
      this.#client.executePlan({
        ...operation,
        plan: { opType: { case: "root", value: plan } },
        requestOptions: [{ requestOption: { case: "reattachOptions", value: { reattachable: true } } }],
      }, { signal: ended });
    let stream = execute();
    try {
      while (!complete) {
        try {
          for await (const response of stream) {
            [last, started, failed] = [response.responseId || last, true, 0];
            complete = isComplete(response);
            if (response.responseType.case === "arrowBatch") yield response.responseType.value.data;
          }
          if (complete) break;
          failed++;
        } catch (error) {
          ended.throwIfAborted();
          // Nothing was heard of it: it may never have begun.
          if (!started && isForgotten(error)) last = undefined;
          else if (!isBroken(error)) throw error;
          if (++failed > ATTEMPTS || (!started && isForgotten(error) && failed > 2)) throw error;
        }
        await pause(failed, ended);
        stream = started || failed === 1
          ? this.#client.reattachExecute({ ...operation, lastResponseId: last }, { signal: ended })
          : execute();
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw engineError(error, this.#address, failed, (Date.now() - start) / 1000);
    } finally {
      this.#farewell(complete ? this.#release(operation) : this.#stop(operation));
    }
  }

  /** Ends everything, and lets the server forget the session. */
  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort(new Error("The project was closed."));
    await Promise.allSettled(this.#farewells);
    if (this.#used) await quietly(this.#client.releaseSession(this.#who, { timeoutMs: FAREWELL }));
    this.#connection.close();
  }

  #release(operation: { operationId: string }): Promise<unknown> {
    return this.#client.releaseExecute(
      { ...this.#who, ...operation, release: { case: "releaseAll", value: {} } },
      { timeoutMs: FAREWELL },
    );
  }

  async #stop(operation: { operationId: string }): Promise<void> {
    await quietly(this.#client.interrupt({
      ...this.#who,
      interruptType: InterruptRequest_InterruptType.OPERATION_ID,
      interrupt: { case: "operationId", value: operation.operationId },
    }, { timeoutMs: FAREWELL }));
    await quietly(this.#release(operation));
  }

  #farewell(word: Promise<unknown>): void {
    const said = quietly(word).then(() => void this.#farewells.delete(said));
    this.#farewells.add(said);
  }
}

function userContext(id: string) {
  return create(UserContextSchema, { userId: id, userName: id });
}

function isComplete({ responseType }: ExecutePlanResponse): boolean {
  return responseType.case === "resultComplete";
}

/** What cannot be told to a server that is gone is not worth an error. */
function quietly(word: Promise<unknown>): Promise<unknown> {
  return word.catch(() => {});
}

function pause(failed: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(signal.reason);
  const timer = setTimeout(resolve, Math.min(LONGEST_WAIT, FIRST_WAIT * 4 ** Math.max(0, failed - 1)));
  signal.addEventListener("abort", abort, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  });
}
