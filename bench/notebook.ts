/**
 * How long a chart takes in a fresh kernel: `deno run -A bench/notebook.ts`. The aim: 2 s for the first, 0.3 s for the next.
 *
 * The time is that of the cell, from the request to the last output.
 */

import { Kernel } from "../tests/kernel/kernel.ts";

const ROUNDS = 5;
const first = `
  import { plot, ReadOnlyProject, ReadOnlyRun } from "@nereid/neptune-fetcher";
  const project = new ReadOnlyProject({ archive: "archive/data" });
  const run = new ReadOnlyRun(project, { customId: "mlp-adam-2-cool-large" });
  run["train/loss"]
`;
const next = `plot(run, { attributes: ["train/loss", "validation/loss"], logScale: true, smoothing: 0.9 })`;

const times: { first: number; next: number }[] = [];
for (let round = 0; round < ROUNDS; round++) {
  await using kernel = await Kernel.start({ cwd: new URL("../samples", import.meta.url).pathname });
  times.push({ first: await time(kernel, first), next: await time(kernel, next) });
}
for (const cell of ["first", "next"] as const) {
  const sorted = times.map((one) => one[cell]).sort((a, b) => a - b);
  console.log(
    `${cell.padEnd(5)} chart: median ${Math.round(sorted[ROUNDS >> 1])} ms, slowest ${Math.round(sorted.at(-1)!)} ms`,
  );
}

async function time(kernel: Kernel, cell: string): Promise<number> {
  const { status, evalue, outputs, milliseconds } = await kernel.run(cell);
  if (status !== "ok" || !outputs.at(-1)?.content.data?.["text/html"]?.includes("<img")) {
    throw new Error(evalue ?? "There is no chart.");
  }
  return milliseconds;
}
