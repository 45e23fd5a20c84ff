/** Questions to neptune-query, and to the alpha module of neptune-fetcher, which has the same calls. */

import type { DataFrame } from "nodejs-polars";
import type { RunsTableOptions } from "../../src/bulk/runs_table.ts";
import { compileRegex } from "../../src/nql/regex.ts";
import { alphaTable, NO_TIME, queryTable, UNKNOWN_TO_ALPHA } from "./differences.ts";
import { type Plain, plainPoints, plainTable } from "./plain.ts";
import { py, type Question, type Subject } from "./question.ts";

const SERIES_TYPES = ["string_series", "histogram_series", "file_series"] as const;

/** One way to call the clients: experiments or runs, of neptune-query or alpha. */
interface Way {
  module: "nq" | "nq_runs" | "alpha";
  /** The name of the argument that says which. */
  which: "experiments" | "runs";
}

const WAYS: Way[] = [
  { module: "nq", which: "experiments" },
  { module: "nq_runs", which: "runs" },
  { module: "alpha", which: "experiments" },
];

/** Questions to all functions of `neptune_query`, `neptune_query.runs`, `neptune_query.experimental` and alpha. */
export function queryQuestions(subject: Subject): Question[] {
  return [
    ...WAYS.flatMap((way) => [
      ...lists(subject, way),
      ...tables(subject, way),
      ...metrics(subject, way),
      ...series(subject, way),
      ...files(subject, way),
    ]),
    ...filters(subject),
    ...buckets(subject),
    ...global(subject),
    {
      name: "neptune-query: a project that does not exist",
      code: 'nq.list_experiments(project="no/such")',
      ours: () => ({ error: "NeptuneProjectInaccessible" }),
    },
    {
      name: "neptune-query: an API token of another server",
      code: "import base64, os; good = os.environ['NEPTUNE_API_TOKEN']; fields = json.loads(base64.b64decode(good)); " +
        "nq.set_api_token(base64.b64encode(json.dumps({**fields, 'api_key': 'wrong'}).encode()).decode()); " +
        "result = [type(error).__name__ for error in [failure(lambda: nq.list_experiments())]]; nq.set_api_token(good); result",
      ours: () => ["NeptuneInvalidCredentialsError"],
    },
  ];
}

/** Runs or experiments whose names match, in the words of each side. */
function chosen({ words }: Subject, { which }: Way) {
  const pattern = which === "runs" ? words.runsRegex : words.experimentsRegex;
  return { pattern, code: `${which}=${py(pattern)}`, ours: { [which]: pattern } };
}

function lists({ project, words, types }: Subject, { module, which }: Way): Question[] {
  const listing = async (options: RunsTableOptions) => {
    const frame = await (which === "runs" ? project.fetchRunsDf(options) : project.fetchExperimentsDf(options));
    return (frame.getColumn(which === "runs" ? "sys/custom_run_id" : "sys/name").toArray() as string[]).sort();
  };
  const both = { trashed: null };
  const pattern = which === "runs" ? words.runsRegex : words.experimentsRegex;
  const regex = which === "runs" ? { customIdRegex: pattern } : { namesRegex: pattern };
  const one = which === "runs" ? words.run : words.experiment;
  const attributes = async (options: object) =>
    ((await project.listAttributes(options)).getColumn("attribute").toArray() as string[])
      .filter((name, i, all) => all.indexOf(name) === i)
      .filter((name) => module !== "alpha" || !types.get(name)!.every((type) => UNKNOWN_TO_ALPHA.has(type)))
      .sort();
  // Alpha has no operators in patterns.
  const names = module === "alpha" ? "loss$" : "^(config|sys)/ & !id$ | loss$";
  return [
    { name: `${module}.list_${which}()`, code: `sorted(${module}.list_${which}())`, ours: () => listing(both) },
    {
      name: `${module}.list_${which}(pattern)`,
      code: `sorted(${module}.list_${which}(${which}=${py(pattern)}))`,
      ours: () => listing({ ...both, ...regex }),
    },
    {
      name: `${module}.list_${which}(names)`,
      code: `sorted(${module}.list_${which}(${which}=${py([one, "no such"])}))`,
      ours: () => [one],
    },
    {
      name: `${module}.list_attributes()`,
      code: `sorted(${module}.list_attributes())`,
      ours: () => attributes(which === "runs" ? {} : { experiments: ".*" }),
    },
    {
      name: `${module}.list_attributes(pattern, pattern)`,
      code: `sorted(${module}.list_attributes(${which}=${py(pattern)}, attributes=${py(words.metricsRegex)}))`,
      ours: () => attributes({ [which]: pattern, attributes: words.metricsRegex }),
    },
    {
      name: `${module}.list_attributes(names, ${names})`,
      code: `sorted(${module}.list_attributes(${which}=${py([one])}, attributes=${py(names)}))`,
      ours: () => attributes({ [which]: [one], attributes: names }),
    },
    ...["float_series", "string", "file", "int"].map((type): Question => {
      const filter = `${module === "alpha" ? "alpha_filters." : ""}AttributeFilter`;
      const argument = module === "alpha" ? "type_in" : "type";
      return {
        name: `${module}.list_attributes(type ${type})`,
        code: `sorted(${module}.list_attributes(${which}=".*", attributes=${filter}(${argument}=${py([type])})))`,
        ours: () => attributes({ [which]: ".*", types: type === "file" ? ["file", "file_set", "artifact"] : [type] }),
      };
    }),
  ];
}

