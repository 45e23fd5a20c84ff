/** Reads a folder of unsynced data, as a program of its own: who reads it, whether he could write there, and what he found. */

import { openOffline } from "../../src/offline/catalog.ts";
import { pairs, runs } from "../ask.ts";

/** The project of the runs. */
export const PROJECT = "team/project";

/** Which runs there are, and how many points the two of neptune-scale have. */
export async function read(folder: string): Promise<[runs: string[], points: number[]]> {
  const source = openOffline({ folder, legacyProject: PROJECT }).open(PROJECT);
  const found = (await runs(source)).map(({ key }) => key).sort();
  await source.unsyncedReport!();
  return [found, [(await pairs(source, "closed", "m")).length, (await pairs(source, "killed", "m")).length]];
}

if (import.meta.main) {
  const [folder] = Deno.args;
  const written = await Deno.writeTextFile(`${folder}/x`, "").then(() => "", (error) => error.name);
  console.log(JSON.stringify([Deno.uid(), written, await read(folder)]));
}
