/**
 * One line of a panel: what of it is shown, and how it is drawn. Runs in browsers, too.
 *
 * @module
 */

import { Html, markup } from "../html.ts";
import { roundPixel, type Scale } from "./scale.ts";
import type { Curve, Figure, View } from "./figure.ts";
import { smooth } from "./smooth.ts";

/** Points to draw. */
export interface Polyline {
  x: Float64Array;
  y: Float64Array;
}

/** A line as it is to be drawn in a view. */
export interface ShownCurve {
  curve: Curve;
  /** What is drawn in full: the values, or the smoothed ones. */
  line: Polyline;
  /** The values behind a smoothed line. */
  raw: Polyline | null;
  band: { low: Polyline; high: Polyline } | null;
}

/** What of a curve is drawn; what an axis cannot show becomes a gap. */
export function shownCurve(curve: Curve, first: number, { logX, logY, smoothing }: View): ShownCurve {
  const shows = (values: Float64Array) =>
    values.map((value) => Number.isFinite(value) && (!logY || value > 0) ? value : NaN);
  const places = (values: Float64Array) => logX ? values.map((value) => value > 0 ? value : NaN) : values;
  const own: Polyline = { x: places(curve.x), y: shows(curve.y) };
  const band = curve.low && curve.high
    ? { low: { x: own.x, y: shows(curve.low) }, high: { x: own.x, y: shows(curve.high) } }
    : null;
  if (!(smoothing > 0)) return { curve, line: own, raw: null, band };
  const line = curve.smooth && smoothing === first
    ? { x: places(curve.smooth.x), y: shows(curve.smooth.y) }
    : curve.mean
    ? { x: places(curve.mean.x ?? curve.x), y: shows(smooth(curve.mean.y ?? curve.y, smoothing, curve.mean.count)) }
    : { x: own.x, y: shows(smooth(curve.y, smoothing)) };
  return { curve, line, raw: own, band };
}

const LOOKS = [
  { width: 1.7, opacity: 1, dash: "" },
  { width: 1.7, opacity: 0.5, dash: "" },
  { width: 1.5, opacity: 1, dash: "3,4" },
];

/** The marks of one curve: inherited, own and preview stretches look different and touch each other. */
export function curveMarkup(
  figure: Figure,
  { curve, line, raw, band }: ShownCurve,
  x: Scale,
  y: Scale,
  radius = 0,
): Html {
  const { color, dash } = figure.entries[curve.entry];
  const thin = figure.entries.length > 10 ? 0.75 : 1;
  const paths: Html[] = [];
  if (band) paths.push(bandMarkup(band, x, y, color, figure.entries.length > 10 ? 0.1 : 0.18));
  if (raw) paths.push(path(raw, x, y, ...inSight(raw.x, x), { color, width: 1, opacity: 0.3, dash: "" }));
  const kinds = curve.kind && kindsAt(curve.x, curve.kind, line.x);
  const [first, last] = inSight(line.x, x);
  for (let start = first; start < last;) {
    const kind = kinds?.[start] ?? 0;
    let end = start + 1;
    while (end < last && (kinds?.[end] ?? 0) === kind) end++;
    const look = LOOKS[kind];
    const style = { color, width: look.width * thin, opacity: look.opacity, dash: look.dash || dash };
    paths.push(path(line, x, y, Math.max(first, start - 1), end, style));
    start = end;
  }
  const dots: Html[] = [];
  for (let row = first; row < last; row++) {
    const isAlone = !Number.isNaN(line.y[row] + line.x[row]) && Number.isNaN(line.y[row - 1] ?? NaN) &&
      Number.isNaN(line.y[row + 1] ?? NaN);
    if (!isAlone) continue;
    dots.push(
      markup`<circle cx="${roundPixel(x.to(line.x[row]))}" cy="${roundPixel(y.to(line.y[row]))}" r="${
        radius || 2.2
      }" fill="${color}"${radius > 0 && markup` fill-opacity="0.85"`} />`,
    );
  }
  return markup`<g data-entry="${curve.entry}">${paths}${dots}</g>`;
}

