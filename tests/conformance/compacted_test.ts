/**
 * A compacted archive has to give the answers of the archive that it was made of.
 */

import { openArchive } from "../../src/archive/catalog.ts";
import { compacted, SKIP } from "./compacted.ts";
import { conformance } from "./suite.ts";

const onDisk = compacted(({ data, files }, choices) => {
  const catalog = openArchive({ data, files, cache: null, ...choices });
  return Promise.resolve({ catalog, close: () => Promise.resolve(catalog.close()) });
});

conformance("compacted", onDisk, { archive: true, skip: SKIP });
