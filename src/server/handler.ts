/**
 * Neptune's HTTP API over any catalog: what a server does with a request.
 *
 * @module
 */

import { Hono } from "hono";
import { callable, orNull, POSITIVE, SECRET, STRINGS } from "../options/kinds.ts";
import { checkOptions, declare, needed, optional } from "../options/options.ts";
import type { LazyCatalog } from "../source.ts";
import { addAuthRoutes, requireHost, requireToken } from "./routes/auth.ts";
import { addBucketRoutes } from "./routes/buckets.ts";
import type { Server } from "./context.ts";
import { addDefinitionRoutes } from "./routes/definitions.ts";
import { addEntryRoutes } from "./routes/entries.ts";
import { addFileRoutes } from "./routes/files.ts";
import { Tokens } from "./tokens.ts";
import { PageCache } from "./page_cache.ts";
import { addPointSeriesRoutes } from "./routes/point_series.ts";
import { addProjectRoutes } from "./routes/projects.ts";
import { Projects } from "./projects.ts";
import { takeTurns, Turns } from "./turns.ts";
import { errorResponse, Refusal } from "./refusal.ts";
import { addFloatSeriesRoutes } from "./routes/float_series.ts";
import { addValueRoutes } from "./routes/values.ts";

/** Definitions, and values, that do not fit a page and are kept for the next one; some 100 bytes each. */
const KEPT_ITEMS = 500_000;
/** Points that are kept for pages to come; 24 bytes each, with previews 33. */
const KEPT_POINTS = 2_000_000;

/** Requests that are worked on at the same time. */
const AT_ONCE = 8;

/** One request, for an access log. */
export interface AccessLogEntry {
  /** `GET` or `POST`. */
  method: string;
  /** The path, without the query. */
  path: string;
  /** The status of the answer. */
  status: number;
  /** Until the answer began. */
  milliseconds: number;
}

/** Options of {@linkcode createHandler}. */
export interface HandlerOptions {
  /** The secret that API tokens hold ({@linkcode makeApiToken}); `newSecret()` makes one. */
  secret: string;
  /** How long access tokens are valid, in seconds. Clients ask for a new one 30 seconds before. Default: 3600. */
  accessTokenSeconds?: number;
  /** The names under which this server may be asked; others are refused. Default: all. */
  hosts?: readonly string[] | null;
  /** Folders of this machine, whose places are not told to clients. Default: none. */
  folders?: readonly string[];
  /** Called after each request. */
  onRequest?: (entry: AccessLogEntry) => void;
}

const HANDLER = declare<HandlerOptions>()({
  secret: needed(SECRET),
  accessTokenSeconds: optional(POSITIVE, 3600),
  hosts: optional(orNull(STRINGS), null),
  folders: optional(STRINGS),
  onRequest: optional(callable<(entry: AccessLogEntry) => void>()),
});

/**
 * Answers one request.
 *
 * @param request The request.
 * @param options `signal` ends the work when nobody waits for the answer any more. Default: that of the request.
 */
export type Handler = (request: Request, options?: { signal?: AbortSignal }) => Promise<Response>;

/**
 * Makes the function that answers requests to Neptune's API from the data of a catalog.
 *
 * @param catalog What to serve. Stays open.
 * @param options The secret of the server, and more.
 */
export function createHandler(catalog: LazyCatalog, options: HandlerOptions): Handler {
  const { secret, accessTokenSeconds, hosts, folders, onRequest } = checkOptions("createHandler", HANDLER, options);
  const tokens = new Tokens(secret, accessTokenSeconds);
  const server: Server = {
    tokens,
    projects: new Projects(catalog),
    definitions: new PageCache(KEPT_ITEMS),
    values: new PageCache(KEPT_ITEMS),
    points: new PageCache(KEPT_POINTS),
  };
  const app = new Hono();
  app.onError((error) => errorResponse(error, folders));
  app.notFound(({ req }) =>
    errorResponse(new Refusal(404, "BAD_REQUEST", `There is no ${req.method} ${req.path} here.`))
  );
  app.use("*", requireHost(hosts));
  addAuthRoutes(app, tokens);
  app.use("/api/*", requireToken(tokens));
  app.use("/api/leaderboard/*", takeTurns(new Turns(AT_ONCE)));
  addProjectRoutes(app, server);
  addEntryRoutes(app, server);
  addDefinitionRoutes(app, server);
  addValueRoutes(app, server);
  addFloatSeriesRoutes(app, server);
  addPointSeriesRoutes(app, server);
  addBucketRoutes(app, server);
  addFileRoutes(app, server);

  return async (request, { signal } = {}) => {
    const started = performance.now();
    const response = await app.fetch(request, { signal: signal ?? request.signal });
    onRequest?.({
      method: request.method,
      path: new URL(request.url).pathname,
      status: response.status,
      milliseconds: performance.now() - started,
    });
    return response;
  };
}
