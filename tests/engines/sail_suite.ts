/** Sail, in one process. */

import { SAIL } from "./engines.ts";
import { sparkSuites, TYPES } from "./spark.ts";

await sparkSuites(SAIL, { "steps as floats": TYPES, "written again by Polars": TYPES });
