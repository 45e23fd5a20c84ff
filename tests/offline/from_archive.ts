/**
 * Turns archives into what clients would have left on disk, had they not reached the server: whole, or in part.
 *
 * @module
 */

import { writeRun } from "../../samples/writer.ts";
import type { ArchiveRow } from "../../samples/writer.ts";
import type { Source } from "../../src/source.ts";
import {
  type FileRef,
  type Histogram,
  isSeriesType,
  POINT_KINDS,
  SERIES_TYPES,
  type SeriesType,
} from "../../src/types.ts";
import { type Point, pointsOf, runs, valuesByKey } from "../ask.ts";
import { type Operation, type Upload, type Value, writeDatabase } from "./writer.ts";

/** What one run of an archive holds. */
interface Content {
  run: string;
  singles: { path: string; type: string; value: unknown }[];
  series: { path: string; type: SeriesType; points: Point[] }[];
}

/** Reads all runs of a project of an archive, each with what it logged itself. */
async function contentsOf(source: Source): Promise<Content[]> {
  const contents: Content[] = [];
  const values = await valuesByKey(source);
  for (const { key, customId } of await runs(source)) {
    const content: Content = { run: customId ?? key, singles: [], series: [] };
    for (const [name, value] of Object.entries(values.get(key) ?? {})) {
      const at = name.lastIndexOf(":");
      const [path, type] = [name.slice(0, at), name.slice(at + 1)];
      if (!isSeriesType(type as SeriesType)) content.singles.push({ path, type, value });
    }
    for (const type of SERIES_TYPES) {
      const paths = Object.keys(values.get(key) ?? {}).flatMap((name) =>
        name.endsWith(`:${type}`) ? [name.slice(0, -type.length - 1)] : []
      );
      const points = await pointsOf(source, {
        kind: POINT_KINDS[type],
        lineage: "own",
        series: paths.map((path) => ({ run: key, path })),
      });
      paths.forEach((path, i) => points[i].length > 0 && content.series.push({ path, type, points: points[i] }));
    }
    contents.push(content);
  }
  return contents;
}

/** A database under construction. */
class DatabaseMaker {
  readonly operations: Operation[] = [];
  readonly uploads: Upload[] = [];
  readonly files = new Map<string, Uint8Array>();
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  async assign({ path, type, value }: Content["singles"][number]): Promise<void> {
    const values: Record<string, () => Value | Promise<Value>> = {
      int: () => ({ int: value as bigint }),
      float: () => ({ float: value as number }),
      string: () => ({ string: value as string }),
      bool: () => ({ bool: value as boolean }),
      datetime: () => ({ datetime: value as number }),
      string_set: () => ({ set: value as string[] }),
      file: () => this.#file(path, value as FileRef | null),
    };
    this.operations.push({ timestamp: 0, assign: { [path]: await values[type]() } });
  }

  async append(path: string, type: SeriesType, { step, timestamp, value }: Point): Promise<void> {
    const values: Record<SeriesType, () => Value | Promise<Value>> = {
      float_series: () => ({ float: value as number }),
      string_series: () => ({ string: value as string }),
      histogram_series: () => {
        const { type, edges, values } = value as unknown as Histogram;
        return { histogram: { type, edges: [...edges], values: [...values] } };
      },
      file_series: () => this.#file(`${path}/${step}`, value as FileRef | null),
    };
    this.operations.push({ step: millionths(step), timestamp, append: { [path]: await values[type]() } });
  }

  /** A file of the archive becomes one that the client wrote beside the database; one that is lost stays lost. */
  async #file(name: string, ref: FileRef | null): Promise<Value> {
    const mimeType = ref?.mimeType ?? "application/octet-stream";
    const bytes = ref &&
      await this.#source.file(ref).then(({ bytes }) => new Response(bytes as ReadableStream).bytes(), () => null);
    const temporary = `${this.files.size}-${this.uploads.length}.bin`;
    const destination = `${name}/${temporary}`;
    if (bytes) this.files.set(temporary, bytes);
    const size = bytes?.length ?? 0;
    this.uploads.push({ source: `/nowhere/${temporary}`, destination, mimeType, size, temporary: true });
    return { file: { path: destination, size, mimeType } };
  }

  async write(folder: string, project: string, run: string, made: number): Promise<void> {
    const path = await writeDatabase(folder, {
      project,
      run,
      made,
      operations: this.operations,
      uploads: this.uploads,
    });
    const beside = path.slice(0, path.lastIndexOf("/"));
    for (const [name, bytes] of this.files) await Deno.writeFile(`${beside}/${name}`, bytes);
  }
}

