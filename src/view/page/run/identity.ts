/// <reference lib="dom" />

/**
 * Who a run is.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { formatDuration, formatTime } from "../../../display/format.ts";
import type { ValuesAnswer } from "../../api.ts";
import { html } from "../html.ts";
import { Link } from "../link.ts";
import { chosenSet, toggleRun } from "../selection.ts";

/** The head of the page of a run. */
export function RunHead(
  { info, values }: { info: ValuesAnswer["runs"][number]; values: ValuesAnswer["values"] },
): ComponentChild {
  const known = new Map(values.map((value) => [value.path, value.value]));
  const text = (path: string) => typeof known.get(path) === "string" ? known.get(path) as string : "";
  const seconds = Number(known.get("sys/running_time_seconds") ?? known.get("sys/running_time") ?? 0);
  const created = formatTime(Number(known.get("sys/creation_time") ?? NaN));
  const tags = ["sys/tags", "sys/group_tags"].flatMap((path) => (known.get(path) ?? []) as string[]);
  const facts = [
    info.id,
    text("sys/owner") && `by ${text("sys/owner")}`,
    created && `created ${created} UTC`,
    seconds > 0 && `ran ${formatDuration(seconds * 1000)}`,
  ].filter((fact) => fact);
  const flags = ["trashed", "failed", "archived"].filter((flag) => known.get(`sys/${flag}`) === true);
  const isChosen = chosenSet.value.has(info.id);
  return html`
    <div class="run-identity">
      <h1>${info.name ?? info.customId ?? info.id}
        ${info.name !== null && info.customId !== null && info.customId !== info.id && html`
          <span class="note">${info.customId}</span>
        `}
        ${flags.map((flag) =>
          html`
            <span class="chip run-flag">${flag}</span>
          `
        )}
        ${info.unsynced && html`
          <span class="chip">${info.unsynced === "all"
            ? "unsynced: read from disk, never on a server"
            : "partly unsynced: archive and disk together"}</span>
        `}
      </h1>
      <p class="note">${facts.join(" · ")}</p>
      ${tags.length > 0 && html`<p>${
        tags.map((tag) =>
          html`
            <span class="chip">${tag}</span>
          `
        )
      }</p>`}
      ${text("sys/description") && html`<p class="run-description">${text("sys/description")}</p>`}
      <p class="screen">
        <button aria-pressed=${isChosen} onClick=${() => toggleRun(info.id)}>${isChosen
          ? "Chosen"
          : "Choose"}</button>${" "}
        <${Link} path="/charts" params=${isChosen ? {} : { s: info.id }}>Charts${isChosen ? "" : " of this run"}<//>
      </p>
    </div>
  `;
}
