/**
 * A small archive to try things on: twelve runs of real training on handwritten digits.
 *
 * @example
 * ```ts
 * import { ReadOnlyProject } from "@nereid/neptune-fetcher";
 * import { sampleArchive } from "@nereid/neptune-fetcher/sample";
 *
 * const project = new ReadOnlyProject({ archive: await sampleArchive() });
 * console.log((await project.fetchExperimentsDf()).toString());
 * ```
 *
 * @module
 */

import { dirname } from "node:path";
import { requirePermission } from "../src/permissions/require.ts";
import "../src/permissions/polars.ts";
import { fileURLToPath } from "node:url";
import { defaultCacheFolder } from "../src/api/open.ts";
import { ConnectionError, DecodeError } from "../src/errors.ts";
import hashes from "./archive.json" with { type: "json" };
import { sha256 } from "./hash.ts";

/** How many files are downloaded at the same time. */
const CONCURRENCY = 8;

/**
 * The data folder of the sample archive, for the option `archive`.
 *
 * In a clone of the repository that is `samples/archive/data`. From JSR the archive (500 kB) is downloaded once, into
 * `neptune-fetcher` in the user's cache folder, or into a temporary folder where there is none.
 *
 * @throws {ConnectionError} A file cannot be downloaded.
 * @throws {DecodeError} A file is not the one that was published.
 */
export async function sampleArchive(): Promise<string> {
  const published = new URL("archive/", import.meta.url);
  if (published.protocol === "file:") return fileURLToPath(new URL("data", published));

  const version = (await sha256(new TextEncoder().encode(JSON.stringify(hashes)))).slice(0, 16);
  const folder = `${defaultCacheFolder() ?? await Deno.makeTempDir()}/sample-${version}`;
  requirePermission({ name: "read", path: folder }, `read the sample archive in ${folder}`);
  const present = await Deno.stat(folder).then(() => true, () => false);
  if (!present) await download(published, folder);
  return `${folder}/data`;
}

/** Downloads all files beside `folder`, which appears only when it is whole. */
async function download(published: URL, folder: string): Promise<void> {
  const part = `${folder}.${crypto.randomUUID()}.tmp`;
  requirePermission({ name: "net", host: published.host }, `download the sample archive from ${published.host}`);
  requirePermission({ name: "write", path: dirname(folder) }, `keep the sample archive in ${folder}`);
  const left = Object.entries(hashes);
  const worker = async () => {
    for (let next = left.pop(); next; next = left.pop()) await downloadFile(published, part, ...next);
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
    await Deno.rename(part, folder);
  } catch (error) {
    await Deno.remove(part, { recursive: true }).catch(() => {});
    // Another program may have been faster.
    if (!await Deno.stat(folder).then(() => true, () => false)) throw error;
  }
}

async function downloadFile(published: URL, folder: string, path: string, hash: string): Promise<void> {
  const address = new URL(path, published);
  const started = performance.now();
  const unreachable = () => ({ address: address.href, attempts: 1, seconds: (performance.now() - started) / 1000 });
  const response = await fetch(address).catch((cause) => {
    throw new ConnectionError(
      `The sample archive cannot be downloaded from ${address.host}: ${cause.message}.`,
      unreachable(),
      {
        cause,
      },
    );
  });
  if (!response.ok) {
    throw new ConnectionError(
      `The sample archive cannot be downloaded: ${address} answers ${response.status}.`,
      unreachable(),
    );
  }
  const bytes = await response.bytes();
  if (await sha256(bytes) !== hash) {
    throw new DecodeError(`The file at ${address} is not the one that was published: try again.`, {
      what: path,
      offset: 0,
    });
  }
  await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
  await Deno.writeFile(`${folder}/${path}`, bytes);
}
