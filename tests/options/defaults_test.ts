/** What the documentation of an option calls its default is what its declaration fills in. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { LIST_ATTRIBUTES } from "../../src/bulk/attributes.ts";
import { FETCH_METRIC_BUCKETS } from "../../src/bulk/buckets.ts";
import { DOWNLOAD_FILES } from "../../src/bulk/download.ts";
import { FETCH_METRICS } from "../../src/bulk/metrics.ts";
import { RUNS_TABLE } from "../../src/bulk/runs_table.ts";
import { SAVE_METRICS } from "../../src/bulk/save_metrics.ts";
import { RUN_SELECTION } from "../../src/bulk/select.ts";
import { FETCH_SERIES } from "../../src/bulk/series.ts";
import { PROJECT } from "../../src/api/source_options.ts";
import { PLOT_STYLE } from "../../src/display/chart/style.ts";
import { EXPORT_ARCHIVE } from "../../src/export/options.ts";
import { RUNS_FILTER } from "../../src/nql/filter.ts";

const DECLARATIONS: Record<string, object> = {
  DownloadFilesOptions: DOWNLOAD_FILES,
  ExportArchiveOptions: EXPORT_ARCHIVE,
  FetchMetricBucketsOptions: FETCH_METRIC_BUCKETS,
  FetchMetricsOptions: FETCH_METRICS,
  FetchSeriesOptions: FETCH_SERIES,
  ListAttributesOptions: LIST_ATTRIBUTES,
  PlotStyle: PLOT_STYLE,
  ReadOnlyProjectOptions: PROJECT,
  RunsFilter: RUNS_FILTER,
  RunSelection: RUN_SELECTION,
  RunsTableOptions: RUNS_TABLE,
  SaveMetricsOptions: SAVE_METRICS,
};

// deno-lint-ignore no-explicit-any
type Node = any;

Deno.test("the defaults that the documentation names are those of the declarations", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", "mod.ts"],
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
  }).output();
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as { nodes: Record<string, Node> };
  const [{ symbols }] = Object.values(nodes);
  const wrong: string[] = [];
  let compared = 0;
  for (const { name, declarations } of symbols) {
    const declared = DECLARATIONS[name] as Record<string, { fallback?: unknown }> | undefined;
    if (!declared) continue;
    for (const property of declarations[0].def.properties) {
      const said = /Default: (true|false|null|-?\d[\d,.]*|`?"[^"]*"`?|`[\w/]+`)/.exec(
        property.jsDoc?.doc.replace(/\n/g, " ") ?? "",
      );
      if (!said) continue;
      const text = said[1].replaceAll("`", "").replace(/\.$/, "").replace(/,(?=\d)/g, "");
      const value = /^(true|false|null|-?\d|")/.test(text) ? JSON.parse(text) : text;
      // What is said of several, or of an environment variable, is no value.
      if (typeof value === "string" && /^(NEPTUNE|SPARK)_/.test(value) || value === "neptune-fetcher") continue;
      compared++;
      const { fallback } = declared[property.name];
      if (fallback !== value && !(fallback === undefined && property.name === "includeTimestamp")) {
        wrong.push(
          `${name}.${property.name}: ${JSON.stringify(value)} is said, ${JSON.stringify(fallback)} is filled in`,
        );
      }
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(compared >= 30, `${compared} defaults are compared`);
});
