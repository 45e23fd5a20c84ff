import assert from "node:assert/strict";
import fc from "fast-check";
import { inflateSync } from "node:zlib";
import { drawHeatmap } from "../../src/display/chart/heatmap.ts";
import { drawChart } from "../../src/display/chart/chart.ts";
import { plot } from "../../src/api/plot.ts";
import { encodePng } from "../../src/display/png.ts";
import { sparkline } from "../../src/display/chart/sparkline.ts";
import { checkHtml, checkXml, display, svgs } from "./kernel_rules.ts";
import type { ChartOptions, PlotLine } from "../../src/display/chart/line.ts";

const EVIL = `<img src=x onerror=alert("1")> & 'co' \u0000\ud800`;
const options: ChartOptions = { width: 400, height: 200, xLabel: "step", x: "linear", y: "linear", legend: false };

/** The points of the paths of the lines, in pixels; one list per stretch of a path. */
function paths(svg: string, attribute = ""): [number, number][][] {
  return Array.from(svg.matchAll(new RegExp(`<g[^>]*${attribute}[^>]*aria-label="line"[^>]*><path d="([^"]*)"`, "g")))
    .flatMap(([, d]) => d.split("M").slice(1))
    .map((part) => part.replace("Z", "").split("L").map((pair) => pair.split(",").map(Number) as [number, number]));
}

function line(value: number[], more: Partial<PlotLine> = {}): PlotLine {
  return {
    run: "run",
    attribute: "loss",
    step: Float64Array.from(value.keys()),
    value: Float64Array.from(value),
    ...more,
  };
}

Deno.test("a line is drawn where its values are, and NaN is a gap", async () => {
  const { svg, notes } = await drawChart([{
    label: "a",
    x: Float64Array.of(0, 1, 2, 3, 4),
    y: Float64Array.of(0, 1, NaN, 1, 2),
  }], options);
  checkXml(svg);
  const [first, second] = paths(svg);
  assert.equal(first.length, 2);
  assert.equal(second.length, 2);
  assert.ok(first[1][0] - first[0][0] > 50, "x grows to the right");
  assert.ok(first[1][1] < first[0][1], "y grows upwards");
  assert.equal(first[1][1], second[0][1], "equal values are equally high");
  assert.deepEqual(notes, ["1 NaN"]);
});

Deno.test("a point alone between gaps is a dot", async () => {
  const { svg } = await drawChart(
    [{ label: "a", x: Float64Array.of(0, 1, 2, 3), y: Float64Array.of(1, NaN, 3, NaN) }],
    options,
  );
  assert.equal([...svg.matchAll(/<circle/g)].length, 2);
});

Deno.test("inherited points are faint, own ones full, previews dashed, and the stretches touch", async () => {
  const x = Float64Array.from({ length: 9 }, (_, i) => i);
  const preview = Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 1, 1);
  const { svg, notes } = await drawChart([{ label: "a", x, y: x, preview, inheritedUntil: 2 }], {
    ...options,
    marks: [{ x: 2, label: EVIL }],
  });
  checkXml(svg);
  const [inherited] = paths(svg, `stroke-opacity="0.55"`);
  const [dashed] = paths(svg, `stroke-dasharray="3,4"`);
  const own = paths(svg).filter((path) => path[0][0] !== inherited[0][0] && path[0][0] !== dashed[0][0])[0];
  assert.deepEqual([inherited.length, own.length, dashed.length], [3, 4, 4]);
  assert.deepEqual(inherited.at(-1), own[0]);
  assert.deepEqual(own.at(-1), dashed[0]);
  assert.ok(notes.includes("3 previews, dashed"));
  assert.match(svg, new RegExp(`<path d="M${inherited.at(-1)![0]},`), "the fork point is marked");
});

Deno.test("a logarithmic axis says which values it cannot show", async () => {
  const y = Float64Array.of(0, -1, 1, 10, 100, Infinity);
  const { svg, notes } = await drawChart([{ label: "a", x: Float64Array.of(1, 2, 3, 4, 5, 6), y }], {
    ...options,
    y: "log",
  });
  const [[a, b, c]] = paths(svg);
  assert.ok(Math.abs((a[1] - b[1]) - (b[1] - c[1])) < 0.3, "decades are equally high");
  assert.deepEqual(notes, ["1 infinite", "2 values ≤ 0 not shown on the logarithmic scale"]);
});

