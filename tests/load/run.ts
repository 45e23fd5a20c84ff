/**
 * The soak: a thousand readers at once ask a server for minutes, and compare every answer. Prints answers, errors and memory over time.
 *
 * `deno task test:load [--readers 1000] [--seconds 300] [--archive DIR] [--seed 1]`
 */

import { parseArgs } from "node:util";
import { createHash } from "node:crypto";
import { Random } from "../faults/random.ts";
import { type Question, questionsFor } from "./questions.ts";

const { values } = parseArgs({
  options: {
    readers: { type: "string", default: "1000" },
    seconds: { type: "string", default: "300" },
    archive: { type: "string", default: new URL("../../samples/archive/data", import.meta.url).pathname },
    seed: { type: "string", default: "1" },
  },
});
const readers = Number(values.readers), seconds = Number(values.seconds);
/** How long the server is left alone afterwards, to see what it gives back. */
const REST = 20;

const server = await start(values.archive);
const questions = await questionsFor(server);
const truths = new Map<Question, string>();
for (const question of questions) truths.set(question, digest(await question.ask()));
console.log(`${readers} readers, ${questions.length} questions, ${seconds} seconds; seed ${values.seed}`);
console.log(" seconds   answers   per s  errors   wrong  median ms  slowest ms  server MB");

let answers = 0, errors = 0, wrong = 0;
let times: number[] = [];
const memory: number[] = [];
/** Answers of each reader, those after the end left out. */
const got = new Uint32Array(readers);
const started = performance.now();
const end = started + 1000 * seconds;
const told = setInterval(tell, 10_000);
await Promise.all(Array.from({ length: readers }, (_, i) => read(i, new Random(Number(values.seed) * 100_003 + i))));
clearInterval(told);
await tell();
await new Promise((resolve) => setTimeout(resolve, 1000 * REST));
await tell();
server.process.kill("SIGTERM");
const { code } = await server.process.status;

// The first fifth fills caches; from there on memory has to stay.
const warm = Math.max(...memory.slice(0, Math.max(1, Math.ceil(memory.length / 5))));
const most = Math.max(...memory);
const flat = most <= 1.25 * warm + 100;
got.sort();
console.log(`Each reader got ${got[0]} to ${got.at(-1)} answers, most ${got[readers >> 1]}.`);
console.log(
  `${answers} answers, ${errors} errors, ${wrong} wrong; the server took ${warm} MB when warm and ${most} MB at most, ` +
    `${memory.at(-1)} MB after ${REST} seconds of rest${flat ? "" : ": it grows"}; it ended with ${code}`,
);
// Nobody is left waiting while others are served again and again.
const fair = got[0] > 0 || answers < 3 * readers;
Deno.exit(errors === 0 && wrong === 0 && flat && fair && code === 0 ? 0 : 1);

/** One reader: question after question. */
async function read(reader: number, random: Random): Promise<void> {
  while (performance.now() < end) {
    const question = random.pick(questions);
    const asked = performance.now();
    try {
      const answer = digest(await question.ask());
      answers++;
      if (performance.now() < end) got[reader]++;
      times.push(performance.now() - asked);
      if (answer === truths.get(question)) continue;
      if (wrong++ < 5) console.log(`WRONG: ${question.name}`);
    } catch (error) {
      if (errors++ < 5) console.log(`ERROR: ${question.name}: ${error}`);
    }
  }
}

async function tell(): Promise<void> {
  const sorted = times.sort((a, b) => a - b);
  times = [];
  const megabytes = await residentMemory(server.process.pid);
  memory.push(megabytes);
  const elapsed = (performance.now() - started) / 1000;
  const columns: [number, number][] = [
    [Math.round(elapsed), 8],
    [answers, 10],
    [Math.round(answers / elapsed), 8],
    [errors, 8],
    [wrong, 8],
    [Math.round(sorted[sorted.length >> 1] ?? 0), 11],
    [Math.round(sorted.at(-1) ?? 0), 12],
    [megabytes, 11],
  ];
  console.log(columns.map(([value, width]) => String(value).padStart(width)).join(""));
}

async function residentMemory(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "rss=", "-p", String(pid)] }).output();
  return Math.round(Number(new TextDecoder().decode(stdout)) / 1024);
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

async function start(archive: string) {
  const program = new URL("../../serve.ts", import.meta.url).pathname;
  const args = ["run", "-A", program, "--archive", archive, "--port", "0", "--json"];
  const process = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "inherit" }).spawn();
  for await (const line of process.stdout.pipeThrough(new TextDecoderStream())) {
    return { process, ...JSON.parse(line) as { url: string; apiToken: string; projects: string[] } };
  }
  throw new Error(`The server on ${archive} ended before it listened.`);
}
