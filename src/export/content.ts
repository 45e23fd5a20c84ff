/**
 * What runs hold: configs, files, and which series.
 *
 * @module
 */

import type { ValueColumn } from "../columns.ts";
import type { Source } from "../source.ts";
import {
  type AttributeType,
  CONFIG_TYPES,
  type ConfigType,
  FILE_TYPES,
  type FileRef,
  isConfigType,
  isSeriesType,
  SERIES_TYPES,
  type SeriesType,
} from "../types.ts";
import { configRow } from "./rows.ts";
import type { ArchiveRow } from "../archive/parquet/schema.ts";

/** A file of a run, or a folder of files. */
export interface StoredFile {
  path: string;
  type: AttributeType;
  /** null: the attribute exists, its file was lost. */
  ref: FileRef | null;
}

/** What one run holds. */
export interface RunContent {
  configs: ArchiveRow[];
  files: StoredFile[];
  /** Paths, in order. */
  series: Record<SeriesType, string[]>;
}

/** Reads what these runs hold, by their keys. */
export async function readContent(
  source: Source,
  keys: string[],
  signal?: AbortSignal,
): Promise<Map<string, RunContent>> {
  const content = new Map<string, RunContent>(keys.map((key) => [key, {
    configs: [],
    files: [],
    series: { float_series: [], string_series: [], histogram_series: [], file_series: [] },
  }]));
  const all = { runs: keys, signal };
  for await (const block of source.values({ ...all, types: [...CONFIG_TYPES, ...FILE_TYPES] })) {
    for (const column of block.columns) {
      for (let i = 0; i < column.run.length; i++) {
        const run = content.get(block.runs[column.run[i]])!;
        const path = block.paths[column.path[i]];
        if (isConfig(column)) run.configs.push(configRow(path, column, i));
        else run.files.push({ path, type: column.type, ref: (column.data as (FileRef | null)[])[i] });
      }
    }
  }
  for await (const block of source.existing({ ...all, types: [...SERIES_TYPES] })) {
    for (let i = 0; i < block.run.length; i++) {
      const type = block.types[block.type[i]];
      if (isSeriesType(type)) content.get(block.runs[block.run[i]])!.series[type].push(block.paths[block.path[i]]);
    }
  }
  for (const { files, series } of content.values()) {
    files.sort((a, b) => a.path < b.path ? -1 : 1);
    for (const type of SERIES_TYPES) series[type].sort();
  }
  return content;
}

function isConfig(column: ValueColumn): column is ValueColumn & { type: ConfigType } {
  return isConfigType(column.type);
}
