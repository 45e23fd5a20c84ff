/**
 * No public call answers what it was not asked: each is handed an option that it does not have, and a wrong kind for every option
 * and argument that it has.
 */

import assert from "node:assert/strict";
import pl from "nodejs-polars";
import * as api from "../../mod.ts";
import * as serving from "../../serve.ts";
import * as sample from "../../samples/mod.ts";
import * as cli from "../../cli.ts";
import * as nql from "../../src/nql/mod.ts";
import { makeApiToken } from "../../src/server/tokens.ts";
import { type Argument, either, type PublicCall, publicCalls, type Shape } from "./public_calls.ts";
import { told, UNKNOWN, wrongValues } from "./wrong_values.ts";

let reads = 0;
const fetch = () => {
  reads++;
  return Promise.reject(new Error("something was read"));
};
const apiToken = makeApiToken("secret", "http://neptune.test");
const project = new api.ReadOnlyProject("team/x", { apiToken, fetch });
const run = new api.ReadOnlyRun(project, { customId: "x" });

/** Whose methods are called. */
const OWNERS: Record<string, unknown> = {
  ReadOnlyProject: project,
  ReadOnlyRun: run,
  Attribute: run["a/b"],
  RunFile: run.file({ path: "x" }),
  Chart: api.plot([]),
  plot: api.plot,
};

/** Calls that people do not make, or that take what they are given, each with the reason. */
const OPEN: Record<string, string> = {
  "new Attribute": "made by the module",
  "new Chart": "made by the module",
  "new Listing": "made by the module",
  "new RunComparison": "made by the module",
  "new RunFile": "made by the module",
  "Listing.then": "the protocol of promises, which takes anything",
  "Listing.catch": "the protocol of promises, which takes anything",
  "Listing.finally": "the protocol of promises, which takes anything",
  "ProgressBarCallback.update": "called by the module, written by others",
  "ProgressBarCallback.exit": "called by the module, written by others",
};

/** A good value for an argument or option that a call needs, by its name. */
const GOOD: Record<string, unknown> = {
  attributes: ["a/b"],
  destination: "/nowhere/x.parquet",
  archive: "/nowhere",
  path: "a/b",
  paths: ["a/b"],
  experimentName: "x",
  project: "team/x",
  selector: { customId: "x" },
  value: "x",
  frame: pl.DataFrame({ step: [1], value: [2] }),
  data: [],
  name: "a",
  op: "=",
  operand: nql.attribute("a"),
  term: nql.attribute("a") && nql.exists(nql.attribute("a")),
  terms: nql.or(),
  tree: nql.or(),
  text: "a = 1",
  pattern: "a",
  now: 0,
  fold: { predicate: () => 0, and: () => 0, or: () => 0, not: () => 0 },
  error: new Error("x"),
  args: ["--version"],
  type: "float",
  runs: [],
  x: "a/b",
  y: "a/b",
};
/** Where one name means several things. */
const GOOD_OF: Record<string, Record<string, unknown>> = {
  "ReadOnlyRun.file": { value: { path: "x" } },
  saveFrame: { path: "/nowhere/x.csv" },
  isNeptuneError: { name: "OptionError" },
};

const MODULES: Record<string, Record<string, unknown>> = {
  "./cli.ts": cli,
  "./mod.ts": api,
  "./samples/mod.ts": sample,
  "./serve.ts": serving,
  "./src/nql/mod.ts": nql,
};

function functionOf({ name, owner, entry }: PublicCall): (...args: unknown[]) => unknown {
  assert.ok(entry in MODULES, `${entry} is a new entry point: give MODULES what it exports`);
  const all = MODULES[entry];
  if (name.startsWith("new ")) {
    const made = all[name.slice(4)] as new (...args: unknown[]) => unknown;
    return (...args) => new made(...args);
  }
  if (owner === null) return all[name] as () => unknown;
  assert.ok(owner in OWNERS, `${owner} is a new class: give OWNERS an object of it`);
  const method = name.slice(owner.length + 1);
  return (...args) => (OWNERS[owner] as Record<string, (...args: unknown[]) => unknown>)[method](...args);
}

function good(call: PublicCall, name: string): unknown {
  const own = GOOD_OF[call.name] ?? {};
  const value = name in own ? own[name] : GOOD[name];
  assert.notEqual(value, undefined, `${call.name} needs ${name}: give GOOD a value for it`);
  return value;
}

