/**
 * The simulator: a call, a fault, and what may come of it. Whatever the fault, a call gives the answer that it gives without faults, or
 * one of our errors; it ends in time, it has stopped when it ends, and every file it leaves is whole. Both are chosen by a seed, which
 * is all that is needed to see the same again: `deno task test:faults --side archive --seed 4711`.
 */

import { configure } from "@logtape/logtape";
import { AsyncLocalStorage } from "node:async_hooks";
import { isNeptuneError, jupyterDisplay } from "../../mod.ts";
import { sanitized } from "../../src/archive/disk/layout.ts";
import type { Call, Place } from "./calls.ts";
import { canonical, filesBelow, LISTS, otherRows, plain } from "./compare.ts";
import { Random } from "./random.ts";

/** Something that can be read and that has a fault. */
export interface Faulted {
  place: Omit<Place, "folder">;
  /** What is wrong with it, in a few words. */
  fault: string;
  /**
   * What must come of it. `answer`: the right answer, the fault passes. `either`: the right answer, or an error. `any`: bytes were
   * changed where nothing tells that they were, so that another answer may come, too.
   */
  must: "answer" | "either" | "any";
  /** Names of files, one of which an error has to name. */
  names?: readonly string[];
  /** The runs that the fault is about: what is said of all others has to be right. */
  runs?: readonly string[];
  /** Leaves out what cannot be read, and has to say so. */
  skips?: boolean;
  /** The folder it is in, which is different each time. */
  hidden?: string;
  /** Where the right answer comes from, where that is not what was there before the fault. */
  right?: Omit<Place, "folder">;
  /** The thorough report, which has to find what reading finds. */
  thorough?(): Promise<unknown>;
  /** How often it was asked so far. */
  asked?(): number;
  close(): Promise<void>;
}

/** One side: a server, or an archive on disk. */
export interface Side {
  name: string;
  calls: readonly Call[];
  /** How many seeds are tried at the same time: those that wait for something take no time of others. */
  atOnce: number;
  /** Opens it without a fault. */
  sound(): Promise<Faulted>;
  /**
   * Opens it with a fault that the numbers choose.
   *
   * @param patience How many times as long as usual it waits for an answer.
   */
  faulted(random: Random, call: Call, patience: number): Promise<Faulted>;
}

/** What came of one seed. */
export interface Outcome {
  seed: number;
  call: string;
  fault: string;
  result: "answer" | "error" | "less, and says so" | "other answer" | "FAILED";
  /** For an error its name, for a failure what went wrong. */
  detail: string;
  milliseconds: number;
}

const ROW_FAILED = "a row that failed";
/** No call may take longer, on a busy machine either: what hangs never ends. */
const LONGEST = 300_000;

interface Truth {
  answer: string;
  files: Map<string, string>;
}

/** What was logged during each attempt. */
const logged = new AsyncLocalStorage<string[]>();
let configured: Promise<void> | undefined;

function listenToLogs(): Promise<void> {
  return configured ??= configure({
    sinks: {
      said: ({ message, properties }) => logged.getStore()?.push(message.join("") + JSON.stringify(properties)),
    },
    loggers: [
      { category: "neptune-fetcher", lowestLevel: "warning", sinks: ["said"] },
      { category: ["logtape", "meta"], lowestLevel: "fatal" },
    ],
    contextLocalStorage: new AsyncLocalStorage(),
  });
}

/** A side with its right answers, which are found once. */
export class Simulator {
  readonly #truths = new Map<string, Promise<Truth>>();

  constructor(readonly side: Side) {}

  /** Does what a seed says. */
  async run(seed: number, patience = 1): Promise<Outcome> {
    await listenToLogs();
    const random = new Random(seed);
    const call = weighted(this.side.calls, random);
    const truth = await this.#truth(call);
    const faulted = await this.side.faulted(random, call, patience);
    const folder = await Deno.makeTempDir({ prefix: "neptune-fault-" });
    const started = performance.now();
    const outcome = (result: Outcome["result"], detail = ""): Outcome => ({
      seed,
      call: call.name,
      fault: `${this.side.name}: ${faulted.fault}`,
      result,
      detail,
      milliseconds: Math.round(performance.now() - started),
    });
    try {
      const came = await attempt(call, { ...faulted.place, folder }, faulted.hidden);
      const right = faulted.right ? await this.#answer(call, faulted.right, faulted.hidden) : truth;
      const failure = came.failure ?? await wrong(faulted, folder, right, came);
      return failure ? outcome("FAILED", failure) : outcome(...await judge(call, faulted, right, came));
    } finally {
      await faulted.close();
      await Deno.remove(folder, { recursive: true });
    }
  }

