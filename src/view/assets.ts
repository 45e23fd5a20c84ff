/**
 * What a browser loads: the modules of the page, with their types taken out, style sheets, libraries. All is text in memory: there is
 * no build, and it works the same from a clone and from JSR.
 *
 * @module
 */

import { stripTypeScriptTypes } from "node:module";
import { LIBRARIES, libraryPath, withPaths } from "./libraries.ts";
import { CHARTS_FILES } from "./files/charts.ts";
import { COMPARE_FILES } from "./files/compare.ts";
import { RUN_FILES } from "./files/run.ts";
import { RUNS_FILES } from "./files/runs.ts";
import { SHELL_FILES } from "./files/shell.ts";

/** The files by their place in `src/`: modules import each other by the same paths in the browser. */
const FILES = Object.entries({ ...SHELL_FILES, ...RUNS_FILES, ...CHARTS_FILES, ...RUN_FILES, ...COMPARE_FILES });
const MODULES = FILES.filter(([path]) => path.endsWith(".ts"));
const STYLES = FILES.filter(([path]) => path.endsWith(".css"));

/** What the first view needs, so that the browser asks for all of it at once. */
const FIRST = Object.keys({ ...SHELL_FILES, ...RUNS_FILES }).filter((path) => path.endsWith(".ts"));

/** One file for the browser. */
export interface Asset {
  body: string;
  type: string;
}

/** The files by their path on this server. */
export const ASSETS: ReadonlyMap<string, Asset> = new Map([
  ...MODULES.map(([path, text]) => [`/src/${path}`, script(withoutComments(stripTypeScriptTypes(text)))] as const),
  ...[...LIBRARIES].map(([name, text]) => [libraryPath(name), script(text)] as const),
  ["/style.css", {
    body: STYLES.map(([, text]) => text).join("\n"),
    type: "text/css; charset=utf-8",
  }],
  ["/", { body: document(), type: "text/html; charset=utf-8" }],
]);

function script(code: string): Asset {
  return { body: withPaths(code), type: "text/javascript; charset=utf-8" };
}

/** Comments are for those who read the sources: they would be a third of what a browser loads. Ours have lines of their own. */
function withoutComments(code: string): string {
  return code.replace(/^[ \t]*(?:\/\*\*[^]*?\*\/|\/\/.*)[ \t]*\n/gm, "");
}

/** The page itself says nothing: names and texts come later, as data. */
function document(): string {
  const preloads = [
    ...["preact", "preact/hooks", "htm", "@preact/signals", "@preact/signals-core"].map(libraryPath),
    ...FIRST.map((path) => `/src/${path}`),
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