function millionths(step: number): bigint {
  const [whole, fraction = ""] = step.toFixed(6).split(".");
  return BigInt(whole) * 1_000_000n + BigInt(fraction);
}

/** What the message that makes a run says. */
function runMessage({ singles }: Content): Operation {
  const value = (path: string) => singles.find((one) => one.path === path)?.value;
  const parent = value("sys/forking/parent") as string | undefined;
  const step = value("sys/forking/step") as number | bigint | undefined;
  return {
    run: {
      experiment: value("sys/name") as string | undefined,
      created: value("sys/creation_time") as number | undefined,
      fork: parent === undefined ? undefined : { parent, step: Number(step) },
    },
  };
}

/** What a run is told by the message that makes it, and what the reader makes of it. */
const NOT_ASSIGNED = [
  "sys/archived",
  "sys/creation_time",
  "sys/custom_run_id",
  "sys/experiment/is_head",
  "sys/experiment/name",
  "sys/forking/parent",
  "sys/forking/step",
  "sys/id",
  "sys/name",
  "sys/trashed",
];

/** Writes all runs of a project as databases. */
export async function allOnDisk(source: Source, folder: string): Promise<void> {
  const { name: project } = await source.project();
  for (const content of await contentsOf(source)) {
    const maker = new DatabaseMaker(source);
    maker.operations.push(runMessage(content));
    for (const single of content.singles) if (!NOT_ASSIGNED.includes(single.path)) await maker.assign(single);
    for (const { path, type, points } of content.series) {
      for (const point of points) await maker.append(path, type, point);
    }
    await maker.write(folder, project, content.run, 1_700_000_000_000);
  }
}

/**
 * Divides every other run: `sys/`, half of its other attributes and the first half of its points stay in the archive below `data`,
 * the rest is on disk, together with some points that the archive has too. The others stay in the archive.
 */
export async function halfOnDisk(source: Source, data: string, folder: string): Promise<void> {
  const { name: project } = await source.project();
  for (const [n, content] of (await contentsOf(source)).entries()) {
    const { run, singles, series } = content;
    const divided = n % 2 === 0;
    const maker = new DatabaseMaker(source);
    if (divided) maker.operations.push(runMessage(content));
    const configs: ArchiveRow[] = [], points: ArchiveRow[] = [];
    for (const [i, single] of singles.entries()) {
      const lost = Number.isNaN(single.value) || single.value === null;
      if (divided && i % 2 === 1 && !single.path.startsWith("sys/") && isOnDisk(single.type) || lost) {
        await maker.assign(single);
      } else configs.push(singleRow(single));
    }
    for (const { path, type, points: all } of series) {
      const half = divided ? Math.ceil(all.length / 2) : all.length;
      for (const point of all.slice(0, half)) points.push(pointRow(path, type, point));
      // One that the archive has too.
      for (const point of divided ? all.slice(half - 1) : []) await maker.append(path, type, point);
    }
    await writeRun({
      dataRoot: data,
      projectId: project,
      runId: run,
      batches: [configs, points].filter((rows) => rows.length > 0),
    });
    if (maker.operations.length > 0) await maker.write(folder, project, run, 1_700_000_000_000);
  }
}

function isOnDisk(type: string): boolean {
  return type !== "file_set" && type !== "artifact";
}

const COLUMN: Record<string, keyof ArchiveRow> = {
  int: "int_value",
  float: "float_value",
  string: "string_value",
  bool: "bool_value",
  datetime: "datetime_value",
  string_set: "string_set_value",
  float_series: "float_value",
  string_series: "string_value",
  histogram_series: "histogram_value",
};

function singleRow({ path, type, value }: Content["singles"][number]): ArchiveRow {
  const row: ArchiveRow = { attribute_path: path, attribute_type: type };
  if (type in COLUMN) return { ...row, [COLUMN[type]]: value };
  return { ...row, file_value: { path: (value as FileRef | null)?.path ?? null } };
}

function pointRow(path: string, type: SeriesType, { step, timestamp, value }: Point): ArchiveRow {
  const row: ArchiveRow = { attribute_path: path, attribute_type: type, step: millionths(step), timestamp };
  if (type in COLUMN) return { ...row, [COLUMN[type]]: value };
  return { ...row, file_value: { path: (value as FileRef | null)?.path ?? null } };
}
