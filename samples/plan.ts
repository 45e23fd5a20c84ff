/**
 * The runs of the sample project: which settings each one trains with, and which one goes on from which.
 *
 * @module
 */

/** The settings of one run. */
export interface RunPlan {
  /** The custom run id. */
  id: string;
  /** Its experiment, or null for a run outside of any. */
  experiment: string | null;
  /** When it starts, in UTC. */
  start: string;
  hidden: number[];
  optimizer: "sgd" | "adam";
  learningRate: number;
  /** `cosine` lets the rate fall to zero at the last step. */
  schedule: "constant" | "cosine";
  /** For gradient descent only. */
  momentum?: number;
  batchSize: number;
  /** Lets the softmax overflow. */
  carelessSoftmax: boolean;
  seed: number;
  /** The last step. */
  steps: number;
  tags: string[];
  description: string;
  /** Goes on from the checkpoint that `parent` left at `step`. */
  fork?: { parent: string; step: number };
}

const common = {
  hidden: [32],
  schedule: "constant",
  batchSize: 32,
  carelessSoftmax: false,
  seed: 1,
  steps: 500,
} as const;
const mlp = { ...common, hidden: [32] };
const linear = { ...common, hidden: [], experiment: "linear" };

/** All runs, in the order in which they were made; a parent comes before its forks. */
export const PLAN: readonly RunPlan[] = [
  {
    ...linear,
    id: "linear-1",
    start: "2025-11-03T09:00:00Z",
    optimizer: "sgd",
    learningRate: 0.1,
    momentum: 0,
    tags: ["baseline"],
    description: "Softmax regression, the number to beat",
  },
  {
    ...linear,
    id: "linear-2",
    start: "2025-11-03T09:20:00Z",
    optimizer: "adam",
    learningRate: 0.003,
    tags: ["baseline"],
    description: "Softmax regression with Adam",
  },
  {
    ...mlp,
    id: "mlp-sgd-1",
    experiment: "mlp-sgd",
    start: "2025-11-04T08:30:00Z",
    optimizer: "sgd",
    learningRate: 0.2,
    momentum: 0,
    tags: ["relu"],
    description: "One hidden layer, plain gradient descent",
  },
  {
    ...mlp,
    id: "mlp-sgd-2",
    experiment: "mlp-sgd",
    start: "2025-11-04T09:10:00Z",
    optimizer: "sgd",
    learningRate: 0.05,
    momentum: 0.9,
    schedule: "cosine",
    seed: 2,
    tags: ["relu", "momentum"],
    description: "One hidden layer, momentum, falling rate",
  },
  {
    ...mlp,
    id: "mlp-sgd-hot",
    experiment: "mlp-sgd",
    start: "2025-11-04T10:00:00Z",
    optimizer: "sgd",
    learningRate: 8,
    momentum: 0.9,
    carelessSoftmax: true,
    tags: ["relu", "diverged"],
    description: "A rate that is far too high, and a softmax that overflows",
  },
  {
    ...mlp,
    id: "mlp-sgd-1-slow",
    experiment: "mlp-sgd",
    start: "2025-11-05T07:45:00Z",
    optimizer: "sgd",
    learningRate: 0.02,
    momentum: 0,
    seed: 3,
    tags: ["relu", "fork"],
    description: "mlp-sgd-1 from step 200 on, at a tenth of its rate",
    fork: { parent: "mlp-sgd-1", step: 200 },
  },
  {
    ...mlp,
    id: "mlp-adam-1",
    experiment: "mlp-adam",
    start: "2025-11-06T08:00:00Z",
    optimizer: "adam",
    learningRate: 0.001,
    tags: ["relu"],
    description: "One hidden layer, Adam",
  },
  {
    ...mlp,
    id: "mlp-adam-2",
    experiment: "mlp-adam",
    start: "2025-11-06T09:15:00Z",
    hidden: [48],
    optimizer: "adam",
    learningRate: 0.01,
    seed: 2,
    tags: ["relu", "wide"],
    description: "A wider hidden layer and a higher rate",
  },
  {
    ...mlp,
    id: "mlp-adam-2-cool",
    experiment: "mlp-adam",
    start: "2025-11-07T08:20:00Z",
    hidden: [48],
    optimizer: "adam",
    learningRate: 0.001,
    seed: 4,
    tags: ["relu", "wide", "fork"],
    description: "mlp-adam-2 from step 250 on, at a tenth of its rate",
    fork: { parent: "mlp-adam-2", step: 250 },
  },
  {
    ...mlp,
    id: "mlp-adam-2-cool-large",
    experiment: "mlp-adam",
    start: "2025-11-07T10:40:00Z",
    hidden: [48],
    optimizer: "adam",
    learningRate: 0.001,
    batchSize: 96,
    seed: 5,
    steps: 450,
    tags: ["relu", "wide", "fork"],
    description: "mlp-adam-2-cool from step 350 on, with batches three times as large",
    fork: { parent: "mlp-adam-2-cool", step: 350 },
  },
  {
    ...mlp,
    id: "mlp-adam-from-sgd",
    experiment: "mlp-adam",
    start: "2025-11-08T09:05:00Z",
    optimizer: "adam",
    learningRate: 0.002,
    seed: 6,
    tags: ["relu", "fork"],
    description: "mlp-sgd-1 from step 150 on, with Adam",
    fork: { parent: "mlp-sgd-1", step: 150 },
  },
  {
    ...mlp,
    id: "smoke-test",
    experiment: null,
    start: "2025-11-03T08:55:00Z",
    hidden: [8],
    optimizer: "sgd",
    learningRate: 0.1,
    momentum: 0,
    steps: 50,
    tags: [],
    description: "Does it run at all?",
  },
];
