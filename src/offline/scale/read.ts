/**
 * The operations of a database, replayed.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { isNeptuneError } from "../../errors.ts";
import { finding } from "../../archive/report/finding.ts";
import { basename, dirname } from "node:path";
import type { DiskContent, FileOrigin, SingleType } from "../content.ts";
import { Replay } from "../rules/attributes.ts";
import type { SeriesBuilder } from "../rules/series.ts";
import { unsyncedPath } from "../disk/names.ts";
import type { FileRef } from "../../types.ts";
import { whatIsWrong } from "../../wire/reader.ts";
import { type ScaleDatabase, tableNames, whyUnreadable } from "./container.ts";
import { withDatabase } from "./database.ts";
import { type MessageValue, SnapshotReader, type SnapshotVisitor, type StoredName } from "./messages.ts";

const UPDATE = 0;

/**
 * What one database holds.
 *
 * @param forkStep The last step that the run inherited; -Infinity where it is no fork.
 */
export async function readDatabase(database: ScaleDatabase, forkStep: number): Promise<DiskContent> {
  try {
    return await withDatabase(database.path, (open) => replay(open, database, forkStep));
  } catch (error) {
    if (isNeptuneError(error, "PermissionError")) throw error;
    const damage = { file: database.name, reason: whyUnreadable(error) };
    return { singles: new Map(), series: new Map(), files: new Map(), findings: [], damage, began: null };
  }
}

function replay(open: DatabaseSync, database: ScaleDatabase, forkStep: number): DiskContent {
  const replay = new Replay(database.runId, { forkStep, timesAscend: true });
  const reader = new SnapshotReader();
  const target = new Operations(replay, reader, database, uploads(open));
  if (database.damage !== null) replay.damage = { file: database.name, reason: database.damage };
  const statement = open.prepare(
    "SELECT sequence_id, operation_type, operation FROM run_operations ORDER BY sequence_id",
  );
  let unread = 0;
  try {
    for (const row of statement.iterate() as Iterable<Record<string, unknown>>) {
      if (row.operation_type !== UPDATE) continue;
      try {
        reader.read(row.operation as Uint8Array, target);
      } catch (error) {
        unread++;
        const reason = `operation ${row.sequence_id} cannot be read: ${whatIsWrong(error as Error)}`;
        replay.damage ??= { file: database.name, reason };
      }
    }
  } catch (error) {
    // A page of the database is damaged: what came before it is good.
    replay.damage ??= { file: database.name, reason: whyUnreadable(error) };
  }
  if (unread > 0) {
    const message = `${unread} operations of ${database.name} (run ${database.runId}) cannot be read.`;
    replay.findings.push(
      finding("error", "damaged_operation", message, { run: database.runId, file: database.name, count: unread }),
    );
  }
  return replay.finish();
}

/** A file that waits for its upload. */
interface Upload {
  source: string;
  /** Made by the client, beside the database. */
  temporary: boolean;
}

/** The files that wait for their upload, by their path in storage. */
function uploads(open: DatabaseSync): Map<string, Upload> {
  if (!tableNames(open).has("file_upload_requests")) return new Map();
  const rows = open.prepare("SELECT source_path, destination, is_temporary FROM file_upload_requests ORDER BY 1").all();
  return new Map(rows.map((row) => [
    row.destination as string,
    { source: row.source_path as string, temporary: row.is_temporary === 1 },
  ]));
}

/**
 * Where the folder around the database was and is: files that the client made tell where the database was, and what lay around it
 * was usually moved with it.
 */
function movedFrom(uploads: Iterable<Upload>, folder: string): { from: string; to: string } {
  const made = [...uploads].find(({ temporary }) => temporary);
  if (!made) return { from: folder, to: folder };
  let from = dirname(made.source.replaceAll("\\", "/")), to = folder;
  // Up to the first folder that has another name, or the one that the program ran in.
  while (basename(from) !== "" && basename(from) === basename(to)) {
    const inside = basename(from);
    [from, to] = [dirname(from), dirname(to)];
    if (inside === ".neptune") break;
  }
  return { from, to };
}

/** Takes what messages say to the replay of a run. */
class Operations implements SnapshotVisitor {
  readonly #replay: Replay;
  readonly #reader: SnapshotReader;
  readonly #database: ScaleDatabase;
  readonly #uploads: Map<string, Upload>;
  /** By number of the path; null: something else has that path. */
  readonly #floats: (SeriesBuilder | null)[] = [];
  readonly #unknown = new Set<string>();
  #moved: { from: string; to: string } | null = null;

  constructor(replay: Replay, reader: SnapshotReader, database: ScaleDatabase, uploads: Map<string, Upload>) {
    this.#replay = replay;
    this.#reader = reader;
    this.#database = database;
    this.#uploads = uploads;
  }

  assign(path: string, value: MessageValue, timestamp: number): void {
    if (value.type === "file") this.#replay.assign(path, "file", this.#ref(value.value), timestamp);
    else if (value.type === "histogram") this.unknown(path);
    else this.#replay.assign(path, value.type as SingleType, value.value, timestamp);
  }

  changeSet(path: string, add: string[], remove: string[], timestamp: number): void {
    this.#replay.changeSet(path, { add, remove }, timestamp);
  }

  float(path: number, value: number, step: number, timestamp: number, preview: number | null): void {
    let series = this.#floats[path];
    // A path that is something else is asked again each time, so that all of its points are counted.
    if (!series) this.#floats[path] = series = this.#replay.series(this.#reader.paths[path], "float");
    if (series === null) return;
    if (step !== step) series.drop("no_step");
    else if (preview === null) series.pushFloat(step, timestamp, value);
    else series.preview(step, timestamp, value, preview);
  }

  point(path: string, value: MessageValue, step: number, timestamp: number): void {
    switch (value.type) {
      case "string":
      case "histogram":
      case "file": {
        const series = this.#replay.series(path, value.type);
        if (step !== step) series?.drop("no_step");
        else series?.push(step, timestamp, value.type === "file" ? this.#ref(value.value) : value.value);
        break;
      }
      case "int":
        // The client makes floats of integers; others may not.
        this.#replay.series(path, "float")?.pushFloat(step, timestamp, Number(value.value));
        break;
      default:
        this.unknown(path);
    }
  }

  unknown(path: string): void {
    if (this.#unknown.has(path)) return;
    this.#unknown.add(path);
    const { runId, name } = this.#database;
    const message = `"${path}" of run ${runId} has values of a type that is not known; they are left out.`;
    this.#replay.findings.push(
      finding("warning", "unknown_type", message, { run: runId, attribute: path, file: name }),
    );
  }

  #ref({ path, size, mimeType }: StoredName): FileRef {
    const ref = { path: unsyncedPath(this.#database.name, path), size, mimeType };
    this.#replay.files.set(ref.path, this.#origin(path));
    return ref;
  }

  /** Folders move: what the client made lies beside the database, wherever that is now. */
  #origin(destination: string): FileOrigin {
    const upload = this.#uploads.get(destination);
    const folder = dirname(this.#database.path);
    const beside = `${folder}/${basename(upload?.source ?? destination)}`;
    if (!upload) return { kind: "disk", paths: [beside] };
    if (upload.temporary) return { kind: "disk", paths: [beside, upload.source] };
    this.#moved ??= movedFrom(this.#uploads.values(), folder);
    const { from, to } = this.#moved;
    const moved = from !== to && upload.source.startsWith(`${from}/`) ? [to + upload.source.slice(from.length)] : [];
    return { kind: "disk", paths: [upload.source, ...moved] };
  }
}
