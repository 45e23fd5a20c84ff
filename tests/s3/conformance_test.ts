/** What differs most from a disk: objects of which parts are loaded, and damaged ones. `deno task test:engines` asks everything. */

import { damageCases } from "../awkward/damage.ts";
import { runChecks } from "../conformance/runs.ts";
import { seriesChecks } from "../conformance/series.ts";
import { conformance } from "../conformance/suite.ts";
import { valueChecks } from "../conformance/values.ts";
import { inProcess } from "./open.ts";

/** Asks the same files hundreds of times. */
const LONG = /^series\(\): any steps/;

conformance("S3 as if all objects were large", inProcess(() => 12), {
  archive: true,
  checks: [...runChecks.slice(0, 8), ...valueChecks, ...seriesChecks].filter(({ name }) => !LONG.test(name)),
  cases: damageCases,
});
