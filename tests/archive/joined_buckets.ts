import type { BucketColumns } from "../../src/columns.ts";

/** Buckets of different series of one query as one answer gives them: sorted by series. */
export function joinBuckets(parts: readonly BucketColumns[]): BucketColumns {
  const rows = parts.flatMap((part) => Array.from(part.series, (series, row) => ({ part, series, row })));
  rows.sort((a, b) => a.series - b.series);
  const [first] = parts;
  return Object.fromEntries(
    Object.entries(first).map(([name, column]) => {
      const joined = new (column.constructor as Float64ArrayConstructor)(rows.length);
      rows.forEach(({ part, row }, i) => joined[i] = part[name as keyof BucketColumns][row]);
      return [name, joined];
    }),
  ) as unknown as BucketColumns;
}
