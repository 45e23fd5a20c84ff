/**
 * The options that several commands share, and what they become in the API.
 *
 * @module
 */

import { group, object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, multiple, optional, withDefault } from "@optique/core/modifiers";
import { flag, option } from "@optique/core/primitives";
import type { InferValue } from "@optique/core/parser";
import { choice, integer, string } from "@optique/core/valueparser";
import { path } from "@optique/run/valueparser";
import { matchesOf } from "../api/source_options.ts";
import { OptionError } from "../errors.ts";
import type { StepRange } from "../types.ts";

/** The API token comes from the environment only: arguments show in lists of processes. */
const place = {
  archive: optional(option("-a", "--archive", path({ metavar: "DIR" }), {
    description: message`The data folder of an archive (exports/data), or s3://bucket/data.`,
  })),
  offline: optional(option("--offline", path({ metavar: "DIR" }), {
    description: message`A folder .neptune of runs that never reached the server, or one around it.`,
  })),
  files: optional(option("--files", path({ metavar: "DIR" }), {
    description: message`The files folder of the archive. Default: "files" beside its data folder.`,
  })),
};

const WHERE = "Where to read (default: NEPTUNE_ARCHIVE, NEPTUNE_OFFLINE, or the server of NEPTUNE_API_TOKEN)";

/** `--archive`, `--files`: where to read, for commands about all projects. */
export const catalogOptions = group(WHERE, object(place));

/** The same and `--project`. */
export const sourceOptions = group(
  WHERE,
  object({
    ...place,
    project: optional(option("-p", "--project", string({ metavar: "NAME" }), {
      description: message`workspace/project. Default: NEPTUNE_PROJECT, or the only one there is.`,
    })),
    timeZone: optional(option("--time-zone", string({ metavar: "ZONE" }), {
      description:
        message`The time zone of the machine that exported an archive of Neptune 2.x: Europe/Warsaw, for example.`,
    })),
    offlineMatches: map(
      multiple(option("--match", string({ metavar: "REMAINDER=ID" }), {
        description:
          message`An unsynced remainder of Neptune 2.x and the run of the archive it belongs to: async/0c2b9e4e-…=TES-3, for example. May be repeated.`,
      })),
      matchesOf,
    ),
    damagedRuns: withDefault(
      option("--damaged-runs", choice(["error", "skip"], { metavar: "error|skip" }), {
        description:
          message`Runs that have a damaged file: error ends the answer and says which, skip leaves them out.`,
      }),
      "error" as const,
    ),
    includeIncomplete: withDefault(
      flag("--include-incomplete", { description: message`Also runs of an archive whose export was interrupted.` }),
      false,
    ),
  }),
);

/** Where to read, and which project. */
export type SourceArguments = InferValue<typeof sourceOptions>;

/** Which runs: the selection that every call of the module takes. */
export const runOptions = group(
  "Which runs (default: all that are not in the trash)",
  object({
    experimentNames: multiple(option("-e", "--experiment", string({ metavar: "NAME" }), {
      description: message`The newest run of the experiment of exactly this name. May be repeated.`,
    })),
    experiments: optional(option("--experiments", string({ metavar: "PATTERN" }), {
      description: message`Experiments whose name matches this regular expression; their newest runs.`,
    })),
    runIds: multiple(option("-r", "--run", string({ metavar: "ID" }), {
      description: message`The run with exactly this custom id. May be repeated.`,
    })),
    runs: optional(option("--runs", string({ metavar: "PATTERN" }), {
      description: message`Runs whose custom id matches this regular expression.`,
    })),
    withIds: multiple(option("--id", string({ metavar: "ID" }), {
      description: message`A run by the id that Neptune made (TES-1). May be repeated.`,
    })),
    tags: multiple(option("-t", "--tag", string({ metavar: "TAG" }), {
      description: message`Runs that have this tag; repeated: all of them.`,
    })),
    owners: multiple(option("--owner", string({ metavar: "NAME" }), {
      description: message`Runs of this owner; repeated: of any of them.`,
    })),
    query: optional(option("-q", "--query", string({ metavar: "NQL" }), {
      description: message`Runs for which this Neptune query holds.`,
    })),
    trashed: withDefault(
      option("--trashed", choice(["no", "only", "all"], { metavar: "no|only|all" }), {
        description: message`Runs in the trash: no leaves them out, only shows nothing else, all shows both.`,
      }),
      "no" as const,
    ),
  }),
);

/** The runs that were chosen, as options of the API. What was not given is left out, so that defaults are the API's own. */
export function runsOf(chosen: InferValue<typeof runOptions>): Record<string, unknown> {
  const { experimentNames, experiments, runIds, runs, withIds, tags, owners, query, trashed } = chosen;
  return present({
    experiments: namesOr(experimentNames, experiments, "--experiment", "--experiments"),
    runs: namesOr(runIds, runs, "--run", "--runs"),
    withIds: withIds.length ? withIds : undefined,
    tags: tags.length ? tags : undefined,
    owners: owners.length ? owners : undefined,
    query,
    trashed: trashed === "no" ? undefined : trashed === "only" ? true : null,
  });
}

