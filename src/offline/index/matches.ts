/**
 * What somebody said about remainders of Neptune 2.x: which run of the archive each belongs to. A match that leads nowhere would leave
 * the points of one run in two, in silence.
 *
 * @module
 */

import { OptionError } from "../../errors.ts";
import { didYouMean, suggest } from "../../suggest.ts";
import type { Containers, OfflineFolder } from "../folder.ts";
import type { Matches, OfflineIndex } from "./project_index.ts";

/**
 * Refuses matches of remainders that are not there.
 *
 * @throws {OptionError} There is one.
 */
export function checkRemainders(
  matched: Matches,
  { root, legacyProject }: OfflineFolder,
  { legacy, unreadable }: Containers,
): void {
  const there = new Set(legacy.map(({ mode, id }) => `${mode}/${id}`));
  for (const id of matched.keys()) {
    if (!there.has(id)) {
      // It may lie where nobody could look.
      if (unreadable.length > 0) continue;
      throw refused(
        `there is no remainder "${id}" in ${root}.${
          didYouMean(suggest(id, there))
        } offlineReport() tells which there are.`,
        id,
      );
    }
    if (legacyProject === null) {
      throw refused(`the files of "${id}" do not say to which project it belongs: pass \`project\`.`, id);
    }
  }
}

/**
 * Refuses matches of remainders that became runs of their own all the same.
 *
 * @throws {OptionError} There is one.
 */
export function checkTargets(matched: Matches, { disk, base }: OfflineIndex): void {
  for (const [number, run] of disk.entries()) {
    const target = run && run.folders.length > 0 && base[number] === null ? matched.get(run.id) : undefined;
    if (target === undefined) continue;
    const names = base.flatMap((one) =>
      one === null ? [] : [one.sysId, one.customId, one.key].filter((id) => id !== null)
    );
    throw refused(
      names.includes(target)
        ? `"${run!.id}" cannot belong to "${target}", to which something else on disk belongs already.`
        : `"${run!.id}" cannot belong to "${target}": the archive has no such run.${
          didYouMean(suggest(target, names))
        }`,
      run!.id,
    );
  }
}

function refused(what: string, id: string): OptionError {
  return new OptionError(`\`offlineMatches\`: ${what}`, { option: "offlineMatches", value: id });
}
