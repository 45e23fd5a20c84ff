import assert from "node:assert/strict";
import { FOLDER } from "../../src/types.ts";
import type { ValueBlock, ValueColumn } from "../../src/columns.ts";
import { attributePage, type AttributePageData } from "../../src/display/page/attribute.ts";
import type { MediaBundle } from "../../src/display/bundle.ts";
import { imageType } from "../../src/display/file/image.ts";
import { listingPage } from "../../src/display/page/listing.ts";
import { encodePng } from "../../src/display/file/png.ts";
import { projectPage, type ProjectPageData } from "../../src/display/page/project.ts";
import { runPage } from "../../src/display/page/run.ts";
import { tree } from "../../src/display/tree.ts";
import type { Points } from "../../src/frame/points.ts";
import { valueText } from "../../src/display/value.ts";
import { checkBundle, checkHtml, checkXml, contentOf, svgs } from "./kernel_rules.ts";

const EVIL = `<img src=x onerror=alert(1)>`;

function check(bundle: MediaBundle): { html: string; text: string } {
  checkBundle(bundle);
  const { "text/html": html, "text/plain": text } = bundle as Record<string, string>;
  checkHtml(html);
  svgs(html).forEach(checkXml);
  return { html, text };
}

/** The values of one run: columns given by type as paths and data. */
function block(columns: { [T in ValueColumn["type"]]?: Record<string, unknown> }): ValueBlock {
  const paths: string[] = [];
  return {
    runs: ["k"],
    paths,
    columns: Object.entries(columns).map(([type, values]) => {
      const path = Uint32Array.from(Object.keys(values!), (name) => paths.push(name) - 1);
      const list = Object.values(values!);
      const data = type === "float" || type === "datetime"
        ? Float64Array.from(list as number[])
        : type === "int"
        ? BigInt64Array.from(list as bigint[])
        : type === "bool"
        ? Uint8Array.from(list as number[])
        : type === "float_series"
        ? aggregates(list as number[])
        : type.endsWith("_series")
        ? { lastStep: new Float64Array(list.length), last: list }
        : list;
      return { type, run: new Uint32Array(path.length), path, data } as ValueColumn;
    }),
  };
}

function aggregates(last: number[]) {
  const fill = (value: number) => new Float64Array(last.length).fill(value);
  return {
    present: Uint8Array.from(last, (value) => value === -1 ? 0 : 1),
    lastStep: fill(99),
    last: Float64Array.from(last),
    min: fill(0),
    max: fill(9),
    average: fill(1),
    variance: fill(1),
  };
}

const info = { key: "k", sysId: "TES-7", customId: "custom", name: `seagull ${EVIL}` };
const png = { mimeType: "image/png", bytes: encodePng(2, 2, new Uint8Array(16)) };

