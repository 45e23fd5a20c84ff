/**
 * The client beside a plain download and beside Neptune's own Python clients, all against one server of ours whose answers
 * are ready before they are timed: `deno run -A bench/http_bench.ts [--only one,many,wide,long,late,peers] [--processes N]`.
 * Everything takes about four minutes. Where there is `taskset`, the server runs on the last core alone; the clients may use all.
 *
 * The sides of a part take turns, each time in a process of its own, whose first round does not count, so that the ratio is one of the
 * same minute; told are the least and the median of all rounds. On a busy machine the time of the processor says more than that of the
 * clock, and the least more than the median. The Python clients are measured when `.peers/` holds them (`deno task test:peers` makes
 * it), one call of each.
 *
 * @module
 */

import { parseArgs } from "node:util";

interface Part {
  name: string;
  title: string;
  /** Scenarios of `http_client.ts`; the others are compared with the first. */
  sides: string[];
  /** How many processes each side has, and how many rounds each of them. */
  processes: number;
  rounds: number;
  /** How long the server waits before it answers, in milliseconds. */
  delay?: number;
}

interface Measured {
  seconds: number[];
  /** Of all threads. */
  processor: number[];
  /** MB. */
  peak: number;
}

const withWorkers = (what: string) => [0, "justified", 1, 2, 4].map((workers) => `${what} ${workers}`);
const PARTS: Part[] = [
  {
    name: "one",
    title: "one series of 1M points (32 MB)",
    sides: ["raw one", "raw one, kept", "one"],
    processes: 5,
    rounds: 15,
  },
  {
    name: "many",
    title: "300 series of 10k points (96 MB), with so many workers",
    sides: ["raw many", ...withWorkers("many")],
    processes: 3,
    rounds: 4,
  },
  {
    name: "wide",
    title: "100 series of 100k points (320 MB), with so many workers",
    sides: withWorkers("wide"),
    processes: 2,
    rounds: 1,
  },
  {
    name: "long",
    title: "10 series of 1M points (320 MB), with so many workers",
    sides: withWorkers("long"),
    processes: 2,
    rounds: 1,
  },
  {
    name: "late",
    title: "300 series of 10k points, 20 ms of latency",
    sides: withWorkers("many"),
    processes: 2,
    rounds: 3,
    delay: 20,
  },
  {
    name: "late",
    title: "10 series of 1M points, 20 ms of latency",
    sides: withWorkers("long"),
    processes: 2,
    rounds: 1,
    delay: 20,
  },
  {
    name: "peers",
    title: "one series of 1M points",
    sides: ["one", "fetcher one", "query one"],
    processes: 1,
    rounds: 1,
  },
  {
    name: "peers",
    title: "300 series of 10k points",
    sides: ["many 0", "fetcher many", "fetcher many threads", "query many"],
    processes: 1,
    rounds: 1,
  },
];
const PYTHON = ".peers/bin/python";
const folder = new URL(".", import.meta.url).pathname;

const { values: asked } = parseArgs({
  args: Deno.args,
  options: { only: { type: "string" }, processes: { type: "string" } },
});
const wanted = asked.only?.split(",") ?? PARTS.map(({ name }) => name);
const unknown = wanted.filter((name) => !PARTS.some((part) => part.name === name));
if (unknown.length > 0) throw new Error(`There is no part ${unknown.join(", ")}.`);

/** Starts the server and reads the line it prints. */
async function startServer(): Promise<{ process: Deno.ChildProcess; line: string; url: string }> {
  const last = String(navigator.hardwareConcurrency - 1);
  const pinned = await new Deno.Command("taskset", { args: ["-c", last, "true"] }).output().then(
    (it) => it.success,
    () => false,
  );
  const command = [Deno.execPath(), "run", "-A", "--quiet", `${folder}http_server.ts`];
  const [program, ...args] = pinned ? ["taskset", "-c", last, ...command] : command;
  const process = new Deno.Command(program, { args, stdout: "piped" }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error("The server did not start.");
    text += value;
  }
  const line = text.trim();
  return { process, line, url: JSON.parse(line).url };
}

async function measure(scenario: string, rounds: number, line: string): Promise<Measured> {
  const [command, ...args] = isPython(scenario)
    ? [PYTHON, `${folder}http_peers.py`]
    : [Deno.execPath(), "run", "-A", "--quiet", `${folder}http_client.ts`];
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args, scenario, String(rounds), line],
    env: { NEPTUNE_VERIFY_SSL: "false", PYTHONWARNINGS: "ignore" },
  }).output();
  if (!success) throw new Error(`${scenario}: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
}

function isPython(scenario: string): boolean {
  return scenario.startsWith("fetcher") || scenario.startsWith("query");
}

const least = (values: number[]) => Math.min(...values);
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const hasPeers = await Deno.stat(PYTHON).then(() => true, () => false);
if (!hasPeers) console.log(`There is no ${PYTHON}, so that the Python clients are not measured.`);
const server = await startServer();
try {
  for (const part of PARTS) {
    if (!wanted.includes(part.name) || part.name === "peers" && !hasPeers) continue;
    await (await fetch(`${server.url}/delay?milliseconds=${part.delay ?? 0}`)).body?.cancel();
    const all = new Map(part.sides.map((side): [string, Measured[]] => [side, []]));
    for (let turn = 0; turn < Number(asked.processes ?? part.processes); turn++) {
      for (const [side, measured] of all) measured.push(await measure(side, part.rounds, server.line));
    }
    print(part.title, all);
  }
} finally {
  server.process.kill();
}

function print(title: string, all: Map<string, Measured[]>): void {
  console.log(`\n${title.padEnd(58)} by the clock       processor`);
  const told = [...all].map(([side, measured]) => {
    const seconds = measured.flatMap((one) => one.seconds), processor = measured.flatMap((one) => one.processor);
    const times = [least(seconds), median(seconds), least(processor), median(processor)];
    return { side, times, peak: median(measured.map((one) => one.peak)) };
  });
  const [first] = told;
  for (const { side, times, peak } of told) {
    const shown = times.map((time) => `${(1000 * time).toFixed(0).padStart(7)} ms`);
    const ratios = times.map((time, i) => (time / first.times[i]).toFixed(2)).join(" ");
    console.log(
      `  ${side.padEnd(20)} ${shown.join(" ")} ${peak.toFixed(0).padStart(6)} MB   ${ratios} x "${first.side}"`,
    );
  }
}
