/** Where keys come from, which addresses are refused, and that nothing secret is shown anywhere. */

import assert from "node:assert/strict";
import { configure, getConfig, reset } from "@logtape/logtape";
import { isNeptuneError, OptionError, ReadOnlyProject, type StorageOptions } from "../../mod.ts";
import { storageSettings } from "../../src/s3/settings.ts";
import { failure, FolderStore, KEYS } from "./server.ts";

const SAMPLE = new URL("../../samples/archive", import.meta.url).pathname;
const ENDPOINT = "http://store.test";

function open(server: FolderStore, storageOptions: StorageOptions | undefined, cacheFolder: string | null = null) {
  return new ReadOnlyProject({
    archive: "s3://bucket/data",
    storageOptions,
    fetch: server.fetch as typeof fetch,
    cacheFolder,
    deadlineSeconds: 3,
  });
}

async function failureOf(project: ReadOnlyProject): Promise<Error> {
  try {
    await project.listRuns();
  } catch (error) {
    return error as Error;
  }
  return assert.fail("nothing was thrown");
}

/** Runs with these variables, and without all others of AWS. */
async function withVariables(variables: Record<string, string>, work: () => Promise<void>): Promise<void> {
  const before = Object.entries(Deno.env.toObject()).filter(([name]) => name.startsWith("AWS_"));
  for (const [name] of before) Deno.env.delete(name);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  try {
    await work();
  } finally {
    for (const name of Object.keys(variables)) Deno.env.delete(name);
    for (const [name, value] of before) Deno.env.set(name, value);
  }
}

Deno.test("keys and places come from the options, then from the variables", () => {
  const variables: Record<string, string> = {
    AWS_ACCESS_KEY_ID: "variable",
    AWS_SECRET_ACCESS_KEY: "variable's",
    AWS_SESSION_TOKEN: "token",
    AWS_DEFAULT_REGION: "eu-west-1",
    AWS_ENDPOINT_URL: "https://one.test/",
    AWS_PROFILE: "work",
  };
  const settings = (options: StorageOptions, more = {}) =>
    storageSettings(options, (name) => ({ ...variables, ...more } as Record<string, string>)[name]);
  const { accessKeyId, sessionToken, region, endpoint, profile } = settings({});
  assert.deepEqual([accessKeyId, sessionToken, region, endpoint, profile], [
    "variable",
    "token",
    "eu-west-1",
    "https://one.test",
    "work",
  ]);
  // A token belongs to the keys it came with.
  assert.equal(settings({ accessKeyId: "a", secretAccessKey: "b" }).sessionToken, undefined);
  assert.equal(settings({ profile: "other" }).accessKeyId, undefined);
  assert.equal(settings({ anonymous: true }).accessKeyId, undefined);
  assert.equal(settings({}, { AWS_REGION: "eu-west-2" }).region, "eu-west-2");
  assert.equal(settings({}, { AWS_ENDPOINT_URL_S3: "https://two.test" }).endpoint, "https://two.test");
  assert.throws(() => settings({ endpoint: "http://three.test" }), /allowHttp: true/);
  assert.equal(settings({ endpoint: "http://three.test" }, { AWS_ALLOW_HTTP: "true" }).endpoint, "http://three.test");
});

Deno.test("addresses of other clouds, half of a key and secrets in the wrong place are refused without being shown", () => {
  const refused = (options: ConstructorParameters<typeof ReadOnlyProject>[0]) => {
    try {
      new ReadOnlyProject(options as Exclude<typeof options, string>);
    } catch (error) {
      assert.ok(error instanceof OptionError, String(error));
      assert.ok(!Deno.inspect(error).includes("hush"), error.message);
      return error.message;
    }
    return assert.fail("nothing was thrown");
  };
  assert.match(refused({ archive: "gs://bucket/data" }), /s3:\/\/bucket\/data.*storage\.googleapis\.com.*HMAC/);
  assert.match(refused({ archive: "az://container/data" }), /Azure.*azcopy/);
  assert.match(refused({ archive: "abfss://container@account.dfs.core.windows.net/data" }), /Azure/);
  assert.match(refused({ archive: "https://user:hush@example.com/data" }), /s3:\/\/bucket\/folder/);
  assert.match(refused({ archive: "s3://" }), /names no bucket/);
  assert.match(refused({ archive: "exports/data", files: "gs://bucket/files" }), /files is in Google/);
  assert.match(refused({ archive: "s3://bucket/data", storageOptions: { accessKeyId: "hush" } }), /both, or neither/);
  assert.match(refused({ archive: "s3://bucket/data", storageOptions: "hush" as never }), /storageOptions is a string/);
  assert.match(refused({ archive: "s3://bucket/data", storageOptions: { secret: "hush" } as never }), /secret/);
  assert.match(
    refused({ archive: "s3://bucket/data", storageOptions: { secretAccessKey: ["hush"] as never } }),
    /secretAccessKey is/,
  );
  assert.match(
    refused({ archive: "s3://bucket/data", storageOptions: { endpoint: "https://x:hush@y.test" } }),
    /name or password/,
  );
  assert.match(
    refused({ archive: "s3://bucket/data", cacheFolder: "s3://bucket/cache" }),
    /must be a path on this machine/,
  );
});

