/**
 * What goes wrong between this module and an engine: one typed error each or the right answer, and nothing left running.
 *
 * @module
 */

import assert from "node:assert/strict";
import { createServer } from "node:http2";
import { fileURLToPath } from "node:url";
import { compactArchive, ReadOnlyProject } from "../../mod.ts";
import { parseAddress } from "../../src/spark/address.ts";
import { openSpark } from "../../src/spark/catalog.ts";
import { Answer } from "../../src/spark/connect/answer.ts";
import { SparkSession } from "../../src/spark/connect/session.ts";
import { Statement } from "../../src/spark/connect/statement.ts";
import type { Source } from "../../src/source.ts";
import { runs, valuesByKey } from "../ask.ts";
import { type Engine, freePort, type RunningEngine, startEngine } from "./engines.ts";

const data = fileURLToPath(new URL("../../samples/archive/data", import.meta.url));

/** Takes an engine of this size hours: all points of an archive, joined with what was asked for, as our own queries are. */
const ENDLESS = "SELECT sum(a.id % 7) AS x FROM range(1000000000000) AS a JOIN asked ON a.id % 10 = asked.number";
const MANY = 3_000_000;

async function ask(session: SparkSession, query: string, signal?: AbortSignal): Promise<number> {
  let rows = 0;
  const statement = new Statement();
  statement.table("asked", { number: Int32Array.of(1, 4, 7) });
  for await (const bytes of session.run(statement.plan(query), signal)) rows += new Answer(bytes).rows;
  return rows;
}

async function failure(call: Promise<unknown>): Promise<Error> {
  return await call.then(() => assert.fail("it answered"), (error) => error);
}

/** CPU seconds that a process and what it started have used. */
export function engineSeconds(pid: number): number {
  let ticks = 0;
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = Deno.readTextFileSync(`/proc/${name}/stat`).split(") ")[1].split(" ");
      if (Number(name) === pid || Number(stat[1]) === pid) ticks += Number(stat[11]) + Number(stat[12]);
    } catch {
      // It ended just now.
    }
  }
  return ticks / 100;
}

/** Waits until an engine has nothing to do; what it was asked for would take it hours. */
async function idle(pid: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (true) {
    const before = engineSeconds(pid);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const work = engineSeconds(pid) - before;
    if (work < 0.1) return;
    assert.ok(Date.now() < deadline, `the engine still works: ${work} s in one and a half`);
  }
}

/** Passes bytes on to the engine, and cuts every connection after so many bytes of answers, so many times. */
function cutting(target: URL, bytes: number, times: number) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let cuts = 0;
  (async () => {
    for await (const client of listener) {
      const server = await Deno.connect({ hostname: target.hostname, port: Number(target.port) });
      client.readable.pipeTo(server.writable).catch(() => {});
      (async () => {
        let passed = 0;
        const writer = client.writable.getWriter();
        for await (const piece of server.readable) {
          await writer.write(piece);
          passed += piece.length;
          if (passed > bytes && cuts < times) {
            cuts++;
            break;
          }
        }
        for (const end of [client, server]) {
          try {
            end.close();
          } catch {
            // Closed by its other half.
          }
        }
      })().catch(() => {});
    }
  })().catch(() => {});
  const { port } = listener.addr as Deno.NetAddr;
  return { address: `sc://127.0.0.1:${port}`, cuts: () => cuts, close: () => listener.close() };
}

