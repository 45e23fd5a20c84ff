/**
 * Values of runs put together from the blocks of a source, ready to be encoded.
 *
 * @module
 */

import type { ValueBlock, ValueColumn } from "../../columns.ts";
import type { CallOptions, Source } from "../../source.ts";
import type { RunInfo } from "../../types.ts";
import type { Selection } from "../selection.ts";

/** Reads values of runs into one block that has the runs in the order given. Columns are sorted by type, which may
 * have several. */
export async function readRunValues(
  source: Source,
  runs: readonly RunInfo[],
  selection: Selection,
  { signal }: CallOptions,
): Promise<ValueBlock> {
  const keys = runs.map((run) => run.key);
  const blocks: ValueBlock[] = [];
  if (keys.length > 0 && selection.paths?.length !== 0) {
    for await (const block of source.values({ runs: keys, ...selection, signal })) blocks.push(block);
  }
  return merge(keys, blocks);
}

/** What identifies runs, as the strings that the API has for it. */
export function identityCells(runs: readonly RunInfo[], wanted: readonly string[]): ValueBlock {
  const paths = Object.keys(IDENTITY).filter((path) => wanted.includes(path));
  const run: number[] = [], path: number[] = [], data: string[] = [];
  runs.forEach((info, row) =>
    paths.forEach((name, code) => {
      const value = IDENTITY[name](info);
      if (value === null) return;
      run.push(row);
      path.push(code);
      data.push(value);
    })
  );
  const column: ValueColumn = { type: "string", run: Uint32Array.from(run), path: Uint32Array.from(path), data };
  return { runs: runs.map((info) => info.key), paths, columns: [column] };
}

const IDENTITY: Readonly<Record<string, (run: RunInfo) => string | null>> = {
  "sys/id": (run) => run.sysId,
  "sys/custom_run_id": (run) => run.customId,
  "sys/name": (run) => run.name,
};

/** Tells whether {@linkcode identityCells} has this attribute. */
export function isIdentity(path: string): boolean {
  return Object.hasOwn(IDENTITY, path);
}

function merge(keys: string[], blocks: readonly ValueBlock[]): ValueBlock {
  const rank = new Map(keys.map((key, i) => [key, i]));
  const codes = new Map<string, number>();
  const code = (path: string) => {
    if (!codes.has(path)) codes.set(path, codes.size);
    return codes.get(path)!;
  };
  const columns = blocks.flatMap((block) => {
    const runs = Uint32Array.from(block.runs, (key) => rank.get(key)!);
    const paths = Uint32Array.from(block.paths, code);
    return block.columns.map((column): ValueColumn => ({
      ...column,
      run: column.run.map((run) => runs[run]),
      path: column.path.map((path) => paths[path]),
    }));
  });
  return { runs: keys, paths: [...codes.keys()], columns: columns.sort((a, b) => a.type < b.type ? -1 : 1) };
}
