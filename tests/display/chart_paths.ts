/** The lines of a drawn chart, in pixels. */

/** The points of the paths of the lines, one list per stretch; `attribute` is a part of the tag of the paths that are wanted. */
export function paths(svg: string, attribute = ""): [x: number, y: number][][] {
  return scaled(svg).filter(([tag]) => !tag.includes(BAND) && tag.includes(attribute)).flatMap(([, d]) => stretches(d));
}

/** The edges of the bands: of each the upper one, and the lower one back. */
export function bands(svg: string): [x: number, y: number][][] {
  return scaled(svg).filter(([tag]) => tag.includes(BAND)).flatMap(([, d]) => stretches(d));
}

const BAND = 'stroke="none"';

function scaled(svg: string): RegExpExecArray[] {
  return [...svg.matchAll(/<path transform="scale\(\.25\)" d="([^"]*)"[^>]*>/g)];
}

function stretches(d: string): [number, number][][] {
  const all: [number, number][][] = [];
  let [x, y] = [0, 0];
  for (const [, command, text] of d.matchAll(/([Mlvh])([^MlvhZ]*)/g)) {
    const numbers = text.match(/-?\d+/g)!.map((one) => Number(one) / 4);
    if (command === "M") {
      [x, y] = numbers;
      all.push([]);
    } else if (command === "l") [x, y] = [x + numbers[0], y + numbers[1]];
    else if (command === "v") y += numbers[0];
    else x += numbers[0];
    all.at(-1)!.push([x, y]);
  }
  return all;
}
