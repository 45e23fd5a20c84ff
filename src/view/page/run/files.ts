/// <reference lib="dom" />

/**
 * The files of a run.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import type { JsonFile } from "../../api.ts";
import { fileAddress } from "../client.ts";
import { html } from "../html.ts";
import { project } from "../selection.ts";
import { isThere } from "../stored_file.ts";
import type { RunPartProps } from "./part.ts";
import { latestText } from "./values.ts";

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
          const value = file.value as JsonFile | { last: JsonFile } | null;
          const known = isThere(value && "last" in value ? value.last : value);
          return html`
            <tr key=${file.path}>
              <th scope="row">${file.path}</th>
              <td>${latestText(file)}</td>
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
