/**
 * Reads what the page of a run shows.
 *
 * @module
 */

import { type Cell, cells } from "../../frame/cell.ts";
import { seriesList, type ValueBlock } from "../../columns.ts";
import type { MediaBundle } from "../../display/bundle.ts";
import { runPage } from "../../display/page/run.ts";
import { collectPoints } from "../../frame/points.ts";
import { longCall } from "../../progress/show.ts";
import type { Located, RunReader } from "../reader.ts";
import type { FileRef } from "../../types.ts";
import { ancestorsOf } from "./ancestors.ts";
import { readImages } from "./files.ts";

/** Series are read for their small pictures in groups, until this time is over, in milliseconds. */
const PICTURES_MS = 1500;
const GROUP = 8;
const IMAGE_BYTES = 40_000;

/** The page of a run. */
export async function showRun(reader: RunReader): Promise<MediaBundle> {
  return await longCall({ progressBar: null }, "run", async ({ signal }) => {
    const { source, info } = await reader.locate(signal);
    const query = { runs: [info.key], signal };
    const values = await Array.fromAsync(source.values(query));
    return runPage({
      project: (await source.project({ signal })).name,
      info,
      values,
      ancestors: await ancestorsOf(source, info, signal),
      points: await picturePoints({ source, info }, pathsOf(values, "float_series"), signal),
      images: await readImages(source, filesOf(values), IMAGE_BYTES, signal),
    });
  });
}

async function picturePoints({ source, info }: Located, paths: string[], signal?: AbortSignal) {
  const points = new Map<string, { step: Float64Array; value: Float64Array }>();
  const deadline = performance.now() + PICTURES_MS;
  for (let start = 0; start < paths.length && performance.now() < deadline; start += GROUP) {
    const group = paths.slice(start, start + GROUP);
    const blocks = source.series({
      kind: "float",
      series: seriesList(group.map((path) => ({ run: info.key, path }))),
      lineage: "full",
      signal,
    });
    const found = await collectPoints(blocks, group.length, "float", false);
    found.forEach(({ step, values }, i) => points.set(group[i], { step, value: values.data as Float64Array }));
  }
  return points;
}

function pathsOf(values: ValueBlock[], type: string): string[] {
  return sorted(values).filter(({ cell }) => cell.type === type).map(({ path }) => path);
}

function filesOf(values: ValueBlock[]): [path: string, file: FileRef | null][] {
  const files = sorted(values).filter(({ cell }) => cell.type === "file" || cell.type === "file_series");
  return files.map(({ path, cell }) => [path, cell.value as FileRef | null]);
}

function sorted(values: ValueBlock[]): { path: string; cell: Cell }[] {
  return values.flatMap((block) => Array.from(cells(block))).sort((a, b) => a.path < b.path ? -1 : 1);
}
