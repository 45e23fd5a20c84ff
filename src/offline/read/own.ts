/**
 * What one run logged itself, wherever that lies: points that only the disk has come to those of the source beneath.
 *
 * @module
 */

import { POINT_KINDS, type PointKind, SERIES_TYPES, type SeriesType, seriesTypeOf } from "../../types.ts";
import type { OwnPoints, Previews } from "../content.ts";
import { uniteSeries } from "../rules/series.ts";
import { ownPointsBeneath } from "./beneath.ts";
import type { OfflineContext } from "./context.ts";

/** A series of a run, and the step it begins with among the run's own committed points; Infinity: it has none. */
export interface OwnStart {
  type: SeriesType;
  first: number;
}

/** The series that a run may have points of itself. */
export async function ownStarts(context: OfflineContext, run: number): Promise<Map<string, OwnStart>> {
  const { index, base, signal } = context;
  const starts = new Map<string, OwnStart>();
  const beneath = index.base[run];
  if (base && beneath) {
    const paths = new Map<PointKind, string[]>();
    const query = { runs: [beneath.key], types: SERIES_TYPES, signal };
    for await (const block of base.existing(query)) {
      block.path.forEach((path, i) => {
        const kind = POINT_KINDS[block.types[block.type[i]] as SeriesType];
        paths.set(kind, [...paths.get(kind) ?? [], block.paths[path]]);
      });
    }
    for (const [kind, all] of paths) {
      const first = { points: 1, from: "start" } as const;
      for (const [path, { step }] of await ownPointsBeneath(base, beneath.key, kind, all, { limit: first, signal })) {
        starts.set(path, { type: seriesTypeOf(kind), first: step[0] });
      }
    }
  }
  for (const [path, { step, values }] of (await context.content(run))?.series ?? []) {
    const type = seriesTypeOf(values.kind);
    const known = starts.get(path);
    // A path has one type; what is beneath was there first.
    if (known && known.type !== type) continue;
    starts.set(path, { type, first: Math.min(known?.first ?? Infinity, step[0] ?? Infinity) });
  }
  return starts;
}

/** The committed points that a run logged itself, by path; series without points are left out. */
export async function ownPoints(
  context: OfflineContext,
  run: number,
  kind: PointKind,
  paths: readonly string[],
): Promise<Map<string, OwnPoints>> {
  const { index, base, signal } = context;
  const info = index.base[run];
  const beneath = base && info ? await ownPointsBeneath(base, info.key, kind, paths, { signal }) : null;
  const content = await context.content(run);
  const found = new Map<string, OwnPoints>();
  for (const path of paths) {
    const below = beneath?.get(path);
    const series = content?.series.get(path);
    const mine = series?.values.kind === kind && series.step.length > 0 ? series : undefined;
    const points = below && mine ? uniteSeries(below, mine).points : below ?? mine;
    if (points) found.set(path, points);
  }
  return found;
}

/** The previews behind the last committed point that a run logged itself. */
export async function ownPreviews(context: OfflineContext, run: number, path: string): Promise<Previews | null> {
  return (await context.content(run))?.series.get(path)?.previews ?? null;
}
