/** Questions to neptune-fetcher: every call of `ReadOnlyProject` and `ReadOnlyRun`. */

import type { DataFrame } from "nodejs-polars";
import { ReadOnlyRun, type RunIds } from "../../mod.ts";
import { fetcherPoints, fetcherTable, fetcherValue } from "./differences.ts";
import { type Plain, plain, plainTable } from "./plain.ts";
import { args, py, type Question, type Subject } from "./question.ts";

/** Questions about lists and tables of runs. */
export function fetcherTables({ project, runs, types, words }: Subject): Question[] {
  const ids = [runs[0], runs.at(-1)!];
  const withIds = ids.map((run) => run["sys/id"]);
  const customIds = ids.map((run) => run["sys/custom_run_id"]!);
  const identified = async (runs: AsyncIterable<ReadOnlyRun>) => {
    const found: Plain[] = [];
    for await (const run of runs) found.push(await run.attribute("sys/id").fetch() as string);
    return found;
  };
  const loop = (call: string) => `[run["sys/id"].fetch() for run in project.${call}]`;

  const lists: Question[] = [
    // Lists of neptune-fetcher are ordered by the text of sys/id, ours by age.
    list("list_runs", () => project.listRuns({ trashed: null })),
    list("list_experiments", () => project.listExperiments({ trashed: null })),
    // Its frames have sys/creation_time too.
    identity("fetch_runs", () => project.fetchRuns()),
    identity("fetch_experiments", () => project.fetchExperiments()),
    {
      name: "fetch_read_only_runs(with_ids)",
      code: `sorted(${loop(`fetch_read_only_runs(with_ids=${py(withIds)})`)})`,
      ours: async () => (await identified(project.fetchReadOnlyRuns({ withIds }))).sort(),
    },
    {
      name: "fetch_read_only_runs(custom_ids, eager_load_fields=False)",
      code: `sorted(${loop(`fetch_read_only_runs(custom_ids=${py(customIds)}, eager_load_fields=False)`)})`,
      ours: async () => (await identified(project.fetchReadOnlyRuns({ customIds }))).sort(),
    },
    {
      name: "fetch_read_only_experiments(names)",
      code: loop(`fetch_read_only_experiments(names=${py([words.experiment])})`),
      ours: () => identified(project.fetchReadOnlyExperiments({ names: [words.experiment] })),
    },
    {
      name: "project_identifier",
      code: "project.project_identifier",
      ours: async () => (await project.fetchInfo()).name,
    },
  ];

  const table = (experiments: boolean, options: Record<string, unknown>): Question => {
    const call = experiments ? "fetch_experiments_df" : "fetch_runs_df";
    return {
      name: `${call}(${args(options)})`,
      code: `project.${call}(${args({ ...options, progress_bar: false })})`,
      ours: async () => {
        const frame = await (experiments ? project.fetchExperimentsDf(options) : project.fetchRunsDf(options));
        return fetcherTable(plainTable(frame), types);
      },
    };
  };
  const { columns, columnsRegex, sortBy, runsRegex, experimentsRegex, excludeRegex, owner, tag, queries } = words;
  const filters: Record<string, unknown>[] = [
    {},
    { columns },
    { columnsRegex },
    { columns, columnsRegex },
    { columnsRegex: ".*" },
    { namesRegex: experimentsRegex },
    { customIdRegex: runsRegex },
    { customIdRegex: runsRegex, namesRegex: excludeRegex },
    { withIds },
    { customIds },
    { withIds, customIds: customIds.slice(1) },
    { states: ["active"] },
    { states: ["inactive"] },
    { states: ["Active", "Inactive"] },
    { owners: [owner] },
    { owners: ["nobody", owner] },
    { owners: ["nobody"] },
    { tags: [tag] },
    { tags: [tag, "no such tag"] },
    { trashed: true },
    { trashed: false },
    { trashed: null },
    { limit: 1 },
    { limit: 3, columns },
    { ascending: true },
    ...queries.map((query) => ({ query })),
  ];
  const sorts = sortBy.filter(([, type]) => type !== "float_series").flatMap(([sortBy]) => [
    { sortBy, ascending: true },
    { sortBy, ascending: false, limit: 4 },
  ]);
  return [
    ...lists,
    ...[...filters, ...sorts].flatMap((options) => [table(false, options), table(true, options)]),
    table(true, { namesRegex: [experimentsRegex, ".*"] }),
    table(true, { namesExcludeRegex: excludeRegex }),
    table(true, { namesExcludeRegex: [excludeRegex, "^zz"], columns }),
    {
      name: "fetch_runs_df refuses a query that does not parse",
      code: 'project.fetch_runs_df(query="()", progress_bar=False)',
      ours: () => ({ error: "NeptuneException" }),
    },
    {
      name: "a project that does not exist",
      code: 'ReadOnlyProject(project="no/such")',
      ours: () => ({ error: "NeptuneException" }),
    },
  ];
}

function list(call: string, ours: () => PromiseLike<RunIds[]>): Question {
  return {
    name: call,
    code: `list(project.${call}())`,
    ours: async () => plain((await ours()).toSorted((a, b) => a["sys/id"] < b["sys/id"] ? 1 : -1)),
  };
}

function identity(call: string, ours: () => PromiseLike<DataFrame>): Question {
  const columns = ["sys/id", "sys/custom_run_id", "sys/name"];
  return {
    name: call,
    code: `project.${call}()[${py(columns)}]`,
    ours: async () => plainTable((await ours()).select(...columns)),
  };
}

