import assert from "node:assert/strict";
import fc from "fast-check";
import { inflateSync } from "node:zlib";
import { drawHeatmap } from "../../src/display/chart/heatmap.ts";
import { compareRuns } from "../../src/api/many/compare.ts";
import { plot, type PlotOptions } from "../../src/api/many/plot.ts";
import { linearAxis } from "../../src/display/draw/axes.ts";
import { encodePng } from "../../src/display/file/png.ts";
import { sparkline } from "../../src/display/chart/sparkline.ts";
import type { Curve, Panel } from "../../src/display/draw/figure.ts";
import { drawPanel, firstView } from "../../src/display/draw/panel.ts";
import { bands, paths } from "./chart_paths.ts";
import { checkHtml, checkXml, display, svgs, withoutScripts } from "./kernel_rules.ts";
import type { PlotLine } from "../../src/display/chart/line.ts";

const EVIL = `<img src=x onerror=alert("1")> & 'co' \u0000\ud800`;

function line(value: Iterable<number>, more: Partial<PlotLine> = {}): PlotLine {
  const values = Float64Array.from(value);
  return { run: "run", attribute: "loss", step: Float64Array.from(values.keys()), value: values, ...more };
}

/** The picture of lines, and what is said below it. */
async function draw(lines: PlotLine[], options: PlotOptions = {}): Promise<{ svg: string; notes: string[] }> {
  const chart = plot(lines, { width: 400, height: 200, ...options });
  const svg = await chart.svg();
  checkXml(svg);
  const note = withoutScripts(await chart.html()).match(/margin:4px 0">([^<]*)<\/div><\/div><\/body>/)?.[1] ?? "";
  return { svg, notes: note === "" ? [] : note.split(" · ") };
}

/** The texts of a picture, in the order in which they are written. */
function texts(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]+)<\/text>/g)].map(([, text]) => text);
}

Deno.test("a line is drawn where its values are, and NaN is a gap", async () => {
  const { svg, notes } = await draw([line([0, 1, NaN, 1, 2])]);
  const [first, second] = paths(svg);
  assert.equal(first.length, 2);
  assert.equal(second.length, 2);
  assert.ok(first[1][0] - first[0][0] > 50, "x grows to the right");
  assert.ok(first[1][1] < first[0][1], "y grows upwards");
  assert.equal(first[1][1], second[0][1], "equal values are equally high");
  assert.deepEqual(notes, ["1 NaN"]);
});

Deno.test("a point alone between gaps is a dot", async () => {
  const { svg } = await draw([line([1, NaN, 3, NaN])]);
  assert.equal([...svg.matchAll(/<circle/g)].length, 2);
});

Deno.test("inherited points are faint, own ones full, previews dashed, and the stretches touch", async () => {
  const preview = Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 1, 1);
  const { svg, notes } = await draw([line(preview.keys(), { preview, inheritedUntil: 2 })], {
    marks: [{ x: 2, label: EVIL }],
  });
  const [inherited] = paths(svg, `stroke-opacity="0.5"`);
  const [dashed] = paths(svg, `stroke-dasharray="12,16"`);
  const own = paths(svg).filter((path) => path[0][0] !== inherited[0][0] && path[0][0] !== dashed[0][0])[0];
  assert.deepEqual([inherited.length, own.length, dashed.length], [3, 4, 4]);
  assert.deepEqual(inherited.at(-1), own[0]);
  assert.deepEqual(own.at(-1), dashed[0]);
  assert.ok(notes.includes("3 previews, dashed"));
  const [, mark] = svg.match(/<path d="M([\d.]+),[\d.]+V/)!;
  assert.ok(Math.abs(Number(mark) - inherited.at(-1)![0]) < 0.3, "the fork point is marked");
});

Deno.test("a logarithmic axis says which values it cannot show", async () => {
  const { svg, notes } = await draw([line([0, -1, 1, 10, 100, Infinity])], { logScale: true });
  const [[a, b, c]] = paths(svg);
  assert.ok(Math.abs((a[1] - b[1]) - (b[1] - c[1])) < 0.6, "decades are equally high");
  assert.deepEqual(notes, ["1 infinite", "2 values ≤ 0 not shown on the logarithmic scale"]);
});

