/**
 * `downloadFiles`: the files of many runs to a folder.
 *
 * @module
 */

import { requirePermission } from "../permissions/require.ts";
import { join } from "node:path";
import pl, { type DataFrame } from "nodejs-polars";
import { forEach } from "../async/concurrent.ts";
import { cells } from "../frame/cell.ts";
import { isNeptuneError } from "../errors.ts";
import { floats, strings } from "../frame/frame.ts";
import { collectPoints } from "../frame/points.ts";
import { COUNT, listOf, oneOf, orNull, PATH, pathString, STEP_RANGE } from "../options/kinds.ts";
import { type Checked, declare, needed, optional } from "../options/options.ts";
import { LONG_CALL, type LongCallOptions } from "../progress/show.ts";
import type { Source } from "../source.ts";
import { FILE_TYPES, type FileRef, FOLDER, type StepRange } from "../types.ts";
import { digest, fitName } from "../write/file_name.ts";
import { sayingWhatFailed, writeWhole } from "../write/whole.ts";
import { reasonOrThrow } from "../async/one_of_many.ts";
import { type BulkCall, noteMissing } from "./notes.ts";
import { ATTRIBUTES, type AttributeSelection, selectPaths } from "./names.ts";
import {
  compareStrings,
  existingSeries,
  lastingLabels,
  RUN_SELECTION,
  type RunSelection,
  type SelectedRuns,
  selectRuns,
} from "./select.ts";

/** Options of {@linkcode ReadOnlyProject.downloadFiles}. */
export interface DownloadFilesOptions extends RunSelection, LongCallOptions {
  /** Which files and file series. */
  attributes: AttributeSelection;
  /** Only single files (`"file"`), file series, or the file sets and artifacts of Neptune 2.x. Default: all of them. */
  types?: readonly ("file" | "file_series" | "file_set" | "artifact")[];
  /** The folder to write to; made where it is not there. */
  destination: string | URL;
  /** Only the files of series at these steps, both ends inclusive. Default: all steps. */
  stepRange?: StepRange | null;
  /** How many files are fetched at a time. Default: 8. */
  concurrency?: number;
}

const TYPES = [...FILE_TYPES, "file_series"] as const;

/** The options of `downloadFiles`. */
export const DOWNLOAD_FILES = declare<DownloadFilesOptions>()({
  ...RUN_SELECTION,
  ...LONG_CALL,
  attributes: needed(ATTRIBUTES),
  types: optional(listOf(oneOf(...TYPES), "an array of types of files"), TYPES),
  destination: needed(PATH),
  stepRange: optional(orNull(STEP_RANGE), null),
  concurrency: optional(COUNT, 8),
});

type Options = Checked<typeof DOWNLOAD_FILES> & BulkCall;

/** The type of files of which nothing tells it. */
const UNKNOWN = "application/octet-stream";

/** One file to fetch. */
interface Wanted {
  run: string;
  /** Its run, whatever that is called. */
  sysId: string;
  attribute: string;
  /** NaN for a single file. */
  step: number;
  /** Where it lies in its file set: names of folders, and its own; none for others. */
  inside: string[];
  ref: FileRef | null;
}

/** What became of it. */
interface Outcome {
  status: "downloaded" | "present" | "missing" | "failed";
  /** Where the file is now. */
  path: string | null;
  size: number | null;
  /** Why it failed. */
  message: string | null;
}

/**
 * Fetches the files and tells what went where: one row per file with `run`, `attribute`, `step` (null for single files), `path`
 * (where it is now, null where it is not), `size` in bytes, `status` (`downloaded`, `present` where this file of this size was there
 * already, `missing`, `failed`) and `message` (why it failed).
 */
export async function downloadFilesFrame(source: Source, options: Options): Promise<DataFrame> {
  const { concurrency, signal, onProgress } = options;
  const destination = pathString(options.destination);
  requirePermission({ name: "write", path: destination }, `download files to ${destination}`);
  const chosen = await selectRuns(source, options);
  const selected = { ...chosen, labels: await lastingLabels(source, chosen, signal) };
  const wanted = [...await singleFiles(source, selected, options), ...await seriesFiles(source, selected, options)];
  const found = new Set(wanted.map(({ attribute }) => attribute));
  const { attributes, types } = options;
  const looked = { runs: selected.runs.map((run) => run.key), attributes, found, what: "file or file series", types };
  await noteMissing(source, looked, options);
  const places = placesFor(wanted);
  const known = await Known.read(destination);

  const rows = new Array<Outcome>(wanted.length);
  await forEach(wanted, Math.min(concurrency, wanted.length), async (one, at, signal) => {
    rows[at] = await fetchOne(source, one, places[at], known, signal);
    onProgress?.(1, wanted.length);
  }, signal);

  return pl.DataFrame([
    strings("run", wanted.map((one) => one.run)),
    strings("attribute", wanted.map((one) => one.attribute)),
    floats("step", Float64Array.from(wanted, (one) => one.step)),
    strings("path", rows.map((row) => row.path)),
    pl.Series("size", rows.map((row) => row.size), pl.Int64),
    strings("status", rows.map((row) => row.status)),
    strings("message", rows.map((row) => row.message)),
  ]).withColumn(pl.col("step").fillNan(null));
}

