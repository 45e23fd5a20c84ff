/** What was asked for and is not there is said: below the frame, and in the log. */

import assert from "node:assert/strict";
import { configure, type LogRecord, reset } from "@logtape/logtape";
import { jupyterDisplay } from "../../mod.ts";
import { Fixture, PROJECT } from "../api/fixture.ts";
import { eachWay } from "./ways.ts";

/** The warnings that are logged while `work` runs. */
async function warnings(work: () => Promise<void>): Promise<string[]> {
  const records: LogRecord[] = [];
  await configure({
    sinks: { memory: (record) => records.push(record) },
    loggers: [{ category: ["neptune-fetcher", "missing"], sinks: ["memory"] }, {
      category: ["logtape", "meta"],
      sinks: [],
    }],
    reset: true,
  });
  try {
    await work();
  } finally {
    await reset();
  }
  return records.map(({ properties }) => String(properties.text));
}

type Frame = Parameters<typeof shownText>[0];

async function shownText(frame: { toString(): string }): Promise<{ text: string; html: string }> {
  const show = (frame as unknown as Record<symbol, () => Promise<Record<string, string>> | Record<string, string>>)[
    jupyterDisplay
  ];
  const bundle = await show.call(frame);
  return { text: bundle["text/plain"], html: bundle["text/html"] };
}

