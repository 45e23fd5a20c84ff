/**
 * One suite over the `Source` interface: every implementation has to give the same answers.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { PROJECT } from "../../samples/make.ts";
import type { Catalog } from "../../src/source.ts";
import { runs } from "../ask.ts";
import { type ArchiveChoices, type ArchiveRoots, type AwkwardCase, CASES } from "../awkward/cases.ts";
import { attributeChecks } from "./attributes.ts";
import { behaviourChecks } from "./behaviour.ts";
import { bucketChecks } from "./buckets.ts";
import type { Sample, SampleCheck } from "./check.ts";
import { Model } from "./model.ts";
import { runChecks } from "./runs.ts";
import { seriesChecks } from "./series.ts";
import { valueChecks } from "./values.ts";

/** Opens an archive through the implementation under test. */
export type Open = (
  archive: ArchiveRoots,
  choices?: ArchiveChoices,
) => Promise<{ catalog: Catalog; close(): Promise<void> }>;

/** What differs for one implementation. */
export interface ConformanceOptions {
  /** Also the cases that make sense only with the archive at hand. */
  archive?: boolean;
  /** Cases left out, by name, each with its reason. */
  skip?: Record<string, string>;
  /** What to ask of the sample archive. Default: everything. */
  checks?: readonly SampleCheck[];
  /** Which awkward archives. Default: all. */
  cases?: readonly AwkwardCase[];
  /** Changes what is expected of the sample archive where the implementation cannot hold all of it. */
  expected?: (model: Model) => void;
}

/** Every check on the sample archive. */
export const CHECKS: readonly SampleCheck[] = [
  ...behaviourChecks,
  ...runChecks,
  ...attributeChecks,
  ...valueChecks,
  ...seriesChecks,
  ...bucketChecks,
];

const folder = fileURLToPath(new URL("../../samples/archive", import.meta.url));
const SAMPLE: ArchiveRoots = { data: `${folder}/data`, files: `${folder}/files` };

/** Registers the suite for one implementation: one test for each awkward archive, one with many steps for the sample. */
export function conformance(
  name: string,
  open: Open,
  { archive = false, skip = {}, expected, checks = CHECKS, cases = CASES }: ConformanceOptions = {},
): void {
  const names = new Set([...CASES, ...CHECKS].map((one) => one.name));
  for (const known of Object.keys(skip)) {
    if (!names.has(known)) throw new Error(`There is no case "${known}" to skip.`);
  }
  Deno.test(`${name}: the sample archive`, async (t) => {
    const sample = await openSample(open);
    expected?.(sample.model);
    try {
      for (const one of checks) {
        await t.step({ ...named(one.name, skip[one.name]), fn: () => one.check(sample) });
      }
    } finally {
      await sample.close();
    }
  });
  for (const one of cases) {
    const reason = skip[one.name] ?? (archive ? undefined : one.archiveOnly);
    Deno.test({ ...named(`${name}: ${one.name}: ${one.rule}`, reason), fn: () => proveCase(one, open) });
  }
}

function named(title: string, reason: string | undefined): { name: string; ignore: boolean } {
  return { name: reason === undefined ? title : `${title} (skipped: ${reason})`, ignore: reason !== undefined };
}

/** Opens the sample archive, once for all checks. */
export async function openSample(open: Open): Promise<Sample & { close(): Promise<void> }> {
  const { catalog, close } = await open(SAMPLE);
  const source = catalog.open(PROJECT);
  const keys = new Map((await runs(source)).map((run) => [run.customId!, run.key]));
  return { catalog, source, keys, model: await Model.read(SAMPLE.data), files: SAMPLE.files, close };
}

async function proveCase(awkward: AwkwardCase, open: Open): Promise<void> {
  const dir = await Deno.makeTempDir();
  const opened: Awaited<ReturnType<Open>>[] = [];
  try {
    const archive = await awkward.write(dir);
    await awkward.check(async (choices) => {
      const one = await open(archive, choices);
      opened.push(one);
      return one.catalog;
    });
  } finally {
    for (const one of opened) await one.close();
    await Deno.remove(dir, { recursive: true });
  }
}
