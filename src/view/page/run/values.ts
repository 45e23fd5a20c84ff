/// <reference lib="dom" />

/**
 * The values of a run, by folder, with a search.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { useMemo } from "preact/hooks";
import { counted, formatNumber, formatTime, naturally } from "../../../display/format.ts";
import type { LatestValue, ValuesAnswer } from "../../api.ts";
import { html } from "../html.ts";
import { Link } from "../link.ts";
import { sizeAndType } from "../stored_file.ts";
import type { RunPartProps } from "./part.ts";
import { valueSearch } from "./state.ts";

/** Folders with more values than this are closed at first. */
const FEW = 40;

/** The values of a run. */
export function RunValues({ run, values }: RunPartProps): ComponentChild {
  const words = valueSearch.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const rows = useMemo(
    () =>
      values.map((value) => ({ ...value, text: latestText(value) }))
        .sort((a, b) => naturally(a.path, b.path)),
    [values],
  );
  const found = rows.filter(({ path, text }) => {
    const all = `${path} ${text}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
  const folders = [...Map.groupBy(found, ({ path }) => path.includes("/") ? path.slice(0, path.indexOf("/")) : "")]
    // What Neptune logs about a run by itself comes last.
    .sort(([a], [b]) => rank(a) - rank(b) || naturally(a, b));
  return html`
    <p class=${valueSearch.value === "" ? "screen" : ""}>
      <input type="search" aria-label="Search values" placeholder="search paths and values" value=${valueSearch.value}
        onInput=${(event: Event) => valueSearch.replace((event.target as HTMLInputElement).value)} />
      <span class="note" role="status"> ${counted(found.length, "value")}</span>
    </p>
    ${folders.map(([folder, rows]) =>
      html`
        <details key=${folder} class="run-folder" open=${words.length > 0 || rows.length <= FEW}>
          <summary>${folder === "" ? "no folder" : folder} <span class="count">${rows.length}</span></summary>
          <table class="run-values">
            <tbody>
              ${rows.map(({ path, type, text }) =>
                html`
                  <tr key=${path}>
                    <th scope="row">${path}</th>
                    <td class="run-value">${type === "float_series"
                      ? html`<${Link} path="/charts" params=${{ s: run, m: `^${escapePattern(path)}$` }}>${text}<//>`
                      : text}</td>
                    <td class="note">${type}</td>
                  </tr>
                `
              )}
            </tbody>
          </table>
        </details>
      `
    )}
  `;
}

function rank(folder: string): number {
  return ["monitoring", "source_code", "sys"].indexOf(folder);
}

function escapePattern(path: string): string {
  return path.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** A value on one line. */
export function latestText(value: ValuesAnswer["values"][number] | LatestValue): string {
  switch (value.type) {
    case "int":
      return String(value.value);
    case "float":
      return typeof value.value === "number" ? String(value.value) : value.value;
    case "bool":
      return String(value.value);
    case "string":
      return value.value;
    case "datetime":
      return `${formatTime(Number(value.value))} UTC`;
    case "string_set":
      return value.value.join(", ");
    case "float_series": {
      if (value.value === null) return "";
      const { last, lastStep, min, max } = value.value;
      const [a, b, c, d] = [last, lastStep, min, max].map((one) => formatNumber(Number(one)));
      return `${a} at step ${b}, from ${c} to ${d}`;
    }
    case "string_series":
      return value.value?.last ?? "";
    case "histogram_series":
      return value.value ? `last at step ${value.value.lastStep}` : "";
    case "file_series":
      return value.value ? `${sizeAndType(value.value.last)}, last at step ${value.value.lastStep}` : "";
    case "file":
    case "file_set":
    case "artifact":
      return sizeAndType(value.value);
    case "experiment_state":
      return "";
  }
}
