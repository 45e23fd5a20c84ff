/**
 * Trains one run and keeps what a training script would log.
 *
 * @module
 */

import { type Images, SIDE } from "./digits.ts";
import {
  adam,
  backward,
  best,
  forward,
  type Layer,
  type Memory,
  memory,
  multiplyAdds,
  network,
  random,
  sgd,
} from "./network.ts";
import type { RunPlan } from "./plan.ts";
import type { HistogramCell } from "./writer.ts";

/** The state of a training that another one can go on from. */
export interface Checkpoint {
  optimizer: RunPlan["optimizer"];
  layers: Layer[];
  memory: Memory;
}

/** One logged point; `seconds` since the start of the run, on the modelled clock. */
export interface Logged<T> {
  path: string;
  step: number;
  seconds: number;
  value: T;
}

/** What was logged. */
export interface TrainingLog {
  floats: Logged<number>[];
  texts: Logged<string>[];
  histograms: Logged<HistogramCell>[];
  /** Counts by true digit (row) and predicted digit. */
  confusions: Logged<number[][]>[];
  /** Parameters of the first layer, one image for each of its outputs. */
  weights: Logged<Layer>[];
  /** Validation images that the last network got wrong: index, true digit, predicted digit. */
  mistakes: [image: number, label: number, predicted: number][];
  checkpoints: Map<number, Checkpoint>;
  /** Whether the loss stopped being a number. */
  diverged: boolean;
  seconds: number;
}

/** The clock of the sample: nothing is measured, so that training again gives the same times. */
export const CLOCK = "0.05 s per step, plus 1 s per million multiply-adds";
const secondsFor = (multiplyAdds: number) => 0.05 + multiplyAdds / 1e6;

const EVALUATE_EVERY = 50;
const PICTURE_EVERY = 100;
/** How long a training goes on after its loss stopped being a number. */
const PATIENCE = 25;

/** Trains a run from scratch, or on from a checkpoint, and keeps checkpoints at the steps asked for. */
export function train(
  plan: RunPlan,
  data: { train: Images; validation: Images },
  from: Checkpoint | null,
  checkpointsAt: number[],
): TrainingLog {
  const next = random(plan.seed);
  const sizes = [SIDE * SIDE, ...plan.hidden, 10];
  const layers = from ? structuredClone(from.layers) : network(sizes, next);
  const state = from?.optimizer === plan.optimizer ? structuredClone(from.memory) : memory(layers);
  const log: TrainingLog = {
    floats: [],
    texts: [],
    histograms: [],
    confusions: [],
    weights: [],
    mistakes: [],
    checkpoints: new Map(),
    diverged: false,
    seconds: 0,
  };
  const start = plan.fork?.step ?? 0;
  const note = (path: string, step: number, value: string) =>
    log.texts.push({ path, step, seconds: log.seconds, value });
  if (from) {
    note("logs/train", start + 1, `resumed from ${plan.fork!.parent} at step ${start}`);
  } else {
    const counts = `${data.train.labels.length} images to train on, ${data.validation.labels.length} to validate with`;
    note("logs/setup", 0, `${counts}\nlayers ${sizes.join(" -> ")}, ${multiplyAdds(layers)} multiply-adds per image`);
  }

  const batches = shuffled(data.train.labels.length, plan.batchSize, next);
  let lost = 0;
  for (let step = start + 1; step <= plan.steps && lost < PATIENCE; step++) {
    const rate = rateAt(plan, step);
    const { loss, accuracy, gradients } = gradient(layers, data.train, batches(), plan.carelessSoftmax);
    const seconds = secondsFor(3 * plan.batchSize * multiplyAdds(layers));
    log.seconds += seconds;
    const point = (path: string, value: number) => log.floats.push({ path, step, seconds: log.seconds, value });
    point("train/accuracy", accuracy);
    point("train/gradient_norm", norm(gradients));
    point("train/learning_rate", rate);
    point("train/loss", loss);
    if (plan.optimizer === "sgd") sgd(layers, gradients, state, rate, plan.momentum ?? 0);
    else adam(layers, gradients, state, rate);

    if (Number.isNaN(loss)) {
      if (lost++ === 0) note("logs/train", step, `step ${step}: loss is not a number any more`);
    }
    if (step % EVALUATE_EVERY === 0 || lost === PATIENCE) evaluate(step, seconds);
    if (checkpointsAt.includes(step)) {
      log.checkpoints.set(step, structuredClone({ optimizer: plan.optimizer, layers, memory: state }));
    }
  }
  log.diverged = lost > 0;
  return log;

  function evaluate(step: number, stepSeconds: number) {
    const result = validate(layers, data.validation, plan.carelessSoftmax);
    log.seconds += secondsFor(data.validation.labels.length * multiplyAdds(layers));
    const at = { step, seconds: log.seconds };
    log.floats.push({ path: "time/modelled_step_seconds", ...at, value: stepSeconds });
    log.floats.push({ path: "validation/accuracy", ...at, value: result.accuracy });
    log.floats.push({ path: "validation/loss", ...at, value: result.loss });
    const numbers = `validation loss ${result.loss.toFixed(4)}, accuracy ${(100 * result.accuracy).toFixed(1)} %`;
    note("logs/train", step, `step ${step}: ${numbers}`);
    for (const [l, layer] of layers.entries()) {
      const value = histogram(layer.parameters.subarray(0, layer.inputs * layer.outputs));
      if (value) log.histograms.push({ path: `weights/layer_${l + 1}`, ...at, value });
    }
    log.mistakes = result.mistakes;
    if (step % PICTURE_EVERY === 0) {
      log.confusions.push({ path: "validation/confusion", ...at, value: result.confusion });
    }
    if (step === plan.steps) log.weights.push({ path: "weights/picture", ...at, value: layers[0] });
  }
}

