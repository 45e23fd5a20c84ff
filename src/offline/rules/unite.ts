/**
 * What several files hold of one run, as one: of resumed runs, workers that log to one run, restarted jobs.
 *
 * @module
 */

import { finding } from "../../archive/report/finding.ts";
import type { Finding } from "../../source.ts";
import { seriesTypeOf } from "../../types.ts";
import type { DiskContent, OwnSeries, Previews, Single } from "../content.ts";
import { droppedFindings } from "./attributes.ts";
import { type DropReason, uniteSeries } from "./series.ts";

/** The contents in the order in which the files were made. Values go by time, series are united, the first type counts. */
export function unite(run: string, contents: readonly DiskContent[]): DiskContent {
  if (contents.length === 1) return contents[0];
  const [first, ...rest] = contents;
  const all: DiskContent = {
    singles: new Map(first?.singles),
    series: new Map(first?.series),
    files: new Map(first?.files),
    findings: [...first?.findings ?? []],
    damage: first?.damage ?? null,
    began: first?.began ?? null,
  };
  for (const content of rest) {
    all.findings.push(...content.findings);
    all.damage ??= content.damage;
    for (const [path, origin] of content.files) all.files.set(path, origin);
    for (const [path, single] of content.singles) {
      const known = all.singles.get(path);
      if (all.series.has(path) || (known && known.type !== single.type)) {
        all.findings.push(mismatch(run, path, single.type));
      } else all.singles.set(path, known ? laterOf(known, single) : single);
    }
    const dropped: [string, Map<DropReason, number>][] = [];
    for (const [path, series] of content.series) {
      const known = all.series.get(path);
      if (all.singles.has(path) || (known && known.values.kind !== series.values.kind)) {
        all.findings.push(mismatch(run, path, seriesTypeOf(series.values.kind)));
      } else if (!known) all.series.set(path, series);
      else {
        const { points, duplicates, conflicts } = uniteSeries(known, series);
        all.series.set(path, withPreviews(points, [known.previews, series.previews]));
        const reasons = [["duplicate", duplicates], ["conflict", conflicts]] as const;
        dropped.push([path, new Map(reasons.filter(([, count]) => count > 0))]);
      }
    }
    all.findings.push(...droppedFindings(run, dropped));
  }
  return all;
}

/** A set that was only changed is changed again; of other values the later one counts. */
function laterOf(known: Single, next: Single): Single {
  if (next.type === "string_set" && next.removed) {
    const added = new Set(known.value as string[]);
    for (const one of next.removed) added.delete(one);
    for (const one of next.value as string[]) added.add(one);
    const removed = known.removed && new Set([...known.removed, ...next.removed].filter((one) => !added.has(one)));
    return { ...next, value: [...added], removed };
  }
  return next.time < known.time ? known : next;
}

/** Previews at steps behind the last committed one; of two for one step the later file's counts. */
function withPreviews(points: Omit<OwnSeries, "previews">, previews: (Previews | null)[]): OwnSeries {
  const last = points.step.length > 0 ? points.step[points.step.length - 1] : -Infinity;
  const at = new Map<number, { from: Previews; row: number }>();
  for (const from of previews) from?.step.forEach((step, row) => step > last && at.set(step, { from, row }));
  if (at.size === 0) return { ...points, previews: null };
  const sorted = [...at].sort(([a], [b]) => a - b).map(([, place]) => place);
  const column = (name: keyof Previews) => Float64Array.from(sorted, ({ from, row }) => from[name][row]);
  return {
    ...points,
    previews: {
      step: column("step"),
      timestamp: column("timestamp"),
      value: column("value"),
      completion: column("completion"),
    },
  };
}

function mismatch(run: string, path: string, type: string): Finding {
  return finding(
    "warning",
    "type_mismatch",
    `"${path}" of run ${run} has one type in one file and is ${type} in a later one, which is left out: the server refused it.`,
    { run, attribute: path },
  );
}
