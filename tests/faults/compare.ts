/** Answers, errors and files as data that can be compared. */

import { createHash } from "node:crypto";

/** A text that is the same for the same answer. */
export function canonical(answer: unknown): string {
  return JSON.stringify(answer, (_, value) => {
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value === "number" && !Number.isFinite(value)) return String(value);
    if (value instanceof Set) return [...value].sort();
    if (ArrayBuffer.isView(value)) return Array.from(value as Uint8Array, String);
    return value;
  }) ?? "nothing";
}

/** An answer in plain data: frames become their columns. */
export function plain(answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null) return answer;
  const frame = answer as { columns?: string[]; toRecords?: () => unknown[]; schema?: Record<string, unknown> };
  if (typeof frame.toRecords === "function" && Array.isArray(frame.columns)) {
    const types = Object.entries(frame.schema ?? {}).map(([name, type]) => `${name}: ${type}`);
    return { types, rows: frame.toRecords() };
  }
  return answer;
}

/** What an answer says about other runs than these, row by row; nothing where it is no list of rows that name their runs. */
export function otherRows(answer: string, runs: readonly string[]): string {
  let rows: unknown;
  try {
    const parsed = JSON.parse(answer);
    rows = Array.isArray(parsed) ? parsed : parsed?.rows;
  } catch {
    return "";
  }
  if (!Array.isArray(rows)) return "";
  const others = rows.flatMap((row) => {
    const run = row?.["sys/custom_run_id"] ?? row?.run ?? row?.run_id;
    if (typeof run !== "string" || runs.includes(run)) return [];
    // A column that no other run fills may be gone.
    return [JSON.stringify(Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null).sort()))];
  });
  return others.sort().join("\n");
}

/** Lists of what is there, which are shorter where less is there. */
export const LISTS = /SHA256SUMS$|\.downloaded\.jsonl$/;
/** What says what could not be exported. */
const ERRORS = /neptune_exporter_errors\.jsonl$/;

/** The digests of all files below a folder, by their paths; lists stand as they are, without what says what went wrong. */
export async function filesBelow(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const look = async (path: string) => {
    for await (const { name, isDirectory } of Deno.readDir(`${folder}${path}`)) {
      if (isDirectory) await look(`${path}/${name}`);
      else if (LISTS.test(name)) found.set(`${path}/${name}`, await Deno.readTextFile(`${folder}${path}/${name}`));
      else if (!ERRORS.test(name)) {
        const bytes = await Deno.readFile(`${folder}${path}/${name}`);
        found.set(`${path}/${name}`, createHash("sha256").update(bytes).digest("hex"));
      }
    }
  };
  await look("");
  return found;
}
