/**
 * A handler behind a socket. Connections that ask nothing, send nothing or take nothing end; what clients that have gone asked for is
 * given up. `Deno.serve` can do neither (docs/decisions/0009-http-server.md).
 *
 * @module
 */

import { createServer, type Server as NodeServer, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener, RequestError } from "@hono/node-server";
import { errorResponse, Refusal } from "./refusal.ts";

/** How long, in milliseconds, a client may take. */
export interface Patience {
  /** To send the head of a request, counted from the connection or the answer before. Default: 20 s. */
  head: number;
  /** To send a whole request. Default: 60 s. */
  request: number;
  /** Between two requests on one connection. Default: 75 s. */
  idle: number;
  /** To take the next piece of an answer. Default: 120 s. */
  answer: number;
}

const PATIENCE: Patience = { head: 20_000, request: 60_000, idle: 75_000, answer: 120_000 };

/** Connections that wait to be accepted while the program is busy; those beyond are tried again by their system after seconds. */
const BACKLOG = 4096;

/** A server that listens. */
export interface Listening {
  port: number;
  /** Finishes the requests that are being answered and stops. */
  close(): Promise<void>;
  /** Settles when the server has stopped. */
  finished: Promise<void>;
}

/**
 * Listens.
 *
 * @param handler Answers a request; the signal aborts when the client goes.
 * @param hostname The address to listen on.
 * @param port The port, 0 for any that is free.
 * @param patience How long clients may take.
 */
export async function listen(
  handler: (request: Request, options: { signal: AbortSignal }) => Promise<Response>,
  hostname: string,
  port: number,
  patience: Partial<Patience> = {},
): Promise<Listening> {
  const { head, request, idle, answer } = { ...PATIENCE, ...patience };
  const answered = (request: Request) => handler(request, { signal: untilGone(request.signal) });
  const listener = getRequestListener(answered, { overrideGlobalObjects: false, errorHandler: refused });
  const open = new Set<ServerResponse>();
  const connections = new Set<Socket>();
  /** Ends connections on which nothing is being answered. */
  const endIdle = () => {
    const busy = new Set(Array.from(open, ({ socket }) => socket));
    for (const socket of connections) if (!busy.has(socket)) socket.end(() => socket.destroy());
  };
  const server = createServer(
    {
      headersTimeout: head,
      requestTimeout: request,
      keepAliveTimeout: idle,
      connectionsCheckingInterval: Math.min(1000, head / 2),
      keepAlive: true,
    },
    (incoming, outgoing) => {
      open.add(outgoing);
      outgoing.on("close", () => {
        open.delete(outgoing);
        // What was being answered when the server closed: its connection would else be kept for another request.
        if (!server.listening) endIdle();
      });
      listener(incoming, outgoing);
    },
  );
  server.on("connection", (socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
  });
  const watch = endStalled(open, answer);
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
  server.on("close", () => {
    clearInterval(watch);
    finish();
  });
  await bound(server, hostname, port).catch((error) => {
    clearInterval(watch);
    throw error;
  });
  return {
    port: (server.address() as AddressInfo).port,
    finished,
    close: async () => {
      server.close();
      // `closeIdleConnections` passes over connections that have asked nothing yet, as clients open them in advance.
      endIdle();
      await finished;
    },
  };
}

/** Aborts with an error, as all code expects; the package's own signal aborts with a text. */
function untilGone(signal: AbortSignal): AbortSignal {
  const gone = new AbortController();
  if (signal.aborted) gone.abort();
  else signal.addEventListener("abort", () => gone.abort(), { once: true });
  return gone.signal;
}

/** The answer to what is not a request that a handler could see: an address that cannot be parsed, a wrong Host. */
function refused(error: unknown): Response {
  if (!(error instanceof RequestError)) return errorResponse(error);
  return errorResponse(new Refusal(400, "BAD_REQUEST", `This is not a request: ${error.message}.`));
}

function bound(server: NodeServer, hostname: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: hostname, backlog: BACKLOG }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Ends answers of which a client has taken nothing for so long. */
function endStalled(open: Set<ServerResponse>, patience: number): ReturnType<typeof setInterval> {
  const taken = new WeakMap<ServerResponse, number>();
  return setInterval(() => {
    for (const answer of open) {
      const { socket } = answer;
      if (!socket || !answer.headersSent || socket.writableLength === 0) continue;
      if (taken.get(answer) === socket.bytesWritten - socket.writableLength) socket.destroy();
      else taken.set(answer, socket.bytesWritten - socket.writableLength);
    }
  }, patience);
}