/** Registers the tests of one engine. Those that kill engines start their own. */
export function faults(engine: Engine, { address, pid }: Pick<RunningEngine, "address" | "pid">): void {
  Deno.test(`${engine.name}: nobody at the address: a ConnectionError that names it, and no token`, async () => {
    const catalog = openSpark({ address: `sc://127.0.0.1:${freePort()}/;token=hush-hush`, data });
    const error = await failure(catalog.projects());
    assert.equal(error.name, "ConnectionError", error.stack);
    assert.match(error.message, /sc:\/\/127\.0\.0\.1:\d+ /);
    assert.doesNotMatch(`${error.message} ${JSON.stringify(error)} ${error.stack}`, /hush/);
    catalog.close();
  });

  Deno.test(`${engine.name}: a server that speaks something else: a typed error`, async () => {
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => new Response("hello"));
    const catalog = openSpark({ address: `sc://127.0.0.1:${server.addr.port}`, data });
    const error = await failure(catalog.projects());
    assert.ok(["ConnectionError", "EngineError"].includes(error.name), error.stack);
    catalog.close();
    await server.shutdown();
  });

  Deno.test(`${engine.name}: a token that is refused: a CredentialsError without the token, even where the server repeats it`, async () => {
    let sent = "";
    const server = createServer((request, response) => {
      sent = String(request.headers.authorization);
      response.writeHead(200, {
        "content-type": "application/grpc",
        "grpc-status": "16",
        "grpc-message": `no such token: ${sent}`,
      });
      response.end();
    });
    const port = freePort();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    const catalog = openSpark({ address: `sc://127.0.0.1:${port}/;token=hush-hush`, data });
    const error = await failure(catalog.projects());
    assert.equal(error.name, "CredentialsError", error.stack);
    assert.equal(sent, "Bearer hush-hush");
    assert.doesNotMatch(`${error.message} ${error.stack}`, /hush/);
    catalog.close();
    await new Promise((resolve) => server.close(resolve));
  });

  Deno.test(`${engine.name}: a path that is not there: an ArchiveError that names it`, async () => {
    const catalog = openSpark({ address, data: "/nowhere/at/all" });
    const error = await failure(catalog.projects());
    assert.equal(error.name, "ArchiveError", error.stack);
    assert.match(error.message, /\/nowhere\/at\/all/);
    catalog.close();
  });

  Deno.test(`${engine.name}: a folder that is no archive: an ArchiveError`, async () => {
    const folder = await Deno.makeTempDir();
    await Deno.mkdir(`${folder}/a`);
    await Deno.writeTextFile(`${folder}/a/b.txt`, "x");
    const catalog = openSpark({ address, data: folder });
    assert.equal((await failure(catalog.projects())).name, "ArchiveError");
    catalog.close();
    await Deno.remove(folder, { recursive: true });
  });

  Deno.test(`${engine.name}: a query that the engine refuses: an EngineError with what it said`, async () => {
    const session = new SparkSession(parseAddress(address));
    const error = await failure(ask(session, "SELECT no_such_column FROM range(3)"));
    assert.equal(error.name, "EngineError", error.stack);
    assert.match(error.message, /no_such_column/);
    assert.equal(await ask(session, "SELECT id FROM range(3)"), 3, "the session goes on");
    await session.close();
  });

  Deno.test(`${engine.name}: an aborted call ends at once with the signal's reason, and the engine stops working`, async () => {
    const session = new SparkSession(parseAddress(address));
    const reason = new Error("enough");
    const controller = new AbortController();
    const before = engineSeconds(pid);
    const call = failure(ask(session, ENDLESS, controller.signal));
    // A machine that others keep busy may be slow to begin.
    const deadline = Date.now() + 60_000;
    let busy = 0;
    while (busy < 0.5 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      busy = engineSeconds(pid) - before;
    }
    const aborted = performance.now();
    controller.abort(reason);
    assert.equal(await call, reason);
    assert.ok(performance.now() - aborted < 500, `${performance.now() - aborted} ms`);
    assert.ok(busy > 0.2, `the engine worked: ${busy} s`);
    await idle(pid);
    assert.equal(await ask(session, "SELECT id FROM range(3)"), 3, "the session goes on");
    await session.close();
  });

  Deno.test(`${engine.name}: a caller who stops early leaves nothing running`, async () => {
    const session = new SparkSession(parseAddress(address));
    for await (const bytes of session.run(new Statement().plan(`SELECT id FROM range(0, ${100 * MANY}, 1, 100)`))) {
      assert.ok(new Answer(bytes).rows > 0);
      break;
    }
    await idle(pid);
    await session.close();
  });

  Deno.test(`${engine.name}: a stream that breaks in the middle is taken up again, and nothing is lost or comes twice`, async () => {
    const proxy = cutting(new URL(address.replace("sc:", "http:")), 4_000_000, 3);
    const session = new SparkSession(parseAddress(proxy.address));
    let next = 0;
    for await (const bytes of session.run(new Statement().plan(`SELECT id FROM range(${MANY}) ORDER BY id`))) {
      for (const id of new Answer(bytes).ints("id")) assert.equal(id, BigInt(next++));
    }
    assert.equal(next, MANY);
    assert.ok(proxy.cuts() > 0, "the connection was cut");
    await session.close();
    proxy.close();
  });

  Deno.test(`${engine.name}: an engine that is killed in mid-query: a ConnectionError, soon`, async () => {
    const own = await startEngine(engine);
    const session = new SparkSession(parseAddress(own.address));
    const call = failure(ask(session, ENDLESS));
    await new Promise((resolve) => setTimeout(resolve, 3000));
    own.kill();
    const killed = performance.now();
    const error = await call;
    assert.equal(error.name, "ConnectionError", error.stack);
    assert.ok(performance.now() - killed < 15_000);
    await session.close();
    await own.stop();
  });

  Deno.test(`${engine.name}: an engine that was started again: the next call is answered by the new one`, async () => {
    const own = await startEngine(engine);
    const catalog = openSpark({ address: own.address, data });
    const source = catalog.open("nereid/digits");
    assert.equal((await runs(source)).length, 12);
    await own.stop();
    const error = await failure(runs(source));
    assert.equal(error.name, "ConnectionError", error.stack);
    catalog.close();
  });

  Deno.test(`${engine.name}: files that cannot be read are named, left out where that is asked for, and reported`, async () => {
    const folder = await Deno.makeTempDir();
    const [{ name: inside }] = Deno.readDirSync(data);
    const project = `${folder}/${inside}`;
    await Deno.mkdir(project);
    const [first, second] = [...Deno.readDirSync(`${data}/${inside}`)].filter(({ name }) => name.endsWith(".parquet"));
    await Deno.copyFile(`${data}/${inside}/${first.name}`, `${project}/${first.name}`);
    const whole = await Deno.readFile(`${data}/${inside}/${second.name}`);
    const spoiled = Uint8Array.from(whole, (byte, at) => at > 4 && at < whole.length / 2 ? 0xff : byte);
    const kinds: [name: string, content: Uint8Array][] = [
      ["no-parquet", new TextEncoder().encode("<html>502 Bad Gateway</html>".repeat(20))],
      ["empty", new Uint8Array()],
      ["short", new TextEncoder().encode("PAR1")],
      ["cut-off", whole.subarray(0, whole.length - 100)],
      ["spoiled", spoiled],
    ];
    const good = async (source: Source) => (await runs(source)).length === 1;
    for (const [run, content] of kinds) {
      const file = `${run}-0123456789abcdef_part_0.parquet`;
      await Deno.writeFile(`${project}/${file}`, content);
      const strict = openSpark({ address, data: folder });
      const error = await failure(valuesByKey(strict.open("nereid/digits")));
      assert.equal(error.name, "DamagedFileError", `${run}: ${error.stack}`);
      assert.ok(error.message.includes(`${inside}/${file}`), error.message);
      const findings = await strict.open("nereid/digits").report!({ thorough: true });
      assert.deepEqual(
        findings.filter(({ kind }) => kind === "damaged_part").map(({ run, file }) => [run, file]),
        [[run, `${inside}/${file}`]],
      );
      strict.close();
      if (run !== "spoiled") {
        const lenient = openSpark({ address, data: folder, damagedRuns: "skip" });
        const source = lenient.open("nereid/digits");
        assert.ok(await good(source), run);
        assert.deepEqual(source.leftOut!().map((text) => text.includes(file)), [true]);
        lenient.close();
      }
      await Deno.remove(`${project}/${file}`);
    }
    const hidden = "_-0123456789abcdef_part_0.parquet";
    await Deno.writeTextFile(`${project}/${hidden}`, "whatever it is");
    const catalog = openSpark({ address, data: folder, damagedRuns: "skip" });
    assert.equal((await failure(runs(catalog.open("nereid/digits")))).name, "UnsupportedError");
    catalog.close();
    await Deno.remove(folder, { recursive: true });
  });

  Deno.test(`${engine.name}: a file of compacted tables that goes away while they are open is an error, not fewer rows`, async () => {
    const folder = await Deno.makeTempDir();
    await compactArchive({ archive: data, destination: folder, cacheFolder: null, progressBar: false });
    const [{ name: inside }] = Deno.readDirSync(`${folder}/data`);
    const open = () => openSpark({ address, data: `${folder}/data` });
    const early = open();
    const source = early.open("nereid/digits");
    assert.equal((await runs(source)).length, 12);
    for (const table of ["values", "runs"]) {
      const path = `${folder}/data/${inside}/${table}/0001-0001.parquet`;
      await Deno.rename(path, `${folder}/aside`);
      const late = open();
      for (const one of [source, late.open("nereid/digits")]) {
        const error = await failure(valuesByKey(one));
        assert.ok(["ArchiveError", "EngineError"].includes(error.name), error.stack);
      }
      late.close();
      await Deno.rename(`${folder}/aside`, path);
    }
    assert.ok((await valuesByKey(source)).size > 0, "it is back");
    early.close();
    await Deno.remove(folder, { recursive: true });
  });

  Deno.test(`${engine.name}: through the public API: a frame of metrics, and the project is released at its end`, async () => {
    const project = new ReadOnlyProject({ spark: address, archive: data });
    const frame = await project.fetchMetrics({ experiments: "^mlp", attributes: ["validation/loss"], tailLimit: 1 });
    const same = new ReadOnlyProject({ archive: data, spark: null, cacheFolder: null });
    const expected = await same.fetchMetrics({ experiments: "^mlp", attributes: ["validation/loss"], tailLimit: 1 });
    assert.deepEqual(frame.toRecords(), expected.toRecords());
    project.close();
    same.close();
  });
}
