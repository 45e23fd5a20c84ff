/** Sail, as a driver with workers, on archives in object storage. */

import { SAIL_CLUSTER } from "./engines.ts";
import { storeFaults } from "./store_faults.ts";
import { startSeaweed } from "./seaweed.ts";
import { sparkSuites, TYPES } from "./spark.ts";

await sparkSuites(SAIL_CLUSTER, { "steps as floats": TYPES, "written again by Polars": TYPES }, await startSeaweed());
await storeFaults(SAIL_CLUSTER);