/** Sorted by run and attribute. */
async function singleFiles(source: Source, selected: SelectedRuns, options: Options): Promise<Wanted[]> {
  const wanted: (Wanted & { isSet: boolean })[] = [];
  const types = FILE_TYPES.filter((type) => options.types.includes(type));
  if (selected.runs.length === 0 || types.length === 0) return wanted;
  const runs = selected.runs.map((run) => run.key), { signal } = options;
  const named = namedBy(selected);
  for await (const block of source.values({ runs, ...selectPaths(options.attributes), types, signal })) {
    for (const { run, path, cell } of cells(block)) {
      const ref = cell.value as FileRef | null;
      // Of another type where a server stands between, whose API has none for sets.
      const isSet = ref?.mimeType === FOLDER;
      wanted.push({ ...named(run), attribute: path, step: NaN, inside: [], ref, isSet });
    }
  }
  wanted.sort((a, b) => compareStrings(a.run, b.run) || compareStrings(a.attribute, b.attribute));
  const found: Wanted[][] = wanted.map((one) => [one]);
  const sets = wanted.flatMap(({ isSet }, at) => isSet ? [at] : []);
  await forEach(sets, options.concurrency, async (at, _, signal) => {
    found[at] = await filesOf(source, wanted[at], signal);
  }, signal);
  return found.flat();
}

/** How a run is called here, and its id, by its key. */
function namedBy({ runs, labels }: SelectedRuns): (key: string) => Pick<Wanted, "run" | "sysId"> {
  const named = new Map(runs.map(({ key, sysId }) => [key, { run: labels.get(key)!, sysId }]));
  return (key) => named.get(key)!;
}

/** Folders within folders; more there are where a link leads in circles. */
export const DEEPEST = 32;

/** The files of a file set, which lies in a folder; what is no folder is one file. */
async function filesOf(source: Source, set: Wanted, signal: AbortSignal): Promise<Wanted[]> {
  const names = set.inside.length < DEEPEST ? await namesIn(source, set.ref!, signal) : null;
  // Of a set that is empty as a whole a row says so.
  if (names === null || (names.length === 0 && set.inside.length === 0)) return [set];
  const found: Wanted[] = [];
  for (const name of names.toSorted(compareStrings)) {
    const ref = { path: `${set.ref!.path}/${name}`, size: null, mimeType: UNKNOWN };
    found.push(...await filesOf(source, { ...set, inside: [...set.inside, ...name.split("/")], ref }, signal));
  }
  return found;
}

/** What a folder holds; null where it is none, and where nobody can tell: who fetches it hears why. */
async function namesIn(source: Source, ref: FileRef, signal: AbortSignal): Promise<readonly string[] | null> {
  try {
    const { bytes } = await source.file(ref, { signal });
    await bytes.cancel();
    return null;
  } catch (error) {
    if (isNeptuneError(error, "FileMissingError")) return error.fields.inside ?? null;
    reasonOrThrow(error, signal);
    return null;
  }
}

async function seriesFiles(source: Source, selected: SelectedRuns, options: Options): Promise<Wanted[]> {
  const { signal, attributes } = options;
  if (!options.types.includes("file_series")) return [];
  const series = await existingSeries(source, selected, attributes, ["file_series"], signal);
  const named = namedBy(selected);
  const blocks = source.series({
    kind: "file",
    series,
    stepRange: options.stepRange ?? [null, null],
    lineage: "full",
    signal,
  });
  const points = await collectPoints(blocks, series.run.length, "file", false);
  return points.flatMap(({ step, values }, i) => {
    const run = named(series.runs[series.run[i]]), attribute = series.paths[series.path[i]];
    return (values.data as (FileRef | null)[]).map((ref, row) => ({
      ...run,
      attribute,
      step: step[row],
      inside: [],
      ref,
    }));
  });
}

async function fetchOne(
  source: Source,
  wanted: Wanted,
  place: string,
  known: Known,
  signal: AbortSignal,
): Promise<Outcome> {
  const { ref } = wanted;
  const missing = { status: "missing", path: null, size: null, message: null } as const;
  if (ref === null) return missing;
  const path = join(known.folder, place);
  const there = known.isFrom(place, wanted) ? await Deno.stat(path).catch(() => null) : null;
  const isThere = (size: number | null) => there?.isFile && size !== null && there.size === size;
  if (isThere(ref.size)) return { status: "present", path, size: ref.size, message: null };
  try {
    const { bytes, size } = await source.file(ref, { signal });
    if (isThere(size)) {
      await bytes.cancel();
      return { status: "present", path, size, message: null };
    }
    await known.replace(place, wanted, () => writeWhole(path, bytes, signal));
    return { status: "downloaded", path, size: (await Deno.stat(path)).size, message: null };
  } catch (error) {
    if (isNeptuneError(error, "FileMissingError")) return missing;
    return { status: "failed", path: null, size: null, message: reasonOrThrow(error, signal) };
  }
}

