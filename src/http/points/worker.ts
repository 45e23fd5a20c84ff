/**
 * The Web Worker for servers: sends requests, decodes the answers, and hands the columns over.
 *
 * @module
 */

import { buffersOf } from "../../pool/protocol.ts";
import { serveJobs } from "../../pool/serve.ts";
import { Transport } from "../../transport/transport.ts";
import { type FloatSeriesKind, runJob } from "./job.ts";

let transport: Transport | null = null;

serveJobs<FloatSeriesKind>((job, settings, signal, tell) => {
  // One pool has one transport, so that its connections are kept from job to job.
  transport ??= new Transport(settings, { onRetry: (retry) => tell({ retry }) });
  return runJob(transport, job, signal, (points) => tell({ points }));
}, buffersOf);
