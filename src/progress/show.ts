/**
 * Runs a call under a progress bar, and under the interrupt button of a notebook.
 *
 * @module
 */

import {
  ProgressBarCallback,
  type ProgressBarOption,
  type ProgressBarOptions,
  type ProgressBarType,
} from "./callback.ts";
import { type Kind, shown, SIGNAL } from "../options/kinds.ts";
import { declare, optional } from "../options/options.ts";
import { publicCall } from "./call.ts";
import { inKernel } from "../kernel.ts";
import { NotebookProgressBar } from "./notebook.ts";
import { TerminalProgressBar } from "./terminal.ts";

/** What the person who calls may ask for. */
export interface LongCallOptions {
  /** Default: a bar in a terminal or notebook for work longer than about half a second. */
  progressBar?: ProgressBarOption;
  /** Ends the call when aborted. */
  signal?: AbortSignal;
}

const METHODS = ["enter", "update", "exit"] as const;

/** Whether and how progress is shown. */
export const PROGRESS_BAR: Kind<ProgressBarOption> = {
  must: "true, false, null or a class that extends ProgressBarCallback",
  complaint(value, name) {
    if (typeof value === "boolean" || value === null || isBar((value as { prototype?: unknown }).prototype)) {
      return null;
    }
    const advice = isBar(value) ? ": pass the class itself, not an instance of it" : "";
    return `${name} is ${shown(value)}, but must be ${this.must}${advice}.`;
  },
};

function isBar(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    METHODS.every((method) => typeof (value as Record<string, unknown>)[method] === "function");
}

/** The options that every call has that may take long. */
export const LONG_CALL = declare<LongCallOptions>()({
  progressBar: optional(PROGRESS_BAR, true),
  signal: optional(SIGNAL),
});

/** The option of calls that only can be ended. */
export const CALL = declare<Pick<LongCallOptions, "signal">>()({ signal: optional(SIGNAL) });

/** What the work gets: to be passed on to every read. */
export interface LongCall {
  signal: AbortSignal | undefined;
  onProgress: (by: number, total: number | null) => void;
}

/** Runs the work with a bar entered before it and left after it, whatever happens. It counts in this unit: `point`, `run`, `file`. */
export async function longCall<T>(
  options: LongCallOptions,
  { description, unit }: Required<ProgressBarOptions>,
  work: (call: LongCall) => Promise<T>,
): Promise<T> {
  return await publicCall(options.signal, async (signal) => {
    const bar = new (barType(options.progressBar))({ description, unit });
    bar.enter();
    try {
      const result = await work({ signal, onProgress: (by, total) => bar.update({ by, total }) });
      bar.exit();
      return result;
    } catch (error) {
      bar.exit(error);
      throw error;
    }
  });
}

function barType(option: ProgressBarOption | undefined): ProgressBarType {
  if (typeof option === "function") return option;
  if (option === false || option === null) return ProgressBarCallback;
  if (inKernel()) return NotebookProgressBar;
  return Deno.stderr.isTerminal() ? TerminalProgressBar : ProgressBarCallback;
}
