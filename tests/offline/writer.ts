/**
 * Writes what clients leave on disk: databases of neptune-scale in all versions, folders of Neptune 2.x. Checked against the
 * official clients in tests/peers.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import type { Histogram } from "../../src/types.ts";
import { Writer } from "../../src/wire/encode/writer.ts";

/** A value as operations hold it. */
export type Value =
  | { float: number }
  | { int: bigint | number }
  | { bool: boolean }
  | { string: string }
  | { datetime: number }
  | { set: string[] }
  | { file: { path: string; size: number; mimeType: string } }
  | { histogram: Omit<Histogram, "edges" | "values"> & { edges: number[]; values: number[] } };

/** One operation. */
export type Operation =
  | {
    run: { experiment?: string; created?: number; fork?: { parent: string; step: number }; inheritConfigs?: boolean };
  }
  | Update
  /** Bytes that are no message. */
  | { raw: Uint8Array };

/** An update of a run. */
export interface Update {
  /** A bigint is taken as millionths. */
  step?: number | bigint;
  timestamp?: number;
  assign?: Record<string, Value>;
  append?: Record<string, Value>;
  sets?: Record<string, { add?: string[]; remove?: string[] }>;
  preview?: number;
}

/** A file that waits for its upload. */
export interface Upload {
  source: string;
  destination: string;
  mimeType?: string;
  size?: number;
  temporary?: boolean;
}

/** One database. */
export interface Database {
  project: string;
  run: string;
  version?: "v1" | "v2" | "v3" | "v4" | "v5" | "v6";
  /** When it was made, in milliseconds; orders databases of one run. */
  made?: number;
  operations: Operation[];
  /** The sequence id of the first operation; those before were acknowledged. Default: 1. */
  first?: number;
  uploads?: Upload[];
  errors?: { type: string; details: string }[];
  /** How many operations were sent without an answer. */
  submitted?: number;
  /** Leaves the last operations in the log beside the database, as a process that is killed does. */
  killed?: boolean;
}

