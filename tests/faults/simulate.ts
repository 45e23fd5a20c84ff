/**
 * The simulator: a call, a fault, and what may come of it. Whatever the fault, a call gives the answer that it gives without faults, or
 * one of our errors; it ends in time, it has stopped when it ends, and every file it leaves is whole. Both are chosen by a seed, which
 * is all that is needed to see the same again: `deno task test:faults --seed 4711`.
 */

import { isNeptuneError } from "../../mod.ts";
import { type Call, CALLS, type Place } from "./calls.ts";
import { canonical, filesBelow, LISTS, plain } from "./compare.ts";
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
  /** How often it was asked so far; for what cannot count, 0. */
  asked(): number;
  close(): Promise<void>;
}

/** One side: a server, or an archive on disk. */
export interface Side {
  name: string;
  /** Opens it without a fault. */
  sound(): Promise<Faulted>;
  /** Opens it with a fault that the numbers choose. */
  faulted(random: Random, call: Call): Promise<Faulted>;
}

/** What came of one seed. */
export interface Outcome {
  seed: number;
  call: string;
  fault: string;
  result: "answer" | "error" | "other answer" | "FAILED";
  /** For an error its name, for a failure what went wrong. */
  detail: string;
  milliseconds: number;
}

const ROW_FAILED = "a row that failed";
/** No call may take longer. */
const LONGEST = 30_000;

interface Truth {
  answer: string;
  files: Map<string, string>;
}

/** A side with its right answers, which are found once. */
export class Simulator {
  readonly #side: Side;
  readonly #truths = new Map<string, Promise<Truth>>();

  constructor(side: Side) {
    this.#side = side;
  }

  /** Does what a seed says. */
  async run(seed: number): Promise<Outcome> {
    const random = new Random(seed);
    const call = weighted(random);
    const truth = await this.#truth(call);
    const faulted = await this.#side.faulted(random, call);
    const folder = await Deno.makeTempDir({ prefix: "neptune-fault-" });
    const started = performance.now();
    const outcome = (result: Outcome["result"], detail = ""): Outcome => ({
      seed,
      call: call.name,
      fault: `${this.#side.name}: ${faulted.fault}`,
      result,
      detail,
      milliseconds: Math.round(performance.now() - started),
    });
    try {
      const came = await attempt(call, { ...faulted.place, folder });
      const failure = came.failure ?? await this.#wrong(faulted, folder, truth, came);
      if (failure) return outcome("FAILED", failure);
      if (came.answer === truth.answer) return outcome("answer");
      if (came.error && faulted.must !== "answer") return outcome("error", came.error);
      if (came.error) return outcome("FAILED", `${came.error}, though the fault passes: ${came.message}`);
      if (faulted.must === "any") return outcome("other answer");
      return outcome("FAILED", `another answer: ${difference(truth.answer, came.answer!)}`);
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
    const sound = await this.#side.sound();
    const folder = await Deno.makeTempDir({ prefix: "neptune-fault-" });
    try {
      const came = await attempt(call, { ...sound.place, folder });
      if (came.failure) throw new Error(`Without a fault, ${call.name} fails: ${came.failure}`);
      // What is not there is an error without faults, too.
      return { answer: came.answer ?? `${came.error}: ${came.message}`, files: await filesBelow(folder) };
    } finally {
      await sound.close();
      await Deno.remove(folder, { recursive: true });
    }
  }

  /** What is wrong besides the answer; null where nothing is. */
  async #wrong({ asked, must }: Faulted, folder: string, truth: Truth, came: Came): Promise<string | null> {
    // What was sent before the end may arrive a little later, on a busy machine more than a little.
    let before = -1;
    for (let looks = 0; looks < 5 && before !== asked(); looks++) {
      before = asked();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    if (asked() > before) return "requests go on after the call has ended";
    const files = await filesBelow(folder);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const after = await filesBelow(folder);
    if (after.size !== files.size) return "files came after the call had ended";
    for (const [path, digest] of files) {
      if (!truth.files.has(path)) return `it left ${path} behind`;
      const right = truth.files.get(path)!;
      const lines = right.split("\n");
      // A run is written without what it says it lacks; bytes that were changed are written as they came.
      if (must === "any" || (came.error === ROW_FAILED && /^\/data\//.test(path))) continue;
      const whole = LISTS.test(path) ? digest.split("\n").every((line) => lines.includes(line)) : right === digest;
      if (!whole) return `the file ${path} is not whole`;
    }
    const lacking = [...truth.files.keys()].find((path) => !files.has(path));
    if (came.answer === truth.answer && lacking !== undefined) return `the file ${lacking} is not there`;
    return null;
  }
}

interface Came {
  answer?: string;
  error?: string;
  message?: string;
  failure?: string;
}

/** Bulk calls go on, and say in a row what they could not do. */
function cameOf(answer: string): Came {
  return /"status":"failed"|"refused":[1-9]/.test(answer) ? { error: ROW_FAILED, message: answer } : { answer };
}

async function attempt(call: Call, place: Place): Promise<Came> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Came>((resolve) => {
    timer = setTimeout(() => resolve({ failure: `it hangs: no end after ${LONGEST / 1000} seconds` }), LONGEST);
  });
  try {
    return await Promise.race([late, call.run(place).then((answer) => cameOf(canonical(plain(answer))))]);
  } catch (error) {
    if (!isNeptuneError(error)) return { failure: `an error that is not ours: ${Deno.inspect(error).slice(0, 1500)}` };
    const { name, message } = error;
    // Errors about what is not there are answers, and are compared like others.
    return /^(AttributeNotFound|RunNotFound)/.test(name) ? { answer: `${name}: ${message}` } : { error: name, message };
  } finally {
    clearTimeout(timer);
  }
}

function weighted(random: Random): Call {
  const all = CALLS.reduce((sum, { weight = 1 }) => sum + weight, 0);
  let at = random.number() * all;
  for (const call of CALLS) {
    at -= call.weight ?? 1;
    if (at < 0) return call;
  }
  return CALLS[0];
}

function difference(right: string, other: string): string {
  let at = 0;
  while (at < right.length && right[at] === other[at]) at++;
  const around = (text: string) => text.slice(Math.max(0, at - 40), at + 80);
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
      // On a busy machine a request may be late without a fault: what should pass is given a second chance.
      if (/though the fault passes/.test(outcome.detail)) outcome = await simulator.run(seed);
      outcomes.push(outcome);
      told(outcome);
    }
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  return outcomes;
}

/** One line about it. */
export function lineOf({ seed, call, fault, result, detail, milliseconds }: Outcome): string {
  return `seed ${seed}: ${call} — ${fault} — ${result} ${detail} (${milliseconds} ms)`;
}
