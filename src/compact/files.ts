/**
 * Stored files of a project: linked or copied beside its compacted data.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { HASHES, readHashes } from "../archive/disk/hashes.ts";
import type { Store } from "../archive/disk/store.ts";
import { forEach } from "../async/concurrent.ts";
import { addHashes, tidyHashes } from "../export/log.ts";
import { sayingWhatFailed, writeWhole } from "../write/whole.ts";

/** What became of the stored files of a project. */
export interface StoredFiles {
  /** Files that are in both places without taking room twice (hard links). */
  linked: number;
  /** Files that were copied. */
  copied: number;
  /** Files that were there already. */
  present: number;
  /** Bytes that were copied. */
  bytes: number;
}

/** Files handled side by side. */
const CONCURRENCY = 8;

/** Brings all files below some folders to one folder. */
export async function bringFiles(
  { store, folders, target, link, signal }: {
    store: Store;
    folders: readonly string[];
    target: string;
    link: boolean;
    signal?: AbortSignal;
  },
): Promise<StoredFiles> {
  const result: StoredFiles = { linked: 0, copied: 0, present: 0, bytes: 0 };
  const hashes = new Map<string, string>();
  for (const folder of folders) {
    const known = await readHashes(folder, store) ?? new Map<string, string>();
    const files = await Array.fromAsync(filesBelow(store, folder, "", signal));
    await forEach(files, CONCURRENCY, async ({ path, size }, _, signal) => {
      const from = `${folder}/${path}`, to = `${target}/${path}`;
      const there = await Deno.stat(to).catch(() => null);
      if (there?.isFile && there.size === size) result.present++;
      else if (link && store.isLocal && await linked(from, to)) result.linked++;
      else {
        const hash = await copy(store, from, to, signal);
        if (!known.has(path)) hashes.set(path, hash);
        result.copied++;
        result.bytes += size;
      }
      const hash = known.get(path);
      if (hash) hashes.set(path, hash);
    }, signal);
  }
  if (hashes.size > 0) {
    await addHashes(target, hashes);
    await tidyHashes(target);
  }
  return result;
}

async function* filesBelow(
  store: Store,
  root: string,
  below: string,
  signal?: AbortSignal,
): AsyncGenerator<{ path: string; size: number }> {
  const entries = await store.list(`${root}/${below}`.replace(/\/$/, ""), { signal }).catch((error) => {
    if (below === "" && error instanceof Deno.errors.NotFound) return [];
    throw error;
  });
  for (const entry of entries) {
    const path = below + entry.name;
    if (path === HASHES || entry.name.startsWith(".")) continue;
    if (entry.isFolder) yield* filesBelow(store, root, `${path}/`, signal);
    else yield { path, size: entry.look().size };
  }
}

/** A second name for a file; false where there cannot be one, on another disk for example. */
async function linked(from: string, to: string): Promise<boolean> {
  await sayingWhatFailed(to, () => Deno.mkdir(dirname(to), { recursive: true }));
  try {
    // A link to a link would lead astray from elsewhere.
    await Deno.link(await Deno.realPath(from), to);
    return true;
  } catch {
    return false;
  }
}

/** Copies a file, and gives its hash. */
async function copy(store: Store, from: string, to: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  const { bytes } = await store.stream(from, { signal });
  const hashing = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, out) {
      hash.update(piece);
      out.enqueue(piece);
    },
  });
  await writeWhole(to, bytes.pipeThrough(hashing), signal);
  return hash.digest("hex");
}
