/** The side of archives: the sample archive on disk, and files of it, of its stored files and of its index that are not as they should be. */

import { ReadOnlyProject, type ReadOnlyProjectOptions } from "../../mod.ts";
import { ARCHIVE_CALLS, type Call } from "./calls.ts";
import { changed, inTwoParts, otherValues, regionOf, withColumn, withoutProject } from "./parts.ts";
import type { Random } from "./random.ts";
import type { Faulted, Side } from "./simulate.ts";

/** The sample archive. */
export const SAMPLE = new URL("../../samples/archive", import.meta.url).pathname;
/** What a server sends in place of a file. */
export const HTML = "<!doctype html><title>Log in</title><p>Your session has ended.</p>".repeat(20);
/** The one project in it. */
export const PROJECT = "nereid/digits";
/** Its folder. */
export const FOLDER = "nereid_digits-b413101154e2c0af";

/** Half of its runs, which all calls can be made with, and the runs that were forked from each. */
const RUNS: Record<string, string[]> = {
  "linear-1": [],
  "linear-2": [],
  "mlp-adam-2": ["mlp-adam-2-cool"],
  "mlp-adam-2-cool": ["mlp-adam-2-cool-large"],
  "mlp-adam-2-cool-large": [],
  "mlp-sgd-2": [],
};

/** The runs that calls about one run are about, and what these inherit from. */
const ASKED = new Set(["linear-1", "mlp-adam-2", "mlp-adam-2-cool"]);

/** A copy of the archive, to be spoilt. */
interface Copy {
  root: string;
  data: string;
  files: string;
  cache: string;
  /** The names of the parts. */
  parts: string[];
}

/** What was spoilt. */
interface Spoilt {
  must: Faulted["must"];
  /** Names of files, one of which an error has to name. */
  names?: string[];
  /** The runs that the fault is about. */
  runs?: string[];
  /** What is on disk now is the right answer, not what was there before. */
  replaced?: boolean;
  /** Nothing of it is left for a report to find. */
  gone?: boolean;
  /** More about the fault. */
  detail?: string;
}

/** Something wrong on disk. */
interface Fault {
  name: string;
  /** When: before the archive is opened for the first time, after it was read into an index, or after this very project was opened. */
  when: readonly When[];
  spoil(copy: Copy, random: Random): Promise<Spoilt>;
  /** How many times as often as others it happens. Default: 1. */
  weight?: number;
}

type When = "before" | "indexed" | "open";
const ALWAYS: readonly When[] = ["before", "indexed", "open"];

const runOf = (part: string) => part.replace(/-[0-9a-f]{16}_part_\d+\.parquet$/, "");
const family = (run: string): string[] => [run, ...RUNS[run].flatMap(family)];

/** A fault of one part, whose file is written anew so that no other copy of it changes. */
function partFault(
  name: string,
  when: readonly When[],
  spoil: (path: string, random: Random) => Promise<Omit<Spoilt, "names" | "runs"> | void>,
  weight?: number,
): Fault {
  return {
    name,
    when,
    weight,
    async spoil({ data, parts }, random) {
      // Most calls are about a few runs.
      const part = random.pick(random.chance(0.6) ? parts.filter((part) => ASKED.has(runOf(part))) : parts);
      const done = await spoil(`${data}/${FOLDER}/${part}`, random);
      return { must: "either", names: [part], runs: family(runOf(part)), ...done };
    },
  };
}

