/**
 * The Web Worker for archives: reads series, or parts for the index, and hands over what it found.
 *
 * @module
 */

import { bucketBuffers } from "../../buckets.ts";
import { buffersOf } from "../../pool/protocol.ts";
import { serveJobs } from "../../pool/serve.ts";
import { type ArchiveKind, runArchiveJob } from "./job.ts";

serveJobs<ArchiveKind>(
  (job, _, signal, tell) => runArchiveJob(job, signal, tell),
  (result) => "bytes" in result ? [result.bytes.buffer] : "spans" in result ? buffersOf(result) : bucketBuffers(result),
);
