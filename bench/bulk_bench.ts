/**
 * Bulk calls beside neptune-query, in the scenarios of that package's own performance tests, against one server of ours whose
 * answers are ready before they are timed; and bulk calls on archives:
 * `deno run -A bench/bulk_bench.ts [all | archive | scenario ...]`. All takes about half an hour, half of which the server makes the
 * answers of fm029.
 *
 * neptune-query is measured when `.peers/` holds it (`deno task test:peers` makes it). Every scenario runs in a process of its own,
 * after one round that does not count; times are medians, the memory is that of this first round. Archives are generated in the
 * temporary folder and found again there.
 *
 * @module
 */

import { tmpdir } from "node:os";
import { longRuns, smallRuns, wideRuns } from "./generate.ts";
import { pointsOf, SCENARIOS } from "./scenarios.ts";

const ROUNDS = 3;
const PYTHON = ".peers/bin/python";
const here = new URL(".", import.meta.url).pathname;

interface Measured {
  seconds: number[];
  /** Of the processor, each round and the whole process up to the end of its first call. */
  processor?: number[];
  whole?: number;
  count: number;
  /** MB. */
  peak: number;
}

async function measure(command: string, args: string[]): Promise<Measured> {
  const child = new Deno.Command(command, { args, env: { NEPTUNE_VERIFY_SSL: "false", PYTHONWARNINGS: "ignore" } });
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new Error(`${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const shown = ({ seconds, processor, whole, peak }: Measured) =>
  `${median(seconds).toFixed(3).padStart(8)} s ${peak.toFixed(0).padStart(6)} MB` +
  (processor && whole
    ? `, of the processor ${median(processor).toFixed(3)} s a call, ${whole.toFixed(2)} s a process with one call`
    : "");

async function overHttp(names: string[]): Promise<void> {
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", `${here}bulk_server.ts`],
    stdout: "piped",
  }).spawn();
  try {
    const lines = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const line = (await lines.read()).value!.trim();
    const { url } = JSON.parse(line);
    const peers = await Deno.stat(PYTHON).then(() => true, () => false);
    if (!peers) console.log(`There is no ${PYTHON}, so that neptune-query is not measured.`);
    for (const name of names) {
      const scenario = SCENARIOS[name];
      const ours = await measure(Deno.execPath(), [
        "run",
        "-A",
        "--quiet",
        `${here}bulk_client.ts`,
        name,
        `${name.startsWith("le") ? 7 : ROUNDS}`,
        line,
      ]);
      const { seconds: made } = await (await fetch(`${url}/made-in`)).json();
      const expected = name.startsWith("le") ? scenario.experiments : pointsOf(scenario);
      const right = ours.count === expected ? `${expected} found` : `${ours.count} FOUND, NOT ${expected}`;
      console.log(`${name}  ours ${shown(ours)}  ${right}; the server took ${made.toFixed(2)} s to make the answers`);
      if (!peers || scenario.tooLarge) continue;
      const theirs = await measure(PYTHON, [`${here}bulk_peers.py`, name, name.startsWith("le") ? "7" : "1", line]);
      await (await fetch(`${url}/made-in`)).body?.cancel();
      const faster = median(theirs.seconds) / median(ours.seconds);
      const processor = (median(theirs.processor!) / median(ours.processor!)).toFixed(1);
      console.log(
        `       neptune-query ${shown(theirs)}: ours is ${
          faster.toFixed(1)
        } x as fast, ${processor} x in time of the processor, with ${
          (100 * ours.peak / theirs.peak).toFixed(0)
        } % of its memory` + (theirs.count === ours.count ? "" : `; IT FOUND ${theirs.count}`),
      );
    }
  } finally {
    server.kill();
  }
}

const ARCHIVES: Record<string, { make: (data: string) => Promise<void>; goal: string }> = {
  wide: {
    make: (data) => wideRuns(data, "bench/project", 800, 18_000),
    goal: "a table of 800 runs x 18,000 configs: 5 s, 1 GB",
  },
  long: {
    make: (data) => longRuns(data, "bench/project", { runs: 1, series: 25, steps: 40_000 }),
    goal: "1M points of 25 metrics in one frame: 1 s",
  },
  many: {
    make: (data) => smallRuns(data, "bench/project", 100_000, 3),
    goal: "NQL over 100,000 runs, once indexed: 0.2 s",
  },
};

async function onArchives(): Promise<void> {
  for (const [name, { make, goal }] of Object.entries(ARCHIVES)) {
    const data = `${tmpdir()}/neptune-fetcher-bulk-bench/${name}/data`;
    if (!await Deno.stat(`${data}.made`).catch(() => null)) {
      await make(data);
      await Deno.writeTextFile(`${data}.made`, "");
    }
    const found = await measure(Deno.execPath(), [
      "run",
      "-A",
      "--quiet",
      `${here}bulk_archive.ts`,
      name,
      `${ROUNDS}`,
      data,
    ]);
    console.log(`${name.padEnd(6)} ${shown(found)}  ${found.count} found  (${goal})`);
  }
}

const wanted = Deno.args.length > 0 ? Deno.args : ["all"];
const all = wanted.includes("all");
if (all || wanted.includes("archive")) await onArchives();
const names = all ? Object.keys(SCENARIOS) : wanted.filter((name) => name in SCENARIOS);
if (names.length > 0) await overHttp(names);