Deno.test("charts of nothing, of NaN, and of one value are charts", async () => {
  for (const y of [[], [NaN], [5], [5, 5, 5]]) {
    for (const x of ["step", "time", "relative"] as const) {
      const { svg } = await draw([line(y, { timestamp: Float64Array.from(y.keys()) })], { x });
      assert.doesNotMatch(svg, /NaN"|NaN,|Infinity/);
      if (y.length === 0 || Number.isNaN(y[0])) assert.match(svg, /no finite points/);
    }
  }
  assert.match((await draw([])).svg, /no run was found/);
});

Deno.test("every chart of runs, and their comparison, says where there are none", async () => {
  const attributes = ["a", "b"];
  const nothing = [
    plot([]),
    plot(Promise.resolve([]), { attributes, title: "T" }),
    plot.scatter([], { x: "a", y: "b" }),
    plot.parallel([], { attributes }),
    compareRuns([]),
  ];
  for (const one of nothing) {
    const { "text/html": html, "text/plain": text } = await display(one);
    checkHtml(html);
    assert.match(text, /no run was found/i);
    assert.match(html, /no run was found/i);
  }
});

Deno.test("any numbers give a chart that is XML without NaN", async () => {
  const axes = fc.constantFrom(false, true, "x", "xy") as fc.Arbitrary<PlotOptions["logScale"]>;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.double(), { maxLength: 50 }), axes, async (list, logScale) => {
      const { svg } = await draw([line(list)], { logScale });
      assert.doesNotMatch(svg, /NaN|Infinity/);
    }),
    { numRuns: 60 },
  );
});

Deno.test("the picture of a million points keeps a single spike, and names what it does once", async () => {
  const y = Float64Array.from({ length: 1_000_000 }, (_, i) => i === 777_777 ? 50 : Math.sin(i));
  const { svg, notes } = await draw([line(y)]);
  const heights = paths(svg).flat().map(([, height]) => height);
  const [least, greatest] = [Math.min(...heights), Math.max(...heights)];
  assert.equal(heights.filter((height) => height < least + (greatest - least) / 2).length, 1);
  assert.match(notes[0], /^1,\d{3} of 1,000,000 points, the extremes of every pixel; [3-9]\d,\d{3} to zoom into$/);
  assert.equal(notes.length, 1);
});

Deno.test("many long lines are averages with bands, and a spike stays in its band", async () => {
  const wave = (shift: number) => Float64Array.from({ length: 20_000 }, (_, i) => Math.sin(i / 3 + shift));
  const lines = Array.from({ length: 53 }, (_, i) => line(wave(i), { run: `run ${i}` }));
  lines[7].value[12_345] = 40;
  const { svg, notes } = await draw(lines, { width: 760 });
  assert.match(notes[0], /^1,060,000 points as averages of \d+ pixels each, bands reach to the extremes$/);
  const tops = bands(svg).map((edge) => Math.min(...edge.map(([, y]) => y)));
  assert.equal(tops.length, 53);
  assert.deepEqual(
    tops.map((top, i) => [top, i]).sort(([a], [b]) => a - b)[0][1],
    7,
    "the spike is the top of all bands",
  );
});