function goodOptions(call: PublicCall, shape: Shape): Record<string, unknown> {
  const needed = [...shape.fields!].filter(([, field]) => !field.optional).map(([name]) => name);
  // A selector names one of three.
  const names = call.name === "new ReadOnlyRun" ? ["experimentName"] : needed;
  return Object.fromEntries(names.map((name) => [name, good(call, name)]));
}

/** The arguments that are bags of options. */
const isBag = ({ name, shape }: Argument) => (name === "options" || name === "selector") && shape.fields !== undefined;

function goodArguments(call: PublicCall, overload: Argument[]): unknown[] {
  return overload.map((argument) =>
    isBag(argument) ? goodOptions(call, argument.shape) : argument.optional ? undefined : good(call, argument.name)
  );
}

interface Case {
  /** The name of what is wrong, which the error has to tell. */
  option: string;
  title: string;
  args: unknown[];
}

function* casesOf(call: PublicCall): Generator<Case> {
  for (const overload of call.overloads) {
    const base = goodArguments(call, overload);
    const replaced = (at: number, value: unknown) => base.map((one, i) => i === at ? value : one);
    for (const [at, argument] of overload.entries()) {
      const shapes = call.overloads.flatMap((one) => one[at] ? [one[at].shape] : []);
      if (!isBag(argument)) {
        for (const value of wrongValues(shapes.reduce(either, {}))) {
          yield { option: argument.name, title: `${argument.name} is ${told(value)}`, args: replaced(at, value) };
        }
        continue;
      }
      for (const value of ["x", 5, true, [], ["x"], new Map(), () => {}]) {
        if (shapes.some((shape) => typeof value === "string" && shape.string)) continue;
        yield { option: argument.name, title: `the options are ${told(value)}`, args: replaced(at, value) };
      }
      const options = base[at] as Record<string, unknown>;
      const changed = (name: string, value: unknown) => replaced(at, { ...options, [name]: value });
      yield { option: UNKNOWN, title: `${UNKNOWN}: 1`, args: changed(UNKNOWN, 1) };
      for (const [name, { shape, optional }] of argument.shape.fields!) {
        // What one way to call needs, another may do without.
        const everywhere = shapes.every(({ fields }) => fields?.get(name)?.optional === false);
        if (!optional && everywhere && call.name !== "new ReadOnlyRun") {
          yield { option: name, title: `no ${name}`, args: changed(name, undefined) };
        }
        const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
        if (snake !== name) yield { option: snake, title: `${snake}: 1`, args: changed(snake, 1) };
        for (const value of wrongValues(shape)) {
          yield { option: name, title: `${name}: ${told(value)}`, args: changed(name, value) };
        }
      }
    }
  }
}

/** What went wrong with a case; null where it was refused as it should be. */
async function fault(
  call: (...args: unknown[]) => unknown,
  { option, args }: Pick<Case, "option" | "args">,
): Promise<string | null> {
  try {
    const answer = call(...args);
    if (!(answer instanceof Promise)) return "it answered";
    await answer;
    return "it answered";
  } catch (error) {
    if (!(error instanceof api.OptionError)) return `${(error as Error).name}: ${(error as Error).message}`;
    const named = error.fields.option;
    return named === option || named === "options" || error.message.includes(option)
      ? null
      : `the error does not name ${option}: ${error.message}`;
  }
}

Deno.test("no public call takes an option that it does not have, or a wrong kind of one that it has", async () => {
  const calls = await publicCalls((name) => name in OPEN || /^new \w+Error$/.test(name));
  let cases = 0;
  const faults: string[] = [];
  for (const call of calls) {
    for (const one of casesOf(call)) {
      cases++;
      const wrong = await fault(functionOf(call), one);
      if (wrong !== null) faults.push(`${call.name}, ${one.title}: ${wrong}`);
    }
  }
  assert.deepEqual(faults, []);
  assert.equal(reads, 0, "nothing is read before the options are checked");
  assert.ok(calls.length >= 50 && cases >= 2000, `${calls.length} calls, ${cases} cases`);
  console.log(`${cases} cases of ${calls.length} public calls`);
});

Deno.test("a call that looks at nothing, and one that fails in its own way, are found", async () => {
  const wrong = { option: UNKNOWN, args: [{ [UNKNOWN]: 1 }] };
  assert.equal(await fault(() => Promise.resolve(1), wrong), "it answered");
  assert.match((await fault((options) => (options as string).trim(), wrong))!, /^TypeError/);
  const other = () => Promise.reject(new api.OptionError("This is wrong.", { option: "other", value: null }));
  assert.match((await fault(other, wrong))!, /does not name unheardOf/);
});
