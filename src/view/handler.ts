/**
 * The web page of any catalog: what its server does with a request.
 *
 * @module
 */

import { type Context, Hono } from "hono";
import { Body } from "../server/body.ts";
import { requireHost } from "../server/routes/auth.ts";
import type { Handler } from "../server/handler.ts";
import { Projects } from "../server/projects.ts";
import { errorResponse, Refusal } from "../server/refusal.ts";
import { takeTurns, Turns } from "../server/turns.ts";
import type { LazyCatalog } from "../source.ts";
import { type Asset, ASSETS, FIRST_ASSETS } from "./assets.ts";
import { type Asked, projectNamed, type Viewer } from "./context.ts";
import { Admission, requireOwnOrigin, secureHeaders } from "./guard.ts";
import { Kept } from "./kept.ts";
import { Listings } from "./listing.ts";
import { Overviews } from "./overviews.ts";
import { addAttributesRoute, allAttributes } from "./routes/attributes.ts";
import { addConfigsRoutes, differ } from "./routes/configs.ts";
import { addBucketsRoute } from "./routes/buckets.ts";
import { addFileRoute } from "./routes/files.ts";
import { addLineageRoute } from "./routes/lineage.ts";
import { addProjectsRoutes } from "./routes/projects.ts";
import { addRunsRoutes, readAhead, readFirst } from "./routes/runs.ts";
import { addSeriesRoutes } from "./routes/series.ts";
import { addValuesRoute } from "./routes/values.ts";
import { SpareTime } from "./spare.ts";

/** Requests that are worked on at the same time: a browser asks six at once. */
const AT_ONCE = 6;

/** A web page, and the path of the link that lets one browser in. */
export interface PageServer {
  handler: Handler;
  link: string;
  /** Reads what everybody sees first, so that it is there at once: it is no failure where that cannot be read. */
  prepare(signal: AbortSignal): Promise<void>;
  /** Reads on while nobody asks, once the page was seen: what is likely to be asked for next. */
  readOn(signal: AbortSignal): Promise<void>;
}

/**
 * Makes the function that answers a browser.
 *
 * @param catalog What to show. Stays open.
 * @param project The project that is shown first; null: the first there is.
 * @param hosts The names under which this server may be asked.
 * @param words Says a sentence in the words of who started it: an option of the module as one of the command.
 */
export function createPage(
  catalog: LazyCatalog,
  project: string | null,
  hosts: readonly string[],
  words: (text: string) => string = (text) => text,
): PageServer {
  const viewer: Viewer = {
    catalog,
    projects: new Projects(catalog),
    project,
    words,
    overviews: new Overviews(),
    listings: new Listings(),
    differences: new Kept(),
  };
  const spare = new SpareTime();
  const admission = new Admission();
  const link = admission.path;
  const app = new Hono();
  app.onError((error) => errorResponse(error, [], words));
  app.notFound((context) => {
    const { method, path } = context.req;
    // For a person, who mistyped it.
    if (context.req.header("accept")?.includes("text/html")) {
      return context.text(
        `There is no page ${path} here: the table of runs is at /, the others are /charts, /run, /compare.\n`,
        404,
      );
    }
    return errorResponse(new Refusal(404, "BAD_REQUEST", `There is no ${method} ${path} here.`));
  });
  app.use("*", secureHeaders(), requireHost(hosts));
  app.get("/open", (context) => admission.open(context));
  for (const [path, asset] of ASSETS) app.get(path, (context) => sent(asset(), context));
  app.use("/api/*", spare.watched(), requireOwnOrigin(), admission.required(), takeTurns(new Turns(AT_ONCE)));
  addProjectsRoutes(app, viewer);
  addRunsRoutes(app, viewer);
  addConfigsRoutes(app, viewer);
  addAttributesRoute(app, viewer);
  addValuesRoute(app, viewer);
  addSeriesRoutes(app, viewer);
  addBucketsRoute(app, viewer);
  addLineageRoute(app, viewer);
  addFileRoute(app, viewer);
  const handler: Handler = async (request, { signal = request.signal } = {}) => {
    try {
      const response = await app.fetch(request, { signal });
      if (!signal.aborted) return response;
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    // A browser that scrolls on gives up what it asked for: nobody reads the answer, and it is no failure.
    return errorResponse(new DOMException("The browser gave up.", "AbortError"));
  };
  /** What the page asks at first. */
  const first = async (signal: AbortSignal): Promise<Asked> => ({
    body: Body.from('{"trashed":false}'),
    project: await projectNamed(viewer, null, signal),
    signal,
  });
  const prepare = async (signal: AbortSignal) => {
    // As a browser asks: what answers is made and loaded, too.
    for (const path of ["/open", ...FIRST_ASSETS]) await handler(new Request(`http://${hosts[0]}${path}`));
    try {
      await readFirst(viewer, await first(signal));
    } catch {
      // The page tells it to whoever asks for it.
    }
  };
  const readOn = async (signal: AbortSignal) => {
    const ofData = [
      ({ project }: Asked) => allAttributes(project),
      (asked: Asked) => readAhead(viewer, asked),
      (asked: Asked) => differ(viewer, asked),
    ];
    const pieces = ofData.map((read) => async () => {
      const asked = await first(signal);
      if (asked.project.source.mayReadAhead) await read(asked);
    });
    await spare.use([...ASSETS.values(), ...pieces], signal);
  };
  return { link, handler, prepare, readOn };
}

/** A file as the browser takes it. */
function sent({ body, packed, type }: Asset, context: Context): Response {
  const accepted = (context.req.header("accept-encoding") ?? "").split(/[,;\s]+/);
  const encoding = (["br", "gzip"] as const).find((one) => accepted.includes(one));
  const headers = { "content-type": type, vary: "accept-encoding", ...encoding && { "content-encoding": encoding } };
  return context.body(encoding ? packed[encoding] : body, 200, headers);
}
