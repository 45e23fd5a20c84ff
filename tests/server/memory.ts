/** A catalog in memory, for what no archive holds: previews, many points, failures. */

import { type SeriesBlock, seriesRefs } from "../../src/columns.ts";
import type { Catalog, SeriesQuery, Source } from "../../src/source.ts";
import type { RunInfo } from "../../src/types.ts";

export const MEMORY_PROJECT = "memory/project";

/** A point: step, value, and whether it is a preview. */
export type MemoryPoint = [step: number, value: number, preview?: boolean];

export interface Memory {
  runs?: RunInfo[];
  /** Float series by `run key:path`. */
  series?: Record<string, MemoryPoint[]>;
  /** Overrides of methods, failing ones for instance. */
  source?: Partial<Source>;
}

/** The catalog, and every query for points that reached it. */
export function memoryCatalog(
  { runs = [], series = {}, source = {} }: Memory,
): { catalog: Catalog; asked: SeriesQuery[] } {
  const asked: SeriesQuery[] = [];
  const info = { id: "5c1e7e2e-7d0a-4a53-9a3e-0123456789ab", name: MEMORY_PROJECT };
  const memory: Source = {
    label: "memory",
    project: () => Promise.resolve(info),
    async *runs({ offset = 0, limit }) {
      yield { runs: runs.slice(offset, limit === undefined ? undefined : offset + limit), total: runs.length };
    },
    async *attributes() {},
    async *existing() {},
    async *values() {},
    async *series(query) {
      asked.push(query);
      for (const [i, { run, path, after = -Infinity, before = Infinity }] of seriesRefs(query.series).entries()) {
        const [from, to] = [query.stepRange?.[0] ?? -Infinity, query.stepRange?.[1] ?? Infinity];
        let points = (series[`${run}:${path}`] ?? []).filter(([step, , preview]) =>
          step > after && step < before && step >= from && step <= to && (query.previews || !preview)
        );
        if (query.limit) {
          const { points: most, from } = query.limit;
          points = from === "start" ? points.slice(0, most) : points.slice(Math.max(0, points.length - most));
        }
        if (points.length > 0) yield block(i, points, query.previews ?? false);
      }
    },
    file: () => Promise.resolve({ bytes: new Blob([]).stream(), size: 0 }),
    close: () => {},
    ...source,
  };
  return {
    catalog: { label: "memory", projects: () => Promise.resolve([info]), open: () => memory, close: () => {} },
    asked,
  };
}

function block(series: number, points: MemoryPoint[], previews: boolean): SeriesBlock {
  return {
    spans: [{ series, start: 0, end: points.length }],
    step: Float64Array.from(points, ([step]) => step),
    timestamp: Float64Array.from(points, ([step]) => 1_700_000_000_000 + step * 1000),
    values: { kind: "float", data: Float64Array.from(points, ([, value]) => value) },
    preview: previews
      ? {
        isPreview: Uint8Array.from(points, ([, , preview]) => Number(preview ?? false)),
        completion: Float64Array.from(points, ([, , preview]) => preview ? 0.5 : 1),
      }
      : null,
  };
}

/** A run called by its number. */
export function memoryRun(number: number, more: Partial<RunInfo> = {}): RunInfo {
  return { key: `run-${number}`, sysId: `MEM-${number}`, customId: `custom/${number}`, name: null, ...more };
}
