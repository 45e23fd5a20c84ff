/** Sail, in one process, on archives in object storage. */

import { SAIL } from "./engines.ts";
import { storeFaults } from "./store_faults.ts";
import { startSeaweed } from "./seaweed.ts";
import { sparkSuites, TYPES } from "./spark.ts";

await sparkSuites(SAIL, { "steps as floats": TYPES, "written again by Polars": TYPES }, await startSeaweed());
await storeFaults(SAIL);
