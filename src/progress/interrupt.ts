/**
 * The interrupt button of a notebook.
 *
 * @module
 */

import { inKernel } from "../kernel.ts";

/** How long after an interrupt a further one is ignored: people press the button twice. */
const GRACE_MS = 2000;

/** A signal that also aborts when the notebook interrupts its kernel, for as long as it is not disposed of. */
export interface Interruptible extends Disposable {
  signal: AbortSignal | undefined;
}

/**
 * Makes a call end when the notebook's interrupt button is pressed. In a Jupyter kernel the button sends SIGINT, which ends the
 * kernel with all its variables unless somebody listens: so this listens while the call runs. Between calls the kernel is as
 * Deno made it. Outside a kernel the signal is passed through.
 *
 * @example
 * ```ts ignore
 * using call = interruptible(options.signal);
 * await read({ signal: call.signal });
 * ```
 */
export function interruptible(signal?: AbortSignal): Interruptible {
  if (!inKernel()) return { signal, [Symbol.dispose]: () => {} };
  const controller = new AbortController();
  const interrupt = () => controller.abort(interruption());
  const stopListening = () => Deno.removeSignalListener("SIGINT", interrupt);
  Deno.addSignalListener("SIGINT", interrupt);
  return {
    signal: signal ? AbortSignal.any([signal, controller.signal]) : controller.signal,
    [Symbol.dispose]: () => controller.signal.aborted ? setTimeout(stopListening, GRACE_MS) : stopListening(),
  };
}

function interruption(): DOMException {
  return new DOMException("The call was interrupted. The kernel and its variables live on.", "AbortError");
}
