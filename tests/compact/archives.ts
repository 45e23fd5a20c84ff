/** Archives for the tests of compacting: random ones, with all that may be in an archive. */

import { openArchive } from "../../src/archive/catalog.ts";
import { compactCatalog, type CompactedArchive } from "../../src/compact/archive.ts";
import { LIMITS, type Limits } from "../../src/compact/limits.ts";
import type { Catalog, Source } from "../../src/source.ts";
import {
  bool,
  datetime,
  file,
  filePoint,
  float,
  floatPoint,
  histogramPoint,
  int,
  phantom,
  string,
  stringPoint,
  stringSet,
} from "../../samples/rows.ts";
import { type ArchiveRow, writeRun } from "../../samples/writer.ts";

export const PROJECT = "team/compact";

/** So small that a few hundred points make many portions, pages, row groups and files. */
export const SMALL: Limits = {
  ...LIMITS,
  spillPoints: 70,
  spillBytes: 2000,
  blockPoints: 16,
  otherPoints: 5,
  checkpointPoints: 30,
  partsTogether: 2,
  pieceRows: 11,
  pageRows: 7,
  pageBytes: 300,
  groupRows: 25,
  mostGroupRows: 60,
  groupBytes: 3000,
  fileBytes: 9000,
};

/** Numbers from 0 to 1, the same for the same seed. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Writes runs `from` to `until` of a random archive; gives its data folder. */
export async function writeRandom(folder: string, seed: number, from: number, until: number): Promise<string> {
  const dataRoot = `${folder}/data`;
  for (let n = from; n < until; n++) {
    const random = generator(seed * 1000 + n);
    const chance = (share: number) => random() < share;
    const runId = `run/${n % 3 === 0 ? "ü" : "x"}-${n}`;
    const configs: ArchiveRow[] = [
      string("sys/custom_run_id", runId),
      string("sys/id", `RUN-${n}`),
      datetime("sys/creation_time", 1.7e12 + (n % 4) * 1000),
      ...chance(0.7) ? [string("sys/name", `experiment ${n % 2}`)] : [],
      ...chance(0.4) && n > 0
        ? [string("sys/forking/parent", `run/${(n - 1) % 3 === 0 ? "ü" : "x"}-${n - 1}`), int("sys/forking/step", 4)]
        : [],
      stringSet("sys/tags", ...chance(0.5) ? ["a", `b${n}`] : []),
      float("config/lr", chance(0.2) ? -0 : random()),
      chance(0.5) ? int("config/both", 2n ** 60n + BigInt(n)) : float("config/both", Infinity),
      chance(0.5) ? phantom("config/lost", "float") : phantom("config/other", "float"),
      ...chance(0.1) ? [phantom("config/once", "float")] : [],
      ...chance(0.3) ? [bool("config/flag", chance(0.5))] : [],
      string("config/text", "line\n".repeat(Math.floor(random() * 20))),
      file("config/file", chance(0.5) ? `f/${n}.bin` : null),
    ];
    const points: ArchiveRow[] = [];
    for (let path = 0; path < 3; path++) {
      if (chance(0.2)) continue;
      const count = Math.floor(random() * 30);
      for (let i = 0; i < count; i++) {
        const step = chance(0.1) ? Math.floor(i / 2) : i + (chance(0.2) ? 0.1 * path : 0);
        points.push(floatPoint(`metric/${path}`, step, 1.7e12 + i, chance(0.1) ? NaN : random() - 0.5));
      }
    }
    const others: ArchiveRow[] = [];
    for (let i = 0; i < random() * 12; i++) {
      others.push(stringPoint("log", i, 1.7e12, `${n} ${"x".repeat(Math.floor(random() * 60))}`));
      others.push(histogramPoint("hist", i, 1.7e12, { type: "COUNTING", edges: [0, i, 9], values: [random(), NaN] }));
      others.push(filePoint("image", i, chance(0.2) ? null : 1.7e12, `i/${n}/${i}.png`));
    }
    if (chance(0.5)) points.sort(() => random() - 0.5);
    const half = Math.floor(points.length / 2);
    await writeRun({ dataRoot, projectId: PROJECT, runId, batches: [configs, points.slice(0, half)].filter(some) });
    const later = [points.slice(half), others].filter(some);
    if (later.length > 0) await writeRun({ dataRoot, projectId: PROJECT, runId, part: 1, batches: later });
  }
  return dataRoot;
}

const some = (rows: ArchiveRow[]) => rows.length > 0;

/** How to compact. */
export interface CompactChoices {
  limits?: Limits;
  signal?: AbortSignal;
  onProgress?: (by: number, total: number | null) => void;
  storedFiles?: "link" | "copy" | "leave";
  damagedRuns?: "error" | "skip";
}

/** Compacts an archive. */
export async function compact(
  data: string,
  destination: string,
  { storedFiles = "link", onProgress = () => {}, damagedRuns, limits, signal }: CompactChoices = {},
): Promise<CompactedArchive> {
  const catalog = openArchive({ data, cache: null, damagedRuns });
  return await compactCatalog(catalog, {
    destination,
    project: undefined,
    storedFiles,
    progressBar: false,
    signal,
    onProgress,
    limits,
  });
}

/** Opens the project of an archive. */
export function open(data: string, choices: { damagedRuns?: "error" | "skip" } = {}): Source & { catalog: Catalog } {
  const catalog = openArchive({ data, cache: null, ...choices });
  return Object.assign(catalog.open(PROJECT), { catalog });
}
