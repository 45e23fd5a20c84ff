/**
 * The one way to read parts: what is wrong with one of them is told here, and nowhere else.
 *
 * @module
 */

import type { Part } from "../disk/layout.ts";
import { damageReason } from "../parquet/damage.ts";
import type { RowGroupReader } from "../parquet/row_group.ts";
import { PartOpener } from "../parquet/open.ts";
import { pauseNowAndThen } from "../../async/pause.ts";
import { type ColumnName, EVERY_COLUMN } from "../parquet/schema.ts";
import { ownership } from "./project_index.ts";

/** How a reading goes on when something happens. */
export interface ReadOptions {
  signal?: AbortSignal;
  /** Called for a part that cannot be read; throws, or returns to go on without it. */
  onDamaged: (part: Part, cause?: unknown) => void;
}

/** What is read of parts. Said beforehand, as columns may have to be fetched before they can be read. */
export interface Reading {
  /** The columns that tell which rows are wanted. */
  telling: readonly ColumnName[];
  /** Leaves out rows of a row group, by these columns. */
  choose?: (group: RowGroupReader, part: Part) => void;
  /** The columns of wanted rows. */
  columns: readonly ColumnName[];
  /** Takes in the wanted rows of a row group. */
  read: (group: RowGroupReader, part: Part) => void;
  /** Takes back what was taken in of a part whose later rows cannot be read. */
  forget?: (part: Part) => void;
}

/** Decodes everything, keeps nothing, and looks at every word of the metadata: some that we pass over end the process in Polars. */
export const CHECK: Reading = {
  telling: [],
  columns: EVERY_COLUMN,
  read: (group) => {
    group.checkWords();
    group.check();
  },
};

/** Reads parts one after the other, and lets others have their turn now and then. */
export async function readGroups(
  parts: Iterable<Part>,
  { signal, onDamaged }: ReadOptions,
  { telling, choose, columns, read, forget }: Reading,
): Promise<void> {
  const pause = pauseNowAndThen(signal);
  const all = [...parts];
  using opener = new PartOpener(all, async (file, part, signal) => {
    if (!file.isFar) return;
    await file.load(telling, signal);
    if (choose) { for (const group of file.groups()) choose(group, part); }
    await file.load(columns, signal);
  }, signal);
  for (const part of all) {
    if (part.damage !== null) {
      onDamaged(part);
      continue;
    }
    try {
      const opened = opener.open(part);
      using file = opened instanceof Promise ? await opened : opened;
      for (const group of file.groups()) {
        if (!file.isFar) choose?.(group, part);
        read(group, part);
        await pause();
      }
    } catch (error) {
      if (signal?.aborted) throw error;
      part.damage = damageReason(error);
      forget?.(part);
      onDamaged(part, error);
    }
  }
}

/** Leaves out the rows of other projects. */
export function keepOwn(group: RowGroupReader, project: string, { folder }: Part): void {
  const { values, present, strings } = group.strings("project");
  const isOwn = ownership(project);
  const owns = new Map<number | null, boolean>();
  group.keep((row) => {
    const code = present && present[row] === 0 ? null : values[row];
    if (!owns.has(code)) owns.set(code, isOwn(code === null ? null : strings.get(code), folder));
    return owns.get(code)!;
  });
}
