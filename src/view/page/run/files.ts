/// <reference lib="dom" />

/**
 * The files of a run.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { fileAddress } from "../client.ts";
import { html } from "../html.ts";
import { project } from "../selection.ts";
import type { RunPartProps } from "./part.ts";
import { latestText, sizeAndType } from "./values.ts";

/** The files of a run, to save. */
export function SavedFiles({ run, values }: RunPartProps): ComponentChild {
  const files = values.filter(({ type }) => ["file", "file_set", "artifact", "file_series"].includes(type))
    .sort((a, b) => a.path < b.path ? -1 : 1);
  if (files.length === 0) return html`<p class="note">This run has no files.</p>`;
  return html`
    <table class="run-values">
      <thead>
        <tr>
          <th scope="col">Path</th>
          <th scope="col">Size and type</th>
          <th scope="col" class="screen"><span class="unseen">Save</span></th>
        </tr>
      </thead>
      <tbody>
        ${files.map((file) => {
          const known = file.value !== null;
          return html`
            <tr key=${file.path}>
              <th scope="row">${file.path}</th>
              <td>${file.type === "file" && file.value ? sizeAndType(file.value) : latestText(file)}</td>
              <td class="screen">${known &&
                html`<a href=${
                  fileAddress(project.value, run, file.path)
                } download aria-label=${`Save ${file.path}`}>Save</a>`}</td>
            </tr>
          `;
        })}
      </tbody>
    </table>
  `;
}
