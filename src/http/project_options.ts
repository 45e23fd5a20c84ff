import type { RunFloatSeries } from "./points/job.ts";
import type { Api } from "./api.ts";

/** What a project is read with. */
export interface ProjectOptions {
  api: Api;
  /** The name or id that was given. */
  project: string;
  /** The most requests at the same time. */
  concurrency: number;
  deadlineSeconds: number;
  /** Who does the work of series: Web Workers, or the main thread. */
  runner: (useThreads: boolean) => RunFloatSeries;
}
