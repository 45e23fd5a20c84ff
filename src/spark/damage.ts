/**
 * Files that an engine cannot read. It reads all files of a project together and rarely says which one it stumbled over, so this is
 * found out by halves.
 *
 * @module
 */

import { idInStem } from "../archive/disk/layout.ts";
import { DamagedFileError, EngineError } from "../errors.ts";

/** A file that cannot be read. */
export interface DamagedPart {
  /** Below the data root. */
  file: string;
  stem: string;
  reason: string;
}

/** A file that cannot be read, as it is told. */
export interface DamagedFile {
  file: string;
  run: string;
  reason: string;
}

/** A file, and what the engine said of it. */
export interface Unreadable {
  path: string;
  reason: string;
}

/** Files of a list that cannot be read, one after the other. */
export async function* unreadable(
  paths: readonly string[],
  read: (paths: readonly string[]) => Promise<void>,
): AsyncGenerator<Unreadable> {
  if (paths.length === 0) return;
  try {
    return await read(paths);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (paths.length === 1) return yield { path: paths[0], reason: saidOf(error) };
  }
  const middle = paths.length >> 1;
  yield* unreadable(paths.slice(0, middle), read);
  yield* unreadable(paths.slice(middle), read);
}

/** What the engine said, without who said it. */
export function saidOf({ message }: EngineError): string {
  const said = message.slice(message.indexOf(" could not answer: ") + " could not answer: ".length);
  return said.replace(/\s+/g, " ").slice(0, 300).replace(/\.$/, "");
}

/** A path as a person finds it: below the data root. */
export function nameBelow(root: string, path: string): string {
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}

/** A file that cannot be read, as it is told: a file of many runs stands for their ids. */
export function damagedFile({ file, stem, reason }: DamagedPart): DamagedFile {
  return { file, run: idInStem(stem) || file, reason };
}

/** The error for a file that the engine cannot read. */
export function engineDamage(file: string, stem: string, reason: string, cause?: unknown): DamagedFileError {
  const { run } = damagedFile({ file, stem, reason });
  return new DamagedFileError(
    `The Spark server cannot read the file ${file} of run ${run} (${reason}), and reads all files of a project together: restore ` +
      'it from a copy, or leave such runs out with `damagedRuns: "skip"`.',
    { run, file },
    { cause },
  );
}
