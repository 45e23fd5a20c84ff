/**
 * Operations of Neptune 2.x on files, sets of files and artifacts.
 *
 * Contents lie in the log itself, beside it in `upload_path`, or where they were when the run was logged: sets of files are
 * patterns that are looked up now.
 *
 * @module
 */

import { globSync } from "node:fs";
import { dirname, relative } from "node:path";
import { finding } from "../../archive/report/finding.ts";
import { mimeOfBytes, mimeOfName, SNIFFED_BYTES } from "../../archive/disk/mime.ts";
import { unsyncedPath } from "../disk/names.ts";
import type { Replay } from "../rules/attributes.ts";
import { type FileRef, FOLDER } from "../../types.ts";
import type { LegacyFolder } from "./folder.ts";
import type { Operation } from "./log.ts";

/** Where an operation is written. */
export interface OperationPlace {
  folder: LegacyFolder;
  log: string;
  start: number;
  end: number;
}

/** A set of files under construction: names inside, and where they lie now. */
interface FileSet {
  folder: LegacyFolder;
  files: Map<string, string>;
  /** Patterns that found nothing. */
  missing: string[];
  at: number;
}

/** A file of an artifact. */
interface ArtifactFile {
  filePath: string;
  fileHash: string | null;
  type: string;
  size: number | null;
  metadata: { key: string; value: string }[];
}

/** Operations on files of one run. */
export class FileOperations {
  readonly #run: string;
  readonly #replay: Replay;
  /** References whose type only their first bytes tell, in base64. */
  readonly #untyped: { ref: FileRef; start: string; complete: boolean }[] = [];
  readonly #sets = new Map<string, FileSet>();
  readonly #artifacts = new Map<
    string,
    { folder: LegacyFolder; files: ArtifactFile[]; hash: string | null; at: number }
  >();

  constructor(run: string, replay: Replay) {
    this.#run = run;
    this.#replay = replay;
  }

  /** Applies an operation; false where it is not about files. */
  apply(path: string, operation: Operation, at: number, place: OperationPlace): boolean {
    switch (operation.type) {
      case "UploadFile":
        this.#upload(path, operation, at, place);
        return true;
      case "UploadFileContent":
        this.#replay.assign(path, "file", this.#content(path, operation, place), at);
        return true;
      case "UploadFileSet":
        this.#uploadSet(path, operation, at, place);
        return true;
      case "DeleteFiles":
        this.#deleteFiles(path, operation, at);
        return true;
      case "AssignArtifact":
        this.#artifact(path, at, place).hash = String(operation.hash);
        return true;
      case "TrackFilesToArtifact":
        for (const [entry, namespace] of operation.entries as [string, string | null][] ?? []) {
          this.#artifact(path, at, place).files.push(artifactFile(entry, namespace));
        }
        return true;
      case "ClearArtifact":
        this.#artifacts.delete(path);
        this.#replay.delete(path);
        return true;
    }
    return false;
  }

  /** Forgets an attribute that was deleted. */
  forget(path: string): void {
    this.#sets.delete(path);
    this.#artifacts.delete(path);
  }

  /** The file of a point; null where the client could not read it. */
  image(
    path: string,
    value: unknown,
    { folder, log, start, end, point }: OperationPlace & { point: number },
  ): FileRef | null {
    const data = typeof value === "string" ? value : (value as { data?: string | null } | null)?.data;
    if (typeof data !== "string") return null;
    const ref = this.#described(unsyncedPath(folder.name, `${path}/${log}-${start}-${point}`), data);
    this.#replay.files.set(ref.path, { kind: "log", path: `${folder.path}/${log}`, start, end, point });
    return ref;
  }

  /** What is only known at the end; types that the bytes tell, too. */
  async finish(): Promise<void> {
    for (const { ref, start, complete } of this.#untyped) ref.mimeType = await typeOf(start, complete);
    for (const [path, set] of this.#sets) {
      const root = unsyncedPath(set.folder.name, path);
      const names = [...set.files.keys()].sort();
      this.#replay.files.set(root, { kind: "folder", names });
      for (const name of names) {
        this.#replay.files.set(`${root}/${name}`, { kind: "disk", paths: [set.files.get(name)!] });
      }
      this.#replay.assign(path, "file_set", { path: root, size: null, mimeType: FOLDER }, set.at);
      if (set.missing.length === 0) continue;
      const message = `Of the set of files "${path}" of run ${this.#run}, nothing is left of ${
        set.missing.join(", ")
      }.`;
      const [file] = set.missing;
      this.#replay.findings.push(
        finding("warning", "missing_file", message, {
          run: this.#run,
          attribute: path,
          file,
          count: set.missing.length,
        }),
      );
    }
    for (const [path, { folder, files, hash, at }] of this.#artifacts) {
      const text = JSON.stringify(files.length > 0 ? files : [{ fileHash: hash }], null, 2);
      const ref = {
        path: unsyncedPath(folder.name, `${path}/files_list.json`),
        size: new TextEncoder().encode(text).length,
        mimeType: "application/json",
      };
      this.#replay.files.set(ref.path, { kind: "text", text });
      this.#replay.assign(path, "artifact", ref, at);
    }
  }

