import assert from "node:assert/strict";
import { compare, plot, ReadOnlyRun } from "../../mod.ts";
import { contentOf, display } from "../display/kernel_rules.ts";
import { float, floatPoint, int, string } from "../../samples/rows.ts";
import { writeRun } from "../../samples/writer.ts";
import { Fixture, PROJECT, T } from "./fixture.ts";

async function withRuns(work: (runs: Awaited<ReturnType<typeof read>>) => Promise<void>): Promise<void> {
  await using fixture = await Fixture.make();
  await work(await read(fixture));
}

async function read(fixture: Fixture) {
  return await fixture.project().project.fetchReadOnlyRuns();
}

Deno.test("plot(runs) without attributes shows every float series in a chart of its own", async () => {
  await withRuns(async (runs) => {
    const { "text/html": html, "text/plain": text } = await display(plot(runs));
    assert.match(text, /metrics\/accuracy/);
    assert.match(text, /metrics\/loss/);
    const { panels } = contentOf(html) as { panels: { title: string }[] };
    assert.deepEqual(panels.map(({ title }) => title), ["metrics/accuracy", "metrics/loss"]);
    const one = await display(plot(runs, { attributes: "^metrics/l" }));
    assert.doesNotMatch(one["text/plain"], /accuracy/);
  });
  const names = [{ "sys/id": "BIR-1", "sys/custom_run_id": "gull-1", "sys/name": "gull" }] as never;
  assert.throws(() => plot(names), /data\[0\] has only the names of a run: take the runs of fetchReadOnlyRuns\(\)\./);
});

Deno.test("a listing of runs will do where runs will, whatever awaiting it gives", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const { panels } = contentOf((await display(plot(project.fetchRuns())))["text/html"]) as { panels: unknown[] };
  assert.equal(panels.length, 2);
  const axes = { x: "metrics/loss", y: "metrics/accuracy" };
  for (
    const chart of [
      plot(project.fetchExperiments(), { attributes: ["metrics/loss"] }),
      plot.scatter(project.fetchRuns(), axes),
      plot.parallel(project.fetchRuns(), { attributes: Object.values(axes) }),
    ]
  ) assert.match(await chart.svg(), /^<svg/);
  const compared = await compare(project.fetchRuns()).frame();
  assert.equal(compared.height, (await project.fetchRuns()).height);
  await assert.rejects(plot(project.listRuns() as never).svg(), /has only the names of a run: take the runs of/);
});

Deno.test("a series that no run has is an error that names close ones; one that some lack is a note", async () => {
  await withRuns(async (runs) => {
    await assert.rejects(
      plot(runs, { attributes: ["metrics/los"] }).svg(),
      /None of the 3 runs has an attribute "metrics\/los"\. Did you mean "metrics\/loss"/,
    );
    await assert.rejects(plot(runs, { attributes: "^nothing/" }).svg(), /no float series that matches/);
    await assert.rejects(
      plot(runs, { attributes: ["metrics/loss"], colorBy: "parameters/none" }).svg(),
      /"parameters\/none"/,
    );
    const html = await plot(runs, { attributes: ["metrics/loss", "metrics/accuracy"] }).html();
    assert.match(html, /metrics\/accuracy is in \d of 3 runs/);
  });
});

Deno.test("runs are colored by a config, and grouped by one with a mean and a band", async () => {
  await withRuns(async (runs) => {
    const lossOnly = { attributes: ["metrics/loss"] };
    const own = new Set((await plot(runs, lossOnly).svg()).match(/stroke="#\w{6}"/g));
    const colored = await plot(runs, { ...lossOnly, colorBy: "parameters/init_lr" }).svg();
    assert.ok(own.size >= 2);
    assert.match(colored, />(0\.1|0\.01): gull-1</);
    const grouped = await display(plot(runs, { ...lossOnly, groupBy: "parameters/optimizer" }));
    assert.match(grouped["text/plain"], /optimizer adam \(\d runs?\)/);
    assert.match(grouped["text/plain"], /optimizer none \(\d runs?\)/);
  });
});

Deno.test("an attribute without numbers and texts is refused by its type, not said to be missing", async () => {
  await withRuns(async (runs) => {
    await assert.rejects(
      plot.scatter(runs, { x: "weights", y: "metrics/loss" }).svg(),
      {
        name: "AttributeTypeError",
        message: /^"weights" is of type histogram_series, and no run has a number or a text/,
      },
    );
  });
});

Deno.test("scatter and parallel coordinates take the values of runs", async () => {
  await withRuns(async (runs) => {
    const scatter = await display(plot.scatter(runs, { x: "parameters/init_lr", y: "metrics/loss" }));
    assert.match(scatter["text/plain"], /gull-1 +0\.1 +1/);
    const parallel = await display(plot.parallel(runs, { attributes: ["parameters/init_lr", "metrics/loss"] }));
    assert.match(parallel["text/plain"], /gull-2 +0\.01 +2\.25/);
    await assert.rejects(
      plot.scatter(runs, { x: "no", y: "metrics/loss" }).svg(),
      /None of the 3 runs has an attribute "no"/,
    );
    assert.throws(
      () => plot.parallel(runs, { attributes: [] }),
      /attributes is \[\], but must be an array of at least one/,
    );
    assert.throws(() => plot.scatter(runs, { x: "", y: "a" }), /x is ""/);
    assert.throws(() => plot.scatter([7] as never, { x: "a", y: "b" }), /must be a run/);
    assert.throws(() => compare("runs" as never), /such as fetchReadOnlyRuns\(\) gives/);
  });
});

