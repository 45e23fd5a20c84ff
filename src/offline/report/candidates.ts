/**
 * To which run beneath a remainder of Neptune 2.x may belong. Its files do not say; what speaks for a run is told, and nothing
 * is matched without somebody saying so.
 *
 * @module
 */

import { finding } from "../../archive/report/finding.ts";
import type { Finding, Source } from "../../source.ts";
import { isSeriesType } from "../../types.ts";
import type { DiskContent } from "../content.ts";

/** The most candidates that are named. */
const MOST = 3;

interface Candidate {
  key: string;
  sysId: string;
  /** Namespaces of monitoring that both have, which are made of the machine and the process. */
  monitoring: Set<string>;
  /** Series that go on where those of the candidate end. */
  continued: string[];
  /** Series that both have, but that do not go on. */
  overlapping: number;
  sameHost: boolean;
}

/** The runs beneath that speak for themselves, the likeliest first. */
export async function candidateFindings(
  base: Source,
  run: string,
  content: DiskContent,
  signal?: AbortSignal,
): Promise<Finding[]> {
  const candidates = await candidatesOf(base, content, signal);
  const score = (one: Candidate) =>
    1000 * one.monitoring.size + 100 * Number(one.sameHost) + one.continued.length - 10 * one.overlapping;
  const likely = candidates.filter((one) => score(one) > 0).sort((a, b) => score(b) - score(a)).slice(0, MOST);
  if (likely.length === 0) {
    const message = `Run ${run} is what was left of a run of Neptune 2.x, and no run of the archive looks like it.`;
    return [finding("warning", "no_candidate", message, { run })];
  }
  return likely.map((one) => {
    const reasons = [
      ...one.monitoring.size > 0 ? [`both have ${[...one.monitoring].join(", ")}`] : [],
      ...one.sameHost ? ["both ran on the same machine"] : [],
      ...one.continued.length > 0
        ? [`${one.continued.slice(0, 3).map((path) => `"${path}"`).join(", ")} goes on where the archive ends`]
        : [],
    ];
    return finding(
      "warning",
      "candidate",
      `Run ${run} is what was left of a run of Neptune 2.x, maybe of ${one.sysId}: ${
        reasons.join("; ")
      }. To read them as one, ` +
        `pass \`offlineMatches: { "${run}": "${one.sysId}" }\`.`,
      { run, attribute: one.continued[0] ?? null, count: 1 },
    );
  });
}

async function candidatesOf(base: Source, content: DiskContent, signal?: AbortSignal): Promise<Candidate[]> {
  const { series, singles } = content;
  const host = singles.get("sys/hostname")?.value;
  // Steps that were counted on from nobody knows where tell nothing.
  const guessed = new Set(
    content.findings.filter(({ kind }) => kind === "guessed_steps").map(({ attribute }) => attribute),
  );
  const namespaces = new Set([...series.keys(), ...singles.keys()].flatMap((path) => namespaceOf(path) ?? []));
  const candidates = new Map<string, Candidate>();
  for await (const { runs } of base.runs({ signal })) {
    for (const { key, sysId } of runs) {
      candidates.set(key, {
        key,
        sysId,
        monitoring: new Set(),
        continued: [],
        overlapping: 0,
        sameHost: false,
      });
    }
  }
  const query = { paths: [...series.keys(), "sys/hostname"], signal };
  for await (const block of base.values(query)) {
    for (const column of block.columns) {
      for (let i = 0; i < column.run.length; i++) {
        const candidate = candidates.get(block.runs[column.run[i]])!;
        const path = block.paths[column.path[i]];
        if (path === "sys/hostname") candidate.sameHost = host !== undefined && column.data?.[i as never] === host;
        if (!isSeriesType(column.type)) continue;
        const own = series.get(path);
        const last = (column.data as { lastStep: Float64Array }).lastStep[i];
        if (own === undefined || own.step.length === 0 || guessed.has(path)) continue;
        if (own.step[0] > last) candidate.continued.push(path);
        else candidate.overlapping++;
      }
    }
  }
  const filter = { any: [...namespaces].map((name) => ({ must: [`^${escaped(name)}/`], mustNot: [] })) };
  if (namespaces.size > 0) {
    for await (const block of base.existing({ filter, signal })) {
      block.run.forEach((run, i) => {
        const namespace = namespaceOf(block.paths[block.path[i]]);
        if (namespace !== null) candidates.get(block.runs[run])!.monitoring.add(namespace);
      });
    }
  }
  return [...candidates.values()];
}

/** `monitoring/<hash>`: the hash is made of machine, process and thread. */
function namespaceOf(path: string): string | null {
  return /^monitoring\/[0-9a-f]{6,}/.exec(path)?.[0] ?? null;
}

function escaped(text: string): string {
  return text.replaceAll(/[^\w/]/g, "\\$&");
}
