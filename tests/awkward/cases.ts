/**
 * Every awkward archive, by name.
 *
 * @module
 */

import type { AwkwardCase } from "./case.ts";
import { goldenCases } from "./golden.ts";
import { seriesCases } from "./series.ts";
import { valueCases } from "./values.ts";

export type { ArchiveChoices, ArchiveRoots, AwkwardCase } from "./case.ts";

/** All cases; names are unique. */
export const CASES: readonly AwkwardCase[] = [...goldenCases, ...valueCases, ...seriesCases];
