/**
 * The official clients log offline, in every version of their data, and what they logged is read back value by value: from disk, and
 * by the official neptune-query from our server.
 *
 * `deno run -A tests/peers/offline/run.ts [part of a client's name and version]`
 */

import assert from "node:assert/strict";
import { openOffline } from "../../../src/offline/catalog.ts";
import type { Source } from "../../../src/source.ts";
import type { FileRef, PointKind } from "../../../src/types.ts";
import { bytes, points, runs, text, values } from "../../ask.ts";
import { python } from "../../python.ts";
import { type Client, CLIENTS, runClient } from "./clients.ts";

const PROJECT = "team-alpha/project-x";

/** What a program of a client says it logged to one run. */
interface Expected {
  values: Record<string, [type: string, value: unknown]>;
  series: Record<string, [kind: PointKind, points: [step: number, value: unknown, time: number][]]>;
  previews: Record<string, [step: number, value: number, completion: number][]>;
  experiment: string | null;
  parent: string | null;
  step: number | null;
  console?: string;
}

const wanted = Deno.args[0] ?? "";
let passed = 0, failed = 0;

for (const client of CLIENTS) {
  if (!`${client.name} ${client.version}`.includes(wanted)) continue;
  const legacy = client.name !== "neptune-scale";
  await check(client, "reads back as it was logged", legacy ? proveLegacy : proveScale);
  if (client.version === "0.30.0") {
    await check(client, "is read by neptune-query from our server", proveServed);
    await check(client, "leaves a remainder that is read", proveScaleRemainder);
  }
  if (client.version === "1.14.0.post2") await check(client, "leaves a remainder that is read", proveLegacyRemainder);
}
console.log(`offline: ${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 && passed > 0 ? 0 : 1);

async function check(
  client: Client,
  what: string,
  prove: (client: Client, folder: string) => Promise<void>,
): Promise<void> {
  const name = `${client.name} ${client.version} (${client.writes}) ${what}`;
  const folder = await Deno.makeTempDir();
  try {
    await prove(client, folder);
    passed++;
    console.log(`ok ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED ${name}\n${error instanceof Error ? error.stack ?? error.message : error}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function proveScale(client: Client, folder: string): Promise<void> {
  await runClient(client, "scale.py", folder, client.version);
  const expected: Record<string, Expected> = JSON.parse(await Deno.readTextFile(`${folder}/expected.json`));
  const source = openOffline({ folder }).open(PROJECT);
  assert.deepEqual((await runs(source)).map(({ customId }) => customId).sort(), Object.keys(expected).sort());
  const report = await source.unsyncedReport!();
  const databases = report.filter(({ kind }) => kind === "database");
  assert.equal(databases.length, Object.keys(expected).length + 1, "one of the runs has two databases");
  for (const { message } of databases) assert.ok(message.includes(`(${client.writes})`), message);
  assert.deepEqual(report.filter(({ severity }) => severity !== "info"), []);
  for (const [run, logged] of Object.entries(expected)) await compareRun(source, run, logged);
}

async function compareRun(source: Source, run: string, logged: Expected): Promise<void> {
  const found = await values(source, run);
  const own = Object.entries(logged.values);
  for (const [path, [type, value]] of own) {
    const label = `${path} of ${run}`;
    const stored = found[`${path}:${type}`];
    assert.notEqual(stored, undefined, `${label} (${type}) is there`);
    if (type === "int") assert.equal(stored, BigInt(value as string), label);
    else if (type === "float") assert.deepEqual(stored, number(value), label);
    else if (type === "file") assert.equal(await text(source, stored as FileRef), value, label);
    else assert.deepEqual(stored, value, label);
  }
  const identity = { "sys/name:string": logged.experiment, "sys/forking/parent:string": logged.parent };
  for (const [name, value] of Object.entries(identity)) assert.equal(found[name] ?? null, value, `${name} of ${run}`);
  const step = found["sys/forking/step:int"] ?? found["sys/forking/step:float"] ?? null;
  assert.equal(step === null ? null : Number(step), logged.step, `the fork step of ${run}`);
  for (const [path, [kind, expected]] of Object.entries(logged.series)) {
    const shown = await points(source, run, path, { kind, lineage: "own" });
    assert.deepEqual(
      shown.map(({ step, timestamp }) => [step, timestamp]),
      expected.map(([step, , time]) => [step, time]),
    );
    for (const [i, [, value]] of expected.entries()) {
      const label = `point ${i} of ${path} of ${run}`;
      if (kind === "float") assert.deepEqual(shown[i].value, number(value), label);
      else if (kind === "file") assert.equal((await bytes(source, shown[i].value as FileRef)).toHex(), value, label);
      else assert.deepEqual(shown[i].value, value, label);
    }
  }
  for (const [path, expected] of Object.entries(logged.previews)) {
    const all = await points(source, run, path, { previews: true, lineage: "own" });
    const previews = all.slice(logged.series[path][1].length);
    assert.deepEqual(previews.map(({ step, value }) => [step, value]), expected.map(([step, value]) => [step, value]));
  }
  if (logged.console !== undefined) {
    // Up to 0.12 it was system/stdout.
    const path = Object.keys(found).find((name) => name.endsWith("/stdout:string_series"))!.replace(/:.*/, "");
    const lines = await points(source, run, path, { kind: "string" });
    assert.ok(lines.some(({ value }) => value === logged.console), JSON.stringify(lines));
    assert.equal(lines[0].step, 0.000001);
  }
}

/** Numbers that JSON lacks are texts. */
function number(value: unknown): number {
  return typeof value === "number"
    ? value
    : { nan: NaN, inf: Infinity, "-inf": -Infinity }[value as string] ?? Number(value);
}

async function proveScaleRemainder(client: Client, folder: string): Promise<void> {
  await runClient(client, "remainders.py", folder, "scale");
  const source = openOffline({ folder }).open(PROJECT);
  assert.deepEqual((await runs(source)).map(({ customId, name }) => [customId, name]), [["async-left", "left"]]);
  const found = await points(source, "async-left", "train/loss");
  assert.deepEqual(found.map(({ step, value }) => [step, value]), [0, 1, 2, 3, 4].map((i) => [i, 1 / (i + 1)]));
}

async function proveLegacy(client: Client, folder: string): Promise<void> {
  await runClient(client, "legacy.py", folder, client.version);
  const expected: {
    values: Expected["values"];
    series: Record<string, [step: number, value: unknown, time: number | null][]>;
    console: string[];
  } = JSON.parse(await Deno.readTextFile(`${folder}/expected.json`));
  const source = openOffline({ folder, legacyProject: PROJECT }).open(PROJECT);
  const [{ key, name }, ...others] = await runs(source);
  assert.match(key, /^offline\/[0-9a-f-]{36}$/);
  assert.deepEqual([name, others], ["my run", []]);
  const found = await values(source, key);
  for (const [path, [type, value]] of Object.entries(expected.values)) {
    const stored = found[`${path}:${type}`];
    assert.notEqual(stored, undefined, `${path} (${type}) is there`);
    if (type === "int") assert.equal(stored, BigInt(value as string), path);
    else if (type === "float") assert.equal(stored, Number(value), path);
    else if (type === "file") assert.equal(await text(source, stored as FileRef), value, path);
    else if (type === "artifact") {
      assert.match(await text(source, stored as FileRef), new RegExp(`"filePath": "${value}"`));
    } else if (type === "file_set") {
      await assert.rejects(() => bytes(source, stored as FileRef), (error: { fields: { inside: string[] } }) => {
        assert.deepEqual(error.fields.inside, value, path);
        return true;
      });
    } else assert.deepEqual(stored, value, path);
  }
  assert.equal(Object.keys(found).some((name) => name.startsWith("gone:")), false);
  for (const [path, logged] of Object.entries(expected.series)) {
    const kind = path === "logs/msg" ? "string" : path === "imgs/s" ? "file" : "float";
    const shown = await points(source, key, path, { kind });
    assert.deepEqual(
      shown.map(({ step, value, timestamp }, i) => [
        step,
        kind === "file" ? (value as FileRef).mimeType : value,
        logged[i]?.[2] === null ? null : timestamp,
      ]),
      logged,
      path,
    );
  }
  const console = Object.keys(found).find((name) => /^monitoring\/(.*\/)?stdout:/.test(name))!;
  const lines = await points(source, key, console.replace(/:.*/, ""), { kind: "string" });
  for (const line of expected.console) {
    assert.ok(lines.some(({ value }) => value === line), `${line} in ${JSON.stringify(lines)}`);
  }
  const report = await source.unsyncedReport!();
  assert.deepEqual(report.filter(({ severity }) => severity !== "info"), []);
}

async function proveLegacyRemainder(client: Client, folder: string): Promise<void> {
  await runClient(client, "remainders.py", folder, "legacy");
  const source = openOffline({ folder, legacyProject: PROJECT }).open(PROJECT);
  const [{ key }] = await runs(source);
  assert.equal(key, "async/00000000-0000-0000-0000-000000000abc");
  const found = await points(source, key, "train/loss");
  const logged = Array.from(
    { length: 25 },
    (_, i) => ({ step: i, value: 1 / (i + 1), timestamp: 1769947200000 + i * 1000 }),
  );
  assert.deepEqual(found, logged);
  const [{ message }] = (await source.unsyncedReport!()).filter(({ kind }) => kind === "operation_log");
  assert.match(message, /holds 25 operations; the server has \d+ of them/);
}

/** The official query client, unmodified, against our server as people start it. */
async function proveServed(client: Client, folder: string): Promise<void> {
  await runClient(client, "scale.py", folder, client.version);
  const expected: Record<string, Expected> = JSON.parse(await Deno.readTextFile(`${folder}/expected.json`));
  const server = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      new URL("../../../serve.ts", import.meta.url).pathname,
      "--offline",
      folder,
      "--port",
      "0",
      "--json",
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = server.stdout.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  const { apiToken, projects } = JSON.parse((await lines.next()).value!);
  try {
    assert.deepEqual(projects, [PROJECT]);
    const { success, stdout, stderr } = await new Deno.Command(await python(), {
      args: [new URL("read_back.py", import.meta.url).pathname],
      cwd: folder,
      env: { NEPTUNE_API_TOKEN: apiToken, NEPTUNE_PROJECT: PROJECT, TQDM_DISABLE: "1" },
      stdout: "piped",
      stderr: "piped",
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr).slice(-3000));
    compareAnswers(JSON.parse(new TextDecoder().decode(stdout)), expected);
  } finally {
    server.kill("SIGTERM");
    await lines.return?.();
    await server.status;
  }
}

interface Answers {
  runs: string[];
  experiments: string[];
  /** By run and path. */
  values: Record<string, Record<string, unknown>>;
  metrics: Record<string, Record<string, [step: number, value: unknown, time: number][]>>;
  previews: Record<string, Record<string, [step: number, value: unknown][]>>;
  texts: Record<string, Record<string, [step: number, value: unknown][]>>;
  files: Record<string, string>;
}

function compareAnswers(answers: Answers, expected: Record<string, Expected>): void {
  assert.deepEqual(answers.runs.toSorted(), Object.keys(expected).sort());
  assert.deepEqual(answers.experiments, ["exp-ä"]);
  for (const [run, logged] of Object.entries(expected)) {
    for (const [path, [type, value]] of Object.entries(logged.values)) {
      const answer = answers.values[run][path];
      const label = `${path} of ${run}`;
      if (type === "file") assert.equal(answers.files[`${run}|${path}`], value, label);
      // Integers of an attribute that some run lacks are floats in the client's table.
      else if (type === "int") assert.equal(Number(answer), Number(value), label);
      else if (type === "float") assert.deepEqual(number(answer), number(value), label);
      else if (type === "string_set") {
        assert.deepEqual((answer as string[]).toSorted(), (value as string[]).toSorted(), label);
      } else assert.deepEqual(answer, value, label);
    }
    for (const [path, [kind, all]] of Object.entries(logged.series)) {
      const label = `${path} of ${run}`;
      if (kind === "float") {
        // The client drops points that are not a number.
        const numbers = all.filter(([, value]) => !Number.isNaN(number(value)));
        const own = answers.metrics[run][path].slice(-numbers.length);
        assert.deepEqual(
          own.map(([step, value, time]) => [step, number(value), time]),
          numbers.map(([step, value, time]) => [step, number(value), time]),
          label,
        );
      }
      if (kind === "string") {
        assert.deepEqual(answers.texts[run][path], all.map(([step, value]) => [step, value]), label);
      }
      if (kind === "file") {
        for (const [step, value] of all) assert.equal(answers.files[`${run}|${path}|${Number(step)}`], value, label);
      }
    }
    for (const [path, previews] of Object.entries(logged.previews)) {
      assert.deepEqual(
        answers.previews[run][path].slice(-previews.length),
        previews.map(([step, value]) => [step, value]),
      );
    }
  }
  const inherited = answers.metrics["fork-2"]["train/loss"].map(([step]) => step);
  assert.deepEqual(inherited, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], "forks of forks inherit");
}
