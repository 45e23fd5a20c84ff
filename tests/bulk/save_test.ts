import assert from "node:assert/strict";
import pl, { type DataFrame } from "nodejs-polars";
import { pathToFileURL } from "node:url";
import { OptionError, ReadOnlyRun, type RunFile, saveFrame } from "../../mod.ts";
import { Fixture } from "../api/fixture.ts";

/** A frame with every type of column that calls return. */
async function everyType(fixture: Fixture): Promise<DataFrame> {
  return await fixture.project().project.fetchRunsDf({ columnsRegex: ".*", sortBy: "sys/id", ascending: true });
}

Deno.test("a frame saved as Parquet or Arrow comes back with its types and values", async () => {
  await using fixture = await Fixture.make();
  const frame = await everyType(fixture);
  await saveFrame(frame, `${fixture.folder}/runs.parquet`);
  await saveFrame(frame, `${fixture.folder}/runs.feather`);
  for (
    const back of [
      pl.readParquet(`${fixture.folder}/runs.parquet`),
      pl.scanIPC(`${fixture.folder}/runs.feather`).collectSync(),
    ]
  ) {
    assert.deepEqual(back.columns, frame.columns);
    assert.equal(JSON.stringify(back.schema), JSON.stringify(frame.schema));
    assert.equal(back.toString(), frame.toString());
  }
  assert.deepEqual(await left(fixture), ["data", "files", "runs.feather", "runs.parquet"]);
});

Deno.test("CSV has nested columns as JSON and times in UTC, and a byte-order mark on request", async () => {
  await using fixture = await Fixture.make();
  const path = `${fixture.folder}/runs.csv`;
  const frame = (await everyType(fixture)).select(
    pl.col("sys/custom_run_id"),
    pl.col("sys/creation_time"),
    pl.col("sys/tags"),
    pl.col("weights"),
    pl.col("notes"),
    pl.col("size:int"),
  );
  await saveFrame(frame, path);
  const expected = [
    "sys/custom_run_id,sys/creation_time,sys/tags,weights,notes,size:int",
    'gull-1,2025-01-01T00:00:00.000Z,"[""sea"",""bird""]","{""type"":""COUNTING"",""edges"":[0.0,1.0,2.0],""values"":[3.0,4.0]}",' +
    '"{""path"":""gull-1/notes.txt"",""size"":10,""mime_type"":""text/plain""}",3',
    'gull-2,2025-01-01T00:00:10.000Z,"[""sea"",""bird""]","{""type"":""COUNTING"",""edges"":[0.0,1.0,2.0],""values"":[3.0,4.0]}",,',
    'tern-1,2025-01-01T00:00:20.000Z,"[""sea"",""bird""]",,,',
    "",
  ].join("\n");
  assert.equal(await Deno.readTextFile(path), expected);
  await saveFrame(frame, path, { bom: true });
  assert.equal(await Deno.readTextFile(path), "\ufeff" + expected);
});

Deno.test("saving says what it needs to know, and leaves nothing behind when it fails", async () => {
  await using fixture = await Fixture.make();
  const frame = pl.DataFrame({ a: [1] });
  await assert.rejects(() => saveFrame(frame, `${fixture.folder}/runs.xlsx`), OptionError);
  await assert.rejects(() => saveFrame(frame, `${fixture.folder}/runs.constructor`), OptionError);
  await assert.rejects(() => saveFrame(frame, `${fixture.folder}/runs`, { format: "xml" as "csv" }), OptionError);
  await saveFrame(frame, `${fixture.folder}/runs`, { format: "csv" });
  assert.deepEqual(await left(fixture), ["data", "files", "runs"]);
  await assert.rejects(() => saveFrame(frame, new URL("https://example.org/runs.csv")), OptionError);
});

Deno.test("folders of destinations are made, and URLs are paths", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const frame = pl.DataFrame({ a: [1] });
  const folder = pathToFileURL(`${fixture.folder}/made/with blank/`);
  await saveFrame(frame, new URL("a/runs.csv", folder));
  await project.saveMetrics({ attributes: ".*", destination: new URL("b/metrics.parquet", folder) });
  await project.downloadFiles({ attributes: ".*", destination: new URL("c/files", folder) });
  await project.exportArchive({ destination: new URL("d/archive", folder) });
  const run = new ReadOnlyRun(project, { customId: "gull-1" });
  await (await run.attribute("notes").fetch<RunFile>()).save(new URL("e/notes.txt", folder));
  for (const path of ["a/runs.csv", "b/metrics.parquet", "c/files/gull-1/notes.txt", "d/archive/data", "e/notes.txt"]) {
    await Deno.stat(`${fixture.folder}/made/with blank/${path}`);
  }
});

Deno.test("on request, spreadsheet programs take no text of a CSV for a formula", async () => {
  await using fixture = await Fixture.make();
  const texts = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "a=b", "", "'quoted", "1-2"];
  const frame = pl.DataFrame([
    pl.Series("=name()", texts, pl.String),
    pl.Series("cat", texts, pl.String).cast(pl.Categorical),
    pl.Series("number", texts.map((_, i) => -i), pl.Float64),
    pl.Series("*", texts.map((text) => [text]), pl.List(pl.String)),
  ]);
  const cells = async (spreadsheetSafe: boolean) => {
    await saveFrame(frame, `${fixture.folder}/frame.csv`, { spreadsheetSafe });
    return pl.readCSV(
      `${fixture.folder}/frame.csv`,
      { inferSchemaLength: 0, missingUtf8IsEmptyString: true } as object,
    );
  };
  const plain = await cells(false), safe = await cells(true);
  assert.deepEqual(plain.columns, ["=name()", "cat", "number", "*"]);
  assert.deepEqual(safe.columns, ["'=name()", "cat", "number", "*"]);
  const expected = texts.map((text) => /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text);
  assert.deepEqual(plain.getColumns()[0].toArray(), texts);
  assert.deepEqual(safe.getColumns()[0].toArray(), expected);
  assert.deepEqual(safe.getColumn("cat").toArray(), expected);
  assert.deepEqual(safe.getColumn("number").toArray().map(Number), plain.getColumn("number").toArray().map(Number));
  assert.deepEqual(safe.getColumns()[3].toArray(), texts.map((text) => JSON.stringify([text])));
});

Deno.test("metrics are saved to a file as they come in a frame, also where no series exists", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const which = { runs: "^gull", attributes: "^metrics/", stepRange: [1, null] } as const;
  const frame = await project.fetchMetrics({ ...which, stepRange: [1, null] });
  for (const name of ["metrics.parquet", "metrics.arrow"]) {
    const destination = `${fixture.folder}/${name}`;
    assert.equal(await project.saveMetrics({ ...which, stepRange: [1, null], destination }), frame.height);
    const back = name.endsWith("arrow") ? pl.scanIPC(destination).collectSync() : pl.readParquet(destination);
    assert.equal(back.toString(), frame.toString());
  }
  const destination = `${fixture.folder}/none.csv`;
  assert.equal(await project.saveMetrics({ attributes: "nothing", destination, includeTimestamp: false }), 0);
  assert.equal(await Deno.readTextFile(destination), "run,attribute,step,value\n");
  assert.deepEqual(await left(fixture), ["data", "files", "metrics.arrow", "metrics.parquet", "none.csv"]);
});

async function left(fixture: Fixture): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(fixture.folder))).map(({ name }) => name).sort();
}