Deno.test("charts of nothing, of NaN, and of one value are charts", async () => {
  for (const y of [[], [NaN], [5], [5, 5, 5]]) {
    for (const x of ["linear", "log", "time"] as const) {
      const chart = await drawChart([{ label: "a", x: Float64Array.from(y.keys()), y: Float64Array.from(y) }], {
        ...options,
        x,
      });
      checkXml(chart.svg);
      assert.doesNotMatch(chart.svg, /NaN|Infinity/);
    }
  }
  checkXml((await drawChart([], options)).svg);
});

Deno.test("any numbers give a chart that is XML without NaN", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.double(), { maxLength: 50 }), fc.constantFrom("linear", "log"), async (list, y) => {
      const x = Float64Array.from(list.keys());
      const { svg } = await drawChart([{ label: "a", x, y: Float64Array.from(list) }], {
        ...options,
        y: y as "linear" | "log",
      });
      checkXml(svg);
      assert.doesNotMatch(svg, /NaN|Infinity/);
    }),
    { numRuns: 60 },
  );
});

Deno.test("the picture of a million points keeps a single spike", async () => {
  const x = Float64Array.from({ length: 1_000_000 }, (_, i) => i);
  const y = x.map((i) => i === 777_777 ? 50 : Math.sin(i));
  const { svg, notes } = await drawChart([{ label: "a", x, y }], options);
  const heights = paths(svg).flat().map(([, height]) => height);
  assert.equal(heights.filter((height) => height < 40).length, 1);
  assert.deepEqual(notes, ["1,000,000 points, drawn by the extremes of every pixel"]);
});

Deno.test("plot() of 500 long lines stays within a bundle and says what it leaves out", async () => {
  const lines = Array.from(
    { length: 500 },
    (_, i) => line(Array.from({ length: 2000 }, (_, j) => Math.sin(i + j)), { run: `run ${i}` }),
  );
  const bundle = await display(plot(lines, { smoothing: 0.5 }));
  assert.match(bundle["text/html"], /400 of 500 lines are not drawn/);
  assert.match(bundle["text/plain"], /Chart of 500 lines/);
  checkHtml(bundle["text/html"]);
});

Deno.test("plot() escapes every name, in the picture and around it", async () => {
  const chart = plot([line([1, 2], { run: EVIL }), line([3, 4], { attribute: EVIL })], { title: EVIL });
  const bundle = await display(chart);
  checkHtml(bundle["text/html"]);
  const [svg] = svgs(bundle["text/html"]);
  checkXml(svg);
  assert.equal(svg, await chart.svg());
  assert.equal([...svg.matchAll(/&lt;img src=x onerror=alert/g)].length, 3, "title and two legend entries");
  assert.doesNotMatch(await chart.html(), /<img src=x/);
});

Deno.test("plot() puts what all lines share on the axis and what differs in the legend", async () => {
  const texts = async (lines: PlotLine[]) =>
    [...(await plot(lines).svg()).matchAll(/<text[^>]*>([^<]+)<\/text>/g)].map(([, text]) => text);
  const runs = await texts([line([1], { run: "a" }), line([2], { run: "b" })]);
  assert.ok(runs.includes("loss") && runs.includes("a") && runs.includes("b"));
  const both = await texts([line([1], { run: "a" }), line([2], { run: "b", attribute: "acc" })]);
  assert.ok(both.includes("a · loss") && both.includes("b · acc"));
});

Deno.test("plot() with smoothing draws the raw curve behind the smooth one", async () => {
  const svg = await plot([line([0, 10, 0, 10, 0, 10])], { smoothing: 0.8 }).svg();
  const [raw] = paths(svg, `stroke-opacity="0.3"`);
  const smoothed = paths(svg).at(-1)!;
  const height = (path: [number, number][]) =>
    Math.max(...path.map(([, y]) => y)) - Math.min(...path.map(([, y]) => y));
  assert.ok(height(smoothed) < height(raw) * 0.8);
});

Deno.test("plot() over time sorts what was logged out of order and counts points without a time", async () => {
  const timestamp = Float64Array.of(3000, 1000, NaN, 2000).map((ms) => 1.7e12 + ms);
  for (const x of ["time", "relative"] as const) {
    const chart = plot([line([30, 10, 99, 20], { timestamp })], { x });
    const [path] = paths(await chart.svg());
    assert.equal(path.length, 3);
    for (let i = 1; i < path.length; i++) assert.ok(path[i][0] > path[i - 1][0] && path[i][1] < path[i - 1][1]);
    assert.match(await chart.html(), /1 point without a place on the x axis/);
  }
});

