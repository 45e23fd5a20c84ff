/**
 * From values to pixels. Runs in browsers, too.
 *
 * @module
 */

/** Where the plot of a panel lies, in pixels. */
export interface PlotArea {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** From values to pixels and back. */
export interface Scale {
  domain: [number, number];
  log: boolean;
  to: (value: number) => number;
  from: (pixel: number) => number;
}

/** The scale that takes the ends of the domain to these pixels. */
export function scale(domain: [number, number], log: boolean, from: number, to: number): Scale {
  const place = log ? Math.log : (value: number) => value;
  const value = log ? Math.exp : (place: number) => place;
  const [low, high] = [place(domain[0]), place(domain[1])];
  // In halves, because a whole range can be more than a number holds.
  const length = high / 2 - low / 2 || 1;
  return {
    domain,
    log,
    to: (one) => from + (place(one) / 2 - low / 2) / length * (to - from),
    from: (pixel) => value(low + (pixel - from) / (to - from) * length * 2),
  };
}

/** A place in a picture, to a tenth of a pixel. */
export function roundPixel(pixel: number): number {
  return Math.round(pixel * 10) / 10;
}
