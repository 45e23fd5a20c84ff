/**
 * What the compiler must refuse. Nothing of it runs; an expectation that is not met is an error of the compiler.
 */

import { type ReadOnlyProject, type ReadOnlyRun, saveFrame } from "../../mod.ts";

export async function frames(project: ReadOnlyProject, run: ReadOnlyRun): Promise<void> {
  const loss = await run["metrics/loss"].fetchValues({ type: "float_series" });
  // @ts-expect-error a column is misspelt
  loss.getColumn("vlaue");
  // @ts-expect-error a column is misspelt, in a frame made from another
  loss.head(3).filter(true).getColumn("stp");
  // @ts-expect-error a key of a record is misspelt
  loss.toRecords()[0].vlaue;
  // @ts-expect-error a column is misspelt
  loss.select("stpe");
  // @ts-expect-error a column that was left out
  (await run["metrics/loss"].fetchValues({ includeTimestamp: false })).getColumn("timestamp");
  // @ts-expect-error a column that was not asked for
  loss.getColumn("is_preview");
  // @ts-expect-error values are numbers
  const texts: string[] = loss.getColumn("value").toArray();
  // @ts-expect-error no such type of series
  await run["metrics/loss"].fetchValues({ type: "float" });
  // @ts-expect-error an option is misspelt
  await run["metrics/loss"].fetchValues({ step_range: [0, 1] });
  const long = await project.fetchMetrics({ attributes: ".*" });
  // @ts-expect-error a column is misspelt
  long.getColumn("steps");
  // @ts-expect-error times are dates or null
  const times: number[] = long.getColumn("timestamp").toArray();
  // @ts-expect-error an option is misspelt
  await project.fetchMetrics({ attributes: ".*", stepsRange: [0, 1] });
  // @ts-expect-error no such format
  await project.fetchMetrics({ attributes: ".*", format: "tall" });
  // @ts-expect-error attributes are needed
  await project.fetchMetrics({});
  // @ts-expect-error float series are read by fetchMetrics
  await project.fetchSeries({ attributes: ".*", types: ["float_series"] });
  const files = await project.downloadFiles({ attributes: ".*", destination: "x" });
  // @ts-expect-error no such status
  files.toRecords().filter(({ status }) => status === "done");
  // @ts-expect-error a column is misspelt
  (await project.archiveReport()).getColumn("severty");
  // @ts-expect-error a column is misspelt
  (await project.exportArchive({ destination: "x" })).getColumn("poinst");
  // @ts-expect-error a column is misspelt
  (await project.fetchRuns()).getColumn("sys/nam");
  // @ts-expect-error ids are strings
  (await project.fetchRuns()).getColumn("sys/id").toArray().map((id) => id.toFixed());
  // @ts-expect-error no such option
  await saveFrame(long, "x.csv", { spreadsheet: true });
  void [texts, times];
}

export async function values(run: ReadOnlyRun): Promise<void> {
  // @ts-expect-error a float is no text
  (await run["config/lr"].fetch({ type: "float" })).trim();
  // @ts-expect-error a value of unknown type
  (await run["config/lr"].fetch()).toFixed();
  // @ts-expect-error no such type
  await run["config/lr"].fetch({ type: "number" });
  // @ts-expect-error a series has no points: its last value may be null
  (await run["metrics/loss"].fetchLast({ type: "float_series" })).toFixed();
  // @ts-expect-error a single value has no last one
  await run["config/lr"].fetchLast({ type: "float" });
  // @ts-expect-error a name without a slash
  run["loss"];
}