/**
 * Which file of which run lies at each place of a folder: another run may have been called the same in an earlier call, and files of
 * the same size are not the same. A file in the folder remembers it; what that does not name is fetched.
 */
class Known {
  readonly folder: string;
  readonly #origins: Map<string, string | null>;

  private constructor(folder: string, origins: Map<string, string | null>) {
    this.folder = folder;
    this.#origins = origins;
  }

  static async read(folder: string): Promise<Known> {
    const text = await Deno.readTextFile(join(folder, NOTES)).catch(() => "");
    return new Known(folder, new Map(text.split("\n").flatMap(noteOf)));
  }

  isFrom(place: string, wanted: Wanted): boolean {
    return this.#origins.get(place) === originOf(wanted);
  }

  /** Between the two notes nobody can tell what lies there. */
  async replace(place: string, wanted: Wanted, write: () => Promise<void>): Promise<void> {
    if (this.#origins.get(place)) await this.#note(place, null);
    await write();
    await this.#note(place, originOf(wanted));
  }

  async #note(place: string, origin: string | null): Promise<void> {
    const path = join(this.folder, NOTES);
    // A line that broke off ends where the next one begins.
    const line = `\n${JSON.stringify([place, origin])}`;
    await sayingWhatFailed(path, () => Deno.writeTextFile(path, line, { append: true }));
    this.#origins.set(place, origin);
  }
}

/** No run is called like this, as names begin with no dot. */
const NOTES = ".downloaded.jsonl";

function originOf({ sysId, ref }: Wanted): string {
  return `${sysId} ${ref!.path}`;
}

function noteOf(line: string): [place: string, origin: string | null][] {
  try {
    const note = JSON.parse(line);
    return Array.isArray(note) ? [[note[0], note[1]]] : [];
  } catch {
    return [];
  }
}

/**
 * Where each file goes: `<run>/<attribute>/step_<step>.<extension>`, those of a file set `<run>/<attribute>/<name>`. No part of it can
 * climb out of the destination. A name that a file system might not take is changed and gets a digest of what it was, so that it is the
 * same in every call, whatever else that one asks for. No file takes the place of another of its call, also where upper and lower case
 * are one: the second gets a number.
 */
function placesFor(wanted: Wanted[]): string[] {
  const taken = new Set<string>();
  return wanted.map(({ run, attribute, step, inside, ref }) => {
    const names = attribute.split("/").filter((part) => part !== "");
    // `a//b` is not `a/b`.
    const whole = names.join("/") === attribute ? "" : `-${digest(attribute)}`;
    const parts = [run, ...names, ...inside].map((name) => ({ name: safe(name), mark: markOf(name) }));
    if (step === step) parts.push({ name: `step_${step.toFixed(6).replace(".", "_")}`, mark: "" });
    const { name, mark } = parts.at(-1)!;
    const extension = ref?.path.match(/\.[A-Za-z0-9]{1,10}$/)?.[0] ?? EXTENSIONS[ref?.mimeType ?? ""] ?? "";
    // What is called `config.json` has its extension already.
    const ends = name.length > extension.length && name.toLowerCase().endsWith(extension.toLowerCase());
    const stem = (ends ? name.slice(0, name.length - extension.length) : name) + mark + whole;
    const folder = parts.slice(0, -1).map(({ name, mark }) => fitName(name + mark));
    for (let count = 1;; count++) {
      const path = join(...folder, fitName(stem, (count > 1 ? `-${count}` : "") + extension));
      if (taken.has(path.toLowerCase())) continue;
      taken.add(path.toLowerCase());
      return path;
    }
  });
}

/** A name that is safe on every file system: other characters than letters, digits, `_`, `-` and inner dots become `_`. */
function safe(part: string): string {
  return part.replace(/[^\p{L}\p{N}_.-]/gu, "_").replace(/^\.+|\.+$/g, "_") || "_";
}

/** What tells a name that had to be changed from others that look the same then. */
function markOf(part: string): string {
  return safe(part) === part ? "" : `-${digest(part)}`;
}

const EXTENSIONS: Record<string, string> = {
  "image/png": ".png",
  "image/jpeg": ".jpg",
  "image/gif": ".gif",
  "image/svg+xml": ".svg",
  "image/webp": ".webp",
  "application/json": ".json",
  "application/pdf": ".pdf",
  "text/plain": ".txt",
  "text/html": ".html",
  "text/csv": ".csv",
};
