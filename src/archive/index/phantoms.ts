/**
 * Rows without a value: cells of the exporter's grid that no run logged, or values that were lost.
 *
 * The exporter writes a row for every attribute that any run of a batch of 16 has, and NaN as null. A path whose only row
 * in the whole project has no value cannot be such a cell: there the float was NaN, the file was not found.
 *
 * @module
 */

import pl from "nodejs-polars";
import { batches, partsOf, runCondition } from "./batches.ts";
import { allOf, pathCondition } from "../parquet/predicates.ts";
import { coded, dictionary, floatValues } from "../parquet/decode.ts";
import type { ProjectIndex } from "./project_index.ts";

import { type ReadOptions, readRows } from "../parquet/scan.ts";

/** The types of which rows without value may be real. */
export type DoubtfulType = "float" | "file";

/** A path whose rows of one type have no value in any run of the project. */
export interface Valueless {
  type: DoubtfulType;
  path: string;
  rows: number;
}

/** Finds out which paths have no value in any run. What was found out is kept. */
export class Phantoms {
  readonly #index: ProjectIndex;
  readonly #known: Record<DoubtfulType, Map<string, number>> = { float: new Map(), file: new Map() };

  constructor(index: ProjectIndex) {
    this.#index = index;
  }

  /** Of these paths, those whose only row in the project has no value. */
  async real(type: DoubtfulType, paths: ReadonlySet<string>, readOptions: ReadOptions): Promise<Set<string>> {
    const known = this.#known[type];
    const unknown = [...paths].filter((path) => !known.has(path));
    if (unknown.length > 0) {
      const rows = await valuelessRows(this.#index, type, unknown, readOptions);
      for (const path of unknown) known.set(path, rows.get(path) ?? 0);
    }
    return new Set([...paths].filter((path) => known.get(path) === 1));
  }

  /** All paths of the project without any value. */
  async all(type: DoubtfulType, readOptions: ReadOptions): Promise<Valueless[]> {
    const found = await valuelessRows(this.#index, type, null, readOptions);
    return [...found].map(([path, rows]) => ({ type, path, rows }));
  }
}

/** How many rows each path has that has no value in any run of the project. */
async function valuelessRows(
  index: ProjectIndex,
  type: DoubtfulType,
  paths: readonly string[] | null,
  readOptions: ReadOptions,
): Promise<Map<string, number>> {
  const rows = new Map<string, number>();
  const valued = new Set<string>();
  // Another part may be damaged: what can be read decides.
  const tolerant = { ...readOptions, damaged: () => {} };
  for await (const batch of batches(index, index.keys.map((_, run) => run), (run) => [run], tolerant)) {
    const frame = await readRows(partsOf(index, batch.sources), {
      where: allOf([
        pl.col("attribute_type").eq(pl.lit(type)),
        pathCondition(paths),
        runCondition(index, batch.sources),
      ]),
      columns: ["run", "path", type],
      then: (rows) =>
        // Copies of a run count once.
        rows.groupBy("path").agg(pl.col("run").nUnique().alias("rows"), pl.col(type).count().alias("values"))
          .withColumns(
            coded("path"),
          ),
    }, tolerant);
    if (!frame) continue;
    const path = dictionary(frame, "path"), count = floatValues(frame, "rows"), values = floatValues(frame, "values");
    path.codes.forEach((code, i) => {
      const name = path.names[code];
      if (values[i] > 0) valued.add(name);
      else rows.set(name, (rows.get(name) ?? 0) + count[i]);
    });
  }
  for (const path of valued) rows.delete(path);
  return rows;
}