/** Exact names, or a pattern, undefined where neither was given. */
function namesOr(names: readonly string[], pattern: string | undefined, exact: string, matching: string) {
  if (names.length > 0 && pattern !== undefined) {
    throw new OptionError(`${exact} and ${matching} are both given: choose by one of them.`, {
      option: matching,
      value: pattern,
    });
  }
  return names.length > 0 ? [...names] : pattern;
}

/** Which attributes: paths after the options, or a pattern. */
export const attributeOptions = group(
  "Which attributes",
  object({
    paths: multiple(option("-c", "--attribute", string({ metavar: "PATH" }), {
      description: message`One attribute by its exact path. May be repeated.`,
    })),
    pattern: optional(option("-m", "--matching", string({ metavar: "PATTERN" }), {
      description: message`Attributes whose path matches: a regular expression, with " & ", " | " and "!".`,
    })),
  }),
);

/** The attributes that were chosen, undefined where none were named. */
export function attributesOf({ paths, pattern }: InferValue<typeof attributeOptions>): string[] | string | undefined {
  return namesOr(paths, pattern, "--attribute", "--matching");
}

/** Every attribute, for calls that must be told. */
export const ALL = /^/;

/** `--steps FROM:TO`, both ends inclusive, either may be left out. */
export const stepsOption = optional(option("--steps", string({ metavar: "FROM:TO" }), {
  description: message`Only steps in this range, both ends included; "100:" and ":100" leave an end open.`,
}));

/** The range of steps as the API takes it. */
export function stepsOf(text: string | undefined): StepRange | undefined {
  if (text === undefined) return undefined;
  const ends = text.split(":").map((end) => end.trim() === "" ? null : Number(end));
  if (ends.length !== 2 || ends.some((end) => Number.isNaN(end))) {
    throw new OptionError(`--steps is "${text}", but must be FROM:TO, for example 100:500, 100: or :500.`, {
      option: "--steps",
      value: text,
    });
  }
  return [ends[0], ends[1]];
}

/** `--limit N`. */
export const limitOption = optional(option("-n", "--limit", integer({ min: 1, metavar: "N" }), {
  description: message`At most this many.`,
}));

/** How the answer is written. */
export type Format = { kind: "table" | "tsv" | "json" | "csv" } | { kind: "parquet"; path: string } | { kind: "auto" };

const formats = map(
  object({
    json: withDefault(flag("--json", { description: message`An array of JSON objects.` }), false),
    csv: withDefault(flag("--csv", { description: message`Comma-separated values (RFC 4180).` }), false),
    tsv: withDefault(flag("--tsv", { description: message`Tab-separated values.` }), false),
    table: withDefault(flag("--table", { description: message`A table, also in a pipe.` }), false),
    parquet: optional(option("--parquet", path({ metavar: "FILE" }), {
      description: message`Write a Parquet file instead.`,
    })),
  }),
  (given): Format => {
    const kinds = (["json", "csv", "tsv", "table"] as const).filter((kind) => given[kind]);
    if (kinds.length + (given.parquet === undefined ? 0 : 1) > 1) {
      throw new OptionError("Only one of --json, --csv, --tsv, --table and --parquet can be given.", {
        option: "format",
        value: kinds,
      });
    }
    if (given.parquet !== undefined) return { kind: "parquet", path: given.parquet };
    return { kind: kinds[0] ?? "auto" };
  },
);

/** `--json`, `--csv`, `--tsv`, `--table` or `--parquet FILE`: one at most. */
export const formatOptions = group(
  "How to print (default: a table in a terminal, tab-separated values in a pipe)",
  formats,
);

/** The same, for logs. */
export const logFormatOptions = group("How to print (default: line by line; else one row for each entry)", formats);

/** The same object without what is undefined. */
export function present<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

/** A sentence of the module with its options and calls as they are here: `archive` is `--archive`, and the token a variable. */
export function atShell(text: string): string {
  return text
    .replaceAll("`apiToken` (or set NEPTUNE_API_TOKEN)", "NEPTUNE_API_TOKEN")
    .replaceAll("archiveReport({ thorough: true })", "`check --thorough`")
    .replaceAll("archiveReport()", "`check`")
    .replaceAll("offlineReport()", "`import-offline`")
    .replaceAll("`timeZone`", "`--time-zone`")
    .replaceAll("`destination`", "`--to`")
    .replaceAll('`damagedRuns: "skip"`', "`--damaged-runs skip`")
    .replace(/`offlineMatches: \{ "([^"]*)": "([^"]*)" \}`/g, "`--match $1=$2`")
    .replaceAll("`offlineMatches`", "`--match`")
    .replace(/`(archive|offline|files|project|trashed)`/g, "`--$1`");
}
