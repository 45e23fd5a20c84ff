/**
 * Reads what the page of an attribute shows.
 *
 * @module
 */

import { attributePage } from "../../display/page/attribute.ts";
import type { MediaBundle } from "../../display/bundle.ts";
import { longCall } from "../../progress/show.ts";
import type { RunReader } from "../reader.ts";
import { type FileRef, isFileType, isSeriesType } from "../../types.ts";
import { ancestorsOf } from "./ancestors.ts";
import { readImages, readShown } from "./files.ts";

const IMAGE_BYTES = 180_000;

/** The page of an attribute. Throws `AttributeNotFoundError` where the run has none of this path. */
export async function showAttribute(reader: RunReader, path: string): Promise<MediaBundle> {
  return await longCall({ progressBar: null }, { description: path, unit: "point" }, async ({ signal }) => {
    const { type, value } = await reader.cell(path, signal);
    const { source, info } = await reader.locate(signal);
    const points = isSeriesType(type)
      ? await reader.points(path, {
        stepRange: [null, null],
        inherited: true,
        previews: type === "float_series",
        signal,
      })
      : null;
    const files: (FileRef | null)[] = points?.values.kind === "file" ? points.values.data : [];
    return attributePage({
      run: info.customId ?? info.sysId,
      path,
      type,
      value,
      points,
      ancestors: type === "float_series" ? await ancestorsOf(source, info, signal) : [],
      images: await readImages(source, files.entries(), IMAGE_BYTES, signal),
      bytes: isFileType(type) && value !== null ? await readShown(source, value as FileRef, signal) : undefined,
    });
  });
}