function tables(subject: Subject, way: Way): Question[] {
  const { project, words } = subject;
  const { module, which } = way;
  const label = which === "runs" ? "run" : "experiment";
  const call = `${module}.fetch_${which}_table`;
  const table = (
    name: string,
    code: string,
    options: RunsTableOptions,
    asked: (path: string) => boolean,
  ): Question => ({
    name: `${call}(${name})`,
    code: `${call}(${code})`,
    ours: async () => {
      const all = { ...options, trashed: null };
      const frame = await (which === "runs" ? project.fetchRunsDf(all) : project.fetchExperimentsDf(all));
      const table = queryTable(plainTable(frame), label, asked);
      return module === "alpha" ? alphaTable(table, subject.types) : table;
    },
  });
  const { columns, columnsRegex, sortBy } = words;
  const { pattern } = chosen(subject, way);
  const regex = which === "runs" ? { customIdRegex: pattern } : { namesRegex: pattern };
  const listed = (path: string) => columns.includes(path);
  const matched = (path: string) => compileRegex(columnsRegex).test(path);
  const kind = module === "alpha" ? "alpha_filters.Attribute" : "Attribute";
  return [
    table("attributes as a list", `attributes=${py(columns)}`, { columns }, listed),
    table("attributes as a pattern", `attributes=${py(columnsRegex)}`, { columnsRegex }, matched),
    table("all attributes", `attributes=".*"`, { columnsRegex: ".*" }, () => true),
    table(`${which} and limit`, `${which}=${py(pattern)}, attributes=${py(columns)}, limit=2`, {
      ...regex,
      columns,
      limit: 2,
    }, listed),
    ...sortBy.flatMap(([path, type]) =>
      ["asc", "desc"].map((direction) =>
        table(
          `sort_by ${path} ${direction}`,
          `attributes=${py(columns)}, sort_by=${kind}(${py(path)}, type=${py(type)}), sort_direction=${py(direction)}`,
          { columns, sortBy: { path, type }, ascending: direction === "asc" },
          listed,
        )
      )
    ),
  ];
}

function metrics(subject: Subject, way: Way): Question[] {
  const { project, words } = subject;
  const { module } = way;
  const { code, ours } = chosen(subject, way);
  const [from, to] = words.stepRange;
  const ask = (name: string, theirs: string, options: Record<string, unknown>, ...fields: string[]): Question => ({
    name: `${module}.fetch_metrics(${name})`,
    code: `points(${module}.fetch_metrics(${code}${theirs}))`,
    ours: async () => {
      const frame = await project.fetchMetrics({ attributes: words.metricsRegex, ...ours, ...options });
      return plainPoints(frame, ...fields.length > 0 ? fields : ["value"]);
    },
  });
  const all = `, attributes=${py(words.metricsRegex)}`;
  return [
    ask("pattern", all, {}),
    ask("names", `, attributes=${py([words.metric, "no/such"])}`, { attributes: [words.metric] }),
    ask("include_time", `${all}, include_time="absolute"`, {}, "timestamp", "value"),
    ask("step_range", `${all}, step_range=(${from}, ${to})`, { stepRange: [from, to] }),
    ask("step_range from", `${all}, step_range=(${from}, None)`, { stepRange: [from, null] }),
    {
      name: `${module}.fetch_metrics(lineage_to_the_root=False)`,
      code: `points(${module}.fetch_metrics(${code}${all}, lineage_to_the_root=False))`,
      ours: async () => {
        const { options, relabelled } = ownPoints(subject, way, ours);
        const frame = await project.fetchMetrics({ attributes: words.metricsRegex, ...options });
        return relabelled(plainPoints(frame, "value"));
      },
    },
    ask("tail_limit", `${all}, tail_limit=3`, { tailLimit: 3 }),
    ask("tail_limit and step_range", `${all}, tail_limit=2, step_range=(None, ${to})`, {
      tailLimit: 2,
      stepRange: [null, to],
    }),
    ask(
      "include_point_previews",
      `${all}, include_point_previews=True`,
      { includePointPreviews: true },
      "is_preview",
      "preview_completion",
      "value",
    ),
    {
      name: `${module}.fetch_metrics(type_suffix_in_column_names)`,
      code: `points(${module}.fetch_metrics(${code}, attributes=${
        py([words.metric])
      }, type_suffix_in_column_names=True))`,
      ours: async () => {
        const frame = await project.fetchMetrics({ attributes: [words.metric], ...ours });
        const points = Object.entries(plainPoints(frame, "value") as Record<string, Plain>);
        return Object.fromEntries(points.map(([name, points]) => [`${name}:float_series`, points]));
      },
    },
  ];
}

