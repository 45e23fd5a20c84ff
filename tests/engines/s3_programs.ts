/** The programs over archives in SeaweedFS: `serve` and `view`, each as a process that was started as people start it. */

import assert from "node:assert/strict";
import { compactArchive, ReadOnlyProject, ReadOnlyRun, RunFile } from "../../mod.ts";
import type { Routes } from "../../src/view/api.ts";
import { type ObjectStorage, variablesOf } from "./seaweed.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const SAMPLE = `${ROOT}samples/archive`;
const METRIC = "validation/loss", COLUMNS = ["config/optimizer", "validation/accuracy"], FILE = "config.json";

/** Registers the tests. The bucket `archives` is there. */
export function programs(storage: ObjectStorage): void {
  for (const kind of ["raw", "compacted"] as const) {
    Deno.test(`serve over S3, ${kind}: runs, a series, a table and a file are those of the archive on a disk`, async () => {
      const archive = await placed(storage, kind === "compacted");
      await using program = await Program.start(storage, ["serve.ts", "--archive", archive, "--port", "0", "--json"]);
      const [project] = program.said.projects as string[];
      const there = new ReadOnlyProject({ project, apiToken: program.said.apiToken as string });
      const here = new ReadOnlyProject({ archive: `${SAMPLE}/data`, cacheFolder: null });
      assert.deepEqual(await seen(there), await seen(here));
      there.close();
    });

    Deno.test(`view over S3, ${kind}: runs, a series, a table and a file are those of the archive on a disk`, async () => {
      const archive = await placed(storage, kind === "compacted");
      await using program = await Program.start(storage, [
        "cli.ts",
        "view",
        "--archive",
        archive,
        "--port",
        "0",
        "--json",
      ]);
      const { url, link } = program.said as { url: string; link: string };
      const entered = await fetch(link, { redirect: "manual" });
      await entered.body?.cancel();
      const cookie = entered.headers.get("set-cookie")!.split(";")[0];
      const ask = async <Name extends keyof Routes>(
        route: Name,
        request: Partial<Routes[Name]["request"]>,
      ): Promise<Routes[Name]["answer"]> => {
        const body = JSON.stringify(request);
        const response = await fetch(`${url}/api/${route}`, { method: "POST", headers: { cookie, origin: url }, body });
        assert.equal(response.status, 200, await response.clone().text());
        return await response.json();
      };
      const here = new ReadOnlyProject({ archive: `${SAMPLE}/data`, cacheFolder: null });
      const { ids, values, config } = await seen(here);
      const columns = COLUMNS.map((path, i) => ({
        path,
        type: (["string", "float_series"] as const)[i],
        aggregation: null,
      }));
      const { slice } = await ask("runs", { columns, trashed: false });
      const runs = slice.flatMap((row) => "cells" in row ? [row] : []);
      assert.deepEqual(runs.map(({ customId }) => customId), ids);
      const table = await here.fetchRunsDf({ columns: COLUMNS });
      assert.deepEqual(
        runs.map(({ cells }) => cells),
        table.toRecords().map((row) => COLUMNS.map((name) => row[name])),
      );
      const { id } = runs.find(({ customId }) => customId === "linear-1")!;
      const asked = { runs: [id], paths: [METRIC], kind: "float" as const, inherited: true };
      const { series: [points] } = await ask("points", asked);
      assert.deepEqual(points.values, values);
      const file = await fetch(`${url}/api/file?run=${id}&path=${FILE}`, { headers: { cookie } });
      assert.equal(await file.text(), config);
    });
  }
}

/** What people look at: the runs, a series, a table, a file. */
async function seen(project: ReadOnlyProject) {
  const run = new ReadOnlyRun(project, { customId: "linear-1" });
  const file = await run.attribute(FILE).fetch();
  assert.ok(file instanceof RunFile);
  return {
    ids: (await project.listRuns()).map((run) => run["sys/custom_run_id"]),
    values: (await run.attribute(METRIC).fetchValues({ progressBar: false })).getColumn("value").toArray(),
    table: (await project.fetchRunsDf({ columns: COLUMNS, progressBar: false })).toString(),
    config: await file.text(),
  };
}

/** Puts the sample archive into the bucket, and gives its address. */
async function placed(storage: ObjectStorage, compacted: boolean): Promise<string> {
  const place = `archives/${crypto.randomUUID()}`;
  if (!compacted) await storage.upload(SAMPLE, place);
  else {
    const folder = await Deno.makeTempDir();
    const archive = `${SAMPLE}/data`;
    await compactArchive({ archive, destination: folder, storedFiles: "copy", cacheFolder: null, progressBar: false });
    await storage.upload(folder, place);
    await Deno.remove(folder, { recursive: true });
  }
  return `s3://${place}/data`;
}

/** A program that listens. */
class Program implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #cache: string;

  private constructor(process: Deno.ChildProcess, cache: string, readonly said: Record<string, unknown>) {
    this.#process = process;
    this.#cache = cache;
  }

  /** Starts it, and reads the line that it writes when it listens. */
  static async start(storage: ObjectStorage, args: string[]): Promise<Program> {
    const cache = await Deno.makeTempDir();
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-prompt", ...args],
      cwd: ROOT,
      env: { ...variablesOf(storage), XDG_CACHE_HOME: cache, NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let line = "";
    for await (const piece of process.stdout.pipeThrough(new TextDecoderStream()).values({ preventCancel: true })) {
      line += piece;
      if (line.includes("\n")) break;
    }
    return new Program(process, cache, JSON.parse(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGINT");
    await this.#process.status;
    await Deno.remove(this.#cache, { recursive: true });
  }
}
