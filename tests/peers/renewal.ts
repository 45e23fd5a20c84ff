/** Questions about downloads that take longer than an address is valid. */

import { createHash } from "node:crypto";
import { FileMissingError, RunFile } from "../../mod.ts";
import { py, type Question, type Subject } from "./question.ts";

/** What both clients make of an address that has expired, and of one that was changed. */
export async function renewalQuestions({ project, types }: Subject): Promise<Question[]> {
  const found = await anyFile(project, types);
  if (found === null) return [];
  const { name } = await project.fetchInfo();
  const digest = createHash("sha256").update(found.bytes).digest("hex");
  return ["fetcher", "query"].flatMap((client) =>
    ["expired", "altered"].map((how): Question => ({
      name: `neptune-${client} downloads on when an address is ${how}`,
      code: `renewal.${client}(${py(name)}, ${py(found.path)}, ${py(how)})`,
      ours: () => digest,
    }))
  );
}

async function anyFile(project: Subject["project"], types: Subject["types"]) {
  const paths = [...types].filter(([, types]) => types.includes("file")).map(([path]) => path);
  for await (const run of project.fetchRuns()) {
    for (const path of paths) {
      try {
        const file = await run.attribute(path).fetch();
        if (file instanceof RunFile) return { path: file.path, bytes: await file.bytes() };
      } catch (error) {
        if (!(error instanceof FileMissingError) && (error as Error).name !== "AttributeNotFoundError") throw error;
      }
    }
  }
  return null;
}
