/**
 * The client beside a plain download and beside Neptune's own Python clients, all against one server of ours whose answers
 * are ready before they are timed: `deno run -A bench/http_bench.ts [rounds] [milliseconds that the server waits before it answers]`.
 * Where there is `taskset`, the server runs on the last core alone.
 *
 * The Python clients are measured when `.peers/` holds them (`deno task test:peers` makes it). Every scenario runs in a
 * process of its own, after one round that does not count; times are medians. Where the server waits, the Python clients are left out. On a busy machine the time of the processor says more than
 * that of the clock.
 *
 * @module
 */

const [ROUNDS, DELAY] = [Number(Deno.args[0] ?? 5), Deno.args[1] ?? "0"];
const PYTHON = ".peers/bin/python";

interface Measured {
  scenario: string;
  seconds: number;
  /** Of all threads. */
  processor: number;
  /** MB. */
  peak: number;
}

const folder = new URL(".", import.meta.url).pathname;

/** Starts the server and reads the line it prints. */
async function startServer(): Promise<{ process: Deno.ChildProcess; line: string; url: string }> {
  const last = String(navigator.hardwareConcurrency - 1);
  const pinned = await new Deno.Command("taskset", { args: ["-c", last, "true"] }).output().then(
    (it) => it.success,
    () => false,
  );
  const command = [Deno.execPath(), "run", "-A", "--quiet", `${folder}http_server.ts`, DELAY];
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

async function measure(scenario: string, command: string, args: string[], line: string): Promise<Measured> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args, scenario, String(ROUNDS), line],
    env: { NEPTUNE_VERIFY_SSL: "false", PYTHONWARNINGS: "ignore" },
  }).output();
  if (!success) throw new Error(`${scenario}: ${new TextDecoder().decode(stderr)}`);
  const { seconds, processor, peak } = JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
  return { scenario, seconds: median(seconds), processor: median(processor), peak };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

const WORKERS = [0, "justified", 1, 2, 4];
const OURS = [
  "raw one",
  "one",
  "raw many",
  ...["many", "wide", "long"].flatMap((what) => WORKERS.map((one) => `${what} ${one}`)),
];
const THEIRS = ["fetcher one", "query one", "fetcher many", "fetcher many threads", "query many"];

const hasPeers = await Deno.stat(PYTHON).then(() => true, () => false);
const server = await startServer();
const results = new Map<string, Measured>();
try {
  for (const scenario of OURS) {
    results.set(
      scenario,
      await measure(scenario, Deno.execPath(), ["run", "-A", "--quiet", `${folder}http_client.ts`], server.line),
    );
  }
  for (const scenario of hasPeers && DELAY === "0" ? THEIRS : []) {
    results.set(scenario, await measure(scenario, PYTHON, [`${folder}http_peers.py`], server.line));
  }
  const { seconds: made } = await (await fetch(`${server.url}/made-in`)).json();

  print("one series of 1M points (32 MB)", "one", ["raw one", "one", "fetcher one", "query one"]);
  const many = [
    "raw many",
    ...WORKERS.map((one) => `many ${one}`),
    "fetcher many",
    "fetcher many threads",
    "query many",
  ];
  print("300 series of 10k points (96 MB), with so many workers", "many 0", many);
  print("300 series of 100k points (960 MB), with so many workers", "wide 0", WORKERS.map((one) => `wide ${one}`));
  print("20 series of 1M points (640 MB), with so many workers", "long 0", WORKERS.map((one) => `long ${one}`));
  console.log(`\nThe server spent ${made.toFixed(2)} s on making the answers, before they were timed.`);
  if (!hasPeers) console.log(`There is no ${PYTHON}, so that the Python clients were not measured.`);
} finally {
  server.process.kill();
}

function print(title: string, own: string, scenarios: string[]): void {
  console.log(`\n${title}`);
  const reference = results.get(own)!.seconds;
  for (const scenario of scenarios) {
    const found = results.get(scenario);
    if (!found) continue;
    console.log(
      `  ${scenario.padEnd(22)} ${found.seconds.toFixed(3).padStart(8)} s  ${
        found.processor.toFixed(3).padStart(8)
      } s processor ` +
        `${found.peak.toFixed(0).padStart(6)} MB  ${(found.seconds / reference).toFixed(2).padStart(6)} x "${own}"`,
    );
  }
}
