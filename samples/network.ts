/**
 * A small multilayer perceptron with ReLU and softmax, and the two optimizers that train it.
 *
 * @module
 */

/** Numbers between 0 and 1 that depend on the seed alone (the generator mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** One fully connected layer: `weights[o * inputs + i]`, then one bias for each output, in one array. */
export interface Layer {
  inputs: number;
  outputs: number;
  parameters: Float64Array;
}

/** Layers of the given sizes with He-initialized weights. */
export function network(sizes: number[], next: () => number): Layer[] {
  return sizes.slice(1).map((outputs, i) => {
    const inputs = sizes[i];
    const parameters = new Float64Array(outputs * (inputs + 1));
    const scale = Math.sqrt(6 / inputs);
    for (let j = 0; j < outputs * inputs; j++) parameters[j] = scale * (2 * next() - 1);
    return { inputs, outputs, parameters };
  });
}

/** Multiply-adds of one image's way forth through the layers. */
export function multiplyAdds(layers: Layer[]): number {
  return layers.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0);
}

/**
 * The outputs of every layer for one image; the last ones are logarithms of probabilities. With `careless`, great
 * outputs overflow in the softmax, as they do in programs that take the textbook at its word.
 */
export function forward(layers: Layer[], image: Float64Array, careless: boolean): Float64Array[] {
  const activations = [image];
  for (const [l, layer] of layers.entries()) {
    const { inputs, outputs, parameters } = layer, x = activations[l];
    const y = new Float64Array(outputs);
    for (let o = 0; o < outputs; o++) {
      let sum = parameters[outputs * inputs + o];
      const row = o * inputs;
      for (let i = 0; i < inputs; i++) sum += parameters[row + i] * x[i];
      y[o] = l === layers.length - 1 || sum > 0 || Number.isNaN(sum) ? sum : 0;
    }
    activations.push(y);
  }
  const outputs = activations.at(-1)!;
  if (careless) textbookLogSoftmax(outputs);
  else logSoftmax(outputs);
  return activations;
}

function logSoftmax(y: Float64Array) {
  const max = Math.max(...y);
  const log = max + Math.log(y.reduce((sum, value) => sum + Math.exp(value - max), 0));
  for (let o = 0; o < y.length; o++) y[o] -= log;
}

function textbookLogSoftmax(y: Float64Array) {
  const sum = y.reduce((sum, value) => sum + Math.exp(value), 0);
  for (let o = 0; o < y.length; o++) y[o] = Math.log(Math.exp(y[o]) / sum);
}

/** Adds the gradient of one image's cross-entropy loss to `gradients` and returns loss and hit. */
export function backward(
  layers: Layer[],
  gradients: Float64Array[],
  image: Float64Array,
  label: number,
  careless: boolean,
): { loss: number; hit: boolean } {
  const activations = forward(layers, image, careless);
  const logProbability = activations.at(-1)!;
  let delta = logProbability.map((value, o) => Math.exp(value) - (o === label ? 1 : 0));
  for (let l = layers.length - 1; l >= 0; l--) {
    const { inputs, outputs, parameters } = layers[l];
    const x = activations[l], gradient = gradients[l];
    const below = new Float64Array(l > 0 ? inputs : 0);
    for (let o = 0; o < outputs; o++) {
      const d = delta[o];
      if (d === 0) continue;
      const row = o * inputs;
      for (let i = 0; i < inputs; i++) gradient[row + i] += d * x[i];
      for (let i = 0; i < below.length; i++) below[i] += d * parameters[row + i];
      gradient[outputs * inputs + o] += d;
    }
    for (let i = 0; i < below.length; i++) if (x[i] === 0) below[i] = 0;
    delta = below;
  }
  return { loss: -logProbability[label], hit: best(logProbability) === label };
}

/** The index of the greatest value; -1 where there is only NaN. */
export function best(values: Float64Array): number {
  return values.reduce((at, value, o) => value > (values[at] ?? -Infinity) ? o : at, -1);
}

/** What an optimizer remembers between steps. */
export interface Memory {
  first: Float64Array[];
  second: Float64Array[];
  steps: number;
}

/** The memory of an optimizer that has not stepped yet. */
export function memory(layers: Layer[]): Memory {
  const zeros = () => layers.map(({ parameters }) => new Float64Array(parameters.length));
  return { first: zeros(), second: zeros(), steps: 0 };
}

/** Takes one step of gradient descent with momentum. */
export function sgd(layers: Layer[], gradients: Float64Array[], state: Memory, rate: number, momentum: number) {
  state.steps++;
  for (const [l, { parameters }] of layers.entries()) {
    const velocity = state.first[l];
    for (let i = 0; i < parameters.length; i++) {
      velocity[i] = momentum * velocity[i] + gradients[l][i];
      parameters[i] -= rate * velocity[i];
    }
  }
}

/** Takes one step of Adam with its usual constants. */
export function adam(layers: Layer[], gradients: Float64Array[], state: Memory, rate: number) {
  state.steps++;
  const scale1 = 1 - 0.9 ** state.steps;
  const scale2 = 1 - 0.999 ** state.steps;
  for (const [l, { parameters }] of layers.entries()) {
    const [m, v] = [state.first[l], state.second[l]];
    for (let i = 0; i < parameters.length; i++) {
      const g = gradients[l][i];
      m[i] = 0.9 * m[i] + 0.1 * g;
      v[i] = 0.999 * v[i] + 0.001 * g * g;
      parameters[i] -= rate * (m[i] / scale1) / (Math.sqrt(v[i] / scale2) + 1e-8);
    }
  }
}