Deno.test("columns, series, files and runs that match nothing are said, below the frame and in the log", async () => {
  await using fixture = await Fixture.make();
  await eachWay(fixture.data, PROJECT, async ({ name, project }) => {
    if (name === "socket") return;
    const CASES: [make: () => PromiseLike<Frame>, notes: (string | RegExp)[]][] = [
      [() => project.fetchRunsDf({ columns: ["metrics/loss"] }), []],
      [() => project.fetchRunsDf({ columns: ["metrics/los", "sys/name", "metrics/loss"] }), [
        'None of the 3 runs has an attribute "metrics/los". Did you mean "metrics/loss" or "metrics/accuracy"?',
      ]],
      [() => project.fetchRunsDf({ columns: ["size"], types: ["float"] }), [
        'None of the 3 runs has an attribute "size". It is of type int and string.',
      ]],
      [() => project.fetchRunsDf({ columns: "^nothing/" }), [
        'None of the 3 runs has an attribute that matches "^nothing/".',
      ]],
      [() => project.fetchRunsDf({ columns: ["size"], columnsRegex: /^NO$/i }), [
        'None of the 3 runs has an attribute that matches "(?i)^NO$".',
      ]],
      [() => project.fetchRunsDf({ sortBy: "lost/path" }), [/No run has an attribute "lost\/path" to sort by/]],
      [() => project.fetchMetrics({ attributes: ["metrics/loss", "logs/out", "metrics/acuracy"] }), [
        'None of the 3 runs has a float series "logs/out". It is of type string_series.',
        'None of the 3 runs has a float series "metrics/acuracy". Did you mean "metrics/accuracy" or "metrics/loss"?',
      ]],
      [() => project.fetchMetrics({ attributes: /^LOGS/i }), [
        "None of the 3 runs has a float series that matches /^LOGS/i.",
      ]],
      [() => project.fetchMetricBuckets({ attributes: ["nope"] }), [
        'None of the 3 runs has a float series "nope".',
      ]],
      [() => project.fetchSeries({ attributes: ["metrics/loss"] }), [
        'None of the 3 runs has a string, histogram or file series "metrics/loss". It is of type float_series.',
      ]],
      [() => project.downloadFiles({ attributes: ["note"], destination: `${fixture.folder}/${name}` }), [
        'None of the 3 runs has a file or file series "note". Did you mean "notes"?',
      ]],
      [() => project.listAttributes({ attributes: ["size", "siz"] }), [
        'None of the runs has an attribute "siz". Did you mean "size"?',
      ]],
      [() => project.listAttributes({ runs: ["gull-1", "gul"], attributes: ["size"], types: ["float"] }), [
        'runs: no run was found for "gul". Runs in the trash are left out, unless `trashed` asks for them.',
        'The run has no attribute "size". It is of type int.',
      ]],
      [() => project.listAttributes({ runs: ["gul"] }), [/^No run was found\./]],
      [() => project.fetchRuns({ customIds: ["gull-1", "gul"], trashed: null }), [
        'customIds: no run was found for "gul".',
      ]],
      [() => project.fetchExperiments({ experiments: ["gulls", "gull"] }), [
        /^experiments: no run was found for "gull"\. Of each experiment only the newest run is looked at\./,
      ]],
      [() => project.fetchMetrics({ runs: ["gull-1", "gul"], attributes: ["metrics/loss"] }), [
        'runs: no run was found for "gul". Runs in the trash are left out, unless `trashed` asks for them.',
      ]],
      [() => project.fetchRunsDf({ withIds: ["BIR-1", "BIR-9"], trashed: null }), [
        'withIds: no run was found for "BIR-9".',
      ]],
      [() => project.fetchExperimentsDf({ runs: ["gull-1", "gull-2"], trashed: null }), [
        'runs: no run was found for "gull-1". Of each experiment only the newest run is looked at.',
      ]],
      [() => project.fetchExperimentsDf({ runs: ["gull-1"], trashed: null }), [
        "No run was found. Of each experiment only the newest run is looked at.",
      ]],
      // The limit is why there are no more.
      [() => project.fetchRunsDf({ withIds: ["BIR-1", "BIR-2", "BIR-3"], limit: 2 }), []],
      [() => project.fetchRunsDf({ tags: ["none"] }), [/^No run was found\./]],
      // Where a query finds nothing, what it asks for may be misspelt.
      [() => project.fetchRunsDf({ query: "`metrics/los` < 1 OR NOT `metrics/loss`:floatSeries >= -9e9" }), [
        /^No run was found\./,
        'None of the runs has an attribute "metrics/los". Did you mean "metrics/loss" or "metrics/accuracy"?',
      ]],
      [() => project.fetchRuns({ query: '`metrics/loss`:float < 1 AND `sys/name`:string = "none"' }), [
        /^No run was found\./,
        'None of the runs has a float "metrics/loss". It is of type float_series.',
      ]],
      [() => project.fetchMetrics({ attributes: ["metrics/loss"], query: "`metrics/loss`:floatSeries < -9e9" }), [
        /^No run was found\./,
      ]],
      [() => project.listAttributes({ query: "`siz` = 1" }), [
        /^No run was found\./,
        'None of the runs has an attribute "siz". Did you mean "size"?',
      ]],
    ];
    for (const [make, notes] of CASES) {
      let frame: Frame | undefined;
      const logged = await warnings(async () => void (frame = await make()));
      assert.equal(logged.length, notes.length, `${name}: ${logged}`);
      const { text, html } = await shownText(frame!);
      for (const [i, note] of notes.entries()) {
        if (typeof note === "string") assert.equal(logged[i], note, name);
        else assert.match(logged[i], note, name);
        assert.ok(text.endsWith(logged.join("\n")), text);
        const words = /^[^"/&<]+/.exec(logged[i])![0];
        assert.ok(html.includes(words), html);
      }
    }
  });
});

Deno.test("runs that are named and not there are said of arrays in the log, and not by who passes them over", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const logged = await warnings(async () => {
    await project.listRuns({ withIds: ["BIR-1", "BIR-9"], trashed: null });
    await project.fetchReadOnlyRuns({ withIds: ["BIR-1", "BIR-9"] });
  });
  assert.deepEqual(logged, ['withIds: no run was found for "BIR-9".']);
});

Deno.test("names that are no text of ours are escaped where they are said", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const frame = await project.fetchRunsDf({ columns: ["<img src=x onerror=alert(1)>\u001b[31m"] });
  const { text, html } = await shownText(frame);
  assert.doesNotMatch(html, /<img/);
  assert.ok(!(text + html).includes("\u001b"));
});

Deno.test("many names that are missing are told in short", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const many = Array.from({ length: 1000 }, (_, i) => `none/${i}`);
  const logged = await warnings(async () =>
    void await project.fetchRunsDf({ columns: many, customIds: ["gull-1", ...many] })
  );
  assert.equal(logged.length, 7);
  assert.match(logged[0], /"none\/4" and 995 more\./);
  assert.equal(logged.at(-1), "So it is with 995 more of those that were named.");
});
