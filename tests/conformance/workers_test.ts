import { forkCases } from "../awkward/forks.ts";
import { seriesCases } from "../awkward/series.ts";
import { behaviourChecks } from "./behaviour.ts";
import { overSocket, withThreads } from "./http.ts";
import { seriesChecks } from "./series.ts";
import { conformance } from "./suite.ts";

// Workers fetch and decode points of float series, and nothing else.
conformance("http over a socket with workers", overSocket(withThreads, { maxWorkers: 2, pointsPerWorker: 0 }), {
  checks: [...behaviourChecks, ...seriesChecks],
  cases: [...seriesCases, ...forkCases],
});