Deno.test("compare() tells what differs, and gives it as a frame", async () => {
  await withRuns(async (runs) => {
    const comparison = compare(runs);
    assert.match(Deno.inspect(comparison), /^RunComparison\n.*await frame\(\) for the table$/);
    const { "text/plain": text } = await display(comparison);
    assert.match(text, /init_lr/);
    const frame = await comparison.frame();
    assert.equal(frame.columns[0], "run");
    assert.ok(frame.columns.includes("parameters/init_lr") && frame.columns.includes("metrics/loss"));
    const configs = frame.columns.filter((name) => name.startsWith("parameters/"));
    const known = configs.map((name) => frame.getColumn(name).toArray().filter((value) => value !== null).length);
    assert.deepEqual(known, known.toSorted((a, b) => b - a), "what most runs have comes first");
    const tokens = frame.getColumn("parameters/tokens").toArray();
    assert.ok(tokens.includes("9007199254740993"), "no digit is lost");
    const some = await compare(runs, { attributes: ["metrics/loss"] }).frame();
    assert.deepEqual(some.columns, ["run", "metrics/loss"]);
    const none = await compare([]).frame();
    assert.deepEqual(none.dtypes.map(({ variant }) => variant), ["String"]);
  });
});

Deno.test("an attribute that is called run is a column of compare() beside the names of the runs", async () => {
  await using fixture = await Fixture.make();
  const batches = [[int("run", 7), float("run:int", 0.5), string("sys/id", "BIR-9")]];
  await writeRun({ dataRoot: fixture.data, projectId: PROJECT, runId: "owl", batches });
  const frame = await compare(fixture.project().project.fetchReadOnlyRuns(), { attributes: "^run" }).frame();
  assert.deepEqual(frame.columns, ["run", "run:int", "run:int:float"]);
  const rows = frame.toRecords().filter(({ run }) => run === "owl");
  assert.deepEqual(rows, [{ run: "owl", "run:int": 7, "run:int:float": 0.5 }]);
});

Deno.test("a line to plot has as many values as steps", () => {
  const line = { run: "a", attribute: "b", step: Float64Array.of(1, 2), value: Float64Array.of(1) };
  assert.throws(() => plot([line]), /data\[0\]: value has length 1, but step has 2\./);
  const value = line.step;
  assert.throws(() => plot([{ ...line, value, preview: new Uint8Array(3) }]), /preview has length 3, but step has 2/);
  plot([{ ...line, value, timestamp: null }]);
});

Deno.test("runs that share a custom id are told apart, in one project and in several", async () => {
  await using fixture = await Fixture.make();
  const write = async (projectId: string, runId: string, id: string, lr: number) => {
    const rows = [string("sys/custom_run_id", "owl"), string("sys/id", id), float("lr", lr)];
    const points = [0, 1].map((step) => floatPoint("hoots", step, T + step, step * lr));
    await writeRun({ dataRoot: fixture.data, projectId, runId, batches: [rows, points] });
  };
  await write(PROJECT, "owl-1", "BIR-11", 1);
  await write(PROJECT, "owl-2", "BIR-12", 2);
  await write(PROJECT, "BIR-11", "BIR-11", 4);
  await write("team/others", "owl", "BIR-11", 3);
  const { project } = fixture.project({ project: PROJECT }), others = fixture.project({ project: "team/others" });
  const [first, second] = ["BIR-11", "BIR-12"].map((withId) => new ReadOnlyRun(project, { withId }));
  const other = new ReadOnlyRun(others.project, { withId: "BIR-11" });
  const labels = async (...runs: ReadOnlyRun[]) => {
    const frame = await compare(runs).frame();
    const scattered = (await display(plot.scatter(runs, { x: "lr", y: "hoots" })))["text/plain"];
    const plots = [plot(runs, { attributes: ["hoots"] }), plot(runs.map((run) => run.attribute("hoots")))];
    const called = frame.getColumn("run").toArray() as string[];
    for (const chart of plots) {
      const svg = await chart.svg();
      const colors = new Set(svg.match(/stroke="#\w{6}"/g));
      assert.equal(colors.size, new Set(called).size);
      for (const run of called) assert.ok(runs.length === 1 || colors.size === 1 || svg.includes(`>${run}<`), svg);
    }
    for (const run of called) assert.ok(scattered.includes(run), scattered);
    return called;
  };
  assert.deepEqual(await labels(first), ["owl"]);
  assert.deepEqual(await labels(first, second), ["BIR-11", "BIR-12"]);
  assert.deepEqual(await labels(first, other), [`${PROJECT}/BIR-11`, "team/others/BIR-11"]);
  assert.deepEqual(await labels(first, new ReadOnlyRun(project, { withId: "BIR-11" })), ["owl", "owl"]);
  // Two exporters may have written one run.
  const twice = (await project.fetchReadOnlyRuns()).filter(({ sysId }) => sysId === "BIR-11");
  assert.deepEqual((await labels(...twice)).sort(), [`${PROJECT}/BIR-11`, `${PROJECT}/owl-1`]);
});
