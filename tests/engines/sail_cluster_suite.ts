/** Sail, as a driver with workers. */

import { SAIL_CLUSTER } from "./engines.ts";
import { sparkSuites, TYPES } from "./spark.ts";

await sparkSuites(SAIL_CLUSTER, { "steps as floats": TYPES, "written again by Polars": TYPES });