/** Questions about the attributes of every run, and the points of some: the newest of each experiment, and one more. */
export function fetcherRuns({ project, runs, types, words }: Subject): Question[] {
  const newest = runs.filter((run, i) => runs.findIndex((other) => other["sys/name"] === run["sys/name"]) === i);
  const asked = new Set([words.run, ...newest.map((run) => run["sys/custom_run_id"])]);
  const questions = runs.flatMap((ids): Question[] => {
    const customId = ids["sys/custom_run_id"]!;
    const run = new ReadOnlyRun(project, { customId });
    const open = `run = ReadOnlyRun(project, custom_id=${py(customId)})`;
    const named = (what: string) => `${customId}: ${what}`;
    const paths = async () => await run.attributeNames;
    const ofType = async (path: string) => await run.attribute(path).fetchType();
    return [
      {
        name: named("field_names"),
        code: `${open}; sorted(run.field_names)`,
        ours: async () => (await paths()).toSorted(),
      },
      {
        name: named("fetch() of every attribute"),
        code: `${open}; run.prefetch(list(run.field_names)); {name: run[name].fetch() for name in run.field_names}`,
        ours: async () => {
          const values: Record<string, Plain> = {};
          for (const path of await paths()) {
            values[path] = fetcherValue(plain(await run.attribute(path).fetch()), await ofType(path));
          }
          return values;
        },
      },
      ...(asked.has(customId) ? series(customId, run) : []),
    ];
  });
  const { experiment, metric } = words;
  const head = runs.find((run) => run["sys/name"] === experiment)!;
  return [
    ...questions,
    {
      name: "ReadOnlyRun(experiment_name)",
      code: `ReadOnlyRun(project, experiment_name=${py(experiment)})["sys/id"].fetch()`,
      ours: async () =>
        plain(await new ReadOnlyRun(project, { experimentName: experiment }).attribute("sys/id").fetch()),
    },
    {
      name: "ReadOnlyRun(with_id, eager_load_fields=False)",
      code: `run = ReadOnlyRun(project, with_id=${py(head["sys/id"])}, eager_load_fields=False); ` +
        `(run["sys/custom_run_id"].fetch(), len(list(run.field_names)))`,
      ours: async () => {
        const run = new ReadOnlyRun(project, { withId: head["sys/id"] });
        return [plain(await run.attribute("sys/custom_run_id").fetch()), (await run.attributeNames).length];
      },
    },
    {
      name: "del run[path] reads anew",
      code:
        `run = ReadOnlyRun(project, custom_id=${py(words.run)}); first = run[${py(metric)}].fetch(); del run[${
          py(metric)
        }]; ` +
        `[first, run[${py(metric)}].fetch()]`,
      ours: async () => {
        const attribute = new ReadOnlyRun(project, { customId: words.run }).attribute(metric);
        return [plain(await attribute.fetch()), plain(await attribute.fetch())];
      },
    },
    {
      name: "an attribute that does not exist",
      code: `ReadOnlyRun(project, custom_id=${py(words.run)})["no/such"].fetch()`,
      ours: () => ({ error: "KeyError" }),
    },
    {
      name: "a run that does not exist",
      code: 'ReadOnlyRun(project, custom_id="no such run")',
      ours: () => ({ error: "ValueError" }),
    },
  ];

  function series(customId: string, run: ReadOnlyRun): Question[] {
    const open = `run = ReadOnlyRun(project, custom_id=${py(customId)})`;
    const metrics = [...types].filter(([, types]) => types.includes("float_series")).map(([path]) => path);
    const [from, to] = words.stepRange;
    const variants: [string, string, Parameters<ReturnType<ReadOnlyRun["attribute"]>["fetchValues"]>[0]][] = [
      ["", "", {}],
      ["include_timestamp=False", "", { includeTimestamp: false }],
      ["include_inherited=False", "include_inherited=False", { includeInherited: false }],
      [`step_range=(${from}, ${to})`, `step_range=(${from}, ${to})`, { stepRange: [from, to] }],
      [`step_range=(None, ${to})`, `step_range=(None, ${to})`, { stepRange: [null, to] }],
      ["include_point_previews=True", "", { includePointPreviews: true }],
    ];
    const ours = async (options: typeof variants[0][2]) => {
      const found: Record<string, Plain> = {};
      for (const path of metrics) {
        const exists = (await run.attributeNames).includes(path);
        if (exists) found[path] = fetcherPoints(plainTable(await run.attribute(path).fetchValues(options)));
      }
      return found;
    };
    const shared = new Map<object, Promise<Plain>>();
    const once = (options: typeof variants[0][2] & object) => {
      if (!shared.has(options)) shared.set(options, ours(options));
      return shared.get(options)!;
    };
    const theirs = (options: string) =>
      `{name: run[name].fetch_values(${options}) for name in ${py(metrics)} if name in set(run.field_names)}`;
    return variants.flatMap(([options, prefetch, mine]): Question[] => [
      { name: `${customId}: fetch_values(${options})`, code: `${open}; ${theirs(options)}`, ours: () => once(mine!) },
      {
        name: `${customId}: prefetch_series_values, then fetch_values(${options})`,
        code: `${open}; run.prefetch_series_values(${py(metrics)}, use_threads=True, progress_bar=False` +
          `${prefetch && ", " + prefetch}); ${theirs(options)}`,
        ours: () => once(mine!),
      },
    ]);
  }
}
