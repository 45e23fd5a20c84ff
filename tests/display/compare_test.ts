import assert from "node:assert/strict";
import { comparisonPage } from "../../src/display/compare/comparison.ts";
import { hueScale } from "../../src/display/compare/hues.ts";
import { parallelChart } from "../../src/display/compare/parallel.ts";
import { scatterChart, type ScatterPoint } from "../../src/display/compare/scatter.ts";
import { checkBundle, checkHtml, checkXml, withoutScripts } from "./kernel_rules.ts";

const EVIL = `<img src=x onerror=alert(1)>`;
const style = { x: "lr", y: "acc", color: null, logX: false, logY: false, title: "", width: 500, height: 300 };

function scatter(points: Partial<ScatterPoint>[], more: Partial<typeof style | { color: string }> = {}) {
  const whole = points.map((point, i) => ({ run: `run ${i}`, x: 1, y: 1, hue: null, ...point }));
  const chart = scatterChart(whole, { ...style, ...more });
  checkXml(chart.svg);
  checkHtml(chart.html.toString());
  const dots = [...chart.svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"[^>]*fill="(#\w+)"/g)];
  return { chart, dots: dots.map(([, x, y, color]) => ({ x: Number(x), y: Number(y), color })) };
}

Deno.test("every run is a point where its values are", () => {
  const { dots, chart } = scatter([{ x: 0.1, y: 1 }, { x: 0.2, y: 3 }, { x: 0.3, y: 2 }]);
  assert.deepEqual([dots[0].x < dots[1].x, dots[1].x < dots[2].x], [true, true]);
  assert.ok(dots[1].y < dots[2].y && dots[2].y < dots[0].y, "more is higher");
  assert.match(chart.text, /run 1 +0.2 +3/);
  const { dots: logarithmic } = scatter([{ x: 0.001 }, { x: 0.1 }, { x: 10 }], { logX: true });
  assert.ok(Math.abs(logarithmic[1].x * 2 - logarithmic[0].x - logarithmic[2].x) < 1, "decades are equally wide");
});

Deno.test("runs without a value are counted, texts stand beside each other, colors mean what the legend says", () => {
  const { chart } = scatter([{}, { x: null }, { y: null }]);
  assert.match(chart.html.toString(), /1 run · 2 runs without lr or acc/);
  const named = scatter([{ x: "sgd", hue: "a" }, { x: "adam", hue: "b" }, { x: "sgd", hue: "a" }], { color: "kind" });
  assert.equal(named.dots[0].x, named.dots[2].x);
  assert.ok(named.dots[1].x < named.dots[0].x, "in order of their names");
  assert.ok(named.dots[0].color === named.dots[2].color && named.dots[0].color !== named.dots[1].color);
  assert.match(named.chart.svg, />adam</);
  const ramp = scatter([1, 10, 1000, 5].map((hue) => ({ hue })), { color: "size" });
  assert.match(ramp.chart.svg, />size<[^]*>1<[^]*>1000 \(log\)</);
  assert.match(scatter([{ run: EVIL, x: EVIL, hue: EVIL }], { color: EVIL }).chart.svg, /&lt;img/);
});

Deno.test("parallel coordinates cross every axis, gaps part a line, and a wide axis is logarithmic", () => {
  const runs = [
    { run: EVIL, values: [0.001, "adam", 0.9], hue: 0.9 },
    { run: "b", values: [1, "sgd", null], hue: null },
    { run: "c", values: [0.1, null, 0.5], hue: 0.5 },
  ];
  const { svg, html, text } = parallelChart(runs, ["lr", EVIL, "acc"], {
    color: "acc",
    title: EVIL,
    width: 600,
    height: 300,
  });
  checkXml(svg);
  checkHtml(html.toString());
  const lines = [...svg.matchAll(/<g data-entry="\d"><path d="([^"]*)"/g)].map(([, d]) => d);
  assert.deepEqual(lines.map((d) => [d.match(/M/g)?.length, d.match(/L/g)?.length ?? 0]), [[1, 2], [1, 1], [2, 0]]);
  const height = (d: string) => Number(d.match(/^M[\d.]+,([\d.]+)/)![1]);
  const [low, high, middle] = lines.map(height);
  assert.ok(Math.abs((low - middle) / (middle - high) - 2) < 0.05, "two decades below, one above");
  assert.match(text, /adam/);
  assert.doesNotMatch(withoutScripts(html.toString()), /<img src=x/);
});

Deno.test("numbers as far apart as numbers can be have colors, too", () => {
  const hues = [-1e308, 0, 1e308, Infinity, NaN, null];
  const { ramp, colorOf } = hueScale(hues, "loss");
  assert.equal(ramp, null);
  assert.equal(new Set(hues.slice(0, 3).map(colorOf)).size, 3);
});

Deno.test("parallel coordinates say which texts have no place on an axis", () => {
  const style = { color: "acc", title: "", width: 600, height: 300 };
  const html = (runs: number) => {
    const all = Array.from({ length: runs }, (_, i) => ({ run: `r${i}`, values: [`data ${i}`, i], hue: i }));
    return parallelChart([...all, { run: "none", values: [null, null], hue: null }], ["config/data", "acc"], style)
      .html;
  };
  assert.doesNotMatch(html(20).toString(), /have no place/);
  assert.match(html(23).toString(), /config\/data has more than 20 values: those of 3 runs have no place on its axis/);
});

Deno.test("a comparison has what differs, then metrics, and what is equal folded", () => {
  const bundle = comparisonPage({
    runs: [EVIL, "b"],
    differing: [
      { path: "config/lr", type: "float", values: [0.1, 0.25] },
      { path: `config/${EVIL}`, type: "string", values: ["x", null] },
    ],
    metrics: [{ path: "val/acc", type: "float_series", values: [0.5, NaN] }],
    equal: [{ path: "config/seed", value: 7 }],
  });
  checkBundle(bundle);
  const html = bundle["text/html"] as string;
  checkHtml(html);
  const places = [">lr<", ">acc<", "Equal in all runs", ">config/seed<"].map((part) => html.indexOf(part));
  assert.ok(!places.includes(-1));
  assert.deepEqual(places, places.toSorted((a, b) => a - b));
  assert.match(html, /2 runs · 2 configs differ · 1 metric/);
  assert.match(bundle["text/plain"] as string, /0\.10[^\n]*0\.5\n.*0\.25.*none.*NaN/);
});
