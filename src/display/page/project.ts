/**
 * The page of a project: what it holds, its newest runs, the health of its archive.
 *
 * @module
 */

import { bundle, type MediaBundle } from "../bundle.ts";
import { counted, formatCount, formatTime } from "../format.ts";
import { ALERT, type Content, dot, markup, note, QUIET, section, view, WARNING } from "../html.ts";
import { cellHtml } from "../grid.ts";
import { table, textTable } from "../table.ts";

/** What the page of a project shows. */
export interface ProjectPageData {
  /** The full name, `workspace/project`. */
  name: string;
  /** Where it is read from. */
  source: string;
  runs: number;
  experiments: number;
  /** The newest first. */
  newest: { id: string; name: string | null; customId: string | null; created: Date | null; tags: string[] }[];
  /** What is wrong or doubtful; null where the source cannot tell. */
  findings: { severity: "error" | "warning" | "info"; message: string; count: number }[] | null;
  /** The source could tell, but not in the time that a page has. */
  unchecked?: boolean;
  /** What the findings are about, and the call that gives all of them. Default: an archive. */
  health?: { of: string; report: string };
}

const MAX_FINDINGS = 20;
const ARCHIVE = { of: "archive", report: "archiveReport()" };

/** The bundle of a project page. */
export function projectPage(data: ProjectPageData): MediaBundle {
  const counts = `${counted(data.runs, "run")}, ${counted(data.experiments, "experiment")}`;
  const rows = data.newest.map((
    { id, name, customId, created, tags },
  ) => [id, name ?? "", customId ?? "", formatTime(created), tags.join(", ")]);
  const titles = ["id", "name", "custom id", "created (UTC)", "tags"];
  const used = titles.map((title, i) => ({ title, i })).filter(({ i }) => i === 0 || rows.some((row) => row[i] !== ""));
  const cells = rows.map((row) => used.map(({ i }) => row[i]));
  const more = data.runs - rows.length;
  const lines: (string[] | string)[] = more > 0 ? [...cells, `… ${formatCount(more)} more`] : cells;
  const shownLines = lines.map((line) => typeof line === "string" ? line : line.map((cell) => cellHtml(cell)));
  const { health: about = ARCHIVE } = data;
  const unchecked = `The health of this ${about.of} takes longer to check than a page may wait: ${about.report} does.`;
  const health = data.findings ? healthText(data.findings, about) : data.unchecked ? unchecked : null;

  const page = view(
    markup`<div style="font-size:17px;font-weight:600;line-height:1.4">${data.name}</div>`,
    markup`<div style="${QUIET};font-size:12px">${counts} · ${data.source}</div>`,
    data.findings ? findingList(data.findings, about) : data.unchecked && note(unchecked),
    rows.length > 0 && section("Newest runs", "", table(used, shownLines)),
  );
  const text = [
    `Project ${data.name}`,
    `${counts} · ${data.source}`,
    ...(health ? [health] : []),
    "",
    textTable(used, lines),
  ];
  return bundle(page, text.join("\n").trimEnd());
}

type Findings = NonNullable<ProjectPageData["findings"]>;

function findingList(findings: Findings, about: typeof ARCHIVE): Content {
  const serious = findings.filter(({ severity }) => severity !== "info");
  if (serious.length === 0) return note(healthText(findings, about));
  const lines = serious.slice(0, MAX_FINDINGS).map(({ severity, message }) => {
    return markup`<div style="margin:1px 0">${
      dot(severity === "error" ? ALERT : WARNING)
    } <b>${severity}</b> ${message}</div>`;
  });
  const rest = serious.length - lines.length;
  const more = rest > 0 && note(`${counted(rest, "more finding")}: ${about.report} has them all`);
  return section(
    `Health of the ${about.of}`,
    healthText(findings, about),
    [lines, more],
    serious.some(({ severity }) => severity === "error"),
  );
}

function healthText(findings: Findings, { of }: typeof ARCHIVE): string {
  const count = (wanted: string) => findings.filter(({ severity }) => severity === wanted).length;
  const [errors, warnings] = [count("error"), count("warning")];
  if (errors + warnings === 0) return `The ${of} is healthy.`;
  return [errors > 0 && counted(errors, "error"), warnings > 0 && counted(warnings, "warning")].filter((part) => part)
    .join(", ");
}
