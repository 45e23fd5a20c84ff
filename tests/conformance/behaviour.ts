/**
 * What every call does whatever it reads: end when aborted, stop when the caller has enough, name what is missing.
 *
 * @module
 */

import assert from "node:assert/strict";
import { seriesList } from "../../src/columns.ts";
import type { AttributesQuery, CallOptions, RunsQuery, SeriesQuery, Source } from "../../src/source.ts";
import { runs, valuesByKey } from "../ask.ts";
import { PROJECT } from "../../samples/make.ts";
import type { Sample, SampleCheck } from "./check.ts";

const allRuns: RunsQuery = {};
const allAttributes: AttributesQuery = {};

function allLosses({ keys }: Sample): SeriesQuery {
  const series = seriesList([...keys.values()].map((run) => ({ run, path: "train/loss" })));
  return { kind: "float", series, lineage: "full" };
}

async function drain(pages: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of pages);
}

/** Every call of a source, waiting for all of its answer. */
function calls(sample: Sample): [name: string, call: (source: Source, options: CallOptions) => Promise<unknown>][] {
  return [
    ["project", (source, options) => source.project(options)],
    ["runs", (source, options) => drain(source.runs({ ...allRuns, ...options }))],
    ["attributes", (source, options) => drain(source.attributes({ ...allAttributes, ...options }))],
    ["existing", (source, options) => drain(source.existing({ ...allAttributes, ...options }))],
    ["values", (source, options) => drain(source.values({ ...allAttributes, ...options }))],
    ["series", (source, options) => drain(source.series({ ...allLosses(sample), ...options }))],
  ];
}

export const behaviourChecks: SampleCheck[] = [
  {
    name: "project() gives the project's name, projects() lists it, and open() takes its name or its id",
    async check({ catalog, source }) {
      const project = await source.project();
      assert.equal(project.name, PROJECT);
      assert.deepEqual(await catalog.projects(), [project]);
      assert.equal((await runs(catalog.open(project.id))).length, 12);
    },
  },
  {
    name: "a project that does not exist is an error of the first call, not of open()",
    async check({ catalog }) {
      const source = catalog.open("nereid/none");
      await assert.rejects(() => source.project(), { name: "ProjectNotFoundError" });
      await assert.rejects(() => runs(source), { name: "ProjectNotFoundError" });
    },
  },
  {
    name: "every call with a signal that is aborted already ends with the signal's reason, and reads go on after it",
    async check(sample) {
      for (const [name, call] of calls(sample)) {
        const reason = new Error(`enough of ${name}`);
        await assert.rejects(
          () => call(sample.source, { signal: AbortSignal.abort(reason) }),
          (error) => error === reason,
          name,
        );
      }
      assert.equal((await runs(sample.source)).length, 12);
    },
  },
  {
    name: "every call that is aborted under way ends with the signal's reason",
    async check(sample) {
      // What is known already is given at once: project() need not notice.
      for (const [name, call] of calls(sample).filter(([name]) => name !== "project")) {
        const { promise, resolve } = Promise.withResolvers<unknown>();
        const controller = new AbortController();
        const source = sample.catalog.open(PROJECT);
        call(source, { signal: controller.signal }).then(() => resolve("finished"), resolve);
        const reason = new Error(`enough of ${name}`);
        controller.abort(reason);
        assert.equal(await promise, reason, name);
      }
    },
  },
  {
    name: "an aborted file() ends with the signal's reason",
    async check(sample) {
      const key = sample.keys.get("linear-1")!;
      const found = (await valuesByKey(sample.source, { runs: [key], types: ["file"] })).get(key)!;
      const ref = found["config.json:file"] as Parameters<Source["file"]>[0];
      const reason = new Error("enough");
      await assert.rejects(
        () => sample.source.file(ref, { signal: AbortSignal.abort(reason) }),
        (error) => error === reason,
      );
    },
  },
  {
    name: "a caller may stop after the first page of anything",
    async check(sample) {
      const { source } = sample;
      for await (const page of source.runs(allRuns)) {
        assert.ok(page.runs.length > 0);
        break;
      }
      for await (const page of source.attributes(allAttributes)) {
        assert.ok(page.length > 0);
        break;
      }
      for await (const block of source.values(allAttributes)) {
        assert.ok(block.columns.length > 0);
        break;
      }
      for await (const block of source.series(allLosses(sample))) {
        assert.ok(block.spans.length > 0);
        break;
      }
      assert.equal((await runs(source)).length, 12);
    },
  },
  {
    name: "calls side by side do not disturb each other",
    async check(sample) {
      const counts = await Promise.all([1, 2, 3, 4].map(async () => {
        let points = 0;
        for await (const { step } of sample.source.series(allLosses(sample))) points += step.length;
        return [points, (await runs(sample.source)).length, (await valuesByKey(sample.source)).size];
      }));
      const query = { kind: "float", stepRange: [null, null], lineage: "full", limit: null } as const;
      const points = sample.model.runs.map(({ id }) =>
        sample.model.points({ run: id, path: "train/loss" }, query).length
      );
      const total = points.reduce((a, b) => a + b, 0);
      assert.deepEqual(counts, [1, 2, 3, 4].map(() => [total, 12, 12]));
    },
  },
];
