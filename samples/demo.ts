/**
 * The main job, on the sample archive: from a folder to a Polars frame. `deno task demo`
 */

import pl from "nodejs-polars";
import { ReadOnlyProject, ReadOnlyRun } from "../mod.ts";

pl.Config.setTblRows(20);
const project = new ReadOnlyProject({ archive: `${import.meta.dirname}/archive/data` });
const { name } = await project.fetchInfo();

console.log(`\nThe runs of ${name}, the best first:`);
const table = await project.fetchRunsDf({
  columns: ["config/optimizer", "config/learning_rate", "validation/accuracy"],
  sortBy: "validation/accuracy",
});
console.log(table.toString());

const run = new ReadOnlyRun(project, { customId: "mlp-adam-2-cool" });
const names = await run.attributeNames;
console.log(`\n${names.length} attributes of run mlp-adam-2-cool:\n  ${names.join("\n  ")}`);

console.log("\nFour config values:");
await run.prefetch(["config/optimizer", "config/learning_rate", "data/published", "data/fingerprint"]);
for (const path of ["config/optimizer", "config/learning_rate", "data/published", "data/fingerprint"]) {
  console.log(`  ${path} =`, await run.attribute(path).fetch());
}

const parent = await run["sys/forking/parent"].fetch();
const step = await run["sys/forking/step"].fetch();
console.log(`\nIt was forked from ${parent} at step ${step}. Its loss, inherited points included:`);
console.log((await run["validation/loss"].fetchValues()).toString());

console.log("\nSteps 200 to 300 of it:");
console.log((await run["validation/loss"].fetchValues({ stepRange: [200, 300] })).toString());

console.log("\nThe last value:", await run["validation/loss"].fetchLast());
