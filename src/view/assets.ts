/**
 * What a browser loads: the page's own scripts, style sheets, libraries. All is text in memory: there is no build, and it works the
 * same from a clone and from JSR.
 *
 * @module
 */

import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { Linker, packPath } from "./linked.ts";
import { LIBRARIES } from "./libraries.ts";
import { CHARTS_FILES } from "./files/charts.ts";
import { COMPARE_FILES } from "./files/compare.ts";
import { DRAW_FILES } from "./files/draw.ts";
import { RUN_FILES } from "./files/run.ts";
import { RUNS_FILES } from "./files/runs.ts";
import { SHELL_FILES } from "./files/shell.ts";

/** One script each: a section is loaded when it is shown for the first time. */
const PACKS = {
  shell: { ...LIBRARIES, ...SHELL_FILES },
  runs: RUNS_FILES,
  draw: DRAW_FILES,
  charts: CHARTS_FILES,
  run: RUN_FILES,
  compare: COMPARE_FILES,
};

/** The sections by their address, and the pack of each. */
const SECTIONS = { "/": "runs", "/charts": "charts", "/run": "run", "/compare": "compare" };

/** One file for the browser. */
export interface Asset {
  body: string;
  /** The same, compressed, by the name of the encoding; the best one first. */
  packed: Readonly<Record<"br" | "gzip", Uint8Array<ArrayBuffer>>>;
  type: string;
}

const linker = new Linker(PACKS);

/** The files by their path on this server, each made when it is asked for first. */
export const ASSETS: ReadonlyMap<string, () => Asset> = new Map([
  ...Object.keys(PACKS).map((name) => [packPath(name), made(() => linker.script(name), "text/javascript")] as const),
  ["/style.css", made(styles, "text/css")] as const,
  ...Object.entries(SECTIONS).map(([path, pack]) => [path, made(() => document(pack), "text/html")] as const),
]);

/** Those of the first view. */
export const FIRST_ASSETS: readonly string[] = ["/", "/style.css", packPath("shell"), packPath("runs")];

function made(make: () => string, type: string): () => Asset {
  let asset: Asset | null = null;
  return () => asset ??= packed(make(), type);
}

function packed(body: string, type: string): Asset {
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
function document(pack: string): string {
  const preloads = linker.needed(pack).map((name) => `<link rel="modulepreload" href="${packPath(name)}">`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>neptune-fetcher</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
${preloads.join("\n")}
<script type="module" src="${packPath("shell")}"></script>
</head>
<body>
<noscript>This page needs JavaScript, all of which comes from your own machine.</noscript>
<div id="root"></div>
</body>
</html>
`;
}