function rateAt({ schedule, learningRate, steps }: RunPlan, step: number): number {
  return schedule === "constant" ? learningRate : learningRate * (1 + Math.cos(Math.PI * step / steps)) / 2;
}

/** Gives batch after batch of image numbers, shuffled anew when all were seen. */
function shuffled(images: number, batchSize: number, next: () => number): () => Uint32Array {
  const order = Uint32Array.from({ length: images }, (_, i) => i);
  let at = images;
  return () => {
    if (at + batchSize > images) {
      for (let i = images - 1; i > 0; i--) {
        const j = Math.floor(next() * (i + 1));
        [order[i], order[j]] = [order[j], order[i]];
      }
      at = 0;
    }
    return order.slice(at, at += batchSize);
  };
}

const imageOf = ({ pixels }: Images, i: number) => pixels.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE);

function gradient(layers: Layer[], images: Images, batch: Uint32Array, careless: boolean) {
  const gradients = layers.map(({ parameters }) => new Float64Array(parameters.length));
  let loss = 0;
  let hits = 0;
  for (const i of batch) {
    const result = backward(layers, gradients, imageOf(images, i), images.labels[i], careless);
    loss += result.loss;
    if (result.hit) hits++;
  }
  for (const values of gradients) for (let i = 0; i < values.length; i++) values[i] /= batch.length;
  return { gradients, loss: loss / batch.length, accuracy: hits / batch.length };
}

const norm = (gradients: Float64Array[]) =>
  Math.sqrt(gradients.reduce((sum, values) => values.reduce((part, value) => part + value * value, sum), 0));

function validate(layers: Layer[], images: Images, careless: boolean) {
  const confusion = Array.from({ length: 10 }, () => new Array<number>(10).fill(0));
  const mistakes: TrainingLog["mistakes"] = [];
  let loss = 0;
  for (const [i, label] of images.labels.entries()) {
    const logProbability = forward(layers, imageOf(images, i), careless).at(-1)!;
    const predicted = best(logProbability);
    loss -= logProbability[label];
    if (predicted >= 0) confusion[label][predicted]++;
    if (predicted !== label) mistakes.push([i, label, predicted]);
  }
  const { length } = images.labels;
  return { confusion, mistakes, loss: loss / length, accuracy: 1 - mistakes.length / length };
}

/** Twenty equal bins over all values; null where they are not finite. */
function histogram(values: Float64Array): HistogramCell | null {
  const min = values.reduce((a, b) => Math.min(a, b), Infinity);
  const max = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!Number.isFinite(max - min)) return null;
  const counts = new Array<number>(20).fill(0);
  for (const value of values) counts[Math.min(19, Math.floor(20 * (value - min) / (max - min)))]++;
  return { type: "COUNTING", edges: Array.from({ length: 21 }, (_, i) => min + (max - min) * i / 20), values: counts };
}