Deno.test("plot() over relative time starts every line at zero, in the unit of the longest", async () => {
  const hours = (start: number) => Float64Array.of(0, 1, 3).map((hour) => start + hour * 3_600_000);
  const svg = await plot([line([1, 2, 3], { timestamp: hours(1e12) }), line([1, 2, 4], { timestamp: hours(2e12) })], {
    x: "relative",
  }).svg();
  assert.match(svg, /hours since the first point/);
  const [a, b] = paths(svg);
  assert.deepEqual(a.map(([x]) => x), b.map(([x]) => x));
});

Deno.test("plot() refuses options and file names outside their bounds", async () => {
  assert.throws(() => plot([], { smoothing: 1 }), /smoothing is 1/);
  assert.throws(() => plot([], { width: 10 }), /too small/);
  await assert.rejects(plot([line([1])]).save("chart.png"), /\.svg or \.html/);
});

Deno.test("plot().save() writes files that stand on their own", async () => {
  const folder = await Deno.makeTempDir();
  const chart = plot([line([1, 2])], { title: "Loss" });
  await chart.save(`${folder}/chart.svg`);
  await chart.save(`${folder}/chart.html`);
  checkXml(await Deno.readTextFile(`${folder}/chart.svg`));
  assert.match(
    await Deno.readTextFile(`${folder}/chart.html`),
    /^<!doctype html>.*<title>Loss<\/title>.*data:image\/svg/s,
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("sparkline() spans its own range and breaks at gaps", () => {
  const [svg] = svgs(sparkline(Float64Array.of(0, 1, 2, 3), Float64Array.of(1, 5, NaN, Infinity)).toString());
  checkXml(svg);
  assert.match(svg, /d="M2,16L[\d.]+,2"/);
  assert.equal(sparkline(Float64Array.of(0), Float64Array.of(NaN)).toString(), "");
  fc.assert(fc.property(fc.array(fc.double(), { minLength: 1, maxLength: 300 }), (list) => {
    const text = sparkline(Float64Array.from(list.keys()), Float64Array.from(list)).toString();
    for (const one of svgs(text)) {
      checkXml(one);
      assert.doesNotMatch(one, /NaN|Infinity/);
    }
  }));
});

Deno.test("a heat map is densest where the histograms are, and says which are lost", async () => {
  const edges = Float64Array.of(0, 1, 2, 4);
  const low = { type: "COUNTING", edges, values: Float64Array.of(8, 1, 1) };
  const high = { type: "COUNTING", edges, values: Float64Array.of(0, 0, 10) };
  const { svg, notes } = await drawHeatmap(Float64Array.of(0, 10, 20), [low, null, high], "weights");
  checkXml(svg);
  assert.deepEqual(notes, [
    "3 histograms, color: share of values per unit, up to 0.8",
    "1 histogram lost before the export",
  ]);

  const { width, height, alpha } = decode(Uint8Array.fromBase64(svg.match(/data:image\/png;base64,([^"]*)/)![1]));
  const at = (x: number, y: number) => alpha(Math.floor(x * width), Math.floor((1 - y) * height));
  assert.equal(at(0.1, 0.1), 255, "80 % of the first lie in the first bin");
  assert.equal(at(0.1, 0.9), Math.round(255 * Math.sqrt(0.05 / 0.8)), "a wide bin is thinner than its share");
  assert.equal(at(0.5, 0.5), 0, "a lost histogram is empty");
  assert.ok(at(0.9, 0.9) > 0 && at(0.9, 0.1) === 0);
});

Deno.test("encodePng() writes what a decoder reads back", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.uint8Array({ minLength: 324, maxLength: 324 }),
      (width, height, noise) => {
        const pixels = noise.slice(0, 4 * width * height);
        const image = decode(encodePng(width, height, pixels));
        assert.deepEqual([image.width, image.height], [width, height]);
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            assert.equal(
              image.alpha(x, y),
              pixels[4 * (y * width + x) + 3],
            );
          }
        }
      },
    ),
  );
});

/** Reads a PNG of 8-bit RGBA rows without filters. */
function decode(file: Uint8Array): { width: number; height: number; alpha: (x: number, y: number) => number } {
  const view = new DataView(file.buffer, file.byteOffset);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const start = 33;
  assert.equal(new TextDecoder().decode(file.subarray(start + 4, start + 8)), "IDAT");
  const rows = inflateSync(file.subarray(start + 8, start + 8 + view.getUint32(start)));
  return { width, height, alpha: (x, y) => rows[y * (1 + 4 * width) + 1 + 4 * x + 3] };
}