Deno.test("of what is zoomed into, only what is in sight is drawn, with the lines that lead into it", () => {
  const drawn = (x: number[], logX = false) => {
    const places = Float64Array.from(x), y = places.map((_, i) => i % 7);
    const [low, high] = [y.map((one) => one - 1), y.map((one) => one + 1)];
    const rest = { time: null, kind: null, step: null, smooth: null, mean: null };
    const curve: Curve = { entry: 0, x: places, y, low, high, ...rest };
    const entries = [{ label: "a", color: "#000000", dash: "" }];
    const figure = { title: "", entries, panels: [], ramp: null, legend: false, endLabels: false, smoothing: 0 };
    const panel: Panel = {
      title: "",
      width: 700,
      height: 250,
      xLabel: "step",
      yLabel: "",
      x: logX ? "log" : "linear",
      y: "linear",
      yRange: [null, null],
      domain: null,
      dots: 0,
      xNames: null,
      marks: [],
      curves: [curve],
    };
    const view = { ...firstView(figure, panel), xDomain: [300, 310] as [number, number] };
    const { content, plot } = drawPanel(figure, panel, view, 700);
    const [[line], [band]] = [paths(String(content)), bands(String(content))];
    return { line, band, left: plot.left, right: plot.left + plot.width };
  };
  for (const logX of [false, true]) {
    const { line, band, left, right } = drawn(Array.from({ length: 1000 }, (_, i) => i), logX);
    assert.equal(line.length, 13);
    assert.equal(band.length, 26);
    assert.ok(line[0][0] < left && line[12][0] > right);
    const { line: across } = drawn([1, 2, 900, 1000], logX);
    assert.ok(
      across.length === 2 && across[0][0] < left && across[1][0] > right,
      "a line that crosses what is in sight",
    );
  }
  assert.equal(drawn([0, 305, 1000, 305, 0]).line.length, 5, "places that go back and forth");
});

Deno.test("ticks of a logarithmic axis have labels over any number of decades", async () => {
  for (let decades = 0.3; decades < 40; decades *= 1.15) {
    const values = Array.from({ length: 50 }, (_, i) => 10 ** (i / 49 * decades - 3));
    const { svg } = await draw([line(values)], { logScale: true, height: 280 });
    const ticks = [...svg.matchAll(/text-anchor="end">([^<]*)<\/text>/g)].map(([, label]) => label).filter((one) =>
      one !== "step"
    );
    assert.ok(ticks.length >= 3 && ticks.length <= 14, `${decades} decades: ${ticks}`);
    assert.ok(ticks.every((label) => label !== "") && new Set(ticks).size === ticks.length, ticks.join());
  }
});

Deno.test("the y axis spans the values and little more; large numbers have units up to T", async () => {
  const heights = (svg: string) => paths(svg).flat().map(([, y]) => y);
  const { svg } = await draw([line([-0.005, 2.9, 1])], { height: 280 });
  assert.ok(
    Math.max(...heights(svg)) - Math.min(...heights(svg)) > 0.88 * (280 - 46),
    "nine tenths of the height are used",
  );
  const large = texts((await draw([line([-5e13, 5e13])])).svg);
  assert.ok(large.includes("50T") && large.includes("−50T"), large.join());
});

Deno.test("no tick label begins left of the picture, whatever its length", async () => {
  for (const values of [[-123456.7, -123456.8], [-1e-9, 1e-9], [1e15, 2e15], [-5e13, 5e13]]) {
    const { svg } = await draw([line(values)]);
    for (const [, x, label] of svg.matchAll(/<text x="([\d.-]+)"[^>]*text-anchor="end">([^<]*)</g)) {
      assert.ok(Number(x) - label.length * 6.4 > -1, `${label} ends at ${x}`);
    }
  }
});

Deno.test("time ticks are of one kind, with the date where a day begins", async () => {
  for (const seconds of [0.5, 20, 110, 4000, 40_000, 900_000, 9e6]) {
    const timestamp = Float64Array.from({ length: 40 }, (_, i) => Date.UTC(2025, 2, 1, 23, 58, 30) + i * seconds * 25);
    const { svg } = await draw([line(timestamp.keys(), { timestamp })], { x: "time", width: 700 });
    const kinds = new Set(
      texts(svg).filter((text) => /^\d\d:\d\d/.test(text)).map((text) => text.replace(/\d/g, "0")),
    );
    assert.ok(kinds.size <= 1, [...kinds].join(" and "));
    assert.ok(texts(svg).some((text) => /^2025-\d\d-\d\d$/.test(text)));
  }
});

Deno.test("clip leaves an outlier outside, yRange sets the ends", async () => {
  const values = Array.from({ length: 200 }, (_, i) => i === 50 ? 1e6 : Math.sin(i));
  const flat = paths((await draw([line(values)])).svg).flat().map(([, y]) => y);
  const clipped = await draw([line(values)], { clip: true });
  const inside = paths(clipped.svg).flat().map(([, y]) => y).filter((y) => y > 0);
  const spread = (list: number[]) => list.toSorted((a, b) => a - b).at(-10)! - list.toSorted((a, b) => a - b)[10];
  assert.ok(spread(flat) < 2 && spread(inside) > 100);
  assert.ok(texts((await draw([line([1, 2])], { yRange: [0, 100] })).svg).includes("100"));
  assert.ok(texts((await draw([line([1, 2])], { yRange: [null, 40] })).svg).includes("40"));
});

