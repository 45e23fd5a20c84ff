/**
 * A small archive with a fork, written for each test file, and a project on it whose reads are counted.
 */

import { ReadOnlyProject, type ReadOnlyProjectOptions } from "../../mod.ts";
import { type ArchiveRow, writeRun } from "../../samples/writer.ts";
import { connectionOf } from "../../src/api/project.ts";
import type { Source } from "../../src/source.ts";

/** 2025-01-01T00:00:00Z. */
export const T = Date.UTC(2025, 0, 1);
export const PROJECT = "team/birds";

/** A folder with the archive; removed at the end of the test. */
export class Fixture implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async make(): Promise<Fixture> {
    const folder = await Deno.makeTempDir({ prefix: "neptune-api-" });
    const fixture = new Fixture(folder);
    await writeRun({ dataRoot: fixture.data, projectId: PROJECT, runId: "gull-1", batches: root() });
    await writeRun({ dataRoot: fixture.data, projectId: PROJECT, runId: "gull-2", batches: child() });
    await writeRun({ dataRoot: fixture.data, projectId: PROJECT, runId: "tern-1", batches: other() });
    const files = `${fixture.files}/team_birds-${
      (await Array.fromAsync(Deno.readDir(fixture.data)))[0].name.split("-").at(-1)
    }`;
    await Deno.mkdir(`${files}/gull-1`, { recursive: true });
    await Deno.writeTextFile(`${files}/gull-1/notes.txt`, "wing span\n");
    return fixture;
  }

  get data(): string {
    return `${this.folder}/data`;
  }

  get files(): string {
    return `${this.folder}/files`;
  }

  /** A project on the archive, with the number of calls its source got. */
  project(options: ReadOnlyProjectOptions = {}): { project: ReadOnlyProject; reads: () => number } {
    const project = new ReadOnlyProject({ archive: this.data, files: this.files, cacheFolder: null, ...options });
    const connection = connectionOf(project);
    const original = connection.source;
    let reads = 0;
    connection.source = async (signal) => counting(await original(signal), () => reads++);
    return { project, reads: () => reads };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

const READS = new Set(["project", "runs", "attributes", "existing", "values", "series", "file", "report"]);

function counting(source: Source, count: () => void): Source {
  return new Proxy(source, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (READS.has(String(name))) count();
        return value.apply(target, args);
      };
    },
  });
}

function root(): ArchiveRow[][] {
  return [
    [
      ...sys("gull-1", "BIR-1", "gulls", T),
      { attribute_path: "parameters/init_lr", attribute_type: "float", float_value: 0.1 },
      { attribute_path: "parameters/epochs", attribute_type: "int", int_value: 7 },
      { attribute_path: "parameters/tokens", attribute_type: "int", int_value: 9007199254740993n },
      { attribute_path: "parameters/optimizer", attribute_type: "string", string_value: "adam" },
      { attribute_path: "parameters/amsgrad", attribute_type: "bool", bool_value: true },
      { attribute_path: "parameters/when", attribute_type: "datetime", datetime_value: T + 1 },
      { attribute_path: "size", attribute_type: "int", int_value: 3 },
    ],
    points("metrics/loss", [0, 1, 2, 3], [4, 3, 2, 1]),
    points("metrics/accuracy", [0, 1, 2, 3], [0.1, 0.2, NaN, 0.4]),
    [0, 1].map((step) => ({
      attribute_path: "logs/out",
      attribute_type: "string_series",
      step,
      timestamp: T + step,
      string_value: `line ${step}`,
    })),
    [{
      attribute_path: "weights",
      attribute_type: "histogram_series",
      step: 1,
      timestamp: T,
      histogram_value: { type: "COUNTING", edges: [0, 1, 2], values: [3, 4] },
    }],
    [
      { attribute_path: "notes", attribute_type: "file", file_value: { path: "gull-1/notes.txt" } },
      { attribute_path: "lost", attribute_type: "file", file_value: { path: "gull-1/lost.txt" } },
    ],
  ];
}

function child(): ArchiveRow[][] {
  return [
    [
      ...sys("gull-2", "BIR-2", "gulls", T + 10_000),
      { attribute_path: "sys/forking/parent", attribute_type: "string", string_value: "gull-1" },
      { attribute_path: "sys/forking/step", attribute_type: "float", float_value: 1 },
      { attribute_path: "parameters/init_lr", attribute_type: "float", float_value: 0.01 },
      { attribute_path: "size", attribute_type: "string", string_value: "large" },
    ],
    points("metrics/loss", [2, 3], [2.5, 2.25], T + 10_000),
  ];
}

function other(): ArchiveRow[][] {
  return [[...sys("tern-1", "BIR-3", "terns", T + 20_000)], points("metrics/loss", [0, 5], [9, 8])];
}

function sys(runId: string, sysId: string, name: string, created: number): ArchiveRow[] {
  return [
    { attribute_path: "sys/custom_run_id", attribute_type: "string", string_value: runId },
    { attribute_path: "sys/id", attribute_type: "string", string_value: sysId },
    { attribute_path: "sys/name", attribute_type: "string", string_value: name },
    { attribute_path: "sys/creation_time", attribute_type: "datetime", datetime_value: created },
    { attribute_path: "sys/tags", attribute_type: "string_set", string_set_value: ["sea", "bird"] },
  ];
}

function points(path: string, steps: number[], values: number[], from = T): ArchiveRow[] {
  return steps.map((step, i) => ({
    attribute_path: path,
    attribute_type: "float_series",
    step,
    timestamp: from + step * 1000,
    float_value: values[i],
  }));
}