  #truth(call: Call): Promise<Truth> {
    let truth = this.#truths.get(call.name);
    if (!truth) this.#truths.set(call.name, truth = this.#find(call));
    return truth;
  }

  async #find(call: Call): Promise<Truth> {
    const sound = await this.side.sound();
    try {
      return await this.#answer(call, sound.place, sound.hidden);
    } finally {
      await sound.close();
    }
  }

  async #answer(call: Call, place: Faulted["place"], hidden?: string): Promise<Truth> {
    const folder = await Deno.makeTempDir({ prefix: "neptune-fault-" });
    try {
      const came = await attempt(call, { ...place, folder }, hidden);
      if (came.failure) throw new Error(`Without a fault, ${call.name} fails: ${came.failure}`);
      // What is not there is an error without faults, too.
      return { answer: came.answer ?? `${came.error}: ${came.message}`, files: await filesBelow(folder) };
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
}

/** Whether what came is right, where its files are. */
async function judge(call: Call, faulted: Faulted, truth: Truth, came: Came): Promise<[Outcome["result"], string?]> {
  const { must, names, runs, skips, thorough } = faulted;
  const tells = (text: string) => names === undefined || names.some((name) => text.includes(name));
  if (came.answer === truth.answer) return ["answer"];
  if (came.error === ROW_FAILED && must !== "answer") return ["error", came.error];
  if (came.error) {
    const message = came.message!;
    if (must === "answer") return ["FAILED", `${came.error}, though the fault passes: ${message}`];
    if (!tells(message)) return ["FAILED", `${came.error} names no file that is at fault: ${message}`];
    if (thorough && came.error === "DamagedFileError" && !tells(canonical(plain(await thorough())))) {
      return ["FAILED", `the thorough report does not find what reading found: ${message}`];
    }
    return ["error", came.error];
  }
  const answer = came.answer!;
  if (call.reports && names && tells(answer)) return ["less, and says so"];
  if (must === "answer") return ["FAILED", `another answer: ${difference(truth.answer, answer)}`];
  if (runs && !call.chooses && !call.reports) {
    const [wanted, found] = [truth.answer, answer].map((text) => otherRows(text, runs));
    if (wanted !== found) return ["FAILED", `another answer about other runs: ${difference(wanted, found)}`];
  }
  if (must === "any") return ["other answer"];
  if (skips && names && tells(came.said!)) return ["less, and says so"];
  return ["FAILED", `another answer: ${difference(truth.answer, answer)}`];
}

/** What is wrong besides the answer; null where nothing is. */
async function wrong(
  { asked, must, runs = [], skips }: Faulted,
  folder: string,
  truth: Truth,
  came: Came,
): Promise<string | null> {
  if (asked && await goesOn(asked)) return "requests go on after the call has ended";
  const files = await filesBelow(folder);
  if (files.size > 0 || truth.files.size > 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const after = await filesBelow(folder);
    if (after.size !== files.size) return "files came after the call had ended";
  }
  // A run is written without what it says it lacks; bytes that were changed are written as they came.
  const lacks = new Set([...came.lacking ?? [], ...must === "any" ? runs : []].map(sanitized));
  for (const [path, digest] of files) {
    if (!truth.files.has(path)) return `it left ${path} behind`;
    const right = truth.files.get(path)!;
    const lines = right.split("\n");
    const [, run] = /^\/data\/[^/]+\/(.*)_part_\d+\.parquet$/.exec(path) ?? [];
    const isPart = run !== undefined;
    if (isPart && lacks.has(run)) continue;
    if (must === "any" && (!isPart || runs.length === 0)) continue;
    if (skips && !isPart && came.answer !== truth.answer) continue;
    const whole = LISTS.test(path) ? sums(digest, lacks).every((line) => lines.includes(line)) : right === digest;
    if (!whole) return `the file ${path} is not whole`;
  }
  const lacking = [...truth.files.keys()].find((path) => !files.has(path));
  if (came.answer === truth.answer && lacking !== undefined) return `the file ${lacking} is not there`;
  return null;
}

