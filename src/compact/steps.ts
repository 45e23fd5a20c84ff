/**
 * Steps as decimals of six places.
 *
 * @module
 */

/** Steps below this are told apart by a multiplication. */
const EXACT = 2e9;

/** Steps in millionths: those whose millionth parts are the steps again. */
export function millionthsOf(steps: Float64Array, present: Uint8Array | null): Float64Array {
  const out = new Float64Array(steps.length);
  for (let i = 0; i < steps.length; i++) {
    if (present !== null && present[i] === 0) continue;
    const step = steps[i];
    const near = Math.round(step * 1e6);
    out[i] = Math.abs(step) < EXACT || near / 1e6 === step ? near : nearby(step, near);
  }
  return out;
}

/** Of the numbers next to one, the one that is the step again. */
function nearby(step: number, near: number): number {
  const gap = 2 ** (Math.floor(Math.log2(Math.abs(near))) - 52);
  for (const by of [-1, 1, -2, 2]) if ((near + by * gap) / 1e6 === step) return near + by * gap;
  throw new RangeError(`The step ${step} cannot be written with six places.`);
}
