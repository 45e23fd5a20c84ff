/**
 * What a browser loads: the page's own scripts, style sheets, libraries. All is text in memory: there is no build, and it works the
 * same from a clone and from JSR.
 *
 * @module
 */

import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { linked, packPath } from "./linked.ts";
import { LIBRARIES, libraryPath, withPaths } from "./libraries.ts";
import { CHARTS_FILES } from "./files/charts.ts";
import { COMPARE_FILES } from "./files/compare.ts";
import { DRAW_FILES } from "./files/draw.ts";
import { RUN_FILES } from "./files/run.ts";
import { RUNS_FILES } from "./files/runs.ts";
import { SHELL_FILES } from "./files/shell.ts";

/** One script each: a section is loaded when it is shown for the first time. */
const PACKS = {
  shell: SHELL_FILES,
  runs: RUNS_FILES,
  draw: DRAW_FILES,
  charts: CHARTS_FILES,
  run: RUN_FILES,
  compare: COMPARE_FILES,
};

/** One file for the browser. */
export interface Asset {
  body: string;
  /** The same, compressed, by the name of the encoding; the best one first. */
  packed: Readonly<Record<"br" | "gzip", Uint8Array<ArrayBuffer>>>;
  type: string;
}

/** The files by their path on this server. */
export const ASSETS: ReadonlyMap<string, Asset> = new Map([
  ...[...linked(PACKS)].map(([name, text]) => [packPath(name), asset(text, "text/javascript")] as const),
  ...[...LIBRARIES].map(([name, text]) => [libraryPath(name), asset(withPaths(text), "text/javascript")] as const),
  ["/style.css", asset(styles(), "text/css")],
  ["/", asset(document(), "text/html")],
]);

function asset(body: string, type: string): Asset {
  // More takes longer than it saves.
  const br = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
  const packed = { br: new Uint8Array(br), gzip: new Uint8Array(gzipSync(body)) };
  return { body, packed, type: `${type}; charset=utf-8` };
}

function styles(): string {
  const files = Object.values(PACKS).flatMap((pack) => Object.entries<string>(pack));
  return files.flatMap(([path, text]) => path.endsWith(".css") ? text : []).join("\n");
}

/** The page itself says nothing: names and texts come later, as data. */
function document(): string {
  const preloads = [...LIBRARIES.keys().map(libraryPath), packPath("runs")];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>neptune-fetcher</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
${preloads.map((path) => `<link rel="modulepreload" href="${path}">`).join("\n")}
</head>
<body>
<noscript>This page needs JavaScript, all of which comes from your own machine.</noscript>
<div id="root"></div>
<script type="module" src="${packPath("shell")}"></script>
</body>
</html>
`;
}