/** Which rows are drawn: those in sight, and one more on each side, to which the line goes. Rows that go back and forth all are. */
function inSight(places: Float64Array, { domain: [low, high] }: Scale): [start: number, end: number] {
  for (let row = 1; row < places.length; row++) if (places[row] < places[row - 1]) return [0, places.length];
  let [start, end] = [0, places.length];
  while (start + 1 < end && places[start + 1] < low) start++;
  while (end - 1 > start && places[end - 2] > high) end--;
  return [start, end];
}

/** The area between two lines; gaps part it. */
function bandMarkup(
  { low, high }: { low: Polyline; high: Polyline },
  x: Scale,
  y: Scale,
  color: string,
  opacity: number,
): Html {
  const isKnown = (row: number) => !Number.isNaN(low.y[row] + high.y[row] + low.x[row]);
  const [first, last] = inSight(low.x, x);
  let d = "";
  for (let start = first; start < last; start++) {
    if (!isKnown(start)) continue;
    let end = start + 1;
    while (end < last && isKnown(end)) end++;
    const pen = new Pen();
    for (let row = start; row < end; row++) pen.to(x.to(high.x[row]), y.to(high.y[row]));
    for (let row = end - 1; row >= start; row--) pen.to(x.to(low.x[row]), y.to(low.y[row]));
    d += `${pen.path}Z`;
    start = end;
  }
  return markup`<path transform="scale(.25)" d="${new Html(
    d,
  )}" fill="${color}" fill-opacity="${opacity}" stroke="none" />`;
}

/** The kinds of points of one line, at the places of another. */
function kindsAt(x: Float64Array, kind: Uint8Array, places: Float64Array): Uint8Array {
  if (places === x) return kind;
  let row = 0;
  return Uint8Array.from(places, (place) => {
    while (row + 1 < x.length && x[row] < place) row++;
    return kind[row];
  });
}

interface PathStyle {
  color: string;
  width: number;
  opacity: number;
  dash: string;
}

/** The path of a line in quarters of pixels, each point relative to the one before: a third of the bytes of a usual path. */
class Pen {
  path = "";
  #x = NaN;
  #y = NaN;

  /** Goes on to this pixel, or begins there. */
  to(pixelX: number, pixelY: number): void {
    const [x, y] = [quarter(pixelX), quarter(pixelY)];
    if (Number.isNaN(this.#x)) this.path += `M${x},${y}`;
    else if (x === this.#x) this.path += y === this.#y ? "" : `v${y - this.#y}`;
    else this.path += y === this.#y ? `h${x - this.#x}` : `l${x - this.#x}${y < this.#y ? "" : ","}${y - this.#y}`;
    [this.#x, this.#y] = [x, y];
  }

  /** The next point begins a line of its own. */
  lift(): void {
    this.#x = NaN;
  }
}

function path({ x, y }: Polyline, toX: Scale, toY: Scale, start: number, end: number, style: PathStyle): Html {
  const pen = new Pen();
  for (let row = start; row < end; row++) {
    if (Number.isNaN(y[row]) || Number.isNaN(x[row])) pen.lift();
    else pen.to(toX.to(x[row]), toY.to(y[row]));
  }
  const d = new Html(pen.path);
  if (pen.path === "") return d;
  const { color, width, opacity, dash } = style;
  const faint = opacity < 1 && markup` stroke-opacity="${opacity}"`;
  const dashes = dash && markup` stroke-dasharray="${dash.split(",").map((one) => Number(one) * 4).join()}"`;
  return markup`<path transform="scale(.25)" d="${d}" fill="none" stroke="${color}" stroke-width="${
    width * 4
  }" stroke-linejoin="round" stroke-linecap="round"${faint}${dashes} />`;
}

/** Far outside is as good as very far outside. */
function quarter(pixel: number): number {
  return Math.round(Math.min(40_000, Math.max(-40_000, pixel)) * 4);
}
