/** The client and the server back to back, which have to give the answers of the archive itself. */

import { openArchive } from "../../src/archive/catalog.ts";
import { openServer, type ServerOptions } from "../../src/http/catalog.ts";
import { createHandler } from "../../src/server/handler.ts";
import { makeApiToken, newSecret } from "../../src/server/tokens.ts";
import type { Catalog, SeriesQuery, Source } from "../../src/source.ts";
import type { Open } from "./suite.ts";

/** Cases that the protocol has no words for. */
export const SKIP: Record<string, string> = {
  "exported by both exporters": "Neptune's API tells runs apart by their short id, and these two have the same",
};

/** No socket: the client's `fetch` is the server. */
export const inProcess: Open = ({ data, files }, choices) =>
  Promise.resolve(served(openArchive({ data, files, cache: null, ...choices })));

/** An archive behind a server that nobody else can reach. Closing it closes the archive. */
export function served(archive: Catalog): Awaited<ReturnType<Open>> {
  const secret = newSecret();
  const handler = createHandler(archive, { secret });
  const catalog = openServer({
    apiToken: makeApiToken(secret, "http://neptune.test"),
    fetch: (input, init) => handler(new Request(input, init)),
  });
  return {
    catalog,
    close: () => {
      catalog.close();
      archive.close();
      return Promise.resolve();
    },
  };
}

/** A real server on this machine. */
export function overSocket(wrap: (catalog: Catalog) => Catalog, options: Partial<ServerOptions> = {}): Open {
  return ({ data, files }, choices) => {
    const archive = openArchive({ data, files, cache: null, ...choices });
    const secret = newSecret();
    const handler = createHandler(archive, { secret });
    const listen = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
    const server = Deno.serve(listen, (request) => handler(request));
    const catalog = openServer({ apiToken: makeApiToken(secret, `http://127.0.0.1:${server.addr.port}`), ...options });
    return Promise.resolve({
      catalog: wrap(catalog),
      close: async () => {
        catalog.close();
        await server.shutdown();
        archive.close();
      },
    });
  };
}

/** Every question for points goes to Web Workers. */
export function withThreads(catalog: Catalog): Catalog {
  return {
    label: catalog.label,
    projects: (options) => catalog.projects(options),
    open(project) {
      const source = catalog.open(project);
      return new Proxy(source, {
        get(target, name: keyof Source) {
          if (name === "series") return (query: SeriesQuery) => target.series({ ...query, useThreads: true });
          const value = target[name];
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    },
    close: () => catalog.close(),
  };
}