/**
 * What `lineage_to_the_root=False` means. Alpha does not tell the server that it asks for an experiment, so it gets the points of its
 * newest run alone; what we call by the name of a run is called there by that of its experiment.
 */
function ownPoints({ runs }: Subject, { module }: Way, ours: Record<string, unknown>) {
  if (module !== "alpha") {
    return {
      options: { ...ours, includeInherited: false },
      relabelled: (points: Plain) => points,
    };
  }
  const heads = runs.filter((run, i) => runs.findIndex((other) => other["sys/name"] === run["sys/name"]) === i);
  const chosen = heads.filter((run) => run["sys/name"] && compileRegex(String(ours.experiments)).test(run["sys/name"]));
  const names = new Map(chosen.map((run) => [run["sys/custom_run_id"]!, run["sys/name"]!]));
  const relabelled = (points: Plain): Plain =>
    Object.fromEntries(
      Object.entries(points as Record<string, Plain>).map(([key, points]) => {
        const [run, attribute] = key.split("|");
        return [`${names.get(run)}|${attribute}`, points];
      }),
    );
  return { options: { runs: [...names.keys()], includeInherited: false }, relabelled };
}

function series(subject: Subject, way: Way): Question[] {
  const { project, words } = subject;
  const { module } = way;
  const { code, ours } = chosen(subject, way);
  const [from, to] = words.stepRange;
  const types = SERIES_TYPES.filter((type) => module !== "alpha" || !UNKNOWN_TO_ALPHA.has(type));
  const ask = (name: string, theirs: string, options: Record<string, unknown>, ...fields: string[]): Question => ({
    name: `${module}.fetch_series(${name})`,
    code: `points(${module}.fetch_series(${code}, attributes=${py(words.seriesRegex)}${theirs}))`,
    ours: async () => {
      const frame = await project.fetchSeries({ attributes: words.seriesRegex, ...ours, ...options, types });
      const found = plainPoints(frame, ...fields, "value") as Record<string, Plain[][]>;
      if (fields.length === 0) return found;
      return Object.fromEntries(
        Object.entries(found).map((
          [name, points],
        ) => [name, points.map(([step, time, value]) => [step, time ?? NO_TIME, value])]),
      );
    },
  });
  return [
    ask("", "", {}),
    ask("include_time", `, include_time="absolute"`, {}, "timestamp"),
    ask("step_range", `, step_range=(${from}, ${to})`, { stepRange: [from, to] }),
    {
      name: `${module}.fetch_series(lineage_to_the_root=False)`,
      code: `points(${module}.fetch_series(${code}, attributes=${py(words.seriesRegex)}, lineage_to_the_root=False))`,
      ours: async () => {
        const { options, relabelled } = ownPoints(subject, way, ours);
        const frame = await project.fetchSeries({ attributes: words.seriesRegex, ...options, types });
        return relabelled(plainPoints(frame, "value"));
      },
    },
    ask("tail_limit", ", tail_limit=1", { tailLimit: 1 }),
  ];
}

