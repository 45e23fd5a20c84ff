/**
 * `compact`: an archive as a few large files.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import type { InferValue } from "@optique/core/parser";
import { command, constant, flag, option } from "@optique/core/primitives";
import { choice, string } from "@optique/core/valueparser";
import { path } from "@optique/run/valueparser";
import { compactArchive } from "../../api/compact.ts";
import { recordsFrame } from "../../frame/frame.ts";
import { EXIT, type Run, usageAndExamples } from "../command.ts";
import { formatOptions, present } from "../options.ts";
import { printFrame } from "../print.ts";

const parser = command(
  "compact",
  object({
    command: constant("compact"),
    archive: optional(option("-a", "--archive", string({ metavar: "DIR" }), {
      description:
        message`The data folder of the archive (exports/data), or s3://bucket/data. Default: NEPTUNE_ARCHIVE.`,
    })),
    files: optional(option("--files", string({ metavar: "DIR" }), {
      description: message`Its files folder. Default: the folder "files" beside the data folder.`,
    })),
    project: optional(option("-p", "--project", string({ metavar: "NAME" }), {
      description: message`Only this project. Default: all of the archive.`,
    })),
    destination: option("-o", "--to", path({ metavar: "DIR" }), {
      description: message`The folder to write to: the archive to read is "data" in it.`,
    }),
    storedFiles: withDefault(
      option("--stored-files", choice(["link", "copy", "leave"], { metavar: "link|copy|leave" }), {
        description:
          message`Stored files: link gives them a second name, which takes no room (and copies where it cannot), copy copies them, leave leaves them out.`,
      }),
      "link" as const,
    ),
    damagedRuns: withDefault(
      option("--damaged-runs", choice(["error", "skip"], { metavar: "error|skip" }), {
        description: message`Runs that have a damaged file: error ends the call and says which, skip leaves them out.`,
      }),
      "error" as const,
    ),
    includeIncomplete: withDefault(
      flag("--include-incomplete", { description: message`Take runs whose export was interrupted, too.` }),
      false,
    ),
    format: formatOptions,
  }),
  {
    brief: message`Write an archive anew as a few large files`,
    description:
      message`The result is an archive like the one it was made of, and plain Parquet for every engine. Called again, it adds the runs that are new.`,
    ...usageAndExamples("compact --archive exports/data --to compacted", "compact --to compacted --stored-files leave"),
  },
);

const run: Run<InferValue<typeof parser>> = async ({ format, command: _, ...given }, terminal, signal) => {
  const { projects } = await compactArchive({ ...present(given), signal });
  const column = <T>(pick: (project: typeof projects[number]) => T) => projects.map(pick);
  const frame = recordsFrame({
    project: column(({ project }) => project),
    status: column(({ status }) => status),
    runs: column(({ runs }) => runs),
    new_runs: column(({ newRuns }) => newRuns),
    changed_runs: column(({ changedRuns }) => changedRuns.length),
    points: column(({ points }) => points),
    files: column(({ files }) => files.length),
    source_bytes: column(({ sourceBytes }) => sourceBytes),
    bytes: column(({ bytes }) => bytes),
    stored_files: column(({ storedFiles: stored }) => stored ? stored.linked + stored.copied + stored.present : 0),
  }, ["runs", "new_runs", "changed_runs", "points", "files", "source_bytes", "bytes", "stored_files"]);
  await printFrame(frame, format, terminal);
  for (const { changedRuns } of projects) {
    if (changedRuns.length === 0) continue;
    const more = changedRuns.length > 3 ? ` and ${changedRuns.length - 3} more` : "";
    terminal.note(
      `The archive has other files now of ${
        changedRuns.slice(0, 3).join(", ")
      }${more}: what was compacted stays as it is; compact to ` +
        "another folder to have them anew.\n",
    );
  }
  return projects.some(({ leftOut, changedRuns }) => leftOut.length + changedRuns.length > 0)
    ? EXIT.incomplete
    : EXIT.ok;
};

/** `compact`: an archive as a few large files. */
export const compactCommand = { parser, run };