Deno.test("nothing is written to object storage", async () => {
  const project = open(new FolderStore({ bucket: SAMPLE }), { ...KEYS, endpoint: ENDPOINT, allowHttp: true });
  const destination = "s3://bucket/copy";
  for (
    const call of [
      () => project.exportArchive({ destination }),
      () => project.downloadFiles({ attributes: ["a"], destination }),
      () => project.saveMetrics({ attributes: ["a"], destination: `${destination}/a.parquet` }),
    ]
  ) await assert.rejects(async () => await call(), /nothing is written there/);
});

Deno.test("keys of a profile are used, and read again when they have expired; its region and address count", async () => {
  const folder = await Deno.makeTempDir();
  const write = (token: string) =>
    Deno.writeTextFile(
      `${folder}/credentials`,
      `[work]\naws_access_key_id=${KEYS.accessKeyId}\naws_secret_access_key=${KEYS.secretAccessKey}\naws_session_token=${token}\n`,
    );
  await write("old");
  await Deno.writeTextFile(
    `${folder}/config`,
    `[profile work]\nregion=eu-north-1\nendpoint_url=https://profile.test\n`,
  );
  const server = new FolderStore({ bucket: SAMPLE });
  let isExpired = false;
  server.fault = ({ headers, method }) =>
    isExpired && headers.get("x-amz-security-token") === "old" ? failure(400, "ExpiredToken", method) : null;
  const variables = { AWS_SHARED_CREDENTIALS_FILE: `${folder}/credentials`, AWS_CONFIG_FILE: `${folder}/config` };
  await withVariables({ ...variables, AWS_EC2_METADATA_DISABLED: "true" }, async () => {
    const project = open(server, { profile: "work" });
    assert.equal((await project.listRuns()).length, 12);
    const { headers } = server.asked[0];
    assert.match(headers.get("authorization")!, /\/eu-north-1\/s3\//);
    assert.equal(headers.get("x-amz-security-token"), "old");
    isExpired = true;
    await write("new");
    project.refresh();
    assert.equal((await project.listRuns()).length, 12);
    assert.equal(server.asked.at(-1)!.headers.get("x-amz-security-token"), "new");

    const none = await failureOf(open(server, { profile: "nobody" }));
    assert.ok(isNeptuneError(none, "StorageError"), String(none));
    assert.equal(none.fields.reason, "credentials");
    assert.match(none.message, /profile "nobody"/);
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("an open bucket is asked without keys", async () => {
  const server = new FolderStore({ bucket: SAMPLE });
  server.isOpen = true;
  const project = open(server, { anonymous: true, endpoint: ENDPOINT, allowHttp: true });
  assert.equal((await project.listRuns()).length, 12);
  assert.ok(server.asked.every(({ headers }) => !headers.has("authorization")));
});

Deno.test("no secret is in errors, logs, displays, or the names and contents of the cache", async () => {
  assert.equal(getConfig(), null, "somebody else's logging is in place");
  const lines: string[] = [];
  await configure({
    sinks: { all: (record) => void lines.push(Deno.inspect(record, { depth: 8 })) },
    loggers: [{ category: [], lowestLevel: "trace", sinks: ["all"] }],
  });
  const cache = await Deno.makeTempDir();
  const shown: string[] = [];
  try {
    const options = { ...KEYS, sessionToken: "the-token-of-tests", endpoint: ENDPOINT, allowHttp: true };
    const server = new FolderStore({ bucket: SAMPLE });
    const project = open(server, options, cache);
    await project.listRuns();
    shown.push(Deno.inspect(project, { depth: 8, showHidden: true }), JSON.stringify(project) ?? "", String(project));
    for (
      const fault of [
        failure(403, "SignatureDoesNotMatch", "GET", `<StringToSign>${Object.values(options).join()}</StringToSign>`),
        failure(400, "ExpiredToken"),
        failure(503, "SlowDown"),
        failure(418, "Teapot", "GET", options.secretAccessKey),
      ]
    ) {
      server.fault = () => fault.clone();
      const error = await failureOf(open(server, options, cache));
      shown.push(Deno.inspect(error, { depth: 8, showHidden: true }), JSON.stringify(error), error.stack!);
    }
    for (const entry of walk(cache)) shown.push(entry, await Deno.readTextFile(entry));
    const text = [...lines, ...shown].join("\n");
    assert.ok(shown.length > 14);
    for (const secret of [KEYS.secretAccessKey, "the-token-of-tests", KEYS.accessKeyId, "Signature="]) {
      assert.ok(!text.includes(secret), `${secret} is shown`);
    }
  } finally {
    await reset();
    await Deno.remove(cache, { recursive: true });
  }
});

function* walk(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* walk(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}
