/**
 * Finding the runs out of the ordinary, of which the facts of a project are made.
 *
 * @module
 */

import { sanitized } from "../archive/disk/layout.ts";
import type { Answer } from "./connect/answer.ts";
import { Statement } from "./connect/statement.ts";
import type { Engine } from "./engine.ts";
import { isFar, type OddRun } from "./facts.ts";
import { oddRunsQuery, parentsQuery, toldRunsQuery } from "./sql/list.ts";
import { type RowSource, withRows } from "./sql/rows.ts";

/**
 * Runs out of the ordinary, and those that they name as their parents.
 *
 * @param stems Of the files, where each is of one run.
 */
export async function findOddRuns(
  engine: Engine,
  rows: RowSource,
  stems: ReadonlySet<string> | null,
  signal: AbortSignal,
): Promise<OddRun[]> {
  const odd = stems && await amongTold(engine, rows, stems, signal) || await amongAll(engine, rows, signal);
  const known = new Set(odd.map(({ key }) => key));
  const names = new Set(odd.flatMap(({ parent }) => parent ? [parent] : []));
  const parents = await parentsNamed(engine, rows, [...names], signal);
  return [...odd, ...parents.filter(({ key }) => !known.has(key))];
}

/**
 * Runs out of the ordinary, where all tell of themselves; null: some do not. Files are opened once for it, and those of long series
 * not read to their end.
 */
async function amongTold(
  engine: Engine,
  rows: RowSource,
  stems: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<OddRun[] | null> {
  const silent = new Set(stems);
  const odd: OddRun[] = [];
  for await (const run of ask(engine, rows, toldRunsQuery, signal)) {
    silent.delete(sanitized(run.key));
    if (run.isBare || run.parent !== null || isFar(run.key)) odd.push(run);
  }
  return silent.size === 0 ? odd : null;
}

/** Runs out of the ordinary, whatever the rows are. */
function amongAll(engine: Engine, rows: RowSource, signal: AbortSignal): Promise<OddRun[]> {
  return Array.fromAsync(ask(engine, rows, oddRunsQuery, signal));
}

/** The runs that others name as their parents. */
async function parentsNamed(
  engine: Engine,
  rows: RowSource,
  names: readonly string[],
  signal: AbortSignal,
): Promise<OddRun[]> {
  if (names.length === 0) return [];
  return await Array.fromAsync(
    ask(engine, rows, (statement, rows) => parentsQuery(statement, rows, names), signal),
  );
}

async function* ask(
  engine: Engine,
  rows: RowSource,
  query: (statement: Statement, rows: RowSource) => string,
  signal: AbortSignal,
): AsyncGenerator<OddRun> {
  const statement = new Statement();
  withRows(statement, rows);
  for await (const answer of engine.ask(statement, query(statement, rows), signal)) yield* oddRuns(answer);
}

function oddRuns(answer: Answer): OddRun[] {
  const copies = answer.counts("copies"), bare = answer.bools("bare"), created = answer.times("created");
  const sysId = answer.texts("sys_id"), customId = answer.texts("custom_id"), name = answer.texts("name");
  const parent = answer.texts("parent"), forkStep = answer.floats("fork_step");
  return answer.texts("key").map((key, i) => ({
    key: key!,
    copies: copies[i],
    isBare: bare[i] === true,
    created: Number.isNaN(created[i]) ? null : created[i],
    sysId: sysId[i],
    customId: customId[i],
    name: name[i],
    parent: parent[i],
    forkStep: Number.isNaN(forkStep[i]) ? null : forkStep[i],
  }));
}
