/**
 * Damaged parts: they spoil the runs they belong to and no others.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { ArchiveError, DamagedFileError } from "../../errors.ts";
import type { Nql, Predicate } from "../../nql/ast.ts";
import { foldNql } from "../../nql/fold.ts";
import { compileRegex } from "../../nql/regex.ts";
import type { ProjectIndex } from "./project_index.ts";
import type { RunsQuery } from "../../source.ts";
import { type Folder, idInStem, type Part, sanitized } from "../disk/layout.ts";

const logger = getLogger(["neptune-fetcher", "archive"]);
const warned = new WeakSet<Part>();

/** Says once for each part that it cannot be read. */
export function warnDamaged(part: Part, run: string): void {
  if (warned.has(part)) return;
  warned.add(part);
  logger.warn("The file {file} of run {run} is damaged: {reason}", { file: nameOf(part), run, reason: part.damage });
}

/** The error for using a run one of whose parts is damaged. */
export function damagedError(part: Part, run: string, cause?: unknown): DamagedFileError {
  return new DamagedFileError(
    `The file ${nameOf(part)} of run ${run} is damaged (${
      part.damage ?? reason(cause)
    }): restore it from a copy, or leave ` +
      `such runs out with \`damagedRuns: "skip"\`; other runs are not affected.`,
    { run, file: nameOf(part) },
    { cause },
  );
}

/** Why a part cannot be read. */
export function damageOf(part: Part): string {
  return part.damage?.replace(/\.$/, "") ?? "unknown";
}

/** A part as a person finds it: below the data root. */
export function nameOf(part: Part): string {
  return `${part.folder.name}/${part.name}`;
}

/** What to call the run of a damaged part: its id where other parts tell, else its name in the file name. */
export function damagedRunName(part: Part, index: ProjectIndex | null): string {
  const number = index?.damaged.get(part) ?? null;
  return number === null ? idInStem(part.stem) || part.name : index!.keys[number];
}

/** The damaged part of a run that cannot be listed because of it, by the id of the run. */
export function damagedPartOf(index: ProjectIndex, run: string): Part | null {
  if (index.damaged.size === 0 || index.numbers.has(run)) return null;
  const stem = sanitized(run);
  return [...index.damaged.keys()].find((part) => part.stem === stem) ?? null;
}

/**
 * The damaged part on which the answer to a query for runs depends, or null.
 *
 * Runs asked for by their ids depend on parts that may hold these runs; all other questions depend on every run. A run of which
 * another part tells its names can be listed, and chosen by these: only what else is asked about it depends on the damage.
 */
export function damageBehind(index: ProjectIndex, { where = null, sort = null }: RunsQuery): Part | null {
  if (index.damaged.size === 0) return null;
  const ids = idsIn(where);
  const [hidden] = [...index.damaged].flatMap(([part, run]) => run === null ? [part] : []);
  if (ids !== null) {
    const known = ["sys/id", "sys/custom_run_id"].map((path) => new Set(index.system.column(path, "string")?.values));
    const lost = [...ids].find((id) => !index.numbers.has(id) && known.every((values) => !values.has(id)));
    return lost === undefined ? null : damagedPartOf(index, lost) ?? hidden ?? null;
  }
  if (hidden) return hidden;
  const plain = (where === null || asksForSystemOnly(where)) && (sort === null || isSystemName(sort.path));
  const [telling] = [...index.damaged].flatMap(([part, run]) => plain && hasNames(index, part, run!) ? [] : [part]);
  return telling ?? null;
}

/** The runs that can match, where a query names them; null: any run can. */
export function namedRuns(index: ProjectIndex, where: Nql | null | undefined): ReadonlySet<number> | null {
  const ids = idsIn(where ?? null);
  if (ids === null) return null;
  const named = new Set<number>();
  for (const path of ["sys/id", "sys/custom_run_id"]) {
    const values = index.system.column(path, "string")?.values ?? [];
    for (let run = 0; run < values.length; run++) if (ids.has(values[run] as string)) named.add(run);
  }
  return named;
}

/** The ids that runs must have to match; null: any. */
function idsIn(where: Nql | null): ReadonlySet<string> | null {
  return where === null ? null : foldNql<ReadonlySet<string> | null>(where, {
    predicate: namedIds,
    // One of the terms is enough to name the runs, where all have to hold.
    and: (terms) => terms.find((ids) => ids !== null) ?? null,
    or: (terms) => terms.includes(null) ? null : new Set(terms.flatMap((ids) => [...ids!])),
    not: () => null,
  });
}

/** The exporter writes the names of a run before anything else: another part than the first has none. */
function hasNames(index: ProjectIndex, part: Part, run: number): boolean {
  return part.number > 0 && index.bare[run] === 0;
}

function asksForSystemOnly(where: Nql): boolean {
  const all = (terms: boolean[]) => terms.every(Boolean);
  return foldNql<boolean>(where, {
    predicate: ({ operand }) => isSystemName(operand.name),
    and: all,
    or: all,
    not: (term) => term,
  });
}

function isSystemName(name: string): boolean {
  return name.startsWith("sys/");
}

/** The ids that a predicate names; null where it names none. */
function namedIds(predicate: Predicate): ReadonlySet<string> | null {
  if (!["sys/custom_run_id", "sys/id"].includes(predicate.operand.name)) return null;
  if (predicate.op === "=") return new Set([predicate.value]);
  return predicate.op === "matches" ? compileRegex(predicate.value).exact : null;
}

/** The damaged part that holds, or may hold, an ancestor of a run, or null: what the run inherited from it is not known. */
export function damageAbove(index: ProjectIndex, run: number): Part | null {
  if (index.damaged.size === 0) return null;
  const { parent, unresolved } = index.parents;
  let root = run;
  while (parent[root] >= 0) root = parent[root];
  const missing = unresolved.find((one) => one.run === root && one.reason === "missing");
  if (!missing) return null;
  // In the oldest layout the names of files say nothing about runs.
  const nameless = [...index.damaged.keys()].find((part) => part.stem === "");
  return damagedPartOf(index, missing.parent) ?? nameless ?? null;
}

/** Tells whether a damaged part holds, or may hold, something of a run or of its ancestors. */
export function concerns(index: ProjectIndex, part: Part, run: number): boolean {
  for (let at = run; at >= 0; at = index.parents.parent[at]) if (index.parts[at].includes(part)) return true;
  return damageAbove(index, run) === part;
}

/** Says that a project folder cannot be listed. */
export function warnUnreadable(folder: Folder): void {
  logger.warn("The folder {folder} of the archive cannot be read: {reason}", {
    folder: folder.name,
    reason: folder.damage,
  });
}

/** The error for using a project whose folder cannot be listed. */
export function unreadableError({ name, path, damage, compacted }: Folder): ArchiveError {
  if (compacted) {
    return new ArchiveError(
      `The compacted folder ${name} of the archive cannot be read (${damage}): restore it from a copy, or compact the archive again; ` +
        "other projects are not affected.",
      { path },
    );
  }
  return new ArchiveError(
    `The folder ${name} of the archive cannot be read (${damage}): make it readable, or leave it out with ` +
      '`damagedRuns: "skip"`; other projects are not affected.',
    { path },
  );
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : "it cannot be read";
}
