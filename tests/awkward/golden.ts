/**
 * Two runs exactly as the exporter for Neptune 3.x wrote them, row by row.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
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
} from "../../samples/rows.ts";
import { sanitized } from "../../samples/writer.ts";
import { assertFound, attributes, bytes, pairs, points, runOf, text, values } from "../ask.ts";
import { type AwkwardCase, T, writeFile, writeRuns } from "./case.ts";
import type { FileRef } from "../../src/types.ts";

const project = "my-org/my-project";
const image = (n: number) => Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, n);

export const goldenCases: AwkwardCase[] = [{
  name: "golden sample",
  rule: "A root and its fork, as the exporter wrote them, read back as they were logged.",
  async write(dir) {
    const archive = await writeRuns(dir, {
      "R-1": [
        [
          float("lr", 0.1),
          int("seed", 7),
          string("sys/custom_run_id", "R-1"),
          phantom("sys/forking/parent", "string"),
          phantom("sys/forking/step", "float"),
          stringSet("sys/tags"),
        ],
        [
          floatPoint("loss", 0, T, 2),
          floatPoint("loss", 0.5, T + 500, NaN),
          floatPoint("acc", 1, T + 1000, 0.25),
          floatPoint("loss", 1, T + 1000, 1),
        ],
        [
          stringPoint("log", 0, T, "start"),
          histogramPoint("hist", 1, T + 1000, { type: "COUNTING", edges: [0, 1, 2], values: [3, 4] }),
        ],
        [file("cfg.json", "R-1/cfg_json.json")],
        [
          filePoint("img", 0, T, "R-1/img/step_0_000000.png"),
          filePoint("img", 0.5, T + 500, "R-1/img/step_0_500000.png"),
        ],
      ],
      "R-2": [
        [
          float("lr", NaN),
          phantom("seed", "int"),
          string("sys/custom_run_id", "R-2"),
          string("sys/forking/parent", "R-1"),
          float("sys/forking/step", 0.5),
          phantom("sys/tags", "string_set"),
        ],
        [floatPoint("loss", 1, T + 9000, 0.5)],
      ],
    }, project);
    await writeFile(archive.files, sanitized(project), "R-1/cfg_json.json", '{"a":1}');
    await writeFile(archive.files, sanitized(project), "R-1/img/step_0_000000.png", image(0));
    await writeFile(archive.files, sanitized(project), "R-1/img/step_0_500000.png", image(1));
    return archive;
  },
  async check(open) {
    const catalog = await open();
    assert.deepEqual((await catalog.projects()).map(({ name }) => name), [project]);
    const source = catalog.open(project);
    assert.equal((await source.project()).name, project);

    const own = (names: string[]) => names.filter((name) => !/^sys\/(id|archived|trashed):/.test(name));
    const { key: first } = await runOf(source, "R-1");
    assert.deepEqual(own(await attributes(source, { runs: [first] })), [
      "acc:float_series",
      "cfg.json:file",
      "hist:histogram_series",
      "img:file_series",
      "log:string_series",
      "loss:float_series",
      "lr:float",
      "seed:int",
      "sys/custom_run_id:string",
      "sys/tags:string_set",
    ]);
    const { key: second } = await runOf(source, "R-2");
    assert.deepEqual(own(await attributes(source, { runs: [second] })), [
      "img:file_series",
      "log:string_series",
      "loss:float_series",
      "sys/custom_run_id:string",
      "sys/forking/parent:string",
      "sys/forking/step:float",
    ]);

    const configs = await values(source, "R-1", { types: ["int", "float", "string_set"] });
    assert.deepEqual(configs, { "lr:float": 0.1, "seed:int": 7n, "sys/tags:string_set": [] });
    assert.deepEqual(await pairs(source, "R-1", "loss"), [[0, 2], [0.5, NaN], [1, 1]]);
    assert.deepEqual(await pairs(source, "R-2", "loss"), [[0, 2], [0.5, NaN], [1, 0.5]]);
    assert.deepEqual(await pairs(source, "R-2", "loss", { lineage: "own" }), [[1, 0.5]]);
    assert.deepEqual(await points(source, "R-2", "log", { kind: "string" }), [
      { step: 0, value: "start", timestamp: T },
    ]);
    assert.deepEqual(await points(source, "R-1", "hist", { kind: "histogram" }), [
      { step: 1, value: { type: "COUNTING", edges: [0, 1, 2], values: [3, 4] }, timestamp: T + 1000 },
    ]);
    assert.deepEqual(await points(source, "R-2", "hist", { kind: "histogram" }), []);

    const images = await points(source, "R-2", "img", { kind: "file" });
    assert.deepEqual(images.map(({ step }) => step), [0, 0.5]);
    assert.deepEqual(await bytes(source, images[1].value as FileRef), image(1));
    const { "cfg.json:file": config } = await values(source, "R-1", { paths: ["cfg.json"] });
    assert.equal(await text(source, config as FileRef), '{"a":1}');
    assert.equal((config as FileRef).mimeType, "application/json");
    assert.equal((config as FileRef).size, 7);
    await assertFound(source, "phantom_rows", 5);
  },
}];
