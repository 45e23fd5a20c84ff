/** Apache Spark. */

import { SPARK } from "./engines.ts";
import { sparkSuites, TYPES } from "./spark.ts";

await sparkSuites(SPARK, { "steps as floats": TYPES, "times in nanoseconds": TYPES });
