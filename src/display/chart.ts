/**
 * A chart, before it is drawn: what draws is loaded by those who look at one.
 *
 * @module
 */

import { makeWhole } from "../write/whole.ts";
import { OptionError } from "../errors.ts";
import { PATH, pathString } from "../options/kinds.ts";
import { checkArgument } from "../options/options.ts";
import { bundle, type Displayable, jupyterDisplay, type MediaBundle } from "./bundle.ts";
import { type Html, markup } from "./html.ts";

const inspect = Symbol.for("Deno.customInspect");

/** What a chart shows. */
export interface ChartContent {
  title: string;
  svg: string;
  html: Html;
  /** What stands for it where only text shows. */
  text: string;
}

/**
 * A chart that shows itself in a notebook and can be saved. Where scripts may run it answers to the pointer; elsewhere it is a
 * picture.
 */
export class Chart implements Displayable {
  readonly #read: () => Promise<ChartContent>;
  #reading: Promise<ChartContent> | null = null;

  /** Made by `plot()`. Nothing is read before the chart is shown or saved. */
  constructor(read: () => Promise<ChartContent>) {
    this.#read = read;
  }

  /** The chart as an SVG document that stands on its own. */
  async svg(): Promise<string> {
    return (await this.#content()).svg;
  }

  /** The chart as an HTML page that stands on its own, and answers to the pointer. */
  async html(): Promise<string> {
    const { title, html } = await this.#content();
    const page = markup`
      <!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="color-scheme" content="light dark">
          <title>${title || "Chart"}</title>
        </head>
        <body style="font-family:system-ui,sans-serif;margin:24px">${html}</body>
      </html>
    `;
    return page.toString();
  }

  /**
   * Saves the chart, in place of what is there; its folder is made where there is none.
   *
   * @param path Ends in `.svg` or `.html`.
   * @throws {OptionError} when it ends otherwise.
   * @throws {WriteError} when the file cannot be written.
   */
  async save(path: string | URL): Promise<void> {
    const target = pathString(checkArgument("save", "path", PATH, path));
    const kind = /\.(svg|html)$/.exec(target)?.[1] as "svg" | "html" | undefined;
    if (kind) return await makeWhole(target, async (part) => await Deno.writeTextFile(part, await this[kind]()));
    const message = `A chart cannot be saved as "${target}": use a name that ends in .svg or .html.`;
    throw new OptionError(message, { option: "path", value: target });
  }

  /** What `console.log` shows. */
  [inspect](): string {
    return "Chart\n  a notebook draws it; save(path) writes it as .svg or .html";
  }

  /** Shows the chart in a notebook. */
  async [jupyterDisplay](): Promise<MediaBundle> {
    const { html, text } = await this.#content();
    return bundle(html, text);
  }

  /** A failure is not remembered. */
  #content(): Promise<ChartContent> {
    return this.#reading ??= this.#read().catch((error) => {
      this.#reading = null;
      throw error;
    });
  }
}
