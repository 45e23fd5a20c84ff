/** The scenarios of neptune-query's own performance tests: how many experiments, attributes and steps. */

/** One scenario. */
export interface Scenario {
  experiments: number;
  /** Over all experiments. */
  attributes: number;
  /** How likely an experiment has an attribute. */
  density: number;
  steps: number;
  /** neptune-query cannot finish it. */
  tooLarge?: boolean;
}

export const SCENARIOS: Record<string, Scenario> = {
  fm001: { experiments: 1, attributes: 1, density: 1, steps: 1_000_000 },
  fm003: { experiments: 1, attributes: 100_000, density: 1, steps: 1 },
  fm005: { experiments: 1, attributes: 100_000, density: 1, steps: 100 },
  fm010: { experiments: 2, attributes: 100_000, density: 0.5, steps: 1 },
  fm014: { experiments: 10, attributes: 100_000, density: 0.1, steps: 1 },
  fm018: { experiments: 10, attributes: 100_000, density: 1, steps: 1 },
  fm024: { experiments: 1000, attributes: 1000, density: 1, steps: 1 },
  fm035: { experiments: 100_000, attributes: 10, density: 1, steps: 1 },
  fm021: { experiments: 1000, attributes: 100_000, density: 0.01, steps: 1, tooLarge: true },
  fm029: { experiments: 1000, attributes: 100_000, density: 0.1, steps: 1, tooLarge: true },
  le001: { experiments: 29_000, attributes: 1, density: 1, steps: 1 },
};

/** Tells whether an experiment has an attribute: always the same for the same two. */
export function exists(experiment: number, attribute: number, density: number): boolean {
  if (density === 1) return true;
  let hash = Math.imul(experiment + 1, 0x9e3779b1) ^ Math.imul(attribute + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32 < density;
}

/** How many points there are. */
export function pointsOf({ experiments, attributes, density, steps }: Scenario): number {
  if (density === 1) return experiments * attributes * steps;
  let series = 0;
  for (let e = 0; e < experiments; e++) for (let a = 0; a < attributes; a++) if (exists(e, a, density)) series++;
  return series * steps;
}
