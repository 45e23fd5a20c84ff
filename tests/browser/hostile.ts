/** An archive, and a notebook about it, in which every name and text tries to run a script. */

import { bool, datetime, file, floatPoint, string, stringPoint, stringSet } from "../../samples/rows.ts";
import { writeRun } from "../../samples/writer.ts";

export const HOSTILE = `<img src=x onerror="alert('hacked')"><script>alert('hacked')</script>`;

/** Writes both into the folder; the archive has the path `archive`. */
export async function writeHostile(folder: string): Promise<void> {
  const points = Array.from({ length: 20 }, (_, i) => i);
  const runId = `run ${HOSTILE}`;
  await writeRun({
    dataRoot: `${folder}/archive/data`,
    projectId: `team/${HOSTILE.replaceAll("/", "|")}`,
    runId,
    batches: [[
      string("sys/id", "X-1"),
      string("sys/custom_run_id", runId),
      string("sys/name", HOSTILE),
      string("sys/owner", HOSTILE),
      string("sys/description", HOSTILE),
      stringSet("sys/tags", HOSTILE, "plain"),
      bool("sys/trashed", false),
      datetime("sys/creation_time", Date.UTC(2025, 0, 1)),
      string(HOSTILE, HOSTILE),
      file("lost", HOSTILE),
      ...points.map((step) => floatPoint(`metrics/${HOSTILE}`, step, Date.UTC(2025, 0, 1, 0, step), Math.sin(step))),
      ...points.map((step) => stringPoint("log", step, Date.UTC(2025, 0, 1, 0, step), HOSTILE)),
    ]],
  });
  const cells = [
    `import { plot, ReadOnlyProject, show } from "@nereid/neptune-fetcher";
import pl from "nodejs-polars";
const project = new ReadOnlyProject({ archive: "archive/data", cacheFolder: null });
const [run] = await project.fetchReadOnlyRuns();
const hostile = ${JSON.stringify(HOSTILE)};`,
    "project",
    "run",
    "run[`metrics/${hostile}`]",
    "run.attribute(hostile)",
    "run.attribute('log')",
    "plot(run, { attributes: [`metrics/${hostile}`], title: hostile, marks: [{ x: 5, label: hostile }] })",
    "show(pl.DataFrame({ [hostile]: [hostile], list: [[hostile]] }))",
    "project.fetchRuns()",
    "await run.attribute(`no ${hostile}`).fetch()",
  ];
  const notebook = {
    cells: cells.map((source, i) => ({
      cell_type: "code",
      id: `cell-${i}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    })),
    metadata: { kernelspec: { display_name: "Deno", language: "typescript", name: "deno" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  await Deno.writeTextFile(`${folder}/hostile.ipynb`, JSON.stringify(notebook));
}
