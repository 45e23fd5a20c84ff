/**
 * Series of a query, batch by batch: here, or several batches at once in Web Workers.
 *
 * @module
 */

import { concurrently } from "../../async/concurrent.ts";
import { workSince } from "../../async/work_time.ts";
import { bucketPoints } from "../../buckets.ts";
import { type BucketColumns, disposeOf, type SeriesBlock, seriesRefs } from "../../columns.ts";
import type { SeriesQuery } from "../../source.ts";
import { chainOf } from "../index/lineage.ts";
import { type BatchContext, type BatchQuery, type BatchSeries, readBatch, type SeriesBatch } from "./batch.ts";
import type { BatchReaders, ReadContext } from "./context.ts";

/** Few paths are a small share of what a run usually has. */
const FEW_PATHS = 16;
const FEW_SHARE = 1 / 8;

/** Points of series. */
export async function* readSeries(context: ReadContext, query: SeriesQuery): AsyncGenerator<SeriesBlock> {
  const plan = planOf(context, query), asked = queryOf(query);
  const progress = new Progress(query);
  const found = throughBatches(
    context,
    plan,
    (batch) => readBatch(context, asked, batch, { onTurn: (...turn) => progress.expect(batch, ...turn) }),
    (workers, batch, signal) => progress.around(batch, workers.points(batch, asked, signal)),
  );
  for await (const block of found) {
    progress.more(block.step.length);
    yield block;
  }
  progress.end();
}

/** Float series in buckets of steps, each series from its own first to its own last step. */
export async function* readOverviews(
  context: ReadContext,
  query: SeriesQuery,
  maxBuckets: number,
): AsyncGenerator<BucketColumns> {
  const plan = planOf(context, query), asked = { ...queryOf(query), timestamps: false };
  yield* throughBatches(
    context,
    plan,
    async function* (batch) {
      yield await bucketBatch(context, asked, batch, maxBuckets);
    },
    (workers, batch, signal) => workers.buckets(batch, asked, maxBuckets, signal),
  );
}

/** Smaller columns are not worth keeping their memory for the next ones. */
const REUSED = 100_000;

/** The buckets of a batch, from its points. */
export async function bucketBatch(
  context: BatchContext,
  query: BatchQuery,
  batch: SeriesBatch,
  maxBuckets: number,
): Promise<BucketColumns> {
  const series = batch.series.reduce((most, one) => Math.max(most, one.series), -1) + 1;
  const shared: Float64Array[] = [];
  const read = () => readBatch(context, query, batch, { shared });
  const columns = await bucketPoints(read, { series, maxBuckets, range: "each" });
  for (const column of shared) if (column.length > REUSED) disposeOf(column);
  return columns;
}

/** Several batches at once in workers where that is worth it, else here one after the other. */
async function* throughBatches<T>(
  context: ReadContext,
  plan: SeriesPlan,
  here: (batch: SeriesBatch) => AsyncGenerator<T, void>,
  there: (workers: BatchReaders, batch: SeriesBatch, signal: AbortSignal) => AsyncGenerator<T, void>,
): AsyncGenerator<T, void> {
  const workers = plan.isFloat ? context.workers?.(plan.runs) ?? null : null;
  const batches = workers ? [...batchesOf(context, plan, 1)] : [];
  if (workers && (batches.length > 1 || workers.always)) {
    let count = workers.most, least = Infinity, spent = 0;
    for (let probes = 0; !workers.always && probes < PROBES && batches.length > 0; probes++) {
      const took = yield* timed(here(batches.shift()!));
      spent += took;
      least = Math.min(least, took);
      const left = least * batches.length;
      count = workers.worth(left);
      if (count <= workers.idle || workers.worth(left / CLEARLY) === count) break;
    }
    if (count > 0) {
      const readers = workers.start(count);
      const jobs = batches.map((batch) => (signal: AbortSignal) => there(readers, batch, signal));
      yield* concurrently(jobs, count + 1, context.signal);
    } else {
      for (const batch of batches) spent += yield* timed(here(batch));
      workers.spent(spent);
    }
    return;
  }
  // How large the next batch is, depends on what came out of this one.
  for (const batch of batchesOf(context, plan, plan.few ? FEW_SHARE : 1)) yield* here(batch);
}

/** So many batches at most are read here to see how long one takes. The first ones of a process take longer than others. */
const PROBES = 3;
/** When so much less work would be worth as many workers, there is no need to look again; nor where none has to start. */
const CLEARLY = 5;

/** Passes on, and gives the milliseconds of work that this took, without those of who takes it. */
async function* timed<T>(values: AsyncGenerator<T, void>): AsyncGenerator<T, number> {
  let took = 0;
  while (true) {
    const work = workSince();
    const { done, value } = await values.next();
    took += work();
    if (done) return took;
    yield value;
  }
}

/** The runs of a query, and what is asked of them. */
interface SeriesPlan {
  runs: number[];
  seriesOf(run: number): BatchSeries[];
  chain(run: number): number[];
  isFloat: boolean;
  few: boolean;
}

function planOf({ index }: ReadContext, query: SeriesQuery): SeriesPlan {
  const refs = seriesRefs(query.series).map((ref, series) => ({ ...ref, series }));
  const asked = Map.groupBy(refs, (ref) => ref.run);
  const name = (run: number) => index.system.value("sys/name", "string", run);
  return {
    runs: [...asked.keys()].flatMap((key) => index.numbers.get(key) ?? []),
    seriesOf: (run) => asked.get(index.keys[run])!.map((ref) => ({ ...ref, run })),
    chain: (run) => chainOf(run, query.lineage, index.parents, name),
    isFloat: query.kind === "float",
    few: query.series.paths.length <= FEW_PATHS,
  };
}

function queryOf({ kind, stepRange, timestamps, previews, limit }: SeriesQuery): BatchQuery {
  return { kind, stepRange, timestamps, previews, limit };
}

/** @param share Which share of the rows of a file is expected to be kept, as long as nothing is known. */
function* batchesOf(context: ReadContext, plan: SeriesPlan, share: number): Generator<SeriesBatch> {
  for (const some of context.batches(plan.runs, plan.chain, share)) {
    const batch: SeriesBatch = {
      series: some.targets.flatMap(plan.seriesOf),
      chains: new Map(some.targets.map((run) => [run, plan.chain(run)])),
      sources: some.sources,
    };
    yield batch;
    some.kept = batch.kept;
  }
}

/** How far a query is. */
class Progress {
  readonly #query: SeriesQuery;
  #done = 0;
  /** How many series, or shares of series, are read or about to be, and how many points they have. */
  #seen = 0;
  #expected = 0;

  constructor(query: SeriesQuery) {
    this.#query = query;
  }

  expect(batch: SeriesBatch, share: number, points: number): void {
    this.#seen += batch.series.length * share;
    this.#expected = this.#done + points;
  }

  /** The same of a batch of which is known how many points it has when all of them are there. */
  async *around(batch: SeriesBatch, blocks: AsyncGenerator<SeriesBlock>): AsyncGenerator<SeriesBlock, void> {
    yield* blocks;
    this.expect(batch, 1, 0);
  }

  more(points: number): void {
    this.#done += points;
    // What is still to come is taken to be as long as what was read; the first few series say too little about the others.
    const all = this.#query.series.run.length;
    const expected = Math.max(this.#expected, this.#done);
    this.#query.onProgress?.(points, this.#seen * 5 < all ? null : Math.round(expected * all / this.#seen));
  }

  end(): void {
    this.#query.onProgress?.(0, this.#done);
  }
}