Deno.test("xRange draws a part, in more detail, smoothed with what comes before it", async () => {
  const y = Float64Array.from({ length: 1_000_000 }, (_, i) => i === 500_000 ? 50 : Math.sin(i));
  const chart = (options: PlotOptions) => draw([line(y)], { width: 760, ...options });
  const { svg, notes } = await chart({ xRange: [499_900, 500_100] });
  assert.equal(paths(svg).flat().length, 201);
  assert.deepEqual(notes, []);
  assert.ok(texts(svg).includes("500.00k"), texts(svg).join());
  const half = await chart({ xRange: [500_001, null] });
  assert.match(half.notes[0], /of 499,999 points, the extremes of every pixel/);
  const smooth = await draw([line([8, 0, 0, 0])], { smoothing: 0.5, xRange: [2, 3], yRange: [0, 8] });
  const [raw, smoothed] = paths(smooth.svg).sort((a, b) => b[0][1] - a[0][1]);
  assert.ok(raw[0][1] - smoothed[0][1] > 10, "the average knows the first value");
  assert.match((await draw([line([1, 2])], { xRange: [7, 8] })).svg, /no finite points/);
});

Deno.test("marks close to each other all keep their labels, in rows", async () => {
  const marks = [100, 104, 108, 480].map((x) => ({ x, label: `fork at step ${x}` }));
  const { svg, notes } = await draw([line(Array(500).keys())], { marks });
  for (const { label } of marks) assert.ok(texts(svg).includes(label), label);
  const places = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)">fork/g)].map(([, x, y]) => [Number(x), Number(y)]);
  assert.ok(places.every(([x, y], i) => places.every(([x2, y2], j) => i === j || y !== y2 || Math.abs(x - x2) > 80)));
  assert.deepEqual(notes, []);
  const many = Array.from({ length: 9 }, (_, i) => ({ x: 100 + i, label: `a label of some length ${i}` }));
  assert.deepEqual((await draw([line(Array(500).keys())], { marks: many })).notes, [
    "3 marks without room for a label",
  ]);
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
  const labels = async (lines: PlotLine[]) => texts(await plot(lines).svg());
  const runs = await labels([line([1], { run: "a" }), line([2], { run: "b" })]);
  assert.ok(runs.includes("loss") && runs.includes("a") && runs.includes("b"));
  const both = await labels([line([1], { run: "a" }), line([2], { run: "b", attribute: "acc" })]);
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
  assert.throws(() => plot([], { width: 10 }), /width is 10/);
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

Deno.test("a heat map is densest where the histograms are, and says which are lost", () => {
  const edges = Float64Array.of(0, 1, 2, 4);
  const low = { type: "COUNTING", edges, values: Float64Array.of(8, 1, 1) };
  const high = { type: "COUNTING", edges, values: Float64Array.of(0, 0, 10) };
  const { svg, notes } = drawHeatmap(Float64Array.of(0, 10, 20), [low, null, high], "weights");
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
  const steps = texts(svg).filter((text) => /^\d+$/.test(text)).map(Number);
  assert.equal(Math.max(...steps), 20, "the axis ends with the last step");
});

Deno.test("an axis has two labels at least, where there is room", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e5, noNaN: true }),
      (low, size) => {
        for (const count of [2, 3, 5]) {
          const { labels } = linearAxis([low, low + size], count);
          assert.ok(labels.length >= 2 && labels.length <= 3 * count, `${low} to ${low + size}: ${labels}`);
        }
      },
    ),
  );
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

Deno.test("console.log of a chart says how to see it", () => {
  const chart = plot([line([1, 2])]);
  assert.equal(Deno.inspect(chart), "Chart\n  a notebook draws it; save(path) writes it as .svg or .html");
});
