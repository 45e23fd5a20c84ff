/**
 * What people write, as the compiler must take it. Nothing of it runs.
 */

import pl, { type DataFrame } from "nodejs-polars";
import {
  type Attribute,
  type AttributeType,
  type AttributeValues,
  type Frame,
  type FrameFile,
  type Histogram,
  listProjects,
  plot,
  ReadOnlyProject,
  ReadOnlyRun,
  type RunFile,
  saveFrame,
  show,
} from "../../mod.ts";

export async function frames(project: ReadOnlyProject, run: ReadOnlyRun): Promise<unknown[]> {
  const loss = await run["metrics/loss"].fetchValues();
  const steps: number[] = loss.getColumn("step").toArray();
  const first: Date | null | undefined = loss.getColumn("timestamp").get(0);
  for (const time of loss.getColumn("timestamp")) time?.toISOString();
  loss.toRecords().map(({ step, timestamp }) => `${step.toFixed(1)} ${timestamp?.getTime()}`);
  loss.head(3).filter(pl.col("step").gt(3)).sort("step").getColumn("step");
  loss.select("step").toRecords()[0].step.toFixed();
  loss.select(pl.col("value").max(), "step");
  loss.withColumns(pl.col("value").log(2).alias("log")).getColumn("log");
  loss.groupBy("step").agg(pl.col("value").mean());
  Math.max(...loss.getColumn("step"));

  const typed = await run["metrics/loss"].fetchValues({ type: "float_series", includePointPreviews: true });
  const values: number[] = typed.getColumn("value").toArray();
  const preview: boolean[] = typed.getColumn("is_preview").toArray();
  const images = await run["images/x"].fetchValues({ type: "file_series" });
  for (const cell of images.getColumn("value")) {
    if (cell !== null) await run.file(cell satisfies FrameFile).save("x.png");
  }

  const long = await project.fetchMetrics({ attributes: ["a", "b"] as const, runs: ["r"] as const });
  const row: { run: string; attribute: string; step: number; value: number; timestamp: Date | null } =
    long.toRecords()[0];
  const byRun = Map.groupBy(long.toRecords(), ({ run }) => run);
  const wide = await project.fetchMetrics({ attributes: /loss$/, format: "wide" });
  const curve = wide.getColumn("metrics/loss").toArray();
  const flags = { includeTimestamp: Math.random() > 0.5, format: "long" } as const;
  (await project.fetchMetrics({ attributes: ".*", ...flags })).getColumn("value");

  const lines = await project.fetchSeries({ attributes: ".*", types: ["string_series"] });
  const texts: (string | null)[] = lines.getColumn("value").toArray();
  const all = await project.fetchSeries({ attributes: ".*" });
  all.getColumn("value:histogram_series").get(0)?.edges.length;

  const table = await project.fetchRunsDf({ columns: ["config/lr"] as const, aggregates: ["min"] as const });
  const names: (string | null)[] = table.getColumn("sys/name").toArray();
  const lrs: number[] = table.getColumn("config/lr").toArray();
  for (const { "sys/custom_run_id": id, "config/lr": lr } of table.toRecords()) console.log(id, lr.toFixed(3));
  const ids = (await project.fetchRuns()).getColumn("sys/id").toArray().map((id) => id.toUpperCase());

  const bad = (await project.downloadFiles({ attributes: ".*", destination: new URL("file:///tmp/x/") })).toRecords()
    .filter(({ status }) => status === "failed").map(({ message }) => message);
  const report = await project.archiveReport({ thorough: true });
  const errors = report.toRecords().filter(({ severity }) => severity === "error");
  const kept = (await project.exportArchive({ destination: "kept" })).getColumn("points").toArray();
  const types: AttributeType[] = (await project.listAttributes()).getColumn("type").toArray();
  const buckets: (number | null)[] = (await project.fetchMetricBuckets({ attributes: ".*" })).getColumn("min")
    .toArray();

  await saveFrame(long, new URL("file:///tmp/long.csv"), { spreadsheetSafe: true });
  await project.saveMetrics({ attributes: ["a"] as readonly string[], destination: new URL("file:///tmp/x.parquet") });
  plot(long);
  show(long.head());
  const frame: Frame = long, polars: DataFrame = table;
  pl.concat([long, long]);
  long.join(table, { leftOn: "run", rightOn: "sys/name" });
  helper(long);
  for (const { name } of (await listProjects({ archive: new URL("file:///archive/data") })).toRecords()) name.length;
  return [
    steps,
    first,
    values,
    preview,
    row,
    byRun,
    curve,
    texts,
    names,
    lrs,
    ids,
    bad,
    errors,
    kept,
    types,
    buckets,
    frame,
    polars,
  ];
}

/** Code that takes any frame takes every frame. */
function helper(frame: Frame): unknown[] {
  return frame.getColumn("value").toArray();
}

/** What `fetch()` gives narrows by `fetchType()`. */
export async function values(run: ReadOnlyRun, attribute: Attribute): Promise<string> {
  const type = await attribute.fetchType();
  switch (type) {
    case "float":
      return (await attribute.fetch({ type })).toFixed(3);
    case "string_set":
      return [...await attribute.fetch({ type })].join();
    case "datetime":
      return (await attribute.fetch({ type })).toISOString();
    case "file":
      return await (await attribute.fetch({ type }))?.text() ?? "lost";
    case "float_series":
      return String((await attribute.fetchLast({ type }))?.toFixed());
  }
  const lr: number = await run["config/lr"].fetch({ type: "float" });
  const id = await run["sys/id"].fetch<string>();
  const any = await run["config/lr"].fetch();
  if (typeof any === "number") any.toFixed();
  const value: number | bigint | string | boolean | Date | Set<string> | RunFile | Histogram | null = any;
  const same: AttributeValues["int"] = await run["config/n"].fetch({ type: "int" });
  return `${lr} ${id.length} ${value} ${same}`;
}

export async function lists(project: ReadOnlyProject): Promise<void> {
  for await (const run of project.fetchRuns({ tags: ["baseline"] as const })) await run["a/b"].fetch();
  await new ReadOnlyRun(project, { customId: "x" }).prefetch(["a", "b"] as const);
  new ReadOnlyProject({ archive: new URL("file:///archive/data"), files: new URL("file:///archive/files") });
}
