/** Files of long float series, written by Polars, many times as fast as row by row. */

import pl from "nodejs-polars";
import { sanitized } from "../samples/writer.ts";

/** Points of some series in the order of their rows. */
export interface LongSeries {
  paths: string[];
  /** The number of the path of each row. */
  path: Uint32Array;
  step: Float64Array;
  /** Milliseconds; NaN: none. */
  time: Float64Array;
  value: Float64Array;
}

/** Writes a part of a project, with the columns that float series need. */
export async function writeLongSeries(
  data: string,
  { project, run, part, rowGroupSize }: { project: string; run: string; part: string; rowGroupSize?: number },
  { paths, path, step, time, value }: LongSeries,
): Promise<string> {
  const file = `${data}/${sanitized(project)}/${part}`;
  await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
  const names = pl.DataFrame({ name: paths }).select(pl.col("name").gather(pl.Series("code", path)))
    .getColumn("name").alias("attribute_path");
  const frame = pl.DataFrame([
    names,
    pl.Series("step", step),
    pl.Series("time", time),
    pl.Series("float_value", value),
  ]);
  await frame.lazy().select(
    pl.lit(project).alias("project_id"),
    pl.lit(run).alias("run_id"),
    pl.col("attribute_path"),
    pl.lit("float_series").alias("attribute_type"),
    pl.col("step"),
    pl.col("time").fillNan(pl.lit(null)).cast(pl.Int64).cast(pl.Datetime("ms", "UTC")).alias("timestamp"),
    pl.col("float_value"),
  ).sinkParquet(file, { rowGroupSize, compression: "snappy" }).collect();
  return file;
}
