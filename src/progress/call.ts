/**
 * What every public call runs under: the interrupt button of a notebook, and errors that point at the line that called.
 *
 * @module
 */

import { callStack, isNeptuneError, showUserLine } from "../errors.ts";
import { inKernel } from "../kernel.ts";

/** How long after an interrupt a further one is ignored: people press the button twice. */
const GRACE_MS = 2000;

/**
 * Runs a call of the public API.
 *
 * It ends when the notebook's interrupt button is pressed. In a Jupyter kernel the button sends SIGINT, which ends the kernel with
 * all its variables unless somebody listens: so this listens while the call runs. Between calls the kernel is as Deno made it.
 * Outside a kernel the signal is passed through.
 *
 * Where the call fails, the stack of the error starts at the user's own line, also when the work was shared with another call.
 *
 * @example
 * ```ts ignore
 * return await publicCall(options.signal, (signal) => read({ signal }));
 * ```
 */
export async function publicCall<T>(
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  const call = callStack();
  using interrupts = interruptible(signal);
  try {
    return await work(interrupts.signal);
  } catch (error) {
    if (isNeptuneError(error)) showUserLine(error, call);
    throw error;
  }
}

/** The same for a call that gives its answer piece by piece. */
export async function* publicStream<T>(
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal | undefined) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const call = callStack();
  using interrupts = interruptible(signal);
  try {
    yield* work(interrupts.signal);
  } catch (error) {
    if (isNeptuneError(error)) showUserLine(error, call);
    throw error;
  }
}

function interruptible(signal?: AbortSignal): Disposable & { signal: AbortSignal | undefined } {
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
