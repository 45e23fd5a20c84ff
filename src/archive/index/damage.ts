/**
 * Damaged parts: they spoil the runs they belong to and no others.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { DamagedFileError } from "../../errors.ts";
import type { Nql, Predicate } from "../../nql/ast.ts";
import { foldNql } from "../../nql/fold.ts";
import { compileRegex } from "../../nql/regex.ts";
import type { ProjectIndex } from "./project_index.ts";
import { type Part, sanitized } from "../disk/layout.ts";

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
  return number === null ? part.stem.replace(/-[0-9a-f]{16}$/, "") || part.name : index!.keys[number];
}

/** The damaged part of a run that cannot be listed because of it, by the id of the run. */
export function damagedPartOf(index: ProjectIndex, run: string): Part | null {
  if (index.damaged.size === 0 || index.numbers.has(run)) return null;
  const stem = sanitized(run);
  return [...index.damaged.keys()].find((part) => part.stem === stem) ?? null;
}

/** The damaged part of a run that a query asks for by its id. */
export function damagedPartNamed(index: ProjectIndex, query: Nql | null): Part | null {
  if (index.damaged.size === 0 || query === null) return null;
  const merge = (terms: NamedIds[]): NamedIds => ({
    wanted: terms.flatMap(({ wanted }) => wanted),
    unwanted: terms.flatMap(({ unwanted }) => unwanted),
  });
  const { wanted } = foldNql<NamedIds>(query, {
    predicate: (node) => ({ wanted: namedIds(node), unwanted: [] }),
    and: merge,
    or: merge,
    not: ({ wanted, unwanted }) => ({ wanted: unwanted, unwanted: wanted }),
  });
  for (const id of wanted) {
    const part = damagedPartOf(index, id);
    if (part) return part;
  }
  return null;
}

/** The ids that a query asks for, and those it asks not to have. */
interface NamedIds {
  wanted: string[];
  unwanted: string[];
}

function namedIds(predicate: Predicate): string[] {
  if (!["sys/custom_run_id", "sys/id"].includes(predicate.operand.name)) return [];
  if (predicate.op === "=") return [predicate.value];
  return predicate.op === "matches" ? [...compileRegex(predicate.value).exact ?? []] : [];
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : "it cannot be read";
}
