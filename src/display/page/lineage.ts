/**
 * The ancestors of a forked run.
 *
 * @module
 */

import { formatNumber } from "../format.ts";
import { type Html, LINE, markup, QUIET } from "../html.ts";

/** One ancestor. */
export interface Ancestor {
  /** Its name or id. */
  label: string;
  /** The step up to which its child inherits its points; null where it is not known. */
  forkStep: number | null;
}

/** The chain from the root to the run: `root ─ step 400 → child ─ step 800 → this run`. */
export function lineageHtml(ancestors: Ancestor[], run: string): Html {
  const box = (label: string, weight: number) =>
    markup`<span style="display:inline-block;border:1px solid ${LINE};border-radius:4px;padding:1px 8px;font-weight:${weight}">${label}</span>`;
  const chain = ancestors.map(({ label, forkStep }) =>
    markup`${box(label, 400)}<span style="${QUIET};font-size:12px"> ─ ${at(forkStep)} → </span>`
  );
  return markup`<div style="margin:2px 0">${chain}${box(run, 600)}</div>`;
}

/** The same as text. */
export function lineageText(ancestors: Ancestor[], run: string): string {
  return [...ancestors.map(({ label, forkStep }) => `${label} ─ ${at(forkStep)} → `), run].join("");
}

function at(step: number | null): string {
  return step === null ? "step unknown" : `step ${formatNumber(step)}`;
}
