/**
 * Disks of this machine as a {@linkcode Store}.
 *
 * @module
 */

import { pauseNowAndThen } from "../../async/pause.ts";
import { isPermitted, requirePermission } from "../../permissions/require.ts";
import type { FileOptions } from "../../source.ts";
import { readAt } from "./bytes.ts";
import { type OpenFile, type Store, type StoredEntry, type StoredInfo, tailOf } from "./store.ts";

/** So many entries tell what kind of folder it is. */
const GLANCE = 1000;

/**
 * The disks of this machine. One system call after another where there are many: 20,000 asynchronous ones take ten times as long.
 */
export const DISK: Store = {
  isLocal: true,
  permit: (path, purpose) => requirePermission({ name: "read", path }, purpose),
  isPermitted: (path) => isPermitted({ name: "read", path }),
  identity: (folder) => Deno.realPathSync(folder),
  place: (path) => Deno.realPath(path),
  list: async (folder, { glance = false, signal } = {}) => {
    if (!glance) {
      const found = Deno.readDirSync(folder);
      await pauseNowAndThen(signal)();
      return Array.from(found, (entry) => new DiskEntry(folder, entry));
    }
    const some: DiskEntry[] = [];
    for await (const entry of Deno.readDir(folder)) {
      if (some.push(new DiskEntry(folder, entry)) === GLANCE) break;
    }
    return some;
  },
  find: async (path) => foundOf(await Deno.stat(path)),
  open: ({ path, size }) => openBytes(path, size),
  stream: async (path, options) => {
    const { size } = await Deno.stat(path);
    return { bytes: await openStream(path, options), size };
  },
  close: () => {},
};

/** Opens a file of this machine. Small ones are read with one call. */
export function openBytes(path: string, size = Deno.statSync(path).size): OpenFile {
  if (tailOf(size) === size) {
    const bytes = Deno.readFileSync(path);
    const read = (at: number, length: number) => bytes.subarray(at, at + length);
    return { size: bytes.length, tail: bytes.length, read, load: null, close: () => {} };
  }
  const file = Deno.openSync(path);
  size = file.statSync().size;
  return {
    size,
    tail: tailOf(size),
    read: (at, length, into) => readAt(file, at, length, into),
    load: null,
    close: () => file.close(),
  };
}

class DiskEntry implements StoredEntry {
  readonly name: string;
  readonly isFolder: boolean;

  constructor(private readonly folder: string, { name, isDirectory, isSymlink }: Deno.DirEntry) {
    this.name = name;
    this.isFolder = isSymlink ? isFolder(`${folder}/${name}`) : isDirectory;
  }

  look(): StoredInfo {
    return foundOf(Deno.statSync(`${this.folder}/${this.name}`));
  }
}

/** Whether a path leads to a folder, through links too; false where nobody can tell. */
export function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function foundOf({ size, mtime, ctime, ino, isDirectory }: Deno.FileInfo): StoredInfo {
  return {
    isFolder: isDirectory,
    size,
    modified: mtime?.getTime() ?? 0,
    changed: ctime?.getTime() ?? 0,
    inode: ino ?? 0,
    etag: null,
  };
}

/** Opens a file, or the part of it that is asked for. */
export async function openStream(
  path: string,
  { from = 0, to, signal }: FileOptions = {},
): Promise<ReadableStream<Uint8Array>> {
  const file = await Deno.open(path);
  if (from > 0) await file.seek(from, Deno.SeekMode.Start);
  const bytes = to === undefined ? file.readable : file.readable.pipeThrough(first(to - from));
  return signal ? bytes.pipeThrough(new TransformStream(), { signal }) : bytes;
}

/** Passes on so many bytes and ends. */
function first(count: number): TransformStream<Uint8Array, Uint8Array> {
  let left = Math.max(0, count);
  return new TransformStream({
    start(controller) {
      if (left === 0) controller.terminate();
    },
    transform(chunk, controller) {
      controller.enqueue(chunk.subarray(0, left));
      left -= Math.min(left, chunk.length);
      if (left === 0) controller.terminate();
    },
  });
}
