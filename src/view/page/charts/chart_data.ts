/// <reference lib="dom" />

/**
 * Reads the series of a chart: as a whole, and the part that is zoomed into in more detail.
 *
 * @module
 */

import { signal } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { BucketedSeries, BucketsAnswer, BucketsAxis, BucketsRequest } from "../../api.ts";
import { ask } from "../client.ts";
import { spliced } from "./lines.ts";

/** What a chart shows. */
export interface SeriesChoice {
  project: string | null;
  runs: readonly string[];
  paths: readonly string[];
  axis: BucketsAxis;
  zoom: readonly [number, number] | null;
  inherited: boolean;
  buckets: number;
}

/** How far the reading is. */
export interface ReadSeries {
  series: BucketedSeries[] | null;
  /** The axis on which they lie: while another is read, the one before. */
  axis: BucketsAxis;
  /** Whether more detail is on its way. */
  reading: boolean;
  /** A sentence; empty: nothing went wrong. */
  trouble: string;
}

interface Reading extends ReadSeries {
  /** What the series are without a zoom. */
  whole: BucketsAnswer | null;
}

/** Answers that are kept: going back is instant. */
const MOST = 80;
const kept = new Map<string, BucketsAnswer>();

/** Reads what is chosen; null: nothing for now. What was read before stays until the new is there. */
export function useSeries(choice: SeriesChoice | null): ReadSeries {
  const [state, setState] = useState<Reading>({ series: null, whole: null, axis: "step", reading: true, trouble: "" });
  const key = JSON.stringify([choice, readings.value]);
  // Asked for before what is known is drawn: the server works meanwhile.
  const asked = useMemo(() => choice && new AskedSeries(choice), [key]);
  useEffect(() => {
    if (asked === null) return;
    const { whole: first, detail, stop, choice: { axis, zoom } } = asked;
    const read = async () => {
      setState((before) => ({ ...before, reading: true, trouble: "" }));
      const whole = await first;
      if (zoom === null) return setState({ series: whole.series, whole, axis, reading: false, trouble: "" });
      // What was seen in detail stays until there is more: it need not be drawn without.
      const series = (before: Reading) => before.whole === whole ? before.series : whole.series;
      setState((before) => ({ series: series(before), whole, axis, reading: true, trouble: "" }));
      const inDetail = spliced(whole.series, (await detail).series, zoom);
      setState({ series: inDetail, whole, axis, reading: false, trouble: "" });
    };
    read().catch((error) => {
      if (!stop.signal.aborted) setState((before) => ({ ...before, reading: false, trouble: error.message }));
    });
    return () => stop.abort();
  }, [asked]);
  return state;
}

/** The answers for a choice, which are on their way. */
class AskedSeries {
  readonly choice: SeriesChoice;
  readonly whole: Promise<BucketsAnswer>;
  /** The same as `whole` where nothing is zoomed into. */
  readonly detail: Promise<BucketsAnswer>;
  readonly stop = new AbortController();

  constructor(choice: SeriesChoice) {
    const { project, axis, zoom, inherited, buckets } = choice, { signal } = this.stop;
    const request = { project, runs: [...choice.runs], paths: [...choice.paths], inherited, x: axis, buckets };
    const inPart = (range: BucketsRequest["range"]) => bucketed({ ...request, range }, signal);
    this.choice = choice;
    this.whole = inPart(null);
    // The whole comes first: the server makes the detail of it.
    this.detail = this.whole.then((whole) => zoom === null ? whole : inPart({ from: zoom[0], to: zoom[1] }));
    // Whoever waits for the whole is told why there is none.
    this.detail.catch(() => {});
  }
}

async function bucketed(request: BucketsRequest, signal: AbortSignal): Promise<BucketsAnswer> {
  const key = JSON.stringify(request);
  const known = kept.get(key);
  if (known) return known;
  const answer = await ask("buckets", request, signal);
  kept.set(key, answer);
  for (const oldest of [...kept.keys()].slice(0, -MOST)) kept.delete(oldest);
  return answer;
}

/** How often all was read anew. */
const readings = signal(0);

/** Reads what is shown anew, for runs that go on. */
export async function reloadSeries(project: string | null): Promise<void> {
  await ask("refresh", { project });
  kept.clear();
  readings.value++;
}
