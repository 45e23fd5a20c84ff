/**
 * Unsynced data has to give the answers of the archive that was made of it: all of it, and half of every other run.
 */

import { openArchive } from "../../src/archive/catalog.ts";
import { openOffline } from "../../src/offline/catalog.ts";
import type { Catalog, Source } from "../../src/source.ts";
import { allOnDisk, halfOnDisk } from "../offline/from_archive.ts";
import { columnCases } from "../awkward/columns.ts";
import { damageCases } from "../awkward/damage.ts";
import { folderCases } from "../awkward/folders.ts";
import { conformance, type Open } from "./suite.ts";

/** Makes unsynced data of an archive and opens them. */
function unsynced(
  make: (source: Source, data: string, folder: string) => Promise<void>,
  open: (data: string, files: string, folder: string) => Catalog,
): Open {
  return async ({ data, files }, choices) => {
    const dir = await Deno.makeTempDir();
    const folder = `${dir}/.neptune`;
    const archive = openArchive({ data, files, cache: null, ...choices });
    await Deno.mkdir(folder, { recursive: true });
    for (const { id } of await archive.projects()) await make(archive.open(id), `${dir}/data`, folder);
    const catalog = withoutReport(open(`${dir}/data`, files, folder));
    return {
      catalog,
      close: async () => {
        catalog.close();
        await Deno.remove(dir, { recursive: true });
      },
    };
  };
}

/** The suite asks for what is wrong with an archive; what is wrong with unsynced data is asked in tests of their own. */
function withoutReport(catalog: Catalog): Catalog {
  return {
    label: catalog.label,
    projects: (options) => catalog.projects(options),
    open(project) {
      const source = catalog.open(project);
      return new Proxy(source, {
        get(target, name: keyof Source) {
          if (name === "report") return undefined;
          const value = target[name];
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    },
    close: () => catalog.close(),
  };
}

const PARQUET = "how Parquet files are written, and the folders they lie in, is not a matter of unsynced data";
const ONE_POINT = "the server took one point for a step; that there are more is the rounding of steps in archives";

/** Cases that unsynced data cannot hold. */
const NEITHER: Record<string, string> = {
  ...Object.fromEntries(
    [...columnCases, ...damageCases, ...folderCases].filter(({ name }) => name !== "run ids that look like file names")
      .map(({ name }) => [name, PARQUET]),
  ),
  "golden sample": "its runs have no time of creation, which the name of a database tells",
  "equal steps": ONE_POINT,
  "steps that share a file": ONE_POINT,
  "series in later parts": ONE_POINT,
  "file series without times": "clients send a time with every point",
};

const SYS_ID = "a client does not know sys/id, which the server made";

conformance(
  "offline",
  unsynced((source, _, folder) => allOnDisk(source, folder), (_, __, folder) => openOffline({ folder })),
  {
    skip: {
      ...NEITHER,
      "archived by value": "a client does not know what was archived or put in the trash",
      "head in the trash": "a client does not know what was archived or put in the trash",
      "head named": "a client does not know which run the server holds for the head: it is the newest",
      "no sys rows": SYS_ID,
      "parent by short id": SYS_ID,
      "exported by both exporters": SYS_ID,
      "one class in several row groups": SYS_ID,
      "points at the fork step": "the server took only points behind the fork step",
    },
    expected({ runs }) {
      for (const run of runs) run.values.set("sys/id:string", run.id);
    },
  },
);
conformance(
  "archive and offline together",
  unsynced(
    halfOnDisk,
    (data, files, folder) => openOffline({ folder, beneath: openArchive({ data, files, cache: null }) }),
  ),
  { skip: NEITHER },
);