/** Lines of a list of hashes but for those of the parts of some runs. */
function sums(list: string, runs: ReadonlySet<string>): string[] {
  return list.split("\n").filter((line) => !runs.has(/([^ /]*)_part_\d+\.parquet$/.exec(line)?.[1] ?? ""));
}

/** What was sent before the end may arrive later, on a busy machine much later: only what does not stop goes on. */
async function goesOn(asked: () => number): Promise<boolean> {
  let before = -1;
  for (let looks = 0; looks < 30; looks++) {
    if (before === asked()) return false;
    before = asked();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return true;
}

interface Came {
  answer?: string;
  error?: string;
  message?: string;
  failure?: string;
  /** The runs that a bulk call says it could not read, or not all of. */
  lacking?: string[];
  /** What was said besides: in the log, and below a frame. */
  said?: string;
}

/** Bulk calls go on, and say in a row what they could not do. */
function cameOf(answer: string, said: string): Came {
  if (!/"status":"(failed|missing)"|"(refused|missing_files)":[1-9]/.test(answer)) return { answer, said };
  const { rows } = JSON.parse(answer) as { rows: Record<string, unknown>[] };
  const lacking = rows.filter((row) => row.status === "failed" || row.refused || row.missing_files)
    .map(({ run }) => String(run));
  return { answer, error: ROW_FAILED, message: answer, lacking, said };
}

async function attempt(call: Call, place: Place, hidden?: string): Promise<Came> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Came>((resolve) => {
    timer = setTimeout(() => resolve({ failure: `it hangs: no end after ${LONGEST / 1000} seconds` }), LONGEST);
  });
  const shown = (text: string) => hidden ? text.replaceAll(hidden, "") : text;
  const lines: string[] = [];
  const work = async () => {
    const answer = await call.run(place);
    const notes = answer instanceof Object && jupyterDisplay in answer
      ? await (answer as { [jupyterDisplay](): Promise<Record<string, string>> })[jupyterDisplay]()
      : null;
    // What a frame is without stands below it; who gets no frame reads it in the log.
    const isFrame = answer instanceof Object && "toRecords" in answer;
    return cameOf(shown(canonical(plain(answer))), isFrame ? notes?.["text/plain"] ?? "" : lines.join("\n"));
  };
  try {
    return await Promise.race([late, logged.run(lines, work)]);
  } catch (error) {
    if (!isNeptuneError(error)) return { failure: `an error that is not ours: ${Deno.inspect(error).slice(0, 1500)}` };
    const { name } = error, message = shown(error.message);
    // Errors about what is not there are answers, and are compared like others.
    if (/^(AttributeNotFound|RunNotFound|Unsupported)/.test(name)) {
      return { answer: `${name}: ${message}`, said: lines.join("\n") };
    }
    return { error: name, message };
  } finally {
    clearTimeout(timer);
  }
}

function weighted(calls: readonly Call[], random: Random): Call {
  const all = calls.reduce((sum, { weight = 1 }) => sum + weight, 0);
  let at = random.number() * all;
  for (const call of calls) {
    at -= call.weight ?? 1;
    if (at < 0) return call;
  }
  return calls[0];
}

function difference(right: string, other: string): string {
  let at = 0;
  while (at < right.length && right[at] === other[at]) at++;
  const around = (text: string) => text.slice(Math.max(0, at - 40), at + 120);
  return `…${around(other)}… instead of …${around(right)}…`;
}

/** Runs seeds, some at a time. */
export async function runSeeds(
  simulator: Simulator,
  from: number,
  count: number,
  told: (outcome: Outcome) => void = () => {},
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = from;
  const worker = async () => {
    while (next < from + count) {
      const seed = next++;
      let outcome = await simulator.run(seed);
      // On a busy machine an answer may be late without a fault: what should pass does so with more patience.
      for (let patience = 5; patience <= 125 && isLate(outcome); patience *= 5) {
        outcome = await simulator.run(seed, patience);
      }
      outcomes.push(outcome);
      told(outcome);
    }
  };
  await Promise.all(Array.from({ length: simulator.side.atOnce }, worker));
  return outcomes;
}

function isLate({ result, detail }: Outcome): boolean {
  return result === "FAILED" && /ConnectionError, though the fault passes/.test(detail);
}

/** One line about it. */
export function lineOf({ seed, call, fault, result, detail, milliseconds }: Outcome): string {
  return `seed ${seed}: ${call} — ${fault} — ${result} ${detail} (${milliseconds} ms)`;
}
