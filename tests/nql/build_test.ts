import assert from "node:assert/strict";
import { NqlSyntaxError, OptionError } from "../../src/errors.ts";
import { and, attribute, compare, contains, exists, matches, not, or } from "../../src/nql/build.ts";
import { runsFilter } from "../../src/nql/filter.ts";
import { parseNql } from "../../src/nql/parse.ts";
import { printNql } from "../../src/nql/print.ts";

const text = (options: Parameters<typeof runsFilter>[0]) => {
  const tree = runsFilter(options);
  return tree === null ? null : printNql(tree);
};
const BOTH = { trashed: null } as const;
const NOTHING = printNql(or());

Deno.test("builders make the trees that the parser makes", () => {
  const lr = attribute("lr", "float");
  assert.deepEqual(
    and(
      or(compare(lr, ">", 1e-9), compare(lr, "=", -1n)),
      not(contains(attribute("sys/tags", "string_set"), 'say "hi"')),
      not(matches(attribute("sys/name", "string"), "^a\\.b$")),
      not(exists(attribute("x", "file"))),
      compare(attribute("loss", "float_series", "min"), "<=", 0.5),
      compare(attribute("done", "bool"), "!=", true),
      compare(attribute("sys/creation_time", "datetime"), ">=", new Date(Date.UTC(2025, 0, 2))),
    ),
    parseNql(
      '(`lr`:float > "1e-9" OR `lr`:float = "-1") AND `sys/tags`:stringSet NOT CONTAINS "say \\"hi\\"" AND ' +
        '`sys/name`:string NOT MATCHES "^a\\\\.b$" AND NOT `x`:fileRef EXISTS AND min(`loss`:floatSeries) <= 0.5 AND ' +
        "`done`:bool != true AND `sys/creation_time`:datetime >= 2025-01-02T00:00:00.000Z",
    ),
  );
});

Deno.test("runsFilter() joins its options as the Python client does", () => {
  assert.equal(text({}), '`sys/trashed`:bool = "false"');
  assert.equal(text({ trashed: true }), '`sys/trashed`:bool = "true"');
  assert.equal(text(BOTH), null);
  assert.equal(text({ ...BOTH, withIds: ["A-1", "A-2"] }), '(`sys/id`:string = "A-1") OR (`sys/id`:string = "A-2")');
  assert.equal(
    text({ ...BOTH, tags: ["x", "y"] }),
    '(`sys/tags`:stringSet CONTAINS "x") AND (`sys/tags`:stringSet CONTAINS "y")',
  );
  assert.equal(text({ ...BOTH, owners: ['"me"'] }), '`sys/owner`:string = "\\"me\\""');
  assert.equal(
    text({ ...BOTH, names: ["a"], customIds: ["c"] }),
    '(`sys/custom_run_id`:string = "c") AND (`sys/name`:string = "a")',
  );
  assert.equal(
    text({ ...BOTH, states: ["Active", "inactive"] }),
    '(`sys/state`:experimentState = "running") OR (`sys/state`:experimentState = "idle")',
  );
  assert.equal(
    text({ ...BOTH, namesRegex: ["a", "b"], namesExcludeRegex: "c", customIdRegex: "d" }),
    '(`sys/name`:string MATCHES "a") AND (`sys/name`:string MATCHES "b") AND (`sys/name`:string NOT MATCHES "c") AND ' +
      '(`sys/custom_run_id`:string MATCHES "d")',
  );
  assert.equal(text({ query: "a = 1 OR b = 2" }), '(`sys/trashed`:bool = "false") AND ((`a` = "1") OR (`b` = "2"))');
  assert.equal(text({ ...BOTH, query: "" }), "");
  assert.equal(text({ ...BOTH, query: or() }), NOTHING);
});

Deno.test("runsFilter() takes an empty list as naming nothing", () => {
  for (const option of ["withIds", "customIds", "names", "states", "owners", "tags"]) {
    assert.equal(text({ [option]: [] }), NOTHING, option);
  }
});

Deno.test("runsFilter() refuses lists that are none, empty patterns, unknown states and queries that do not parse", () => {
  assert.throws(() => runsFilter({ withIds: "A-1" as unknown as string[] }), OptionError);
  assert.throws(() => runsFilter({ names: [1] as unknown as string[] }), OptionError);
  assert.throws(() => runsFilter({ namesRegex: "" }), OptionError);
  assert.throws(() => runsFilter({ namesRegex: [] }), OptionError);
  assert.throws(() => runsFilter({ namesExcludeRegex: ["a", ""] }), OptionError);
  assert.throws(() => runsFilter({ states: ["failed"] }), /"failed"/);
  assert.throws(() => runsFilter({ query: "()" }), NqlSyntaxError);
});

Deno.test("a list may be longer than the arguments that a function takes", () => {
  const ids = Array.from({ length: 300_000 }, (_, i) => `BIR-${i}`);
  const filter = runsFilter({ withIds: ids, trashed: null }) as { op: string; terms: unknown[] };
  assert.equal(filter.op, "or");
  assert.equal(filter.terms.length, ids.length);
});
