/**
 * Several series in one chart: which lines, in which style.
 *
 * @module
 */

import { byteLength, MAX_BUNDLE_BYTES } from "../bundle.ts";
import type { ChartContent } from "../chart.ts";
import { chooseFigure, type Chosen, cutFigure } from "./chart.ts";
import { live, pack } from "../live.ts";
import { counted, formatNumber } from "../format.ts";
import { markup, note, view } from "../html.ts";
import { packFigure } from "./pack.ts";
import { figurePicture } from "./picture.ts";
import { planFigure } from "./plan.ts";
import type { FigurePlan, StyledLine } from "./line.ts";
import { chartNotes } from "./notes.ts";
import type { PlanOptions } from "./style.ts";
import { svgDocument, svgImage } from "../svg.ts";
import { textTable } from "../table.ts";

/** Points of all lines of a picture, and of those to zoom into: what is tried first, and the most. */
const POINTS: [few: number, most: number] = [24_000, 24_000];
const ZOOM_POINTS: [few: number, most: number] = [8000, 60_000];
/** What picture and data may take, besides the script, notes and the text that stands for them; and the share of the picture. */
const MAX_BYTES = MAX_BUNDLE_BYTES - 62_000;
const STILL = 0.54;

/** What stands in the place of a chart where there is nothing to draw. */
export function emptyChart(title: string): ChartContent {
  const text = "Nothing to plot: no run was found.";
  const svg = svgDocument({ width: 300, height: 20 }, markup`<text y="14">${text}</text>`);
  return { title, svg, html: view(title && markup`<b>${title}</b>`, note(text)), text };
}

/** Draws lines in the style of a plot, with as many points as a bundle holds besides `spent` bytes. */
export function lineChart(lines: StyledLine[], options: PlanOptions, spent = 0): ChartContent {
  const { plan, notes } = planFigure(lines, options);
  const { title = "", width = 760 } = options;
  const alt = `Line chart of ${counted(lines.length, "line")}${title && `: ${title}`}`;
  return { title, ...showFigure(plan, notes, width, alt, spent), text: plainSummary(lines) };
}

/** Draws a figure with as many points as fit: first the picture, then what there is to zoom into. */
export function showFigure(
  plan: FigurePlan,
  planned: string[],
  width: number,
  alt: string,
  spent = 0,
): Pick<ChartContent, "svg" | "html"> {
  const cut = cutFigure(plan);
  const room = MAX_BYTES - spent;
  const still = fitting(POINTS, room * STILL, (points) => {
    const chosen = chooseFigure(cut, { points, zooms: false, banded: null });
    const { svg, size, unlabeled } = figurePicture(chosen.figure, width);
    const image = svgImage(svg, size, alt);
    return { chosen, svg, image, unlabeled, bytes: byteLength(image.toString()) };
  });
  const zoomed = fitting(ZOOM_POINTS, room - still.bytes, (points) => {
    const chosen = chooseFigure(cut, { points, zooms: true, banded: still.chosen.banded });
    const data = packFigure(chosen.figure);
    return { chosen, data, bytes: pack(data).length };
  });
  const said = [
    ...planned,
    ...chartNotes(cut, still.chosen, zoomed.chosen.points),
    ...still.unlabeled > 0 ? [`${counted(still.unlabeled, "mark")} without room for a label`] : [],
  ];
  const html = view(live("chart", still.image, zoomed.data), said.length > 0 && note(said.join(" · ")));
  return { svg: still.svg, html };
}

/** What is made of as many points as fit into these bytes; a first try with few tells how many that are. */
function fitting<T extends { bytes: number; chosen: Chosen }>(
  [few, most]: [number, number],
  room: number,
  make: (points: number) => T,
): T {
  for (let points = few, grows = true;;) {
    const made = make(points);
    const share = 0.97 * room / made.bytes;
    if (made.bytes > room && points >= 100) points *= Math.min(0.9, share);
    else if (grows && points < most && made.chosen.columnWidth > 0) points = Math.min(most, points * share);
    else return made;
    grows = false;
  }
}

function plainSummary(lines: StyledLine[]): string {
  const rows = lines.map(({ run, attribute, step, value }) => {
    const last = value.length - 1;
    return [
      run,
      attribute,
      String(value.length),
      last < 0 ? "" : formatNumber(step[last]),
      last < 0 ? "" : formatNumber(value[last]),
    ];
  });
  const columns = [
    { title: "run" },
    { title: "attribute" },
    { title: "points", align: "right" },
    { title: "last step", align: "right" },
    { title: "last value", align: "right" },
  ] as const;
  return `Chart of ${counted(lines.length, "line")}\n${textTable([...columns], rows)}`;
}
