/**
 * Turns points that came from the last to the first.
 *
 * @module
 */

import type { PointValues, SeriesBlock } from "../columns.ts";

/** The same block with its rows from the last to the first. Its columns are reversed where they are. */
export function reversed(block: SeriesBlock): SeriesBlock {
  const rows = block.step.length;
  const { values, preview } = block;
  return {
    spans: block.spans.map(({ series, start, end }) => ({ series, start: rows - end, end: rows - start })).reverse(),
    step: block.step.reverse(),
    timestamp: block.timestamp.reverse(),
    values: { kind: values.kind, data: values.data.reverse() } as PointValues,
    preview: preview && { isPreview: preview.isPreview.reverse(), completion: preview.completion.reverse() },
  };
}
