/** A bare client of the API, for one handler, without a socket. */

import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { createHandler, type HandlerOptions } from "../../src/server/handler.ts";
import { makeApiToken } from "../../src/server/tokens.ts";
import type { Catalog } from "../../src/source.ts";

export const ADDRESS = "http://neptune.test";
export const SECRET = "the secret of the tests";
export const API_TOKEN = makeApiToken(SECRET, ADDRESS);

export const PATHS = {
  config: "/api/backend/v1/clients/config",
  token: "/api/backend/v1/authorization/oauth-token",
  project: "/api/backend/v1/projects/get",
  projects: "/api/backend/v1/projects",
  entries: "/api/leaderboard/v1/proto/leaderboard/entries/search/",
  globalEntries: "/api/leaderboard/v1/proto/leaderboard/entries/global/search/",
  runDefinitions: "/api/leaderboard/v1/proto/attributes/queryAttributeDefinitions",
  definitions: "/api/leaderboard/v1/leaderboard/attributes/definitions/query",
  values: "/api/leaderboard/v1/proto/leaderboard/attributes/query",
  runValues: "/api/leaderboard/v1/proto/attributes/attributes",
  floatSeries: "/api/leaderboard/v1/proto/attributes/series/float",
  series: "/api/leaderboard/v1/proto/attributes/series",
  buckets: "/api/leaderboard/v1/proto/attributes/timeseries/buckets",
  signedUrl: "/api/storagebridge/v1/signedUrl",
  azureSignedUrl: "/api/storagebridge/v1/azure/signedUrl",
} as const;

type Query = Record<string, string | string[]>;

/** A client that has its access token. */
export interface Client {
  handler: (request: Request) => Promise<Response>;
  get(path: string, query?: Query): Promise<Response>;
  post(path: string, body: unknown, query?: Query): Promise<Response>;
  /** A request that has not been sent. */
  request(path: string, body: unknown, signal: AbortSignal): Request;
  /** The answer as JSON; throws on anything but 200. */
  // deno-lint-ignore no-explicit-any
  json(answer: Promise<Response>): Promise<any>;
  /** The answer as a message; throws on anything but 200. */
  message<T extends DescMessage>(schema: T, answer: Promise<Response>): Promise<MessageShape<T>>;
  /** Status and body of an answer that is an error. */
  error(answer: Promise<Response>): Promise<{ status: number; errorType: string; message: string; title?: string }>;
}

/** Connects to a catalog as the clients of Neptune do. */
export async function connect(catalog: Catalog, options: Partial<HandlerOptions> = {}): Promise<Client> {
  const handler = createHandler(catalog, { secret: SECRET, ...options });
  const granted = await handler(new Request(ADDRESS + PATHS.token, { headers: { "x-neptune-api-token": API_TOKEN } }));
  const { accessToken } = await granted.json();
  const send = (path: string, query: Query, init: RequestInit) => {
    const url = new URL(ADDRESS + path);
    for (const [name, values] of Object.entries(query)) {
      for (const value of [values].flat()) url.searchParams.append(name, value);
    }
    return handler(new Request(url, { ...init, headers: { authorization: `Bearer ${accessToken}` } }));
  };
  const ok = async (answer: Promise<Response>) => {
    const response = await answer;
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    return response;
  };
  return {
    handler,
    get: (path, query = {}) => send(path, query, {}),
    post: (path, body, query = {}) =>
      send(path, query, { method: "POST", body: body instanceof Uint8Array ? body as BodyInit : JSON.stringify(body) }),
    request: (path, body, signal) => {
      const headers = { authorization: `Bearer ${accessToken}` };
      return new Request(ADDRESS + path, { method: "POST", body: JSON.stringify(body), headers, signal });
    },
    json: async (answer) => await (await ok(answer)).json(),
    message: async (schema, answer) => fromBinary(schema, new Uint8Array(await (await ok(answer)).arrayBuffer())),
    error: async (answer) => {
      const response = await answer;
      return { status: response.status, ...await response.json() };
    },
  };
}
