/** The ways to one archive: itself, and Neptune's API over it, in process and over a socket. */

import { ReadOnlyProject } from "../../mod.ts";
import { openArchive } from "../../src/archive/catalog.ts";
import { createHandler } from "../../src/server/handler.ts";
import { makeApiToken, newSecret } from "../../src/server/tokens.ts";

/** One way, with the project at its end. */
export interface Way {
  name: string;
  project: ReadOnlyProject;
  /** To open other projects, or none, the same way. */
  options: ConstructorParameters<typeof ReadOnlyProject>[0];
}

/** Calls `work` with each way to the archive whose data folder this is. */
export async function eachWay(data: string, project: string, work: (way: Way) => Promise<void>): Promise<void> {
  const secret = newSecret();
  const catalog = openArchive({ data });
  const handler = createHandler(catalog, { secret });
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => handler(request),
  );
  const inProcess: typeof fetch = (input, init) => handler(new Request(input, init));
  const ways: Record<string, Way["options"]> = {
    "archive": { archive: data, cacheFolder: null },
    "in process": { apiToken: makeApiToken(secret, "http://neptune.test"), fetch: inProcess },
    "socket": { apiToken: makeApiToken(secret, `http://127.0.0.1:${server.addr.port}`) },
  };
  for (const [name, options] of Object.entries(ways)) {
    const reader = new ReadOnlyProject({ ...options, project });
    try {
      await work({ name, project: reader, options });
    } finally {
      reader.close();
    }
  }
  catalog.close();
}
