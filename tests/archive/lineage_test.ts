import assert from "node:assert/strict";
import fc from "fast-check";
import { chainOf, inherit, type Parents } from "../../src/archive/index/lineage.ts";

/** A forest of runs, each with its own points as `[step, identity]`, in file order. */
interface Forest {
  parents: Parents;
  points: { step: number; id: string }[][];
}

const forests: fc.Arbitrary<Forest> = fc.array(
  fc.record({
    parent: fc.nat(),
    isRoot: fc.boolean(),
    forkStep: fc.integer({ min: -1, max: 12 }),
    steps: fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 12 }),
  }),
  { minLength: 1, maxLength: 6 },
).map((runs) => ({
  parents: {
    // A parent has a smaller number: no cycles.
    parent: Int32Array.from(runs, ({ parent, isRoot }, run) => run === 0 || isRoot ? -1 : parent % run),
    forkStep: Float64Array.from(runs, ({ forkStep }) => forkStep),
    unresolved: [],
  },
  points: runs.map(({ steps }, run) => steps.sort((a, b) => a - b).map((step, i) => ({ step, id: `${run}:${i}` }))),
}));

/** The rule in its plainest words: inherit what is at or before the fork, add own points where nothing was inherited. */
function naive({ parents, points }: Forest, run: number): { step: number; id: string }[] {
  const parent = parents.parent[run];
  if (parent < 0) return points[run];
  const inherited = naive({ parents, points }, parent).filter(({ step }) => step <= parents.forkStep[run]);
  const own = points[run].filter(({ step }) => !inherited.some((point) => point.step === step));
  return [...inherited, ...own].sort((a, b) => a.step - b.step);
}

Deno.test("inherit() gives what the rule of forks gives", () => {
  fc.assert(
    fc.property(forests, (forest) => {
      const all = forest.points.flat();
      const step = Float64Array.from(all, (point) => point.step);
      const own = (run: number) => Uint32Array.from(forest.points[run], (point) => all.indexOf(point));
      for (let run = 0; run < forest.points.length; run++) {
        const chain = chainOf(run, "full", forest.parents, () => undefined);
        const rows = inherit(chain, forest.parents, own, step);
        assert.deepEqual([...rows].map((row) => all[row]), naive(forest, run));
      }
    }),
    { numRuns: 500 },
  );
});

const chainForest: Parents = {
  parent: Int32Array.of(-1, 0, 1, 2),
  forkStep: Float64Array.of(NaN, 1, 2, 3),
  unresolved: [],
};

Deno.test("chainOf() goes to the root, to the edge of the experiment, or nowhere", () => {
  const names = ["a", "b", "b", "b"];
  const chain = (run: number, lineage: "full" | "experiment" | "own") =>
    chainOf(run, lineage, chainForest, (run) => names[run]);
  assert.deepEqual(chain(3, "full"), [0, 1, 2, 3]);
  assert.deepEqual(chain(3, "experiment"), [1, 2, 3]);
  assert.deepEqual(chain(3, "own"), [3]);
  assert.deepEqual(chainOf(3, "experiment", chainForest, () => undefined), [3], "no name, no experiment");
});
