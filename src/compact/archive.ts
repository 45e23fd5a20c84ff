/**
 * `compactArchive`: an archive of many small files as a few large ones.
 *
 * @module
 */

import { resolve } from "node:path";
import { EitherProject } from "../archive/either_project.ts";
import { sanitized } from "../archive/disk/layout.ts";
import { ArchiveError, UnsupportedError } from "../errors.ts";
import { pathString } from "../options/kinds.ts";
import type { Checked } from "../options/options.ts";
import { requirePermission } from "../permissions/require.ts";
import type { LongCall } from "../progress/show.ts";
import type { LazyCatalog } from "../source.ts";
import { refuseSame } from "../write/apart.ts";
import { sayingWhatFailed } from "../write/whole.ts";
import { bringFiles, type StoredFiles } from "./files.ts";
import type { Limits } from "./limits.ts";
import type { COMPACT } from "./options.ts";
import { compactProject } from "./project.ts";

/** What {@linkcode compactArchive} wrote. */
export interface CompactedArchive {
  /** The data folder: to be passed as `archive`. */
  data: string;
  /** The files folder; null where stored files were left where they are. */
  files: string | null;
  /** What was written of each project. */
  projects: CompactedProjectSummary[];
}

/** One project of {@linkcode CompactedArchive}. */
export interface CompactedProjectSummary {
  /** Its name, `workspace/project`. */
  project: string;
  /** `"written"`: files were added; `"present"`: no run was new. */
  status: "written" | "present";
  /** How many runs the compacted project has now. */
  runs: number;
  /** How many of them are new. */
  newRuns: number;
  /** How many attributes the new runs have, all of them together: rows of `values`. */
  values: number;
  /** How many points: rows of `series`. */
  points: number;
  /**
   * Runs that were compacted before and of which the archive has more, or other, files now, by their sizes and footers: they stay as
   * they were. To have them anew, compact to another destination.
   */
  changedRuns: string[];
  /** The bytes of the Parquet files that the new runs were read from. */
  sourceBytes: number;
  /** The bytes of the Parquet files that were added. */
  bytes: number;
  /** The files that were added, below the project's folder. */
  files: { name: string; rows: number; bytes: number; sha256: string }[];
  /** null: they were left where they are, or there are none. */
  storedFiles: StoredFiles | null;
  /** What was left out because it cannot be read (`damagedRuns: "skip"`): one sentence for each file. */
  leftOut: string[];
}

/** Compacts the projects of an archive, one after the other. */
export async function compactCatalog(
  catalog: LazyCatalog,
  options: Checked<typeof COMPACT> & LongCall & { limits?: Limits },
): Promise<CompactedArchive> {
  const { signal, onProgress, storedFiles } = options;
  const destination = resolve(pathString(options.destination));
  requirePermission({ name: "write", path: destination }, `write the compacted archive ${destination}`);
  const data = `${destination}/data`;
  const names = options.project ? [options.project] : (await catalog.projects({ signal })).map(({ name }) => name);
  if (names.length === 0) throw new ArchiveError(`The ${catalog.label} holds no project.`, { path: catalog.label });
  // It is there though no run has a file, so that it can be named when what was written is opened.
  const stored = storedFiles === "leave" ? null : `${destination}/files`;
  const projects: CompactedProjectSummary[] = [];
  for (const name of names) {
    const source = await catalog.open(name);
    if (!(source instanceof EitherProject)) {
      throw new UnsupportedError(`Only archives can be compacted, but this is ${source.label}.`, {
        source: source.label,
        feature: "compactArchive",
      });
    }
    const { name: project } = await source.project({ signal });
    const parts = await source.parts({ signal });
    if (parts === null) {
      throw new ArchiveError(`The project ${project} of the ${source.label} is compacted already.`, {
        path: source.label,
      });
    }
    if (parts.store.isLocal) refuseSame(parts.data, data);
    const folder = `${data}/${sanitized(project)}`;
    const { context } = parts;
    const written = await compactProject({
      project,
      context,
      folder,
      filesLeft: storedFiles === "leave" ? parts.files : null,
      roots: parts,
      onProgress,
      limits: options.limits,
    });
    const { pass } = written;
    projects.push({
      project,
      status: pass ? "written" : "present",
      runs: written.runs,
      newRuns: pass?.runs ?? 0,
      changedRuns: written.changed,
      values: pass?.values ?? 0,
      points: pass?.points ?? 0,
      sourceBytes: written.sourceBytes,
      bytes: pass?.files.reduce((sum, { bytes }) => sum + bytes, 0) ?? 0,
      files: pass?.files.map(({ name, rows, bytes, sha256 }) => ({ name, rows, bytes, sha256 })) ?? [],
      storedFiles: parts.files === null || stored === null ? null : await bringFiles({
        store: parts.filesStore,
        folders: [...new Set([sanitized(project), ...context.index.folders.map(({ name }) => name)])]
          .map((name) => `${parts.files}/${name}`),
        target: `${stored}/${sanitized(project)}`,
        link: storedFiles === "link",
        signal,
      }),
      leftOut: source.leftOut(),
    });
  }
  if (stored !== null) await sayingWhatFailed(stored, () => Deno.mkdir(stored, { recursive: true }));
  return { data, files: stored, projects };
}
