/**
 * Asks Neptune's own Python clients, unmodified, about archives behind our server, and compares what they say with what our
 * module reads from the same archives.
 *
 * `deno run -A tests/peers/run.ts [part of a question's name]`
 */

import { ReadOnlyProject } from "../../mod.ts";
import type { AttributeType } from "../../src/types.ts";
import { ARCHIVES } from "./archives.ts";
import { fetcherRuns, fetcherTables } from "./fetcher.ts";
import { checkNames } from "./names.ts";
import { type Plain, plain, same } from "./plain.ts";
import { queryQuestions } from "./query.ts";
import { renewalQuestions } from "./renewal.ts";
import type { Question, Subject, Words } from "./question.ts";
import { python } from "../python.ts";

interface Answer {
  name: string;
  value?: Plain;
  error?: string;
  message?: string;
}

const wanted = Deno.args[0] ?? "";
const interpreter = await python();
let passed = 0, failed = 0;
for (const complaint of await checkNames(interpreter)) {
  failed++;
  console.log(`FAILED ${complaint}`);
}
for (const archive of ARCHIVES) {
  const exists = await Deno.stat(archive.data).catch(() => null);
  if (exists) await compare(archive.name, archive.data, archive.words);
  else console.log(`${archive.name}: skipped, because ${archive.data} is not there.`);
}
console.log(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 && passed > 0 ? 0 : 1);

async function compare(name: string, data: string, words: Words): Promise<void> {
  const server = await startServer(data);
  const project = new ReadOnlyProject({ archive: data, cacheFolder: null });
  const folder = await Deno.makeTempDir();
  const subject: Subject = { project, runs: await project.listRuns(), types: await typesOf(project), folder, words };
  const questions = [
    ...fetcherTables(subject),
    ...fetcherRuns(subject),
    ...queryQuestions(subject),
    ...await renewalQuestions(subject),
  ]
    .filter((question) => question.name.includes(wanted));
  const started = performance.now();
  const [theirs, ours] = await Promise.all([
    ask(server.apiToken, server.projects[0], questions, folder),
    Array.fromAsync(questions, (question) => question.ours()),
  ]);
  questions.forEach((question, i) => check(name, question, theirs[i], ours[i]));
  console.log(`${name}: ${questions.length} questions in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  project.close();
  server.process.kill("SIGTERM");
  await server.process.status;
  await Deno.remove(folder, { recursive: true });
}

/** Starts the server as users do, in a process of its own. */
async function startServer(
  data: string,
): Promise<{ process: Deno.ChildProcess; apiToken: string; projects: string[] }> {
  const program = new URL("../../serve.ts", import.meta.url).pathname;
  const args = ["run", "-A", program, "--archive", data, "--port", "0", "--json"];
  const process = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "inherit" }).spawn();
  for await (const line of process.stdout.pipeThrough(new TextDecoderStream())) return { process, ...JSON.parse(line) };
  throw new Error(`The server on ${data} ended before it listened.`);
}

async function typesOf(project: ReadOnlyProject): Promise<Map<string, AttributeType[]>> {
  const types = new Map<string, AttributeType[]>();
  const frame = await project.listAttributes();
  for (const { attribute, type } of frame.toRecords() as { attribute: string; type: AttributeType }[]) {
    types.set(attribute, [...types.get(attribute) ?? [], type]);
  }
  return types;
}

async function ask(apiToken: string, project: string, questions: Question[], folder: string): Promise<Answer[]> {
  const program = new Deno.Command(interpreter, {
    args: [new URL("ask.py", import.meta.url).pathname],
    cwd: folder,
    env: {
      NEPTUNE_API_TOKEN: apiToken,
      NEPTUNE_PROJECT: project,
      NEPTUNE_FETCHER_RETRY_SOFT_TIMEOUT: "60",
      NEPTUNE_FETCHER_RETRY_HARD_TIMEOUT: "60",
      NEPTUNE_QUERY_RETRY_SOFT_TIMEOUT: "60",
      NEPTUNE_QUERY_RETRY_HARD_TIMEOUT: "60",
      TZ: "Europe/Warsaw",
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = questions.map(({ name, code }) => JSON.stringify({ name, code }) + "\n");
  const writing = ReadableStream.from(lines).pipeThrough(new TextEncoderStream()).pipeTo(program.stdin);
  const text = await new Response(program.stdout).text();
  await writing.catch(() => {});
  const answers = text.trim().split("\n").filter(Boolean).map((line) => JSON.parse(line) as Answer);
  const { code } = await program.status;
  if (answers.length === questions.length) return answers;
  throw new Error(`The Python program ended with ${code} after ${answers.length} of ${questions.length} answers.`);
}

function check(archive: string, { name, code }: Question, answer: Answer, ours: Plain): void {
  const theirs: Plain = answer.error === undefined ? answer.value! : { error: answer.error };
  if (same(plain(theirs), ours)) {
    passed++;
    return;
  }
  failed++;
  const [a, b] = firstDifference(theirs, ours).map((value) => JSON.stringify(value) ?? "nothing");
  const shown = (text: string) => text.length > 600 ? text.slice(0, 600) + " ..." : text;
  console.log(
    `FAILED ${archive}: ${name}\n  code   ${shown(code)}\n  theirs ${shown(a)} ${answer.message ?? ""}\n  ours   ${
      shown(b)
    }`,
  );
}

/** The smallest parts of two answers that differ. */
function firstDifference(a: Plain | undefined, b: Plain | undefined): [Plain | undefined, Plain | undefined] {
  if (typeof a !== "object" || typeof b !== "object" || !a || !b || Array.isArray(a) !== Array.isArray(b)) {
    return [a, b];
  }
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const name of names) {
    const [x, y] = [(a as Record<string, Plain>)[name], (b as Record<string, Plain>)[name]];
    if (x === undefined || y === undefined) return [{ [name]: x ?? "nothing" }, { [name]: y ?? "nothing" }];
    if (!same(x, y)) return firstDifference(x, y);
  }
  return [a, b];
}
