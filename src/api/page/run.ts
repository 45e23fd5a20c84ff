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
import { mayBeImage, readImages } from "./files.ts";
import type { PageOptions } from "./options.ts";
import { selectPaths } from "../../bulk/names.ts";
import { shown } from "../../options/kinds.ts";
import { naturally } from "../../display/format.ts";
import type { Source, ValuesQuery } from "../../source.ts";

/** Series are read for their small pictures in groups, until this time is over, in milliseconds. */
const PICTURES_MS = 1500;
const GROUP = 8;
const IMAGE_BYTES = 160_000;

/** The page of a run. */
export async function showRun(reader: RunReader, { attributes = null }: PageOptions = {}): Promise<MediaBundle> {
  return await longCall({ progressBar: null }, { description: "run", unit: "point" }, async ({ signal }) => {
    const { source, info } = await reader.locate(signal);
    const all = attributes === null;
    const which = all ? {} : selectPaths(attributes);
    const query = { runs: [info.key], signal };
    const values = await Array.fromAsync(source.values({ ...query, ...which }));
    const files = imagesOf(values);
    const images = await readImages(source, files, IMAGE_BYTES, signal);
    return runPage({
      project: (await source.project({ signal })).name,
      info,
      values: all ? values : [...await identityValues(source, query), ...values],
      ancestors: await ancestorsOf(source, info, signal),
      points: await picturePoints({ source, info }, pathsOf(values, "float_series"), signal),
      images,
      imageCount: files.filter(([path, { mimeType }]) => images.has(path) || mimeType.startsWith("image/")).length,
      attributes: all ? null : shown(attributes),
    });
  });
}

/** What the head of a page says, whichever attributes are below it. */
async function identityValues(source: Source, query: Pick<ValuesQuery, "runs" | "signal">) {
  const paths = ["creation_time", "owner", "tags", "group_tags", "description", "failed", "trashed", "archived"];
  const named = { paths: paths.map((name) => `sys/${name}`) };
  return await Array.fromAsync(source.values({ ...query, ...named }));
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

/**
 * The files that look like images, one of each namespace in turn and the larger first: a folder with many small ones does not push
 * out the others.
 */
function imagesOf(values: ValueBlock[]): [path: string, file: FileRef][] {
  const files = sorted(values).filter(({ cell }) => cell.type === "file" || cell.type === "file_series")
    .map(({ path, cell }): [string, FileRef | null] => [path, cell.value as FileRef | null])
    .filter((one): one is [string, FileRef] => one[1] !== null && mayBeImage(one[1]));
  const spaces = Map.groupBy(files, ([path]) => path.slice(0, path.lastIndexOf("/") + 1));
  const rounds = [...spaces.values()].flatMap((space) =>
    space.sort(([, a], [, b]) => (b.size ?? 0) - (a.size ?? 0)).map((file, round) => ({ file, round }))
  );
  return rounds.sort((a, b) => a.round - b.round).map(({ file }) => file);
}

function sorted(values: ValueBlock[]): { path: string; cell: Cell }[] {
  return values.flatMap((block) => Array.from(cells(block))).sort((a, b) => naturally(a.path, b.path));
}
