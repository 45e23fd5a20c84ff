/** A script that fetches with threads and then has nothing more to do. Its argument is an API token. */

import { seriesList } from "../../src/columns.ts";
import { openServer } from "../../src/http/catalog.ts";

const source = openServer({ apiToken: Deno.args[0], maxWorkers: 2, pointsPerWorker: 0 }).open("ws/proj");
let points = 0;
const query = {
  kind: "float" as const,
  series: seriesList([{ run: "ws/proj/R-1", path: "m/0" }]),
  lineage: "full" as const,
  useThreads: true,
};
for await (const block of source.series(query)) points += block.step.length;
console.log(points, performance.timeOrigin + performance.now());
