import { openArchive } from "../../src/archive/catalog.ts";
import { conformance } from "./suite.ts";

// However few points there are, workers read them.
conformance("archive through workers", ({ data, files }, choices) => {
  const catalog = openArchive({ data, files, cache: null, workers: { maxWorkers: 2, pointsPerWorker: 0 }, ...choices });
  return Promise.resolve({ catalog, close: () => Promise.resolve(catalog.close()) });
}, { archive: true });
