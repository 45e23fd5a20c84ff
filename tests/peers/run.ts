/**
 * Asks Neptune's own Python clients, unmodified, about archives behind our server, and compares what they say with what our
 * module reads from the same archives.
 *
 * `deno run -A tests/peers/run.ts [part of a question's name]`
 */

import { ReadOnlyProject } from "../../mod.ts";
import { serve } from "../../serve.ts";
import type { AttributeType } from "../../src/types.ts";
import { ARCHIVES } from "./archives.ts";
import { fetcherRuns, fetcherTables } from "./fetcher.ts";
import { type Plain, plain, same } from "./plain.ts";
import { queryQuestions } from "./query.ts";
import type { Question, Subject, Words } from "./question.ts";
import { python } from "./venv.ts";

interface Answer {
  name: string;
  value?: Plain;
  error?: string;
  message?: string;
}

const wanted = Deno.args[0] ?? "";
const interpreter = await python();
let passed = 0, failed = 0;
for (const archive of ARCHIVES) {
  const exists = await Deno.stat(archive.data).catch(() => null);
  if (exists) await compare(archive.name, archive.data, archive.words);
  else console.log(`${archive.name}: skipped, because ${archive.data} is not there.`);
}
console.log(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 && passed > 0 ? 0 : 1);

async function compare(name: string, data: string, words: Words): Promise<void> {
  const server = await serve({ archive: data, port: 0, cacheFolder: null });
  const project = new ReadOnlyProject({ archive: data, cacheFolder: null });
  const folder = await Deno.makeTempDir();
  const subject: Subject = { project, runs: await project.listRuns(), types: await typesOf(project), folder, words };
  const questions = [...fetcherTables(subject), ...fetcherRuns(subject), ...queryQuestions(subject)]
    .filter((question) => question.name.includes(wanted));
  const started = performance.now();
  const answers = await ask(server.apiToken, server.projects[0], questions, folder);
  for (const [i, question] of questions.entries()) check(name, question, answers[i], await question.ours());
  console.log(`${name}: ${questions.length} questions in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  project.close();
  await server.close();
  await Deno.remove(folder, { recursive: true });
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
      NEPTUNE_FETCHER_RETRY_SOFT_TIMEOUT: "5",
      NEPTUNE_FETCHER_RETRY_HARD_TIMEOUT: "10",
      NEPTUNE_QUERY_RETRY_SOFT_TIMEOUT: "5",
      NEPTUNE_QUERY_RETRY_HARD_TIMEOUT: "10",
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
  const shown = (value: unknown) => {
    const text = JSON.stringify(value);
    return text.length > 700 ? text.slice(0, 700) + " ..." : text;
  };
  console.log(
    `FAILED ${archive}: ${name}\n  code   ${code.slice(0, 300)}\n  theirs ${shown(theirs)} ${
      answer.message ?? ""
    }\n  ours   ${shown(ours)}`,
  );
}
