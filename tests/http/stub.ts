/** A small server that speaks as much of Neptune's protocol as a test wants, and misbehaves where it is told to. */

import { create, toBinary } from "@bufbuild/protobuf";
import { openServer, type ServerOptions } from "../../src/http/catalog.ts";
import type { Catalog, Source } from "../../src/source.ts";
import { ProtoLeaderboardEntriesSearchResultDTOSchema } from "../../src/wire/gen/neptune_pb.ts";

/** A request as it came. */
export interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: string;
}

/** Answers one request; `count` says how many came before it on the same path. */
export type Route = (seen: Seen, count: number) => Response | Promise<Response>;

export const PATHS = {
  config: "/api/backend/v1/clients/config",
  discovery: "/oidc",
  exchange: "/api/backend/v1/authorization/oauth-token",
  refresh: "/oidc/token",
  project: "/api/backend/v1/projects/get",
  projects: "/api/backend/v1/projects",
  runs: "/api/leaderboard/v1/proto/leaderboard/entries/search/",
  definitions: "/api/leaderboard/v1/leaderboard/attributes/definitions/query",
  runDefinitions: "/api/leaderboard/v1/proto/attributes/queryAttributeDefinitions",
  values: "/api/leaderboard/v1/proto/leaderboard/attributes/query",
  runValues: "/api/leaderboard/v1/proto/attributes/attributes",
  floatSeries: "/api/leaderboard/v1/proto/attributes/series/float",
  otherSeries: "/api/leaderboard/v1/proto/attributes/series",
  signedUrl: "/api/storagebridge/v1/signedUrl",
} as const;

export const SECRET = "s3cret-part-of-the-token";

/** An API token for an address. */
export function apiToken(address: string): string {
  return btoa(JSON.stringify({ api_address: address, api_url: address, api_key: SECRET }));
}

/** A JWT that nobody signed. */
export function accessToken(claims: Record<string, unknown>): string {
  const part = (value: unknown) =>
    btoa(JSON.stringify(value)).replace(/=+$/, "").replace(/\+/g, "-").replace(/\//g, "_");
  return `${part({ alg: "none" })}.${part(claims)}.`;
}

/** Seconds since the epoch, so far from now. */
export function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

/** A server on this machine. */
export class Stub implements AsyncDisposable {
  readonly seen: Seen[] = [];
  readonly url: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #routes: Record<string, Route>;
  readonly #catalogs: Catalog[] = [];
  readonly #over = Promise.withResolvers<void>();

  constructor(routes: Record<string, Route> = {}) {
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {}, onError: () => new Response() },
      (r) => this.#answer(r),
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
    this.#routes = { ...this.#usual(), ...routes };
  }

  /** How many requests came for a path. */
  count(path: string): number {
    return this.seen.filter((one) => one.path === path).length;
  }

  /** A client of this server. */
  open(options: Partial<ServerOptions> = {}): Catalog {
    const catalog = openServer({ apiToken: apiToken(this.url), deadlineSeconds: 30, ...options });
    this.#catalogs.push(catalog);
    return catalog;
  }

  /** A client of the one project of this server. */
  source(options: Partial<ServerOptions> = {}): Source {
    return this.open(options).open("ws/proj");
  }

  /** An answer that does not come while the server is there. */
  async silence(): Promise<Response> {
    await this.#over.promise;
    return new Response();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.resolve();
    for (const catalog of this.#catalogs) catalog.close();
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname: path, searchParams: query } = new URL(request.url);
    const seen = { method: request.method, path, query, headers: request.headers, body: await request.text() };
    const count = this.count(path);
    this.seen.push(seen);
    const route = this.#routes[path];
    return route ? await route(seen, count) : new Response("no such thing", { status: 404 });
  }

  #usual(): Record<string, Route> {
    const claims = { exp: inSeconds(3600), azp: "azp-client", iss: `${this.url}/realm` };
    return {
      [PATHS.config]: () =>
        Response.json({
          apiUrl: this.url,
          pyLibVersions: {},
          security: { clientId: "cli", openIdDiscovery: `${this.url}/oidc` },
        }),
      [PATHS.discovery]: () =>
        Response.json({ authorization_endpoint: `${this.url}/auth`, token_endpoint: `${this.url}/oidc/token` }),
      [PATHS.exchange]: () =>
        Response.json({ accessToken: accessToken(claims), refreshToken: "refresh-1", username: "u" }),
      [PATHS.project]: () =>
        Response.json({ id: "11111111-1111-1111-1111-111111111111", name: "proj", organizationName: "ws" }),
    };
  }
}

/** A page of runs with these ids. */
export function entries(ids: string[], total: number): Response {
  const message = create(ProtoLeaderboardEntriesSearchResultDTOSchema, {
    matchingItemCount: BigInt(total),
    entries: ids.map((id) => ({
      attributes: [{ name: "sys/id", type: "string", stringProperties: { value: id } }],
    })),
  });
  return new Response(toBinary(ProtoLeaderboardEntriesSearchResultDTOSchema, message));
}

/** An address on this machine at which nobody listens, and nobody can begin to: a client has its port. */
export async function deafAddress(): Promise<{ url: string } & Disposable> {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const connection = await Deno.connect({ port: listener.addr.port, hostname: "127.0.0.1" });
  return {
    url: `http://127.0.0.1:${connection.localAddr.port}`,
    [Symbol.dispose]: () => [connection, listener].forEach((one) => one.close()),
  };
}

/** A body that breaks off: its first bytes, then the connection is reset. */
export function brokenOff(bytes: Uint8Array<ArrayBuffer>): Response {
  let sent = false;
  return new Response(
    new ReadableStream({
      async pull(controller) {
        if (!sent) {
          sent = true;
          return controller.enqueue(bytes);
        }
        // Several times: a process that stood still during one of them sends the bytes during the next.
        for (let i = 0; i < 4; i++) await new Promise((resolve) => setTimeout(resolve, 5));
        controller.error(new Error("reset"));
      },
    }),
  );
}

/** A body that stops arriving, until the client goes away. */
export function stalled(bytes: Uint8Array<ArrayBuffer>): Response {
  return new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(bytes);
      },
    }),
  );
}
