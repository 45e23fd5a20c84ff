/**
 * What a Web Worker does for one request, and the main thread where there is none.
 *
 * @module
 */

import type { SeriesBlock } from "../../columns.ts";
import { ConnectionError } from "../../errors.ts";
import type { Retry, Transport, TransportOptions } from "../../transport/transport.ts";
import { FloatSeriesDecoder, type FloatSeriesOptions } from "../../wire/float_series.ts";
import type { WireRequest } from "../../transport/request.ts";

/** Points that arrive between two signs of progress. */
const POINTS_PER_SIGN = 1 << 15;

/** A request for points of float series and how to decode the answer. Plain data. */
export interface FloatSeriesJob {
  request: WireRequest;
  options: FloatSeriesOptions;
}

/** What Web Workers do for servers. */
export interface FloatSeriesKind {
  settings: TransportOptions;
  job: FloatSeriesJob;
  result: SeriesBlock;
  news: { points: number } | { retry: Retry };
}

/**
 * Does a job, somewhere: gives points as their blocks are full; the number of a series is its position in the request. What has
 * come when the answer breaks off is given before the error is thrown.
 */
export type RunFloatSeries = (
  job: FloatSeriesJob,
  signal: AbortSignal,
  /** Told now and then how many more points have come. */
  onPoints: (by: number) => void,
) => AsyncGenerator<SeriesBlock, void>;

/** Does a job in this thread: sends the request and decodes the answer while it arrives. */
export async function* runJob(
  transport: Transport,
  { request, options }: FloatSeriesJob,
  signal: AbortSignal,
  onPoints: (by: number) => void,
): AsyncGenerator<SeriesBlock, void> {
  let decoder = new FloatSeriesDecoder(options);
  let told = 0;
  const tell = (atLeast: number) => {
    if (decoder.points - told < atLeast) return;
    onPoints(decoder.points - told);
    told = decoder.points;
  };
  try {
    const onSize = (bytes: number) => decoder = new FloatSeriesDecoder(options, bytes);
    const chunks = transport.chunks(request, signal, { onSize, reuse: true });
    for await (const chunk of chunks) {
      yield* decoder.push(chunk);
      tell(POINTS_PER_SIGN);
    }
  } catch (error) {
    const rest = error instanceof ConnectionError ? decoder.rescue() : null;
    tell(1);
    if (rest) yield rest;
    throw error;
  }
  const last = decoder.finish();
  tell(1);
  if (last) yield last;
}
