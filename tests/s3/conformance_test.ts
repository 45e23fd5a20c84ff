/** What differs most from a disk: objects of which parts are loaded, and damaged ones. `deno task test:engines` asks everything. */

import { damageCases } from "../awkward/damage.ts";
import { conformance } from "../conformance/suite.ts";
import { inProcess } from "./open.ts";

conformance("S3 as if all objects were large", inProcess(() => 12), { archive: true, cases: damageCases });