/** Writes a file anew, so that no other copy of it changes. */
export async function replace(path: string, bytes: Uint8Array | string): Promise<void> {
  await Deno.remove(path);
  await Deno.writeFile(path, typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
}

/** A link in its place. A file that can be opened but not read is one of the system's own. */
export async function link(path: string, to: string): Promise<void> {
  await Deno.remove(path);
  await Deno.symlink(to, path);
}

const PARTS: Fault[] = [
  partFault("bytes changed", ALWAYS, async (path, random) => {
    const bytes = await Deno.readFile(path);
    const at = random.chance(0.5)
      ? bytes.length - 1 - random.below(Math.min(bytes.length, 6000))
      : random.below(bytes.length);
    const region = regionOf(bytes, at);
    await replace(path, changed(bytes, at, random));
    // The exporter's files have no checksums: nothing tells that a value is another one.
    return { must: region === "values" ? "any" : "either", detail: `byte ${at} (${region})` };
  }, 8),
  partFault("a column renamed in the schema", ALWAYS, async (path, random) => {
    const bytes = await Deno.readFile(path);
    const name = random.pick([
      "float_value",
      "string_value",
      "int_value",
      "step",
      "timestamp",
      "project_id",
      "file_value",
    ]);
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    const places = [...text.matchAll(new RegExp(name, "g"))].map((found) => found.index);
    const copy = bytes.slice();
    copy[random.pick(places) + random.below(name.length)] ^= 1;
    await replace(path, copy);
    return { must: "either", detail: name };
  }, 2),
  partFault("cut", ALWAYS, async (path, random) => {
    const bytes = await Deno.readFile(path);
    await replace(path, bytes.subarray(0, random.below(bytes.length)));
  }, 2),
  partFault("a page in its place", ALWAYS, (path) => replace(path, HTML), 2),
  partFault("empty", ALWAYS, (path) => replace(path, "")),
  partFault("cannot be read", ALWAYS, (path) => link(path, "/proc/self/mem")),
  partFault("a link that leads nowhere", ALWAYS, (path) => link(path, `${path}.gone`)),
  partFault("a link to itself", ALWAYS, (path) => link(path, path)),
  partFault("a folder in its place", ALWAYS, async (path) => {
    await Deno.remove(path);
    await Deno.mkdir(path);
  }),
  partFault("removed after it was listed", ["open"], async (path) => {
    await Deno.remove(path);
    return { must: "either", gone: true };
  }, 2),
  partFault("removed", ["before", "indexed"], async (path) => {
    await Deno.remove(path);
    // A run of which nothing is left, nobody can miss; of what is left of one, the report tells.
    return { must: "any" };
  }),
  partFault("replaced by other values of equal size and time", ["indexed"], async (path) => {
    const { mtime, atime } = await Deno.stat(path);
    const bytes = await otherValues(await Deno.readFile(path));
    if (bytes === null) return { must: "answer" };
    await replace(path, bytes);
    await Deno.utime(path, atime!, mtime!);
    return { must: "answer", replaced: true };
  }),
  partFault("a column more", ["before", "indexed"], async (path) => {
    await replace(path, await withColumn(await Deno.readFile(path), "part"));
    return { must: "answer" };
  }),
  partFault("without project_id", ["before", "indexed"], async (path) => {
    await replace(path, await withoutProject(await Deno.readFile(path)));
    return { must: "answer" };
  }),
];

/** What other programs leave behind. */
const LITTER: Fault[] = ["._NAME", ".DS_Store", "NAME.tmp", "NAME (1)", "Thumbs.db", ".NAME.swp", "SHA256SUMS.tmp"].map(
  (name) => ({
    name: `litter: ${name}`,
    when: ALWAYS,
    async spoil({ data, parts }, random) {
      const litter = name.replace("NAME", random.pick(parts));
      await Deno.writeTextFile(`${data}/${FOLDER}/${litter}`, "\0\x05\x16\x07");
      if (random.chance(0.3)) await Deno.mkdir(`${data}/lost+found`, { mode: 0o000 });
      return { must: "answer", names: [litter, "lost+found"] };
    },
  }),
);

/** A fault of the index, which only saves time. */
function cacheFault(name: string, spoil: (path: string, random: Random) => Promise<void>): Fault {
  return {
    name: `index: ${name}`,
    when: ["indexed", "open"],
    async spoil({ cache }, random) {
      const [folder] = await Array.fromAsync(Deno.readDir(cache));
      const segments = await Array.fromAsync(Deno.readDir(`${cache}/${folder.name}`));
      await spoil(`${cache}/${folder.name}/${random.pick(segments).name}`, random);
      return { must: "answer" };
    },
  };
}

const CACHE: Fault[] = [
  cacheFault("bytes changed", async (path, random) => {
    const bytes = await Deno.readFile(path);
    await replace(path, changed(bytes, random.below(bytes.length), random));
  }),
  cacheFault("another version", async (path) => {
    const text = await Deno.readTextFile(path);
    await replace(path, text.replace('"version":', '"version":9'));
  }),
  cacheFault("cut", async (path, random) => {
    const bytes = await Deno.readFile(path);
    await replace(path, bytes.subarray(0, random.below(bytes.length)));
  }),
  cacheFault("empty", (path) => replace(path, "")),
  cacheFault("a page in its place", (path) => replace(path, HTML)),
  cacheFault("a folder in its place", async (path) => {
    await Deno.remove(path);
    await Deno.mkdir(path);
  }),
  cacheFault("cannot be read", (path) => link(path, "/proc/self/mem")),
  cacheFault("removed", (path) => Deno.remove(path)),
  cacheFault("its folder removed", (path) => Deno.remove(path.slice(0, path.lastIndexOf("/")), { recursive: true })),
  {
    name: "index: a file in place of its folder",
    when: ["before", "indexed"],
    async spoil({ cache }) {
      await Deno.remove(cache, { recursive: true }).catch(() => {});
      await Deno.writeTextFile(cache, "");
      return { must: "answer" };
    },
  },
  {
    name: "index: a folder that takes no files",
    when: ["before", "indexed"],
    async spoil({ cache }) {
      await Deno.remove(cache, { recursive: true }).catch(() => {});
      await Deno.symlink("/sys/kernel", cache);
      return { must: "answer" };
    },
  },
];

/** Stored files that the calls read. */
const STORED = ["linear-1/config_json.json", "linear-1/report/mistakes_csv.csv"];

function fileFault(
  name: string,
  must: Faulted["must"],
  spoil: (path: string, random: Random) => Promise<void>,
): Fault {
  return {
    name: `stored file: ${name}`,
    when: ALWAYS,
    async spoil({ root, files }, random) {
      const stored = random.pick(STORED);
      // Its own copies of the files: all others share theirs.
      await Deno.remove(files);
      await copyFolder(`${SAMPLE}/files`, `${root}/files`);
      await spoil(`${files}/${FOLDER}/${stored}`, random);
      return { must, names: [stored], runs: ["linear-1"] };
    },
  };
}

const FILES: Fault[] = [
  fileFault("removed", "either", (path) => Deno.remove(path)),
  fileFault("a link that leads nowhere", "either", (path) => link(path, `${path}.gone`)),
  fileFault("a link to itself", "either", (path) => link(path, path)),
  fileFault("cannot be read", "either", (path) => link(path, "/proc/self/mem")),
  fileFault("a folder in its place", "either", async (path) => {
    await Deno.remove(path);
    await Deno.mkdir(path);
  }),
  // How large a file was, and which bytes it had, the exporter did not write down.
  fileFault("a page in its place", "any", (path) => replace(path, HTML)),
  fileFault("empty", "any", (path) => replace(path, "")),
  {
    name: "stored files: all gone",
    when: ALWAYS,
    async spoil({ files }) {
      await Deno.remove(files);
      return { must: "either", names: ["files"], runs: ["linear-1"] };
    },
  },
];

const FAULTS: readonly (readonly [number, readonly Fault[]])[] = [[6, PARTS], [1, LITTER], [2, CACHE], [2, FILES]];

function chosen(random: Random): Fault {
  const kinds = FAULTS.flatMap(([weight, faults]) => Array.from({ length: weight }, () => faults));
  const faults = random.pick(kinds);
  return random.pick(faults.flatMap((fault) => Array.from({ length: fault.weight ?? 1 }, () => fault)));
}

/** An archive with a fault. */
export const ARCHIVE: Side = {
  name: "archive",
  calls: ARCHIVE_CALLS,
  atOnce: 8,
  async sound() {
    const copy = await copyOf(await whole());
    return opened(copy, "error", { must: "answer" }, "none");
  },
  async faulted(random, call) {
    const isPast = (fault: Fault) => call.opens === true && fault.when.every((when) => when === "open");
    let fault = chosen(random);
    while (isPast(fault)) fault = chosen(random);
    const when = random.pick(fault.when.filter((when) => !(call.opens && when === "open")));
    const damagedRuns = random.pick(["error", "skip"] as const);
    const parts = random.chance(0.7) ? "as exported" : "in two parts";
    // Reports count files: they are right about one of the two.
    const base = parts === "as exported" || call.reports ? whole() : twoParts();
    const copy = await copyOf(await base);
    const isWarm = when !== "before";
    if (isWarm) await read(copy, damagedRuns, call, random.chance(0.5));
    let project: ReadOnlyProject | undefined;
    if (when === "open") {
      project = new ReadOnlyProject({ project: PROJECT, ...optionsOf(copy, damagedRuns) });
      if (random.chance(0.5)) await project.listRuns();
      else await ask(copy, call, project, damagedRuns);
    }
    const spoilt = await fault.spoil(copy, random);
    const words = [fault.name, spoilt.detail, spoilt.names?.[0], when, parts, damagedRuns];
    return opened(copy, damagedRuns, spoilt, words.filter(Boolean).join(", "), project);
  },
};

function opened(
  copy: Copy,
  damagedRuns: "error" | "skip",
  { must, names, runs, replaced, gone }: Spoilt,
  fault: string,
  project?: ReadOnlyProject,
): Faulted {
  const options = optionsOf(copy, damagedRuns);
  project ??= new ReadOnlyProject({ project: PROJECT, ...options });
  const fresh = { ...options, cacheFolder: null };
  return {
    place: { project, options },
    fault,
    must,
    names,
    runs,
    skips: damagedRuns === "skip",
    hidden: copy.root,
    right: replaced ? { project: new ReadOnlyProject({ project: PROJECT, ...fresh }), options: fresh } : undefined,
    thorough: gone
      ? undefined
      : () =>
        new ReadOnlyProject({ project: PROJECT, ...fresh, damagedRuns: "skip" }).archiveReport({ thorough: true }),
    close: async () => await Deno.remove(copy.root, { recursive: true }),
  };
}

function optionsOf({ data, cache }: Copy, damagedRuns: "error" | "skip"): ReadOnlyProjectOptions {
  return { archive: data, cacheFolder: cache, damagedRuns };
}

/** Reads the archive as it is into the index, with what the call needs of it or without. */
async function read(copy: Copy, damagedRuns: "error" | "skip", call: Call, all: boolean): Promise<void> {
  const project = new ReadOnlyProject({ project: PROJECT, ...optionsOf(copy, damagedRuns) });
  await project.listRuns();
  if (all) await ask(copy, call, project, damagedRuns);
}

async function ask(copy: Copy, call: Call, project: ReadOnlyProject, damagedRuns: "error" | "skip"): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: copy.root });
  await call.run({ project, options: optionsOf(copy, damagedRuns), folder }).then(() => {}, () => {});
}

