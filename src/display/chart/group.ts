/**
 * Lines of several runs as one: their mean, with a band around it.
 *
 * @module
 */

import type { StyledLine } from "./line.ts";

/** Above so many places lines meet at evenly spaced ones. */
const MAX_PLACES = 2000;

/**
 * One line for each group and attribute. Where runs have no point at a step they are interpolated between their own points, and
 * never beyond them; non-finite values are passed over. Many steps are put into even buckets first.
 *
 * @param band The lowest to the highest run, or one standard deviation to both sides.
 */
export function groupLines(lines: (StyledLine & { group: string })[], band: "range" | "std"): StyledLine[] {
  const groups = Map.groupBy(lines, ({ group, attribute }) => JSON.stringify([group, attribute]));
  return [...groups.values()].map((members): StyledLine => {
    const { group, attribute } = members[0];
    const runs = new Set(members.map(({ run }) => run)).size;
    const places = placesOf(members);
    const columns = members.map((line) => at(line, places));
    const value = new Float64Array(places.length), low = value.slice(), high = value.slice();
    for (let row = 0; row < places.length; row++) {
      const here = columns.map((column) => column[row]).filter((one) => !Number.isNaN(one));
      const mean = here.reduce((sum, one) => sum + one, 0) / here.length;
      const spread = Math.sqrt(here.reduce((sum, one) => sum + (one - mean) ** 2, 0) / here.length);
      value[row] = mean;
      low[row] = band === "std" ? mean - spread : Math.min(...here);
      high[row] = band === "std" ? mean + spread : Math.max(...here);
      if (here.length === 0) low[row] = high[row] = NaN;
    }
    const hues = new Set(members.map(({ hue }) => hue));
    const hue = hues.size === 1 ? members[0].hue : null;
    return {
      run: `${group} (${runs} ${runs === 1 ? "run" : "runs"})`,
      attribute,
      step: places,
      value,
      low,
      high,
      ...members[0].hue !== undefined && { hue },
    };
  });
}

/** The steps of all members together, or evenly spaced ones where those are many. */
function placesOf(members: StyledLine[]): Float64Array {
  const total = members.reduce((sum, { step }) => sum + step.length, 0);
  if (total <= 200 * MAX_PLACES) {
    const all = new Set<number>();
    for (const { step } of members) for (const one of step) all.add(one);
    if (all.size <= MAX_PLACES) return Float64Array.from(all).sort();
  }
  const low = members.reduce((least, { step }) => Math.min(least, step[0] ?? Infinity), Infinity);
  const high = members.reduce((most, { step }) => Math.max(most, step.at(-1) ?? -Infinity), -Infinity);
  return Float64Array.from({ length: MAX_PLACES }, (_, i) => low + (high - low) * i / (MAX_PLACES - 1));
}

/** The values of a line at these places: the mean of the points nearest to each, or else between two points. */
function at({ step, value }: StyledLine, places: Float64Array): Float64Array {
  const sums = new Float64Array(places.length), counts = new Float64Array(places.length);
  const finite = Uint32Array.from(step.keys()).filter((row) => Number.isFinite(value[row]));
  let place = 0;
  for (const row of finite) {
    while (place + 1 < places.length && places[place + 1] - step[row] <= step[row] - places[place]) place++;
    sums[place] += value[row];
    counts[place]++;
  }
  let next = 0;
  return places.map((here, i) => {
    if (counts[i] > 0) return sums[i] / counts[i];
    while (next < finite.length && step[finite[next]] < here) next++;
    if (next === 0 || next === finite.length) return NaN;
    const [before, after] = [finite[next - 1], finite[next]];
    const share = (here - step[before]) / (step[after] - step[before]);
    return value[before] + (value[after] - value[before]) * share;
  });
}
