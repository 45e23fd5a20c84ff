/**
 * Findings about files that are no longer what was written.
 *
 * @module
 */

import { NeptuneError } from "../../errors.ts";
import type { CallOptions, Finding } from "../../source.ts";
import { HASHES, hashIn, readHashes } from "../disk/hashes.ts";
import type { Folder } from "../disk/layout.ts";
import { foundAt, type Store } from "../disk/store.ts";
import { finding } from "./finding.ts";

/** The data of a project, and which files count. */
export type HashedProject = Pick<Folder, "store" | "path" | "name"> & { parts: readonly { name: string }[] };

/** Compares the files of a project with the hashes that were written with them; those of the files folder only when asked. */
export async function hashFindings(
  folders: readonly HashedProject[],
  filesStore: Store,
  filesRoot: string | null,
  { thorough, signal, onProgress }: CallOptions & { thorough: boolean },
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const folder of folders) {
    const { store } = folder;
    const names = folder.parts.map(({ name }) => name);
    findings.push(...await compare({ store, path: folder.path, label: folder.name, names }, { signal, onProgress }));
    const path = filesRoot === null ? null : `${filesRoot}/${folder.name}`;
    if (path === null || !await exists(filesStore, path)) continue;
    if (thorough) {
      const names = await Array.fromAsync(filesBelow(filesStore, path));
      findings.push(
        ...await compare({ store: filesStore, path, label: `files/${folder.name}`, names }, { signal, onProgress }),
      );
    } else if (await exists(filesStore, `${path}/${HASHES}`)) {
      findings.push(finding(
        "info",
        "not_compared",
        `The files below files/${folder.name} were not compared with their hashes: archiveReport({ thorough: true }) reads them all.`,
        { file: `${folder.name}/${HASHES}` },
      ));
    }
  }
  return findings;
}

interface HashedFolder {
  store: Store;
  path: string;
  /** How the folder is called in findings. */
  label: string;
  /** The files in it, by their paths below it. */
  names: string[];
}

async function compare({ store, path, label, names }: HashedFolder, call: CallOptions): Promise<Finding[]> {
  const hashes = await readHashes(path, store).catch((error) => {
    call.signal?.throwIfAborted();
    if (error instanceof NeptuneError) throw error;
    return `${error.message}`;
  });
  if (typeof hashes === "string") {
    const file = `${label}/${HASHES}`;
    return [
      finding("error", "changed_file", `The file ${file}, which has the hashes of others, cannot be read: ${hashes}.`, {
        file,
      }),
    ];
  }
  if (names.length === 0 && hashes === null) return [];
  const unknown = names.filter((name) => !hashes?.has(name));
  const findings: Finding[] = [];
  for (const [name, hash] of hashes ?? []) {
    const found = await hashIn(store, `${path}/${name}`, call.signal).catch((error) => {
      call.signal?.throwIfAborted();
      if (error instanceof NeptuneError) throw error;
      if (error instanceof Deno.errors.NotFound) return null;
      return String(error);
    });
    call.onProgress?.(1, hashes!.size);
    if (found === hash) continue;
    const file = `${label}/${name}`;
    findings.push(
      found === null
        ? finding("error", "lost_file", `The file ${file} has a hash in ${HASHES}, but is gone.`, { file })
        : finding("error", "changed_file", `The SHA-256 of the file ${file} is not the one in ${HASHES}.`, { file }),
    );
  }
  if (unknown.length > 0) {
    findings.push(finding(
      "info",
      "no_hashes",
      `${unknown.length} files of ${label} have no hash in ${HASHES}, as neptune-exporter writes none: a change of their bytes that leaves ` +
        "them readable cannot be found.",
      { file: `${label}/${unknown[0]}`, count: unknown.length },
    ));
  }
  return findings;
}

async function* filesBelow(store: Store, root: string, below = ""): AsyncGenerator<string> {
  for (const entry of await store.list(below === "" ? root : `${root}/${below.slice(0, -1)}`)) {
    const path = below + entry.name;
    if (entry.isFolder) yield* filesBelow(store, root, `${path}/`);
    else if (path !== HASHES && !entry.name.startsWith(".")) yield path;
  }
}

async function exists(store: Store, path: string): Promise<boolean> {
  return await foundAt(store, path) !== null;
}
