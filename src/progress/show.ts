/**
 * Runs work under a progress bar.
 *
 * @module
 */

import { ProgressBarCallback, type ProgressBarOption, type ProgressBarType } from "./callback.ts";
import { inKernel } from "./kernel.ts";
import { NotebookProgressBar } from "./notebook.ts";
import { TerminalProgressBar } from "./terminal.ts";

/** What work calls as it gets on. */
export type Report = (by: number, total: number | null) => void;

/** Runs the work with a bar entered before it and left after it, whatever happens. */
export async function withProgress<T>(
  option: ProgressBarOption | undefined,
  description: string,
  work: (report: Report) => Promise<T>,
): Promise<T> {
  const bar = new (barType(option))({ description });
  bar.enter();
  try {
    const result = await work((by, total) => bar.update({ by, total }));
    bar.exit();
    return result;
  } catch (error) {
    bar.exit(error);
    throw error;
  }
}

function barType(option: ProgressBarOption | undefined): ProgressBarType {
  if (typeof option === "function") return option;
  if (option === false || option === null) return ProgressBarCallback;
  if (inKernel()) return NotebookProgressBar;
  return Deno.stderr.isTerminal() ? TerminalProgressBar : ProgressBarCallback;
}
