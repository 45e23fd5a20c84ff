/** Tells whether this runs on the main thread of a Jupyter kernel, where what is shown goes to a notebook. */
export function inKernel(): boolean {
  try {
    return typeof Deno.jupyter?.display === "function";
  } catch {
    // Outside a kernel even reading `Deno.jupyter` throws.
    return false;
  }
}
