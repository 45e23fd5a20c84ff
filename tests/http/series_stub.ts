/** A stub that has float series, and lets a test spoil single answers. */

import type { SeriesBlock } from "../../src/columns.ts";
import { encodeFloatSeries } from "../../src/wire/encode/float_series.ts";
import { PATHS, type Route, Stub } from "./stub.ts";

interface Asked {
  perSeriesPointsLimit: number;
  order: "ascending" | "descending";
  stepRange: { from: number | null; to: number | null };
  requests: { requestId: string; afterStep?: number; series: { attribute: string } }[];
}

/** Every series has this many points, with steps 1, 2, 3 and values that tell the series. */
export const POINTS = 5000;

/** The right answer to a request. */
export function rightAnswer(body: string): Uint8Array<ArrayBuffer> {
  const { perSeriesPointsLimit: limit, order, stepRange, requests } = JSON.parse(body) as Asked;
  const blocks = requests.flatMap(({ series: { attribute }, afterStep }, i): SeriesBlock[] => {
    if (!attribute.startsWith("m/")) return [];
    const down = order === "descending";
    const steps = Array.from({ length: POINTS }, (_, at) => at + 1).filter((step) =>
      (afterStep === undefined || (down ? step < afterStep : step > afterStep)) &&
      step >= (stepRange.from ?? 0) && step <= (stepRange.to ?? Infinity)
    );
    const some = down ? steps.slice(-limit) : steps.slice(0, limit);
    return [{
      spans: [{ series: i, start: 0, end: some.length }],
      step: Float64Array.from(some),
      timestamp: Float64Array.from(some, (step) => 1.7e12 + step),
      values: { kind: "float", data: Float64Array.from(some, (step) => valueOf(attribute, step)) },
      preview: null,
    }];
  });
  const requestIds = requests.map(({ requestId }) => requestId);
  return new Uint8Array(encodeFloatSeries({ blocks, requestIds, descending: order === "descending" }));
}

/** The value at a step. */
export function valueOf(attribute: string, step: number): number {
  return Number(attribute.slice(2)) * 1e6 + step;
}

/** A server with series; `spoil` may replace the answer number `count`. */
export function seriesStub(
  spoil: (right: Uint8Array<ArrayBuffer>, count: number) => Response | null | Promise<Response | null> = () => null,
): Stub {
  const route: Route = async ({ body }, count) => {
    const right = rightAnswer(body);
    return await spoil(right, count) ?? new Response(right);
  };
  return new Stub({ [PATHS.floatSeries]: route });
}
