/** Archives that are compacted before they are opened. */

import { openArchive } from "../../src/archive/catalog.ts";
import { compactCatalog } from "../../src/compact/archive.ts";
import type { Open } from "./suite.ts";

/** Cases of archives that are not compacted. */
export const SKIP: Record<string, string> = Object.fromEntries(
  ["truncated part", "empty part", "part that is not Parquet", "damaged part 0", "part without a needed column"]
    .map((name) => [name, "an archive with a damaged file is not compacted, unless it is left out"]),
);

/** Compacts, and opens what came of it. */
export const compacted = (open: Open): Open => async ({ data, files }, choices) => {
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
  const opened = await open({ data: `${dir}/data`, files: `${dir}/files` }, choices);
  return {
    catalog: opened.catalog,
    close: async () => {
      await opened.close();
      await Deno.remove(dir, { recursive: true });
    },
  };
};
