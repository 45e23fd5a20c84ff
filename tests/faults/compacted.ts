/** The side of compacted archives: tables of the sample archive, their manifest and their hashes, which are not as they should be. */

import { compactArchive, ReadOnlyProject, type ReadOnlyProjectOptions } from "../../mod.ts";
import { FOLDER, HTML, link, PROJECT, replace, SAMPLE, whole } from "./archive.ts";
import { ARCHIVE_CALLS } from "./calls.ts";
import { changed } from "./parts.ts";
import type { Random } from "./random.ts";
import type { Faulted, Side } from "./simulate.ts";

/** The files that answers come from, as often as they are read. */
const TABLES = ["values", "values", "series", "series", "series", "attributes", "runs", "lineage"]
  .map((table) => `${table}/0001-0001.parquet`);
const MANIFEST = "compacted.json", HASHES = "SHA256SUMS";

/** Something wrong with a file. */
interface Fault {
  name: string;
  /** How many times as often as others it happens. Default: 1. */
  weight?: number;
  /** May give more about the fault. */
  spoil(path: string, random: Random): Promise<string | void>;
}

const FAULTS: readonly Fault[] = [
  {
    name: "bytes changed",
    weight: 8,
    async spoil(path, random) {
      const bytes = await Deno.readFile(path);
      const at = random.chance(0.5)
        ? bytes.length - 1 - random.below(Math.min(bytes.length, 6000))
        : random.below(bytes.length);
      await replace(path, changed(bytes, at, random));
      return `byte ${at} of ${bytes.length}`;
    },
  },
  {
    name: "cut",
    weight: 2,
    async spoil(path, random) {
      const bytes = await Deno.readFile(path);
      await replace(path, bytes.subarray(0, random.below(bytes.length)));
    },
  },
  {
    name: "longer",
    async spoil(path) {
      const bytes = await Deno.readFile(path);
      await replace(path, new Uint8Array([...bytes, ...bytes.subarray(-64)]));
    },
  },
  { name: "a page in its place", spoil: (path) => replace(path, HTML) },
  { name: "empty", spoil: (path) => replace(path, "") },
  { name: "cannot be read", spoil: (path) => link(path, "/proc/self/mem") },
  { name: "a link that leads nowhere", spoil: (path) => link(path, `${path}.gone`) },
  { name: "removed", weight: 2, spoil: (path) => Deno.remove(path) },
  {
    name: "a folder in its place",
    async spoil(path) {
      await Deno.remove(path);
      await Deno.mkdir(path);
    },
  },
  {
    name: "another table in its place",
    async spoil(path, random) {
      const other = random.pick(TABLES.filter((name) => !path.endsWith(name)));
      await replace(path, await Deno.readFile(path.replace(/[^/]+\/[^/]+$/, other)));
      return other;
    },
  },
];

function chosen(random: Random): Fault {
  return random.pick(FAULTS.flatMap((fault) => Array.from({ length: fault.weight ?? 1 }, () => fault)));
}

/** A compacted archive with a fault. */
export const COMPACTED: Side = {
  name: "compacted",
  calls: ARCHIVE_CALLS,
  atOnce: 8,
  async sound() {
    return opened(await copyOf(await compacted()), "error", "answer", "none");
  },
  async faulted(random, call) {
    const root = await copyOf(await compacted());
    const damagedRuns = random.pick(["error", "skip"] as const);
    const isOpen = !call.opens && random.chance(0.3);
    const project = isOpen ? new ReadOnlyProject({ project: PROJECT, ...optionsOf(root, damagedRuns) }) : undefined;
    if (project && random.chance(0.5)) await project.listRuns();
    else if (project) {
      const folder = await Deno.makeTempDir({ dir: root });
      await call.run({ project, options: optionsOf(root, damagedRuns), folder }).then(() => {}, () => {});
    }
    const file = random.chance(0.85) ? random.pick(TABLES) : random.pick([MANIFEST, HASHES]);
    let fault = chosen(random);
    while (!TABLES.includes(file) && fault.name === "another table in its place") fault = chosen(random);
    const detail = await fault.spoil(`${root}/data/${FOLDER}/${file}`, random);
    const words = [fault.name, detail, file, isOpen ? "open" : "before", damagedRuns].filter(Boolean);
    // Nobody reads the hashes but the report.
    return opened(root, damagedRuns, file === HASHES && !call.reports ? "answer" : "either", words.join(", "), {
      names: [file],
      project,
    });
  },
};

function opened(
  root: string,
  damagedRuns: "error" | "skip",
  must: Faulted["must"],
  fault: string,
  { names, project }: { names?: string[]; project?: ReadOnlyProject } = {},
): Faulted {
  const options = optionsOf(root, damagedRuns);
  return {
    place: { project: project ?? new ReadOnlyProject({ project: PROJECT, ...options }), options },
    fault,
    must,
    names,
    skips: damagedRuns === "skip",
    hidden: root,
    close: async () => await Deno.remove(root, { recursive: true }),
  };
}

function optionsOf(root: string, damagedRuns: "error" | "skip"): ReadOnlyProjectOptions {
  return { archive: `${root}/data`, cacheFolder: null, damagedRuns };
}

let made: Promise<string> | undefined;

/** Half of the sample archive, compacted once, on the disk of the copies. */
function compacted(): Promise<string> {
  return made ??= (async () => {
    const root = await Deno.makeTempDir({ prefix: "neptune-compacted-" });
    globalThis.addEventListener("unload", () => Deno.removeSync(root, { recursive: true }));
    const archive = `${await whole()}/data`;
    await compactArchive({ archive, destination: root, storedFiles: "leave", cacheFolder: null, progressBar: false });
    return root;
  })();
}

async function copyOf(archive: string): Promise<string> {
  const root = await Deno.makeTempDir({ prefix: "neptune-compacted-" });
  const folder = `data/${FOLDER}`;
  for (const name of new Set([MANIFEST, HASHES, ...TABLES])) {
    await Deno.mkdir(`${root}/${folder}/${name}`.replace(/\/[^/]+$/, ""), { recursive: true });
    await Deno.link(`${archive}/${folder}/${name}`, `${root}/${folder}/${name}`);
  }
  await Deno.symlink(`${SAMPLE}/files`, `${root}/files`);
  return root;
}
