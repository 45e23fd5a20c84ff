/**
 * Findings about runs that lie both on disk and beneath.
 *
 * @module
 */

import { finding } from "../../archive/report/finding.ts";
import type { Finding, Source } from "../../source.ts";
import type { RunInfo } from "../../types.ts";
import type { DiskContent } from "../content.ts";
import { ownPointsBeneath } from "../read/beneath.ts";
import { uniteSeries } from "../rules/series.ts";

/** What the disk adds to a run beneath, what both have, and where they differ. */
export async function supplementFindings(
  base: Source,
  { key }: RunInfo,
  { series, singles }: DiskContent,
  signal?: AbortSignal,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  let added = 0, duplicates = 0;
  for (const [kind, all] of Map.groupBy(series, ([, one]) => one.values.kind)) {
    const below = await ownPointsBeneath(base, key, kind, all.map(([path]) => path), { signal });
    for (const [path, own] of all) {
      const points = below.get(path);
      const union = points ? uniteSeries(points, own) : { added: own.step.length, duplicates: 0, conflicts: 0 };
      added += union.added;
      duplicates += union.duplicates;
      if (union.conflicts === 0) continue;
      const message =
        `"${path}" of run ${key}: ${union.conflicts} points on disk have another value than the archive at the ` +
        `same step; those of the archive count.`;
      findings.push(
        finding("warning", "dropped_conflict", message, { run: key, attribute: path, count: union.conflicts }),
      );
    }
  }
  const message =
    `Run ${key} is in the archive and on disk: the disk adds ${added} points and ${singles.size} values, and has ` +
    `${duplicates} points that the archive has too.`;
  return [finding("info", "supplement", message, { run: key, count: added }), ...findings];
}