/** Writes a database below the folder, and gives its path. */
export async function writeDatabase(folder: string, database: Database): Promise<string> {
  const { project, run, version = "v5", made = Date.UTC(2026, 1, 1), operations, first = 1 } = database;
  const safe = (text: string) => text.replaceAll(/[<>:" /\\|?*\p{Cc}]+/gu, "_").slice(0, 64);
  const stem = `${safe(project)}_${safe(run)}_${BigInt(Math.round(made)) * 1_000_000n}`;
  const path = version === "v1" ? `${folder}/${stem}.sqlite3` : `${folder}/${stem}/run_operations.sqlite3`;
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  const open = new DatabaseSync(path);
  open.exec("PRAGMA journal_mode = WAL");
  // What a power failure would leave is not asked.
  open.exec("PRAGMA synchronous = OFF");
  open.exec(schema(version));
  open.prepare("INSERT INTO metadata (version, project, run_id) VALUES (?, ?, ?)").run(version, project, run);
  const insert = open.prepare(
    "INSERT INTO run_operations (sequence_id, timestamp, operation_type, operation, operation_size_bytes) VALUES (?, ?, ?, ?, ?)",
  );
  const add = (some: Operation[], from: number) => {
    open.exec("BEGIN");
    some.forEach((operation, i) => {
      const bytes = encode(operation);
      insert.run(from + i, made, "run" in operation ? 1 : 0, bytes, bytes.length);
    });
    open.exec("COMMIT");
  };
  const late = database.killed ? Math.ceil(operations.length / 2) : operations.length;
  add(operations.slice(0, late), first);
  for (const { source, destination, mimeType = "text/plain", size = 0, temporary = false } of database.uploads ?? []) {
    open.prepare(
      "INSERT INTO file_upload_requests (source_path, destination, mime_type, size_bytes, is_temporary) VALUES (?, ?, ?, ?, ?)",
    ).run(source, destination, mimeType, size, Number(temporary));
  }
  for (const { type, details } of database.errors ?? []) {
    // Loading this pickle would end the process.
    const pickle = "80055820000000636f732e5f65786974";
    open.prepare(
      "INSERT INTO operation_errors (timestamp, error_type, error_details, error_body, sequence_id) VALUES (?, ?, ?, ?, NULL)",
    ).run(made, type, details, pickle);
  }
  for (let i = 0; i < (database.submitted ?? 0); i++) {
    open.prepare("INSERT INTO run_operation_submission VALUES (?, ?, ?)").run(first + i, made, `request-${i}`);
  }
  if (!database.killed) {
    open.close();
    return path;
  }
  open.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  add(operations.slice(late), first + late);
  // What a killed process leaves is what is there before the database is closed.
  const sides = ["", "-wal"].map((side) => [path + side, Deno.readFileSync(path + side)] as const);
  open.close();
  for (const [path, bytes] of sides) Deno.writeFileSync(path, bytes);
  return path;
}

function schema(version: string): string {
  const tables = [
    `CREATE TABLE run_operations (sequence_id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp INTEGER NOT NULL,
       operation_type INTEGER NOT NULL, operation BLOB NOT NULL, operation_size_bytes INTEGER NOT NULL)`,
    "CREATE TABLE metadata (id INTEGER PRIMARY KEY, version TEXT NOT NULL, project TEXT NOT NULL, run_id TEXT NOT NULL)",
  ];
  if (version >= "v2") {
    tables.push(
      "CREATE INDEX idx_run_operations_sequence_size ON run_operations (sequence_id, operation_size_bytes)",
      `CREATE TABLE file_upload_requests (id INTEGER PRIMARY KEY AUTOINCREMENT, source_path TEXT NOT NULL,
         destination TEXT NOT NULL, mime_type TEXT NOT NULL, size_bytes INTEGER NOT NULL, is_temporary INTEGER NOT NULL)`,
    );
  }
  if (version >= "v4") {
    tables.push(
      "CREATE TABLE run_operation_submission (sequence_id INTEGER PRIMARY KEY, timestamp INTEGER, request_id TEXT)",
    );
  }
  if (version >= "v5") {
    tables.push(
      `CREATE TABLE operation_errors (error_id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp INTEGER, error_type TEXT,
         error_details TEXT, error_body TEXT, sequence_id INTEGER)`,
    );
  }
  return tables.join(";");
}

/** The bytes of an operation. */
export function encode(operation: Operation): Uint8Array {
  if ("raw" in operation) return operation.raw;
  const writer = new Writer();
  if ("run" in operation) {
    const { experiment, created, fork, inheritConfigs } = operation.run;
    if (fork) {
      writer.message(2 << 3 | 2, () => {
        writer.string(2 << 3 | 2, fork.parent);
        writeStep(writer, 4 << 3 | 2, fork.step);
      });
    }
    if (created !== undefined) writeTime(writer, 3 << 3 | 2, created);
    writer.string(4 << 3 | 2, "family");
    if (experiment !== undefined) writer.string(5 << 3 | 2, experiment);
    if (inheritConfigs !== undefined) writer.integer(9 << 3, Number(inheritConfigs));
    return writer.finish();
  }
  const { step, timestamp, assign = {}, append = {}, sets = {}, preview } = operation;
  if (step !== undefined) writeStep(writer, 1 << 3 | 2, step);
  if (timestamp !== undefined) writeTime(writer, 2 << 3 | 2, timestamp);
  for (const [path, value] of Object.entries(assign)) writeEntry(writer, 4 << 3 | 2, path, value);
  for (const [path, { add = [], remove = [] }] of Object.entries(sets)) {
    writer.message(5 << 3 | 2, () => {
      writer.string(1 << 3 | 2, path);
      writer.message(2 << 3 | 2, () =>
        writer.message(1 << 3 | 2, () => {
          for (const [texts, operation] of [[add, 1], [remove, 2]] as const) {
            for (const text of texts) {
              writer.message(1 << 3 | 2, () => {
                writer.string(1 << 3 | 2, text);
                writer.integer(2 << 3, operation);
              });
            }
          }
        }));
    });
  }
  for (const [path, value] of Object.entries(append)) writeEntry(writer, 8 << 3 | 2, path, value);
  if (preview !== undefined) {
    writer.message(10 << 3 | 2, () => {
      writer.integer(1 << 3, 1);
      writer.float(2 << 3 | 5, preview);
    });
  }
  return writer.finish();
}

function writeStep(writer: Writer, tag: number, step: number | bigint): void {
  const millionths = typeof step === "bigint" ? step : BigInt(Math.round(step * 1e6));
  const [whole, micro] = [Number(millionths / 1_000_000n), Number(millionths % 1_000_000n)];
  writer.message(tag, () => {
    if (whole !== 0) writer.integer(1 << 3, whole);
    if (micro !== 0) writer.integer(2 << 3, micro);
  });
}

function writeTime(writer: Writer, tag: number, ms: number): void {
  const seconds = Math.floor(ms / 1000);
  writer.message(tag, () => {
    writer.int64(1 << 3, BigInt(seconds));
    writer.integer(2 << 3, Math.round((ms - seconds * 1000) * 1e6));
  });
}

function writeEntry(writer: Writer, tag: number, path: string, value: Value): void {
  writer.message(tag, () => {
    writer.string(1 << 3 | 2, path);
    writer.message(2 << 3 | 2, () => writeValue(writer, value));
  });
}

function writeValue(writer: Writer, value: Value): void {
  if ("float" in value) writer.double(1 << 3 | 1, value.float);
  else if ("int" in value) writer.int64(3 << 3, BigInt(value.int));
  else if ("bool" in value) writer.integer(5 << 3, Number(value.bool));
  else if ("string" in value) writer.string(6 << 3 | 2, value.string);
  else if ("datetime" in value) writeTime(writer, 8 << 3 | 2, value.datetime);
  else if ("set" in value) {
    writer.message(12 << 3 | 2, () => value.set.forEach((text) => writer.string(1 << 3 | 2, text)));
  } else if ("file" in value) {
    writer.message(13 << 3 | 2, () => {
      writer.string(1 << 3 | 2, value.file.path);
      writer.integer(2 << 3, value.file.size);
      writer.string(3 << 3 | 2, value.file.mimeType);
    });
  } else {
    const { type, edges, values } = value.histogram;
    writer.message(14 << 3 | 2, () => {
      writer.doubles(1 << 3 | 2, edges);
      if (type === "DENSITY") writer.message(5 << 3 | 2, () => writer.doubles(1 << 3 | 2, values));
      else {
        writer.message(4 << 3 | 2, () => {
          // One by one: a reader has to take both spellings of a list.
          for (const count of values) writer.integer(1 << 3, count);
        });
      }
    });
  }
}

/** A folder of Neptune 2.x. */
export interface LegacyRun {
  /** Default: 3. */
  structure?: 1 | 2 | 3;
  mode: "offline" | "async";
  uuid: string;
  /** Operations as the log has them, without `version` and `at`. */
  operations: ({ type: string; path: string[] } & Record<string, unknown>)[];
  /** When the first was queued, in seconds; later ones follow by a second each. Default: they have no time. */
  at?: number;
  /** The version of the first operation. Default: 1. */
  first?: number;
  acknowledged?: number;
  created?: string;
  /** `run` and others. */
  type?: string;
  /** Files in `upload_path`. */
  uploads?: Record<string, string | Uint8Array>;
  /** Tells folders of one run apart. */
  process?: number;
}

/** Writes a folder of Neptune 2.x below `.neptune`, and gives the path of its log. */
export async function writeLegacy(neptune: string, run: LegacyRun): Promise<string> {
  const { structure = 3, mode, uuid, operations, at, first = 1, acknowledged, type = "run", process = 1 } = run;
  const execution = `exec-${at ?? 1_700_000_000}.25-2023-11-14_22.13.20.250000`;
  const id = structure === 1 ? uuid : `${type}__${uuid}`;
  const folder = structure === 3
    ? `${neptune}/${mode}/${id}__${process}__abcdefgh`
    : mode === "async"
    ? `${neptune}/async/${id}/${execution}${structure === 2 ? `-${process}` : ""}`
    : `${neptune}/offline/${id}`;
  await Deno.mkdir(folder, { recursive: true });
  const lines = operations.map((operation, i) =>
    JSON.stringify({
      obj: operation,
      version: first + i,
      ...at === undefined ? {} : { at: at + i },
    }) + "\n"
  );
  const path = `${folder}/data-${first}.log`;
  await Deno.writeTextFile(path, lines.join(""));
  await Deno.writeTextFile(`${folder}/last_put_version`, String(first + operations.length - 1));
  await Deno.writeTextFile(`${folder}/last_ack_version`, acknowledged === undefined ? "" : String(acknowledged));
  if (run.created !== undefined) {
    const metadata = {
      mode,
      containerId: uuid,
      containerType: type,
      structureVersion: structure,
      neptuneClientVersion: "1.14.0",
      createdAt: run.created,
    };
    await Deno.writeTextFile(`${folder}/metadata.json`, JSON.stringify(metadata));
  }
  for (const [name, content] of Object.entries(run.uploads ?? {})) {
    await Deno.mkdir(`${folder}/upload_path`, { recursive: true });
    await Deno.writeFile(
      `${folder}/upload_path/${name}`,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
  }
  return path;
}
