import assert from "node:assert/strict";
import { openArchive } from "../../src/archive/catalog.ts";
import { PROJECT } from "../../samples/make.ts";
import type { Catalog, Source } from "../../src/source.ts";
import { CHECKS, openSample } from "./suite.ts";

/** Passes pages on, changed. */
async function* changed<T>(pages: AsyncIterable<T>, change: (page: T) => T): AsyncGenerator<T> {
  for await (const page of pages) yield change(page);
}

/** Sources with one thing wrong, each with the calls that must notice. */
const faults: [fault: string, spoil: (source: Source) => Partial<Source>][] = [
  ["runs() forgets the offset", (s) => ({ runs: (q) => s.runs({ ...q, offset: 0 }) })],
  ["runs() counts one page only", (s) => ({
    runs: (q) => changed(s.runs(q), (page) => ({ ...page, total: page.runs.length })),
  })],
  ["runs() sorts ascending only", (s) => ({
    runs: (q) => s.runs({ ...q, sort: q.sort && { ...q.sort, descending: false } }),
  })],
  ["runs() takes no for an answer to everything", (s) => ({
    runs: (q) => s.runs({ ...q, where: q.where?.op === "not" ? q.where.term : q.where }),
  })],
  ["attributes() ignores types", (s) => ({ attributes: (q) => s.attributes({ ...q, types: null }) })],
  ["existing() ignores runs", (s) => ({ existing: (q) => s.existing({ ...q, runs: null }) })],
  ["series() inherits what it should not", (s) => ({ series: (q) => s.series({ ...q, lineage: "full" }) })],
  ["series() does not inherit", (s) => ({ series: (q) => s.series({ ...q, lineage: "own" }) })],
  ["series() includes the step it comes after", (s) => ({
    series: (q) => s.series({ ...q, series: { ...q.series, after: q.series.after?.map((step) => step - 1e-9) } }),
  })],
  ["series() limits from the start only", (s) => ({
    series: (q) => s.series({ ...q, limit: q.limit && { ...q.limit, from: "start" } }),
  })],
  ["file() gives a byte too many", (s) => ({
    file: (ref, { to, ...options } = {}) => s.file(ref, { ...options, to: to === undefined ? to : to + 1 }),
  })],
  ["series() is a millisecond late", (s) => ({
    series: (q) => changed(s.series(q), (block) => ({ ...block, timestamp: block.timestamp.map((time) => time + 1) })),
  })],
  ["values() rounds integers to floats", (s) => ({
    values: (q) =>
      changed(s.values(q), (block) => ({
        ...block,
        columns: block.columns.map((column) =>
          column.type === "int" ? { ...column, data: column.data.map((value) => BigInt(Number(value))) } : column
        ),
      })),
  })],
  ["values() cannot be aborted", (s) => ({ values: (q) => s.values({ ...q, signal: undefined }) })],
  ["file() gives another file", () => ({
    file: () => Promise.resolve({ bytes: new Blob(["something else"]).stream(), size: 14 }),
  })],
];

/** A source that passes everything on, but for what is spoiled. */
function spoiled(source: Source, spoil: (source: Source) => Partial<Source>): Source {
  return {
    label: source.label,
    project: (options) => source.project(options),
    runs: (query) => source.runs(query),
    attributes: (query) => source.attributes(query),
    existing: (query) => source.existing(query),
    values: (query) => source.values(query),
    series: (query) => source.series(query),
    file: (ref, options) => source.file(ref, options),
    close: () => source.close(),
    ...spoil(source),
  };
}

Deno.test("the conformance suite notices a source with one thing wrong, and none that is right", async (t) => {
  const sample = await openSample(({ data, files }) => {
    const catalog = openArchive({ data, files });
    return Promise.resolve({ catalog, close: () => Promise.resolve(catalog.close()) });
  });
  /** The first check of this method that fails for the spoiled source. */
  async function noticed(method: string, spoil: (source: Source) => Partial<Source>): Promise<string | null> {
    const source = spoiled(sample.source, spoil);
    const { catalog } = sample;
    const same: Catalog = {
      label: catalog.label,
      projects: (options) => catalog.projects(options),
      open: (project) => project === PROJECT ? source : catalog.open(project),
      close: () => {},
    };
    for (const one of CHECKS.filter(({ name }) => name.includes(method) || name.includes("aborted"))) {
      const failure = await one.check({ ...sample, source, catalog: same }).then(() => null, () => one.name);
      if (failure !== null) return failure;
    }
    return null;
  }
  await t.step("nothing is wrong", async () => assert.equal(await noticed("values(", () => ({})), null));
  for (const [fault, spoil] of faults) {
    await t.step(
      fault,
      async () => assert.notEqual(await noticed(fault.slice(0, fault.indexOf("(") + 1), spoil), null),
    );
  }
  await sample.close();
});
