/** What answers, but not as Neptune does: every call that depends on it is an error, and none is an empty result. */

import assert from "node:assert/strict";
import { type Frame, isNeptuneError, ReadOnlyProject, type ReadOnlyProjectOptions, ReadOnlyRun } from "../../mod.ts";
import { openArchive } from "../../src/archive/catalog.ts";
import { createHandler } from "../../src/server/handler.ts";
import { makeApiToken, newSecret } from "../../src/server/tokens.ts";
import { PATHS } from "./stub.ts";

const DATA = new URL("../../samples/archive/data", import.meta.url).pathname;
const FILE = "/storage/files/";

/** The sample archive behind a server whose answers are replaced. */
class Spoiled implements AsyncDisposable {
  readonly seen: string[] = [];
  readonly project: ReadOnlyProject;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #catalog = openArchive({ data: DATA });

  /** @param spoil Gives another answer than the right one; null for the right one. */
  constructor(
    spoil: (path: string, right: Response, count: number) => Response | null | Promise<Response | null>,
    options: Partial<ReadOnlyProjectOptions> = {},
  ) {
    const secret = newSecret();
    const handler = createHandler(this.#catalog, { secret });
    const { signal } = new AbortController();
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
      const { pathname } = new URL(request.url);
      const count = this.seen.filter((path) => path === pathname).length;
      this.seen.push(pathname);
      const right = await handler(request, { signal });
      return await spoil(pathname, right, count) ?? right;
    });
    const apiToken = makeApiToken(secret, `http://127.0.0.1:${this.#server.addr.port}`);
    this.project = new ReadOnlyProject({ project: "nereid/digits", apiToken, deadlineSeconds: 30, ...options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.project.close();
    await this.#server.shutdown();
    this.#catalog.close();
  }
}

/** Answers that are none, as proxies, login pages and broken servers give them. */
const NO_ANSWERS: Record<string, (right: Response) => Response | Promise<Response>> = {
  "an empty 200": () => new Response(null),
  "a 204": () => new Response(null, { status: 204 }),
  "a 206 with a part": async (right) => {
    const bytes = await right.bytes();
    return new Response(bytes.subarray(0, bytes.length / 2), { status: 206, headers: right.headers });
  },
  "a whole 206": (right) => new Response(right.body, { status: 206, headers: right.headers }),
  "a login page": () => new Response("<html>Log in</html>", { headers: { "content-type": "text/html" } }),
  "an image": () => new Response("PNG", { headers: { "content-type": "image/png" } }),
};

const CALLS: Record<string, { path: string; call: (project: ReadOnlyProject) => Promise<unknown> }> = {
  "listRuns": { path: PATHS.runs, call: async (project) => await project.listRuns() },
  "fetchRunsDf": { path: PATHS.values, call: (project) => project.fetchRunsDf({ columns: ["config/optimizer"] }) },
  "listAttributes": { path: PATHS.definitions, call: (project) => project.listAttributes() },
  "fetchMetrics": {
    path: PATHS.floatSeries,
    call: (project) => project.fetchMetrics({ attributes: ["validation/loss"] }),
  },
  "fetchSeries": {
    path: PATHS.otherSeries,
    call: (project) => project.fetchSeries({ attributes: ["logs/train"] }),
  },
  "fetch": {
    path: PATHS.runValues,
    call: (project) => new ReadOnlyRun(project, { customId: "linear-1" }).attribute("config/optimizer").fetch(),
  },
  "attributeNames": {
    path: PATHS.runDefinitions,
    call: async (project) => await new ReadOnlyRun(project, { customId: "linear-1" }).attributeNames,
  },
};

for (const [what, answer] of Object.entries(NO_ANSWERS)) {
  Deno.test(`${what} in place of an answer is an error, not an empty result`, async () => {
    for (const [name, { path, call }] of Object.entries(CALLS)) {
      await using spoiled = new Spoiled((asked, right) => asked === path ? answer(right) : null);
      await assert.rejects(
        call(spoiled.project),
        (error) => isNeptuneError(error) && /NotNeptuneError|DecodeError/.test(error.name),
        name,
      );
      assert.ok(spoiled.seen.includes(path), `${name} asks ${path}`);
    }
  });
}

Deno.test("messages without bytes are believed only where another question says the same", async () => {
  const headers = { "content-type": "application/x-protobuf" };
  for (const [name, { path, call }] of Object.entries(CALLS)) {
    if (path === PATHS.definitions) continue;
    await using spoiled = new Spoiled((asked) => asked === path ? new Response(null, { headers }) : null);
    await assert.rejects(call(spoiled.project), (error) => isNeptuneError(error), name);
  }
});

Deno.test("a page that lacks what was asked for is an error: runs, definitions, the end of the list", async () => {
  await using noEnd = new Spoiled((path) => path === PATHS.definitions ? Response.json({ entries: [] }) : null);
  await assert.rejects(noEnd.project.listAttributes(), { name: "DecodeError" });
  await using noEntries = new Spoiled((path) => path === PATHS.definitions ? Response.json({ nextPage: {} }) : null);
  await assert.rejects(noEntries.project.listAttributes(), { name: "DecodeError" });
  // The first run is cut out of the page of values: its bytes are a field of their own.
  await using noRun = new Spoiled(async (path, right) => {
    if (path !== PATHS.values) return null;
    const bytes = await right.bytes();
    return new Response(bytes.subarray(2 + varintBytes(bytes, 1) + varint(bytes, 1) - 1), { headers: right.headers });
  });
  await assert.rejects(noRun.project.fetchRunsDf({ columns: ["config/optimizer"] }), /which has some/);
  await using noProject = new Spoiled((path) => path === PATHS.project ? Response.json({ name: "digits" }) : null);
  await assert.rejects(noProject.project.fetchInfo(), { name: "DecodeError" });
  await using fewRuns = new Spoiled(async (path, right) => {
    if (path !== PATHS.runs) return null;
    const bytes = await right.bytes();
    return new Response(bytes.subarray(0, 2), { headers: right.headers });
  });
  await assert.rejects(async () => await fewRuns.project.listRuns(), /0 of the 12 runs/);
});

function varint(bytes: Uint8Array, at: number): number {
  return bytes[at] < 0x80 ? bytes[at] : (bytes[at] & 0x7f) + 128 * varint(bytes, at + 1);
}

function varintBytes(bytes: Uint8Array, at: number): number {
  return bytes[at] < 0x80 ? 1 : 1 + varintBytes(bytes, at + 1);
}

Deno.test("a value that a list of attributes promises and that does not come is no missing attribute", async () => {
  await using spoiled = new Spoiled(async (path, right) => {
    if (path !== PATHS.runValues) return null;
    // What identifies the run is kept, all attributes are taken away.
    const bytes = await right.bytes();
    let at = 0;
    while (at < bytes.length && bytes[at] !== 0x3a) at += 1 + varintBytes(bytes, at + 1) + varint(bytes, at + 1);
    return new Response(bytes.subarray(0, at), { headers: right.headers });
  });
  const run = new ReadOnlyRun(spoiled.project, { customId: "linear-1" });
  await assert.rejects(run.attribute("config/optimizer").fetch(), { name: "DecodeError" });
  await assert.rejects(run.attribute("config/optimiser").fetch(), { name: "AttributeNotFoundError" });
});

Deno.test("a body that is not the file is not saved, not downloaded and not written to an archive", async () => {
  const others: Record<string, (right: Response) => Promise<Response> | Response> = {
    "a login page": () => new Response("<html>Log in</html>", { headers: { "content-type": "text/html" } }),
    "half of it": async (right) =>
      new Response((await right.bytes()).slice(0, 20), { headers: { "content-type": "x/y" } }),
    "too much": async (right) =>
      new Response(new Blob([await right.bytes(), "more"]), { headers: { "content-type": "x/y" } }),
    "a 206": async (right) => new Response(await right.bytes(), { status: 206 }),
    "nothing": () => new Response(null, { headers: { "content-type": "application/octet-stream" } }),
    "no size told, too little": () =>
      new Response(ReadableStream.from([new Uint8Array(5)]), { headers: { "content-type": "x/y" } }),
  };
  for (const [what, answer] of Object.entries(others)) {
    let spoils = true;
    await using spoiled = new Spoiled((path, right) => spoils && path.startsWith(FILE) ? answer(right) : null);
    const folder = await Deno.makeTempDir();
    try {
      const wanted = (error: unknown) => isNeptuneError(error) && /DecodeError|NotNeptuneError/.test(error.name);
      const file = await new ReadOnlyRun(spoiled.project, { customId: "linear-1" }).attribute("config.json").fetch();
      await Deno.writeTextFile(`${folder}/old.json`, "old");
      await assert.rejects((file as { save(path: string): Promise<void> }).save(`${folder}/old.json`), wanted, what);
      assert.equal(await Deno.readTextFile(`${folder}/old.json`), "old");
      const downloads = { attributes: ["config.json"], destination: `${folder}/files`, customIds: ["linear-1"] };
      assert.ok(await refusing(spoiled.project.downloadFiles(downloads), wanted), what);
      const exported = { destination: `${folder}/archive`, customIds: ["linear-1"] };
      const refused = await refusing(spoiled.project.exportArchive(exported), wanted);
      assert.ok(refused, what);
      const left = (await everyFile(folder)).map((path) => path.slice(folder.length));
      assert.deepEqual(left.filter((path) => /config|\.(part|tmp)$/.test(path)), [], what);
      // What could not be written is no run that is present: the next export writes it.
      spoils = false;
      const [again] = (await spoiled.project.exportArchive(exported)).toRecords();
      assert.deepEqual([again.status, again.refused, Number(again.files) > 0], ["written", 0, true], what);
      const [then] = (await spoiled.project.exportArchive(exported)).toRecords();
      assert.equal(then.status, "present", what);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
});

/** Whether a bulk call fails with an error that is wanted, or says of each item that it failed. */
async function refusing(call: Promise<Frame>, wanted: (error: unknown) => boolean): Promise<boolean> {
  try {
    const rows = (await call).toRecords() as { status: string; refused?: number }[];
    return rows.length > 0 && rows.every(({ status, refused }) => status === "failed" || Number(refused) > 0);
  } catch (error) {
    return wanted(error);
  }
}

async function everyFile(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await everyFile(`${folder}/${name}`));
    else found.push(`${folder}/${name}`);
  }
  return found.sort();
}

Deno.test("addresses from a server are not trusted: only http and https, and no redirect elsewhere", async () => {
  const secret = await Deno.makeTempFile();
  await Deno.writeTextFile(secret, "a file of this machine");
  for (
    const url of [
      `file://${secret}`,
      "data:text/plain,hello",
      "ftp://127.0.0.1/x",
      "blob:http://x/y",
      "http://a:b@127.0.0.1/",
      "",
      7,
    ]
  ) {
    await using spoiled = new Spoiled((path) =>
      path === PATHS.signedUrl
        ? Response.json({ files: [{ project_identifier: "p", path: "q", url, provider: "aws" }] })
        : null
    );
    const file = await new ReadOnlyRun(spoiled.project, { customId: "linear-1" }).attribute("config.json").fetch();
    await assert.rejects((file as { text(): Promise<string> }).text(), { name: "DecodeError" }, String(url));
  }
  for (const location of [`file://${secret}`, "data:text/plain,hello"]) {
    await using spoiled = new Spoiled((path) =>
      path.startsWith(FILE) ? new Response(null, { status: 302, headers: { location } }) : null
    );
    const file = await new ReadOnlyRun(spoiled.project, { customId: "linear-1" }).attribute("config.json").fetch();
    await assert.rejects((file as { text(): Promise<string> }).text(), { name: "ServerError" }, location);
  }
  await Deno.remove(secret);
});

Deno.test("a server that asks for https is not left for http, and tokens stay on its host", async () => {
  const { trustedAddress, sameHost } = await import("../../src/transport/address.ts");
  assert.equal(trustedAddress("http://h.test/x", "https://h.test"), null);
  assert.equal(trustedAddress("/x?sig=1", "https://h.test"), "https://h.test/x?sig=1");
  assert.equal(trustedAddress("https://other.test/x", "http://h.test"), "https://other.test/x");
  assert.ok(!sameHost("https://h.test:444/", "https://h.test/"));
});

Deno.test("what failed has stopped: no request and no file comes after the error", async () => {
  let files = 0, requests = 0;
  await using spoiled = new Spoiled(async (path) => {
    if (!path.startsWith(FILE)) return null;
    if (files++ === 3) return new Response(null, { status: 204 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    return null;
  }, {
    // Counted where they begin: what was sent before the error may arrive after it.
    fetch: (input, init) => {
      requests++;
      return fetch(input, init);
    },
  });
  const folder = await Deno.makeTempDir();
  const calls = [
    () => spoiled.project.downloadFiles({ attributes: ".*", destination: `${folder}/a` }),
    () => spoiled.project.exportArchive({ destination: `${folder}/b` }),
  ];
  for (const call of calls) {
    files = 0;
    await assert.rejects(call(), { name: "NotNeptuneError" });
    const before = requests;
    const written = (await everyFile(folder)).length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(requests, before);
    assert.equal((await everyFile(folder)).length, written);
    assert.deepEqual((await everyFile(folder)).filter((path) => /\.(part|tmp)$/.test(path)), []);
  }
  await Deno.remove(folder, { recursive: true });
});
