/**
 * Findings about files that are no longer what was written.
 *
 * @module
 */

import type { CallOptions, Finding } from "../../source.ts";
import { HASHES, hashFile, readHashes } from "../disk/hashes.ts";
import { type Folder, isFolder } from "../disk/layout.ts";
import { finding } from "./finding.ts";

/** Compares the files of a project with the hashes that were written with them; those of the files folder only when asked. */
export async function hashFindings(
  folders: Folder[],
  filesRoot: string | null,
  { thorough, signal, onProgress }: CallOptions & { thorough: boolean },
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const folder of folders) {
    const names = folder.parts.map(({ name }) => name);
    findings.push(...await compare({ path: folder.path, label: folder.name, names }, { signal, onProgress }));
    const path = filesRoot === null ? null : `${filesRoot}/${folder.name}`;
    if (path === null || !await exists(path)) continue;
    if (thorough) {
      const names = [...filesBelow(path)];
      findings.push(...await compare({ path, label: `files/${folder.name}`, names }, { signal, onProgress }));
    } else if (await exists(`${path}/${HASHES}`)) {
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
  path: string;
  /** How the folder is called in findings. */
  label: string;
  /** The files in it, by their paths below it. */
  names: string[];
}

async function compare({ path, label, names }: HashedFolder, call: CallOptions): Promise<Finding[]> {
  const hashes = await readHashes(path);
  if (names.length === 0 && hashes === null) return [];
  const unknown = names.filter((name) => !hashes?.has(name));
  const findings: Finding[] = [];
  for (const [name, hash] of hashes ?? []) {
    const found = await hashFile(`${path}/${name}`, call.signal).catch((error) => {
      call.signal?.throwIfAborted();
      if (error instanceof Deno.errors.NotFound) return null;
      return String(error);
    });
    call.onProgress?.(1, hashes!.size);
    if (found === hash) continue;
    const file = `${label}/${name}`;
    findings.push(
      found === null
        ? finding("error", "lost_file", `The file ${file} was exported, but is gone.`, { file })
        : finding("error", "changed_file", `The file ${file} is not what was exported: its SHA-256 differs.`, { file }),
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

function* filesBelow(root: string, below = ""): Generator<string> {
  for (const entry of Deno.readDirSync(`${root}/${below}`)) {
    const path = below + entry.name;
    if (isFolder(`${root}/${below}`, entry)) yield* filesBelow(root, `${path}/`);
    else if (path !== HASHES && !entry.name.startsWith(".")) yield path;
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
