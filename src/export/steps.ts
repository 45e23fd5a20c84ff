/**
 * Steps as decimals of six places.
 *
 * @module
 */

/** As many digits as a step may have in the files, in millionths. */
const TOO_LARGE = 10n ** 18n;

/** Tells whether the files can hold a step exactly as it is: with 12 digits before the decimal point and 6 behind it. */
export function holdsStep(step: number): boolean {
  if (Number.isSafeInteger(step)) return Math.abs(step) < 1e12;
  if (!(Math.abs(step) < 1e12)) return false;
  const near = Math.round(step * 1e6);
  if (Math.abs(near) < CERTAIN) return near / 1e6 === step;
  const n = millionths(step);
  if (n >= TOO_LARGE || n <= -TOO_LARGE) return false;
  const digits = String(n < 0n ? -n : n).padStart(7, "0");
  const nearest = Number(`${digits.slice(0, -6)}.${digits.slice(-6)}`);
  return (n < 0n ? -nearest : nearest) === step;
}

/** Below this a product with a million is off by less than a thousandth, so that all but ties are rounded as they are. */
const CERTAIN = 2 ** 43;

/** A step as the exporter stores it: millionths of its exact decimal value, rounded half to even. */
export function millionths(step: number): bigint {
  if (Number.isSafeInteger(step)) return BigInt(step) * 1_000_000n;
  const product = step * 1e6, near = Math.round(product);
  if (Math.abs(product) < CERTAIN && Math.abs(product - near) < 0.499) return BigInt(near);
  // 60 places hold every digit that can tell a tie from its neighbours.
  const [whole, fraction] = Math.abs(step).toFixed(60).split(".");
  let n = BigInt(whole + fraction.slice(0, 6));
  const rest = fraction.slice(6);
  const tie = "5".padEnd(rest.length, "0");
  if (rest > tie || (rest === tie && n % 2n === 1n)) n++;
  return step < 0 ? -n : n;
}

/** Below this a multiplication gives the millionths of every step that the files can hold. */
const QUICK = 1e9;

/** Steps as the exporter stores them, exact also where floats are not. */
export function storedSteps(steps: Float64Array, present: Uint8Array | null): StoredSteps {
  const floats = new Float64Array(steps.length);
  for (let i = 0; i < steps.length; i++) {
    if (present !== null && present[i] === 0) continue;
    floats[i] = Math.round(steps[i] * 1e6);
    // What is not held exactly is seen when it is read back.
    if (!(Math.abs(steps[i]) < QUICK)) {
      return { ints: BigInt64Array.from(steps, (step, i) => present && present[i] === 0 ? 0n : millionths(step)) };
    }
  }
  return { floats };
}

/** Millionths, as floats where these are exact. */
export type StoredSteps = { floats: Float64Array } | { ints: BigInt64Array };
