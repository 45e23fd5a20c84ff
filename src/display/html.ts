/**
 * HTML text that is escaped where it is made, and the few colors that read on light and on dark pages.
 *
 * Front ends strip `<style>` and `<script>`, so that views have inline styles only.
 *
 * @module
 */

/** Text that is HTML already: made by {@linkcode markup}, or markup that holds no outside text. */
export class Html {
  #source: string;

  /** @param source Markup whose every outside string is escaped. */
  constructor(source: string) {
    this.#source = source;
  }

  /** The markup. */
  toString(): string {
    return this.#source;
  }
}

/** What may stand in a template: text is escaped, HTML is not, lists are joined, nothing for null, undefined and false. */
export type Content = Html | string | number | bigint | null | undefined | false | readonly Content[];

/**
 * Markup with escaped values: `` markup`<b>${name}</b>` ``. Safe in element content and in double-quoted attributes. Line breaks
 * of the template, with the space around them, are not part of the markup, but for one space where they part words or attributes.
 */
export function markup(strings: TemplateStringsArray, ...values: Content[]): Html {
  return new Html(strings.reduce((text, part, i) => text + render(values[i - 1]) + unfold(part), ""));
}

function unfold(part: string): string {
  return part.replace(/^\s*\n\s*|\s*\n\s*$/g, "").replace(/>\s*\n\s*</g, "><").replace(/\s*\n\s*/g, " ");
}

/** Escapes text for element content, attributes and SVG. Characters that XML forbids become U+FFFD. */
export function escape(text: string): string {
  return text.toWellFormed().replace(FORBIDDEN, "\uFFFD").replace(/[&<>"']/g, (sign) => ENTITIES[sign]);
}

// deno-lint-ignore no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\uFFFE\uFFFF]/g;

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function render(value: Content): string {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Html) return value.toString();
  if (Array.isArray(value)) return value.map(render).join("");
  return escape(String(value));
}

/**
 * The style of secondary text: the color of the page's text, paler. No color of its own could have a contrast of 4.5 both on white and
 * on the dark backgrounds of notebooks.
 */
export const QUIET = "opacity:.75";

/** Hairlines. */
export const LINE = "rgba(128,128,128,.28)";

/** A quiet surface: chips, headers. */
const SURFACE = "rgba(128,128,128,.12)";

/** A round mark. Colors are for marks: the text beside them keeps the color of the page, which everybody can read. */
export function dot(color: string): Html {
  return markup`<span style="color:${color}">●</span>`;
}

/** The color of what needs attention. */
export const ALERT = "#d6554d";

/** The color of what is doubtful. */
export const WARNING = "#a8841a";

/** The block that every view is in. */
export function view(...content: Content[]): Html {
  return markup`<div style="font-size:13px;line-height:1.5;max-width:1000px;text-align:left">${content}</div>`;
}

/** Small secondary text on a line of its own. */
export function note(...content: Content[]): Html {
  return markup`<div style="${QUIET};font-size:12px;margin:4px 0">${content}</div>`;
}

/** The heading of a part of a view, and what it holds, which a click folds away. */
export function section(title: string, aside: string, content: Content, open = true): Html {
  return markup`
    <details${open && OPEN} style="margin:10px 0 0">
      <summary style="cursor:pointer;padding:2px 0"><b>${title}</b> <span style="${QUIET};font-size:12px">${aside}</span></summary>
      <div style="margin:4px 0 0">${content}</div>
    </details>
  `;
}

const OPEN = new Html(" open");

/** A short word in a box: a tag, or (`alert`) a warning. */
export function chip(text: string, alert = false): Html {
  return markup`<span style="display:inline-block;background:${SURFACE};border-radius:9px;padding:0 8px;margin:0 4px 0 0;font-size:12px;font-weight:400">${
    alert && markup`${dot(ALERT)} `
  }${text}</span>`;
}
