/**
 * Text in pictures: how wide it is, and how it is cut. Runs in browsers, too.
 *
 * @module
 */

/** How wide text is, roughly and rather too wide than too narrow: good enough to place labels next to each other. */
export function textWidth(text: string, fontSize = 11): number {
  let width = 0;
  for (const sign of text) {
    width += /[ilj.,:;'|!]/.test(sign) ? 0.34 : /[mwMW@%−\u0250-\u{10ffff}]/u.test(sign) ? 0.95 : 0.63;
  }
  return width * fontSize;
}

/** Names of runs and attributes differ at both ends. */
export function shortenMiddle(text: string, length: number): string {
  if (text.length <= length) return text;
  const half = Math.max(1, Math.floor((length - 1) / 2));
  return `${text.slice(0, half)}…${text.slice(-half)}`.toWellFormed();
}
