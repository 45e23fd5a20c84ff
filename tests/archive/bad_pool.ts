/** Pools whose workers fail. */

import { archivePool } from "../../src/archive/workers/workers.ts";

/** A pool of archives whose first workers are bad in these ways. */
export function poolWith(...ways: string[]): ReturnType<typeof archivePool> {
  return archivePool({
    // However long this thread takes for what they gave.
    idle: 60_000,
    ...(ways.length > 0 ? { lookEvery: 1000 } : {}),
    create: () => {
      const way = ways.shift();
      const module = way ? "../pool/bad_worker.ts" : "../../src/archive/workers/worker.ts";
      return new Worker(new URL(module, import.meta.url), { type: "module", name: way });
    },
  });
}
