/**
 * What a Web Worker does for one request, and the main thread where there is none.
 *
 * @module
 */

import type { SeriesBlock } from "../columns.ts";
import type { Transport, WireRequest } from "../http/transport.ts";
import { FloatSeriesDecoder, type FloatSeriesOptions } from "../wire/float_series.ts";

/** A request for points of float series and how to decode the answer. Plain data. */
export interface FloatSeriesJob {
  request: WireRequest;
  options: FloatSeriesOptions;
}

/** Sends the request and decodes the answer while it arrives; ends with the ids of all requests that were answered. */
export async function* runJob(
  transport: Transport,
  { request, options }: FloatSeriesJob,
  signal?: AbortSignal,
): AsyncGenerator<SeriesBlock, number[]> {
  const decoder = new FloatSeriesDecoder(options);
  for await (const chunk of transport.chunks(request, signal)) yield* decoder.push(chunk);
  const last = decoder.finish();
  if (last) yield last;
  return [...decoder.answered];
}
