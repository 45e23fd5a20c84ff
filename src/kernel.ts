/**
 * The Jupyter kernel of Deno: whether this runs in one, and what it looks for on values.
 *
 * @module
 */

/** The method that the Deno kernel calls on the last value of a cell. */
export const jupyterDisplay: unique symbol = Symbol.for("Jupyter.display") as never;

/** Tells whether this runs on the main thread of a Jupyter kernel, where what is shown goes to a notebook. */
export function inKernel(): boolean {
  try {
    return typeof Deno.jupyter?.display === "function";
  } catch {
    // Outside a kernel even reading `Deno.jupyter` throws.
    return false;
  }
}
