/**
 * What a browser loads: the modules of the page, with their types taken out, style sheets, libraries. All is text in memory: there is
 * no build, and it works the same from a clone and from JSR.
 *
 * @module
 */

import { stripTypeScriptTypes } from "node:module";
import { LIBRARIES, LIBRARY_STYLES, libraryPath, withPaths } from "./libraries.ts";
import format from "../display/format.ts" with { type: "text" };
import address from "./page/address.ts" with { type: "text" };
import client from "./page/client.ts" with { type: "text" };
import html from "./page/html.ts" with { type: "text" };
import main from "./page/main.ts" with { type: "text" };
import sections from "./page/sections.ts" with { type: "text" };
import selection from "./page/selection.ts" with { type: "text" };
import shell from "./page/shell.ts" with { type: "text" };
import shellStyle from "./page/shell.css" with { type: "text" };
import charts from "./page/charts/section.ts" with { type: "text" };
import chartsStyle from "./page/charts/charts.css" with { type: "text" };
import compare from "./page/compare/section.ts" with { type: "text" };
import compareStyle from "./page/compare/compare.css" with { type: "text" };
import run from "./page/run/section.ts" with { type: "text" };
import runStyle from "./page/run/run.css" with { type: "text" };
import runs from "./page/runs/section.ts" with { type: "text" };
import runsStyle from "./page/runs/runs.css" with { type: "text" };

/** The modules by their place in `src/`: they import each other by the same paths in the browser. */
const MODULES: Record<string, string> = {
  "display/format.ts": format,
  "view/page/address.ts": address,
  "view/page/charts/section.ts": charts,
  "view/page/client.ts": client,
  "view/page/compare/section.ts": compare,
  "view/page/html.ts": html,
  "view/page/main.ts": main,
  "view/page/run/section.ts": run,
  "view/page/runs/section.ts": runs,
  "view/page/sections.ts": sections,
  "view/page/selection.ts": selection,
  "view/page/shell.ts": shell,
};

/** The style sheets, in the order in which they count. */
const STYLES: Record<string, string> = {
  ...Object.fromEntries([...LIBRARY_STYLES].map(([name, text]) => [`lib/${name}`, text])),
  "src/view/page/shell.css": shellStyle,
  "src/view/page/runs/runs.css": runsStyle,
  "src/view/page/charts/charts.css": chartsStyle,
  "src/view/page/run/run.css": runStyle,
  "src/view/page/compare/compare.css": compareStyle,
};

/** What the first view needs, so that the browser asks for all of it at once. */
const FIRST = ["main", "shell", "html", "client", "address", "sections", "selection", "runs/section"];

/** One file for the browser. */
export interface Asset {
  body: string;
  type: string;
}

/** The files by their path on this server. */
export const ASSETS: ReadonlyMap<string, Asset> = new Map([
  ...Object.entries(MODULES).map(([path, text]) => [`/src/${path}`, script(stripTypeScriptTypes(text))] as const),
  ...[...LIBRARIES].map(([name, text]) => [libraryPath(name), script(text)] as const),
  ["/style.css", { body: Object.values(STYLES).join("\n"), type: "text/css; charset=utf-8" }],
  ["/", { body: document(), type: "text/html; charset=utf-8" }],
]);

function script(code: string): Asset {
  return { body: withPaths(code), type: "text/javascript; charset=utf-8" };
}

/** The page itself says nothing: names and texts come later, as data. */
function document(): string {
  const preloads = [
    ...["preact", "preact/hooks", "htm", "@preact/signals", "@preact/signals-core"].map(libraryPath),
    ...FIRST.map((name) => `/src/view/page/${name}.ts`),
    "/src/display/format.ts",
  ];
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
<script type="module" src="/src/view/page/main.ts"></script>
</body>
</html>
`;
}
