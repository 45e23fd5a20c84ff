/**
 * Who a run is: its name, ids, tags and state.
 *
 * @module
 */

import type { RunInfo } from "../../types.ts";
import { type Entry, valueOf } from "./entries.ts";
import { formatDuration, formatTime } from "../format.ts";
import { chip, type Html, markup, QUIET } from "../html.ts";

/** What tells a run from the others of its project; runs of one experiment share its name. */
export function runLabel({ customId, sysId }: RunInfo): string {
  return customId ?? sysId;
}

/** The head of a run page. */
export function identityHtml(project: string, info: RunInfo, entries: Entry[]): Html {
  const description = valueOf<string>(entries, "sys/description");
  const tags = tagsOf(entries);
  return markup`
    <div style="font-size:17px;font-weight:600;line-height:1.4">
      <b>${titleOf(info)}</b>
      ${info.name !== null && markup`<span style="${QUIET};font-weight:400"> ${runLabel(info)}</span>`}
      ${warningsOf(entries).map((warning) => markup` ${chip(warning, true)}`)}
      ${info.unsynced && markup` ${chip(UNSYNCED[info.unsynced])}`}
    </div>
    <div style="${QUIET};font-size:12px">${[project, ...factsOf(info, entries)].join(" · ")}</div>
    ${tags.length > 0 && markup`<div style="margin:4px 0">${tags.map((tag) => markup`${chip(tag)} `)}</div>`}
    ${description && markup`<div style="margin:4px 0;max-width:640px">${description}</div>`}
  `;
}

/** The same as text. */
export function identityText(project: string, info: RunInfo, entries: Entry[]): string {
  const tags = tagsOf(entries);
  const lines = [
    [
      `Run ${titleOf(info)}`,
      info.name === null ? "" : runLabel(info),
      ...warningsOf(entries).map((warning) => `(${warning})`),
      info.unsynced ? `(${UNSYNCED[info.unsynced]})` : "",
    ].filter((word) => word !== "").join(" "),
    [project, ...factsOf(info, entries)].join(" · "),
    ...(tags.length > 0 ? [`tags: ${tags.join(", ")}`] : []),
  ];
  return lines.join("\n");
}

/** Where what is shown comes from. */
const UNSYNCED = {
  all: "unsynced: read from disk, never on a server",
  part: "partly unsynced: archive and disk together",
} as const;

function titleOf(info: RunInfo): string {
  return info.name ?? runLabel(info);
}

function tagsOf(entries: Entry[]): string[] {
  return ["sys/tags", "sys/group_tags"].flatMap((path) => [...valueOf<Set<string>>(entries, path) ?? []]);
}

function warningsOf(entries: Entry[]): string[] {
  return ["trashed", "failed", "archived"].filter((flag) => valueOf<boolean>(entries, `sys/${flag}`) === true);
}

function factsOf(info: RunInfo, entries: Entry[]): string[] {
  const created = valueOf<Date>(entries, "sys/creation_time");
  const owner = valueOf<string>(entries, "sys/owner");
  const seconds = valueOf<number>(entries, "sys/running_time_seconds") ??
    valueOf<number>(entries, "sys/running_time") ?? 0;
  return [
    info.customId === null && info.name === null ? "" : info.sysId,
    owner ? `by ${owner}` : "",
    created ? `created ${formatTime(created)} UTC` : "",
    seconds > 0 ? `ran ${formatDuration(seconds * 1000)}` : "",
  ].filter((fact) => fact !== "");
}
