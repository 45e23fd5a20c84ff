/** What charts draw, as the page's server answers it. */

import assert from "node:assert/strict";
import { ReadOnlyProject } from "../../mod.ts";
import { AskedPage, SAMPLE } from "./page.ts";

Deno.test("where inherited points end is told on every axis, for forks that have some", async () => {
  const page = await new AskedPage().open();
  const asked = { runs: ["DIG-9", "DIG-10"], paths: ["train/loss"], inherited: true, range: null, buckets: 1000 };
  const until = async (x: "step" | "time" | "relative", inherited = true) =>
    (await page.ask("buckets", { ...asked, inherited, x })).series.map(({ inheritedUntil }) => inheritedUntil);
  using project = new ReadOnlyProject({ archive: SAMPLE });
  const [run] = await Array.fromAsync(project.fetchReadOnlyRuns({ withIds: ["DIG-10"] }));
  const fork = Number(await run.attribute("sys/forking/step").fetch());
  const frame = await run.attribute("train/loss").fetchValues();
  const steps = [...frame.getColumn("step")] as number[];
  const times = [...frame.getColumn("timestamp")].map(Number);
  const last = steps.findLastIndex((step) => step <= fork);
  assert.ok(last > 0 && last < steps.length - 1, "the fork has points of both kinds");
  assert.deepEqual(await until("step"), [null, fork]);
  assert.deepEqual(await until("time"), [null, times[last]]);
  assert.deepEqual(await until("relative"), [null, times[last] - times[0]]);
  assert.deepEqual(await until("step", false), [null, null]);
});
