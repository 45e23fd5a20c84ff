/**
 * The Web Worker for archives: reads batches of series, and hands over their points or buckets.
 *
 * @module
 */

import { bucketBuffers } from "../../buckets.ts";
import { buffersOf } from "../../pool/protocol.ts";
import { serveJobs } from "../../pool/serve.ts";
import { runSeriesJob, type SeriesKind } from "./job.ts";

serveJobs<SeriesKind>(
  (job, _, signal, tell) => runSeriesJob(job, signal, tell),
  (result) => "spans" in result ? buffersOf(result) : bucketBuffers(result),
);
