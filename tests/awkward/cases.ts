/**
 * Every awkward archive, by name.
 *
 * @module
 */

import type { AwkwardCase } from "./case.ts";
import { columnCases } from "./columns.ts";
import { damageCases } from "./damage.ts";
import { fileCases } from "./files.ts";
import { folderCases } from "./folders.ts";
import { forkCases } from "./forks.ts";
import { goldenCases } from "./golden.ts";
import { identityCases } from "./identity.ts";
import { neptune2Cases } from "./neptune2.ts";
import { projectCases } from "./projects.ts";
import { seriesCases } from "./series.ts";
import { valueCases } from "./values.ts";

export type { ArchiveChoices, ArchiveRoots, AwkwardCase } from "./case.ts";

/** All cases; names are unique. */
export const CASES: readonly AwkwardCase[] = [
  ...goldenCases,
  ...valueCases,
  ...identityCases,
  ...seriesCases,
  ...forkCases,
  ...fileCases,
  ...folderCases,
  ...projectCases,
  ...damageCases,
  ...columnCases,
  ...neptune2Cases,
];