Deno.test("a run page shows identity, lineage, configs as a tree, series with last values, files, and escapes all of it", () => {
  const values = block({
    string: { "sys/owner": EVIL, "params/opt/name": EVIL, [EVIL]: EVIL, "sys/description": EVIL },
    string_set: { "sys/tags": [EVIL, "blue"] },
    bool: { "sys/failed": 1, "params/flag": 0 },
    float: { "params/lr": 0.001, "sys/running_time_seconds": 7500 },
    int: { "params/depth": 12n },
    datetime: { "sys/creation_time": Date.UTC(2025, 0, 1) },
    float_series: { "metrics/loss": 0.25, "metrics/none": -1 },
    string_series: { log: EVIL },
    file: {
      "images/a": { path: "p", size: 1234, mimeType: "image/png" },
      "images/lost": null,
      "images/gone": { path: "q", size: null, mimeType: "application/octet-stream" },
      sets: { path: "r", size: null, mimeType: FOLDER },
    },
  });
  const points = new Map([["metrics/loss", { step: Float64Array.of(0, 1), value: Float64Array.of(1, 0) }]]);
  const { html, text } = check(runPage({
    project: EVIL,
    info,
    values: [values],
    ancestors: [{ label: EVIL, forkStep: 50 }, { label: "parent", forkStep: null }],
    points,
    images: new Map([["images/a", png]]),
    imageCount: 3,
    attributes: null,
  }));
  for (const part of [html, text]) {
    for (
      const word of [
        "TES-7",
        "failed",
        "2025-01-01 00:00:00",
        "2 h 5 min",
        "blue",
        "step 50",
        "step unknown",
        "0.001",
        "12",
        "0.25",
        "1.23 kB",
        "no points",
      ]
    ) {
      assert.ok(part.includes(word), `${word} is missing in ${part.slice(0, 2000)}`);
    }
  }
  assert.match(html, /opt\/<\/span>/, "values form a tree");
  assert.match(html, /Images<\/b> <span[^>]*>1 of 3</, "images that are not shown are counted");
  const titles = ["Metrics", "Images", "Values", "Files", "System"].map((title) => html.indexOf(`<b>${title}</b>`));
  assert.deepEqual(titles, titles.toSorted((a, b) => a - b), "what was measured comes first");
  assert.equal(svgs(html).length, 1, "one sparkline");
  assert.match(html, /src="data:image\/png/);
  assert.match(html, /lost before the export/);
  assert.equal(html.match(/missing file/g)?.length, 1, "a set of files has no size, either");
  assert.match(text, /metrics\/loss +last 0.25 at step 99, from 0 to 9/);
});

Deno.test("a run page with 5,000 attributes stays within a bundle and counts what it leaves out", () => {
  const many = (prefix: string) =>
    Object.fromEntries(Array.from({ length: 2500 }, (_, i) => [`${prefix}/${i}/${"long name ".repeat(5)}`, i]));
  const values = [block({ float: many("configs") }), block({ float_series: many("series") })];
  const step = Float64Array.from({ length: 500 }, (_, i) => i);
  const points = new Map(Object.keys(many("series")).map((path) => [path, { step, value: step.map(Math.sin) }]));
  const { html, text } = check(
    runPage({ project: "p", info, values, ancestors: [], points, images: new Map(), imageCount: 0, attributes: null }),
  );
  assert.match(html, /[\d,]+ more are not in this page/);
  assert.match(text, /… 2,460 more/);
  assert.match(html, /Metrics<\/b>/, "every part is there, however large the first one is");
  assert.ok([...html.matchAll(/data:image\/svg/g)].length > 20, "configs leave room for series");
});

Deno.test("600 values fold: few are in sight, all can be opened, in the order in which people count", () => {
  const names = Array.from({ length: 600 }, (_, i) => `config/param_${i}`);
  const deep = `a/${"deep/".repeat(30)}value`;
  const values = [block({ float: Object.fromEntries([...names, "other/x", deep].map((name, i) => [name, i])) })];
  const { html } = check(
    runPage({
      project: "p",
      info,
      values,
      ancestors: [],
      points: new Map(),
      images: new Map(),
      imageCount: 0,
      attributes: null,
    }),
  );
  const places = names.map((name) => html.indexOf(`>${name.slice("config/".length)}<`));
  assert.ok(places.filter((place) => place >= 0).length > 300);
  const shown = places.filter((place) => place >= 0);
  assert.deepEqual(shown, shown.toSorted((a, b) => a - b), "param_2 before param_10");
  const folded = html.replace(/<details style[^]*?<\/details>/g, "");
  assert.ok((folded.match(/<tr/g) ?? []).length < 60, "600 rows are not in sight at once");
  assert.match(
    html,
    /width:300px;overflow-wrap:anywhere"><span[^>]*>deep\//,
    "a deep path does not push its value away",
  );
});

Deno.test("an empty run has a page", () => {
  const { html, text } = check(
    runPage({
      project: "p",
      info: { ...info, name: null, customId: null },
      values: [],
      ancestors: [],
      points: new Map(),
      images: new Map(),
      imageCount: 0,
      attributes: null,
    }),
  );
  assert.match(html, /This run has no attributes/);
  assert.match(text, /^Run TES-7/);
});

Deno.test("tree() merges namespaces that hold but one namespace, and keeps the order", () => {
  const rows = tree([{ path: "a/b/c/x" }, { path: "a/b/c/y" }, { path: "d" }, { path: "e//z" }]);
  assert.deepEqual(rows.map(({ depth, label }) => `${" ".repeat(depth)}${label}`), [
    "d",
    "a/b/c/",
    " x",
    " y",
    "e//",
    " z",
  ]);
});

const step = Float64Array.of(0, 1, 2);
const timestamp = step.map((second) => 1.7e12 + second * 1000);
const attribute = (values: Points["values"], more: Partial<AttributePageData> = {}) =>
  attributePage({
    run: EVIL,
    path: `a/${EVIL}`,
    type: `${values.kind}_series`,
    value: null,
    points: { step, timestamp, values, preview: null },
    ...more,
  });

Deno.test("a float series is a chart with its fork point", () => {
  const { html, text } = check(
    attribute({ kind: "float", data: Float64Array.of(1, NaN, 3) }, { ancestors: [{ label: EVIL, forkStep: 1 }] }),
  );
  const [svg] = svgs(html);
  assert.match(svg, /fork at 1/);
  assert.match(html, /3 points, last 3 at step 2, from 1 to 3 · 1 NaN/);
  assert.match(text, /3 points, last 3 at step 2/);
});

Deno.test("a string series is a log of its last lines, without color codes", () => {
  const length = 100;
  const steps = Float64Array.from({ length }, (_, i) => i);
  const data = Array.from({ length }, (_, i) => i === 98 ? null : `line ${i} \x1b[31m${EVIL}\x1b[0m`);
  const { html, text } = check(
    attribute({ kind: "string", data }, {
      points: { step: steps, timestamp: steps, preview: null, values: { kind: "string", data } },
    }),
  );
  assert.match(html, /… 60 earlier lines …/);
  assert.match(JSON.stringify(contentOf(html)), /line 0 /, "earlier lines are at hand for a search");
  assert.match(html, /line 99 &lt;img/);
  assert.match(html, />lost</);
  assert.match(text, /… 80 earlier lines\n80 {2}line 80/);
  assert.match(text, /98 {2}\(lost\)\n99 {2}line 99 <img/);
});

Deno.test("logs of real programs: line breaks around texts, blank lines, colors without their escape, bars that redraw", () => {
  const data = [
    "\nfirst",
    "",
    "\n \n",
    "\ufffd[32mgreen\ufffd[0m",
    " 10%\r 50%\r100% done\n",
    "\x1b]0;title\x07\x1b[1Aend",
  ];
  const steps = Float64Array.from(data.keys());
  const values = { kind: "string" as const, data };
  const { html, text } = check(attribute(values, { points: { step: steps, timestamp: steps, preview: null, values } }));
  assert.deepEqual(text.split("\n").slice(1), ["0  first", "3  green", "4  100% done", "5  end"]);
  assert.match(html, /2 blank lines left out/);
  assert.match(html, />first</);
});

Deno.test("a value takes one line, as a terminal prints it", () => {
  const text = valueText({ type: "string_series", value: "\n\x1b[31mepoch 3\x1b[0m\n  loss 0.1\n\n" });
  assert.equal(text, "epoch 3 ⏎ loss 0.1");
});

Deno.test("a histogram series is a heat map", () => {
  const one = { type: "COUNTING", edges: Float64Array.of(-1, 0, 1), values: Float64Array.of(2, 3) };
  const { html, text } = check(attribute({ kind: "histogram", data: [one, null, one] }));
  assert.equal(svgs(html).length, 1);
  assert.match(text, /3 histograms, the last with 2 bins from -1 to 1/);
  assert.match(check(attribute({ kind: "histogram", data: [null, null, null] })).text, /All histograms are lost/);
});

Deno.test("a file series is a strip of its images", () => {
  const file = { path: `dir/${EVIL}.png`, size: 70, mimeType: "image/png" };
  const { html, text } = check(
    attribute({ kind: "file", data: [file, null, file] }, { images: new Map([[0, png], [2, png]]) }),
  );
  assert.equal([...html.matchAll(/data:image\/png/g)].length, 2);
  assert.match(html, /step 2/);
  assert.match(html, /1 more file without a picture here/);
  assert.match(text, /step 1 {2}lost/);
  check(attribute({ kind: "file", data: [file, null, file] }));
});

Deno.test("images beyond the size of a bundle are named, not shown", () => {
  const large = { mimeType: "image/jpeg", bytes: new Uint8Array(150_000) };
  const file = { path: "large.jpg", size: 150_000, mimeType: "image/jpeg" };
  const { html } = check(
    attribute({ kind: "file", data: [file, file, file] }, {
      images: new Map([[0, large], [1, large], [2, large]]),
    }),
  );
  assert.equal([...html.matchAll(/data:image\/jpeg/g)].length, 1);
  assert.match(html, /150 kB, too large for this page/);
  const huge = { ...file, size: 400_000 };
  const single = attributePage({ run: "r", path: "p", type: "file", value: huge, bytes: "not read" });
  assert.match(check(single).html, /Larger than 180 kB, so not shown here/);
});

Deno.test("values of every other type show as text, and missing ones say why", () => {
  const cases: [AttributePageData["type"], AttributePageData["value"], RegExp][] = [
    ["float", 0.00123, /0\.00123/],
    ["int", 2n ** 60n, /1152921504606846976/],
    ["bool", false, /false/],
    ["string", `one\n${EVIL}`, /one\n<img/],
    ["datetime", new Date(0), /1970-01-01 00:00:00/],
    ["string_set", new Set(["a", EVIL]), /a, <img/],
    ["file", null, /Lost before or during the export/],
    ["file_set", { path: "folder", size: null, mimeType: "inode/directory" }, /folder \(inode\/directory\)/],
    ["experiment_state", null, /The API does not transmit this value/],
    ["float_series", null, /No points/],
  ];
  for (const [type, value, expected] of cases) {
    assert.match(check(attributePage({ run: "r", path: "p", type, value })).text, expected);
  }
});

Deno.test("a project page shows counts, newest runs and the health of an archive", () => {
  const data: ProjectPageData = {
    name: EVIL,
    source: "archive /data",
    runs: 1234,
    experiments: 1,
    newest: [{ id: "T-2", name: EVIL, customId: null, created: new Date(0), tags: [EVIL] }, {
      id: "T-1",
      name: null,
      customId: null,
      created: null,
      tags: [],
    }],
    findings: [{ severity: "error", message: EVIL, count: 1 }, { severity: "warning", message: "w", count: 2 }, {
      severity: "info",
      message: "i",
      count: 1,
    }],
  };
  const { html, text } = check(projectPage(data));
  for (const part of [html, text]) {
    for (const word of ["1,234 runs, 1 experiment", "T-2", "1970-01-01", "… 1,232 more", "1 error, 1 warning"]) {
      assert.ok(part.includes(word), word);
    }
  }
  assert.doesNotMatch(text, /custom id/, "columns that are empty are left out");
  assert.match(check(projectPage({ ...data, findings: [] })).html, /The archive is healthy/);
  assert.doesNotMatch(check(projectPage({ ...data, findings: null })).html, /archive is healthy|Health/);
});

Deno.test("a listing shows its first items and whether there are more", () => {
  const items = [{ "sys/id": "A-1", "sys/name": null }, { "sys/id": EVIL, "sys/name": "x" }];
  const { html, text } = check(listingPage({ what: `runs of ${EVIL}`, items, more: true }));
  assert.match(html, /the first 2/);
  assert.match(text, /A-1/);
  assert.match(check(listingPage({ what: "runs", items: [], more: false })).text, /^runs: none$/);
});

Deno.test("imageType() tells images by their first bytes", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  assert.equal(imageType(png.bytes), "image/png");
  assert.equal(imageType(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)), "image/jpeg");
  assert.equal(imageType(bytes("GIF89a")), "image/gif");
  assert.equal(imageType(bytes("RIFF____WEBPVP8 ")), "image/webp");
  assert.equal(imageType(bytes(`<?xml version="1.0"?>\n<!-- made -->\n<svg xmlns="x"/>`)), "image/svg+xml");
  for (const other of ["", "BM is how some texts begin", "<html><svg></svg></html>", "PK\u0003\u0004"]) {
    assert.equal(imageType(bytes(other)), null, other);
  }
});
