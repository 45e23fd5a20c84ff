/**
 * A compacted archive has to give the answers of the archive that it was made of.
 */

import { openArchive } from "../../src/archive/catalog.ts";
import { compactCatalog } from "../../src/compact/archive.ts";
import { conformance } from "./suite.ts";

conformance("compacted", async ({ data, files }, choices) => {
  const dir = await Deno.makeTempDir();
  const source = openArchive({ data, files, cache: null, ...choices });
  await compactCatalog(source, {
    destination: dir,
    project: undefined,
    storedFiles: "link",
    progressBar: false,
    signal: undefined,
    onProgress: () => {},
  });
  const catalog = openArchive({ data: `${dir}/data`, files: `${dir}/files`, cache: null, ...choices });
  return {
    catalog,
    close: async () => {
      catalog.close();
      await Deno.remove(dir, { recursive: true });
    },
  };
}, {
  archive: true,
  skip: Object.fromEntries(
    ["truncated part", "empty part", "part that is not Parquet", "damaged part 0", "part without a needed column"]
      .map((name) => [name, "an archive with a damaged file is not compacted, unless it is left out"]),
  ),
});
