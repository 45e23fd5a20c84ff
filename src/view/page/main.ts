/// <reference lib="dom" />

/**
 * Where the page begins.
 *
 * @module
 */

import { render } from "preact";
import { html } from "./html.ts";
import { Shell } from "./shell.ts";

render(html`<${Shell} />`, document.getElementById("root")!);
