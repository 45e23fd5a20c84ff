import { openArchive } from "../../src/archive/catalog.ts";
import { conformance } from "./suite.ts";

conformance("archive", ({ data, files }, choices) => {
  const catalog = openArchive({ data, files, cache: null, ...choices });
  return Promise.resolve({ catalog, close: () => Promise.resolve(catalog.close()) });
}, { archive: true });