  #upload(path: string, operation: Operation, at: number, { folder, log, start }: OperationPlace): void {
    const { file_path, tmp_file_name, ext } = operation as { file_path?: string; tmp_file_name?: string; ext?: string };
    const paths = tmp_file_name ? [`${folder.path}/upload_path/${tmp_file_name}`] : [];
    if (file_path) paths.push(file_path);
    const name = `${log}-${start}${ext ? `.${ext}` : ""}`;
    const there = paths.map((path) => statOf(path)).find((info) => info?.isFile);
    const ref = {
      path: unsyncedPath(folder.name, `${path}/${name}`),
      size: there?.size ?? null,
      mimeType: mimeOfName(name) ?? mimeOfName(file_path ?? "") ?? "application/octet-stream",
    };
    this.#replay.files.set(ref.path, { kind: "disk", paths });
    this.#replay.assign(path, "file", ref, at);
  }

  #content(path: string, operation: Operation, { folder, log, start, end }: OperationPlace): FileRef {
    const name = `${log}-${start}${operation.ext ? `.${operation.ext}` : ""}`;
    const ref = this.#described(unsyncedPath(folder.name, `${path}/${name}`), String(operation.file_content ?? ""));
    this.#replay.files.set(ref.path, { kind: "log", path: `${folder.path}/${log}`, start, end, point: null });
    return ref;
  }

  /** A reference to what base64 holds; its type follows at the end where the name does not tell it. */
  #described(path: string, base64: string): FileRef {
    const text = base64.replaceAll(/[\s=]/g, "");
    const known = mimeOfName(path);
    const ref = { path, size: Math.floor(text.length * 3 / 4), mimeType: known ?? "application/octet-stream" };
    const start = text.slice(0, Math.floor(SNIFFED_BYTES / 3) * 4);
    if (known === null) this.#untyped.push({ ref, start, complete: start.length === text.length });
    return ref;
  }

  #uploadSet(path: string, operation: Operation, at: number, { folder }: OperationPlace): void {
    let set = this.#sets.get(path);
    const reset = operation.reset === true || operation.reset === "True";
    if (!set || reset) this.#sets.set(path, set = { folder, files: new Map(), missing: [], at });
    set.at = at;
    const found = new Map((operation.file_globs as string[] ?? []).map((glob) => [glob, filesOf(glob)]));
    const all = [...found.values()].flat();
    const root = commonRoot(all, workingFolder(folder));
    for (const [glob, files] of found) {
      if (files.length === 0) set.missing.push(glob);
      for (const file of files) set.files.set(relative(root, file).replaceAll("\\", "/"), file);
    }
  }

  #deleteFiles(path: string, operation: Operation, at: number): void {
    const set = this.#sets.get(path);
    if (!set) return;
    set.at = at;
    for (const one of operation.file_paths as string[] ?? []) {
      for (const name of [...set.files.keys()]) {
        if (name === one || name.startsWith(`${one}/`) || one.endsWith(`/${name}`)) set.files.delete(name);
      }
    }
  }

  #artifact(path: string, at: number, { folder }: OperationPlace) {
    let artifact = this.#artifacts.get(path);
    if (!artifact) this.#artifacts.set(path, artifact = { folder, files: [], hash: null, at });
    artifact.at = at;
    return artifact;
  }
}

function artifactFile(entry: string, namespace: string | null): ArtifactFile {
  const remote = /^[a-z0-9]+:\/\//i.test(entry);
  const info = remote ? null : statOf(entry);
  return {
    filePath: namespace ? `${namespace}/${entry}` : entry,
    fileHash: null,
    type: remote ? entry.slice(0, entry.indexOf(":")).toUpperCase() : "Local",
    size: info?.isFile ? info.size : null,
    metadata: [],
  };
}

/** The type of what base64 holds. */
async function typeOf(start: string, complete: boolean): Promise<string> {
  try {
    return await mimeOfBytes(Uint8Array.fromBase64(start), complete);
  } catch {
    return "application/octet-stream";
  }
}

/** The files that a pattern finds now, also in folders. */
function filesOf(pattern: string): string[] {
  return globSync(pattern).flatMap((path) => {
    const info = statOf(path);
    return info?.isDirectory ? [...below(path)] : info?.isFile ? [path] : [];
  }).sort();
}

function* below(folder: string): Generator<string> {
  for (const { name, isDirectory, isFile } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* below(`${folder}/${name}`);
    else if (isFile) yield `${folder}/${name}`;
  }
}

/** Where the program ran, as far as the place of its `.neptune` folder tells. */
function workingFolder({ path }: LegacyFolder): string | null {
  const at = path.lastIndexOf("/.neptune/");
  return at < 0 ? null : path.slice(0, at);
}

/** The client named files by their path below the working folder, or below the folder that they share. */
function commonRoot(files: string[], working: string | null): string {
  if (working !== null && files.every((file) => file.startsWith(`${working}/`))) return working;
  let root = dirname(files[0] ?? "/");
  while (root !== dirname(root) && !files.every((file) => file.startsWith(`${root}/`))) root = dirname(root);
  return root;
}

function statOf(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch {
    return null;
  }
}