function files(subject: Subject, way: Way): Question[] {
  const { project, words, folder } = subject;
  const { module, which } = way;
  const { code, ours } = chosen(subject, way);
  const downloaded = async (attributes: string) => {
    const frame = await project.downloadFiles({ attributes, ...ours, destination: `${folder}/ours-${module}` });
    return await digests(frame);
  };
  const destination = py(`${folder}/theirs-${module}`);
  const fetched = `${module}.fetch_${which}_table(${code}, attributes=${py(words.filesRegex)})`;
  const single: Question = {
    name: `${module}.download_files(single files)`,
    code: module === "alpha"
      ? `digests(alpha.download_files(${code}, attributes=${py(words.filesRegex)}, destination=${destination}))`
      : `digests(${module}.download_files(files=${fetched}, destination=${destination}))`,
    ours: () => downloaded(words.filesRegex),
  };
  if (module === "alpha") return [single];
  const filter = `AttributeFilter(name=${py(words.seriesRegex)}, type="file_series")`;
  return [single, {
    name: `${module}.download_files(file series)`,
    code:
      `digests(${module}.download_files(files=${module}.fetch_series(${code}, attributes=${filter}), destination=${destination}))`,
    ours: () => downloaded(words.seriesRegex),
  }];
}

async function digests(frame: DataFrame): Promise<Plain> {
  const found: Record<string, Plain> = {};
  for (const { run, attribute, step, path } of frame.toRecords() as Record<string, string | number | null>[]) {
    if (path === null) continue;
    const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path as string));
    const place = step === null ? "" : Number.isInteger(step) ? `${step}.0` : step;
    found[`${run}|${attribute}|${place}`] = new Uint8Array(digest).toHex();
  }
  return found;
}

function filters({ project, words }: Subject): Question[] {
  return words.filters.flatMap(([code, query]): Question[] => {
    const ours = async (experiments: boolean) => {
      const options = { query, trashed: null };
      const frame = await (experiments ? project.fetchExperimentsDf(options) : project.fetchRunsDf(options));
      return (frame.getColumn(experiments ? "sys/name" : "sys/custom_run_id").toArray() as string[]).toSorted();
    };
    return [
      { name: `list_runs(${code})`, code: `sorted(nq_runs.list_runs(runs=${code}))`, ours: () => ours(false) },
      {
        name: `list_experiments(${code})`,
        code: `sorted(nq.list_experiments(experiments=${code}))`,
        ours: () => ours(true),
      },
    ];
  });
}

function buckets({ project, words }: Subject): Question[] {
  return [3, 10, 1000].flatMap((limit) =>
    [true, false].map((includeInherited): Question => ({
      name: `fetch_metric_buckets(limit=${limit}, lineage_to_the_root=${py(includeInherited)})`,
      code: `buckets(nq.fetch_metric_buckets(experiments=${py(words.experimentsRegex)}, y=${py([words.metric])}, ` +
        `limit=${limit}, lineage_to_the_root=${py(includeInherited)}))`,
      ours: async () => {
        const which = { experiments: words.experimentsRegex, attributes: [words.metric], includeInherited };
        return bucketPoints(await project.fetchMetricBuckets({ ...which, buckets: limit }));
      },
    }))
  );
}

/** One point for each bucket, as neptune-query shows them: the first point of a series, then the last one of each bucket. */
function bucketPoints(frame: DataFrame): Plain {
  const { columns, rows } = plainTable(frame);
  const at = (row: Plain[], ...names: string[]) => names.map((name) => row[columns.indexOf(name)]);
  const found = rows.map((row, i) => {
    const isFirst = i === 0 || String(at(rows[i - 1], "run", "attribute")) !== String(at(row, "run", "attribute"));
    const point = isFirst ? at(row, "first_step", "first") : at(row, "last_step", "last");
    const edges = at(row, "from_step", "to_step").map((edge) => Number((edge as number).toPrecision(9)));
    return [...at(row, "run", "attribute"), ...edges, ...point];
  });
  return found.filter((row) => row[4] !== null)
    .sort((a, b) => a[0]! < b[0]! ? -1 : a[0]! > b[0]! ? 1 : Number(a[2]) - Number(b[2]));
}

function global({ project, words }: Subject): Question[] {
  const [path, type] = words.sortBy[0];
  const columns = words.columns;
  return (["runs", "experiments"] as const).map((which): Question => ({
    name: `experimental.fetch_${which}_table_global`,
    code:
      `frame = global_.fetch_${which}_table_global(attributes=${py(columns)}, sort_by=Attribute(${py(path)}, type=${
        py(type)
      })); ` +
      `frame.reset_index(level=0, drop=True)`,
    ours: async () => {
      const options = { columns, sortBy: { path, type }, trashed: null };
      const frame = await (which === "runs" ? project.fetchRunsDf(options) : project.fetchExperimentsDf(options));
      return queryTable(plainTable(frame), which === "runs" ? "run" : "experiment", (path) => columns.includes(path));
    },
  }));
}
