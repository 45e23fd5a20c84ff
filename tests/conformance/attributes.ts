/**
 * Which attributes exist.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { AttributesQuery, PathFilter, Source } from "../../src/source.ts";
import { attributes } from "../ask.ts";
import type { Sample, SampleCheck } from "./check.ts";
import { compareNames } from "./model.ts";

/** What the model says: all attributes of these runs that pass, as `path:type`. */
function expected({ model }: Sample, ids: string[] | null, passes: (path: string, type: string) => boolean): string[] {
  const chosen = model.runs.filter(({ id }) => ids === null || ids.includes(id));
  const names = new Set(chosen.flatMap((run) => model.attributes(run)));
  return [...names].filter((name) => {
    const at = name.lastIndexOf(":");
    return passes(name.slice(0, at), name.slice(at + 1));
  }).sort(compareNames);
}

const keysOf = ({ keys }: Sample, ids: string[] | null) => ids?.map((id) => keys.get(id)!) ?? null;
const patterns = (...any: PathFilter["any"]): PathFilter => ({ any });

/** Queries, each with the same thing in plain code. */
const cases: [
  rule: string,
  runs: string[] | null,
  query: Partial<AttributesQuery>,
  passes: (path: string, type: string) => boolean,
][] = [
  ["all of the project", null, {}, () => true],
  ["all of one run", ["mlp-sgd-1"], {}, () => true],
  ["inherited series of a fork of a fork", ["mlp-adam-2-cool-large"], {}, () => true],
  ["all of two runs, each once", ["smoke-test", "linear-1"], {}, () => true],
  ["of no run", [], {}, () => true],
  [
    "exact paths",
    null,
    { paths: ["train/loss", "sys/id", "train", "nothing"] },
    (path) => ["train/loss", "sys/id"].includes(path),
  ],
  ["no paths", null, { paths: [] }, () => false],
  [
    "types",
    null,
    { types: ["histogram_series", "datetime"] },
    (_, type) => ["histogram_series", "datetime"].includes(type),
  ],
  ["no types", null, { types: [] }, () => false],
  [
    "a pattern found anywhere",
    null,
    { filter: patterns({ must: ["loss"], mustNot: [] }) },
    (path) => path.includes("loss"),
  ],
  [
    "a pattern with anchors",
    null,
    { filter: patterns({ must: ["^config/s"], mustNot: [] }) },
    (path) => path.startsWith("config/s"),
  ],
  [
    "several patterns that must match, and some that must not",
    null,
    { filter: patterns({ must: ["/", "(?i)LOSS|acc"], mustNot: ["^train/", "\\.csv$"] }) },
    (path) => path.includes("/") && /loss|acc/i.test(path) && !path.startsWith("train/") && !path.endsWith(".csv"),
  ],
  [
    "alternatives",
    null,
    { filter: patterns({ must: ["^data/"], mustNot: [] }, { must: ["_time$"], mustNot: ["ping"] }) },
    (path) => path.startsWith("data/") || (path.endsWith("_time") && !path.includes("ping")),
  ],
  ["an alternative that asks for nothing", null, { filter: patterns({ must: [], mustNot: [] }) }, () => true],
  [
    "only what must not match",
    null,
    { filter: patterns({ must: [], mustNot: ["^sys/"] }) },
    (path) => !path.startsWith("sys/"),
  ],
  ["no alternatives", null, { filter: patterns() }, () => false],
  [
    "patterns, paths, types and runs together",
    ["mlp-sgd-hot", "mlp-adam-from-sgd"],
    {
      filter: patterns({ must: ["^train/"], mustNot: ["accuracy"] }),
      paths: ["train/loss", "train/accuracy", "logs/train"],
      types: ["float_series", "string_series"],
    },
    (path) => path === "train/loss",
  ],
];

export const attributeChecks: SampleCheck[] = [
  ...cases.map(([rule, ids, query, passes]): SampleCheck => ({
    name: `attributes(): ${rule}`,
    async check(sample) {
      const runs = keysOf(sample, ids);
      assert.deepEqual(await attributes(sample.source, { ...query, runs }), expected(sample, ids, passes));
    },
  })),
  {
    name: "attributes() of runs that do not exist are none",
    async check({ source, keys }) {
      assert.deepEqual(await attributes(source, { runs: ["no such run"] }), []);
      const one = await attributes(source, { runs: ["no such run", keys.get("linear-1")!] });
      assert.deepEqual(one, await attributes(source, { runs: [keys.get("linear-1")!] }));
    },
  },
  ...cases.map(([rule, ids, query, passes]): SampleCheck => ({
    name: `existing(): ${rule}`,
    async check(sample) {
      const found = await existing(sample.source, { ...query, runs: keysOf(sample, ids) });
      for (const { id } of sample.model.runs) {
        const own = ids === null || ids.includes(id) ? expected(sample, [id], passes) : [];
        assert.deepEqual((found.get(sample.keys.get(id)!) ?? []).sort(compareNames), own, id);
      }
    },
  })),
];

/** Which attributes exist on which run, as `path:type` by run key. */
async function existing(source: Source, query: Partial<AttributesQuery>): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for await (const block of source.existing({ ...query })) {
    assert.equal(block.path.length, block.run.length);
    assert.equal(block.type.length, block.run.length);
    for (const [i, number] of block.run.entries()) {
      const run = block.runs[number];
      if (!found.has(run)) found.set(run, []);
      const name = `${block.paths[block.path[i]]}:${block.types[block.type[i]]}`;
      assert.ok(!found.get(run)!.includes(name), `${name} of ${run} comes once`);
      found.get(run)!.push(name);
    }
  }
  return found;
}
