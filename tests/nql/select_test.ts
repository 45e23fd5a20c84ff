import assert from "node:assert/strict";
import fc from "fast-check";
import { openArchive } from "../../src/archive/catalog.ts";
import { NqlSyntaxError, RegexError } from "../../src/errors.ts";
import type { Nql, Operand } from "../../src/nql/ast.ts";
import { parseNql } from "../../src/nql/parse.ts";
import { printNql } from "../../src/nql/print.ts";
import type { Source } from "../../src/source.ts";
import type { AttributeType } from "../../src/types.ts";
import { BIRDS, writeBirds } from "./birds.ts";
import { select } from "./naive.ts";
import { SELECTED, UNANSWERABLE } from "./selected.ts";
import { REFUSED, UNDERSTOOD } from "./texts.ts";

async function withBirds(work: (source: Source) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "neptune-birds-" });
  try {
    await writeBirds(folder);
    await work(openArchive({ data: `${folder}/data` }).open("team/birds"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The letters of the runs that the source finds, in order. */
async function found(source: Source, where: Nql): Promise<string> {
  const letters: string[] = [];
  for await (const { runs, total } of source.runs({ where })) {
    letters.push(...runs.map((run) => run.customId!.slice("bird-".length)));
    assert.equal(total, letters.length);
  }
  assert.deepEqual(letters, [...letters].sort().reverse(), "newest first");
  return letters.reverse().join("");
}

Deno.test("the tables hold 400 different queries and more", () => {
  const texts = [...SELECTED, ...UNANSWERABLE, ...UNDERSTOOD, ...REFUSED].map(([text]) => text);
  assert.ok(new Set(texts).size >= 400, `${new Set(texts).size}`);
});

Deno.test("every query of the table selects its runs, as written and as printed", async () => {
  await withBirds(async (source) => {
    for (const [text, runs] of SELECTED) {
      const tree = parseNql(text);
      assert.equal(await found(source, tree), runs, text);
      assert.equal(await found(source, parseNql(printNql(tree))), runs, printNql(tree));
      assert.equal(select(tree), runs, `${text}, one run at a time`);
    }
  });
});

Deno.test("a query that cannot be answered is an error that says why, whether or not a run has the attribute", async () => {
  await withBirds(async (source) => {
    for (const [text, message] of UNANSWERABLE) {
      await assert.rejects(() => found(source, parseNql(text)), (error: Error) => {
        assert.ok(error instanceof NqlSyntaxError, text);
        assert.equal(error.message, message, text);
        return true;
      }, text);
    }
    await assert.rejects(() => found(source, parseNql('s:string MATCHES "(?=a)"')), RegexError);
  });
});

Deno.test("times ago are counted from now", async () => {
  await withBirds(async (source) => {
    assert.equal(await found(source, parseNql("t:datetime > -1d")), "k");
    assert.equal(await found(source, parseNql('t:datetime < "-12M"')), "abfi");
  });
});

const NUMBERS = [
  "-5",
  "0",
  "1",
  "3",
  "7",
  "0.5",
  "2048",
  "2kb",
  "1e-9",
  "-2.5",
  "9007199254740992",
  "9007199254740993",
];
const TEXTS = ["hello", "Hello", "", "a", "7", "3", "stop", "AND", "日本 😀", "back\\slash", '"', "\n"];
const PATTERNS = ["^he", "lo$", "", ".*", "l+", "(?i)hello", "[[:digit:]]", "\\p{Han}", "^(hello|7)$", "a\\.b", "\\\\"];
const TIMES = ["2024-01-01", "2024-02-29T12:30:00.5Z", "1970-01-01T00:00:00", "2030-06-01T02:00:00+02:00"];
const ORDER = ["=", "!=", "<", "<=", ">", ">="];

function operand(names: string[], type: AttributeType | null, functions: Operand["aggregation"][] = [null]) {
  return fc.record({
    name: fc.constantFrom(...names),
    type: fc.constant(type),
    aggregation: fc.constantFrom(...functions),
  });
}

function tests(operand: fc.Arbitrary<Operand>, ops: string[], values: string[]): fc.Arbitrary<Nql> {
  return fc.record({ op: fc.constantFrom(...ops), operand, value: fc.constantFrom(...values) }) as fc.Arbitrary<Nql>;
}

const FUNCTIONS = [null, "last", "min", "max", "average", "variance"] as const;
const EVERY = [...new Set(Object.values(BIRDS).flatMap((bird) => Object.keys(bird))), "none", "sys/name", "sys/tags"];
const predicate: fc.Arbitrary<Nql> = fc.oneof(
  tests(operand(["n", "mixed", "with space", "none"], "int"), ORDER, NUMBERS),
  tests(operand(["x", "mixed"], "float"), ORDER, NUMBERS),
  tests(operand(["m", "mixed"], "float_series", [...FUNCTIONS]), ORDER, NUMBERS),
  tests(operand(["s", "mixed", "sys/name"], "string"), [...ORDER, "contains"], TEXTS),
  tests(operand(["s", "sys/custom_run_id"], "string"), ["matches"], PATTERNS),
  tests(operand(["log", "mixed"], "string_series"), [...ORDER, "contains"], TEXTS),
  tests(operand(["log"], "string_series"), ["matches"], PATTERNS),
  tests(operand(["set", "sys/tags", "mixed"], "string_set"), ["contains"], ["red", "RED", "even", "3", "re"]),
  tests(operand(["b", "mixed", "sys/trashed"], "bool"), ["=", "!="], ["true", "False"]),
  tests(operand(["t"], "datetime"), ORDER, TIMES),
  tests(operand(EVERY, null, [...FUNCTIONS]), [...ORDER, "contains"], [...NUMBERS, ...TEXTS, ...TIMES, "true"]),
  fc.record({ op: fc.constant("exists" as const), operand: operand(EVERY, null, [...FUNCTIONS]) }),
  fc.record({ op: fc.constant("exists" as const), operand: operand(["mixed"], "int") }),
);
const { tree } = fc.letrec<{ tree: Nql }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    predicate,
    fc.record({ op: fc.constantFrom("and" as const, "or" as const), terms: fc.array(tie("tree"), { maxLength: 4 }) }),
    fc.record({ op: fc.constant("not" as const), term: tie("tree") }),
  ),
}));

Deno.test("random queries print, parse back to what prints alike, and select what the naive evaluator selects", async () => {
  await withBirds(async (source) => {
    const counts = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(tree, async (tree) => {
        const printed = printNql(tree);
        assert.equal(printNql(parseNql(printed)), printed);
        const runs = select(tree);
        counts.set(runs.length, (counts.get(runs.length) ?? 0) + 1);
        assert.equal(await found(source, tree), runs);
        assert.equal(await found(source, parseNql(printed)), runs);
      }),
      { numRuns: 5000 },
    );
    assert.ok(counts.size > 8, "the queries select few and many runs");
  });
});