async function copyOf(archive: string): Promise<Copy> {
  const root = await Deno.makeTempDir({ prefix: "neptune-archive-" });
  const data = `${root}/data`, files = `${root}/files`, cache = `${root}/cache`;
  await Deno.mkdir(`${data}/${FOLDER}`, { recursive: true });
  const parts: string[] = [];
  for await (const { name } of Deno.readDir(`${archive}/data/${FOLDER}`)) {
    parts.push(name);
    await Deno.link(`${archive}/data/${FOLDER}/${name}`, `${data}/${FOLDER}/${name}`);
  }
  await Deno.symlink(`${SAMPLE}/files`, files);
  return { root, data, files, cache, parts: parts.sort() };
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

const bases = new Map<string, Promise<string>>();

/** An archive in a temporary folder: each file of the sample archive as one file or several. */
function base(name: string, split: (bytes: Uint8Array) => Promise<Uint8Array[]>): Promise<string> {
  let made = bases.get(name);
  if (!made) bases.set(name, made = make(split));
  return made;
}

/** Half of the sample archive as it is, on the disk of the copies, which are links to it. */
export const whole = () => base("whole", async (bytes) => await Promise.resolve([bytes]));
/** With each run in two files. */
const twoParts = () => base("two parts", inTwoParts);

async function make(split: (bytes: Uint8Array) => Promise<Uint8Array[]>): Promise<string> {
  const root = await Deno.makeTempDir({ prefix: "neptune-archive-" });
  globalThis.addEventListener("unload", () => Deno.removeSync(root, { recursive: true }));
  await Deno.mkdir(`${root}/data/${FOLDER}`, { recursive: true });
  for await (const { name } of Deno.readDir(`${SAMPLE}/data/${FOLDER}`)) {
    if (!(runOf(name) in RUNS)) continue;
    const parts = await split(await Deno.readFile(`${SAMPLE}/data/${FOLDER}/${name}`));
    for (const [number, bytes] of parts.entries()) {
      await Deno.writeFile(`${root}/data/${FOLDER}/${name.replace("_part_0", `_part_${number}`)}`, bytes);
    }
  }
  return root;
}
