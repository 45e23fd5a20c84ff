/**
 * Paths of files that never reached storage: where they lie is found by the container that names them.
 *
 * @module
 */

const PREFIX = "unsynced/";

/**
 * The path of a file in a reference.
 *
 * @param container The name of the database or folder, below the folder that was opened.
 * @param file What the container calls the file.
 */
export function unsyncedPath(container: string, file: string): string {
  return `${PREFIX}${container}/${file}`;
}

/** The part of a path that a container understands, or null where the path is no file of this container. */
export function pathWithin(container: string, path: string): string | null {
  const prefix = `${PREFIX}${container}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : null;
}
