/// <reference lib="webworker" />
/** A worker that fails at its first job, in the way that its name says. */

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;

/** The first ten points of the series asked for, as a worker sends them. */
function firstPoints(): void {
  const step = Float64Array.from({ length: 10 }, (_, i) => i + 1);
  const block = {
    spans: [{ series: 0, start: 0, end: 10 }],
    step,
    timestamp: step.map((one) => 1.7e12 + one),
    values: { kind: "float", data: step.slice() },
    preview: null,
  };
  scope.postMessage({ type: "result", result: block });
}

const WAYS: Record<string, () => void> = {
  throws: () => {
    throw new TypeError("out of order");
  },
  // A loop without end would go on after the worker is ended, and take a processor from all tests that follow: Deno 2.9 does not stop it.
  hangs: () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30_000),
  dies: () => {
    firstPoints();
    // Not before the points are on their way.
    setTimeout(() => scope.close(), 10);
  },
  mutters: () => scope.postMessage(() => "a function cannot be posted"),
};

scope.onmessage = ({ data }) => data.type === "run" && WAYS[scope.name]();
scope.postMessage({ type: "ready" });
