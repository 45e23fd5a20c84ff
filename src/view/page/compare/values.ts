/// <reference lib="dom" />

/**
 * A table with a column for each run: configs that differ first, then metrics.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { useState } from "preact/hooks";
import { counted } from "../../../display/format.ts";
import { html } from "../html.ts";
import { Link } from "../link.ts";
import { colorOf } from "../selection.ts";
import type { ComparedRow, ComparePartProps } from "./compared.ts";
import { compareSearch, showSame } from "./state.ts";

/** About so many cells are drawn at first, in at least so many rows. */
const CELLS = 8000, FEWEST_ROWS = 40;

/** Values beside each other. */
export function CompareValues({ runs, rows }: ComparePartProps): ComponentChild {
  const [more, setMore] = useState(1);
  const words = compareSearch.value.toLowerCase().split(/\s+/);
  const found = rows.filter(({ path, differs }) =>
    (differs || showSame.value) && words.every((word) => path.toLowerCase().includes(word))
  );
  const shown = found.slice(0, more * Math.max(FEWEST_ROWS, Math.floor(CELLS / runs.length)));
  const same = rows.filter(({ differs }) => !differs).length;
  return html`
    <p class="compare-tools">
      <input type="search" aria-label="Search attributes" placeholder="search attributes" value=${compareSearch.value}
        onInput=${(event: Event) => compareSearch.replace((event.target as HTMLInputElement).value)} />
      <button aria-pressed=${showSame.value} onClick=${() => showSame.set(!showSame.value)}>Show ${counted(
        same,
        "value",
      )} that are the same</button>
      <span class="note" role="status">${counted(found.length, "row")}${shown.length < found.length
        ? `, the first ${shown.length} shown`
        : ""}</span>
    </p>
    <div class="compare-table" tabindex="0" role="region" aria-label="Values of the chosen runs">
      <table>
        <thead>
          <tr>
            <th scope="col">Attribute</th>
            ${runs.map(({ id, label }) =>
              html`
                <th key=${id} scope="col" style=${{ borderTopColor: colorOf(id) }}>
                  <${Link} path="/run" params=${{ r: id }}>${label}<//></th>
              `
            )}
          </tr>
        </thead>
        <tbody>${shown.map((row) => html`<${Row} key=${row.type + row.path} row=${row} />`)}</tbody>
      </table>
    </div>
    ${shown.length < found.length &&
      html`<p class="screen"><button onClick=${() => setMore(more + 1)}>Show more rows</button></p>`}
  `;
}

function Row({ row: { path, type, texts, numbers, differs, isMetric } }: { row: ComparedRow }): ComponentChild {
  const known = numbers.filter((number) => number !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const mark = (number: number | null) =>
    !isMetric || number === null || low === high ? "" : number === low ? "least" : number === high ? "greatest" : "";
  return html`
    <tr class=${differs ? "" : "compare-same"}>
      <th scope="row" title=${`${path}, ${type}`}>${path}</th>
      ${texts.map((text, i) => {
        const word = mark(numbers[i]);
        return html`<td class=${word && `compare-${word}`} title=${
          word ? `the ${word} of these runs` : text ?? "none"
        }>${text ?? html`<span class="note">–</span>`}</td>`;
      })}
    </tr>
  `;
}
