/** SeaweedFS: a real store that speaks S3, for as long as tests run. */

import { AwsV4Signer } from "aws4fetch";
import { pythonEnvironment } from "../python.ts";

/** A store that runs. */
export interface ObjectStorage {
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Makes a bucket, or replaces an object. */
  put(path: string, body?: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Deletes an object. */
  remove(path: string): Promise<void>;
  /** Copies a folder to `bucket/…`. */
  upload(folder: string, place: string): Promise<number>;
  stop(): void;
}

const KEYS = { accessKeyId: "AKIDOFTESTS", secretAccessKey: "the-secret-of-tests" };

/** Installs it where it is not, and starts it with a folder of its own. */
export async function startSeaweed(): Promise<ObjectStorage> {
  const programs = await pythonEnvironment(".engines", new URL("requirements.txt", import.meta.url));
  const folder = await Deno.makeTempDir();
  const identity = {
    name: "tests",
    credentials: [{ accessKey: KEYS.accessKeyId, secretKey: KEYS.secretAccessKey }],
    actions: ["Admin", "Read", "List", "Write"],
  };
  await Deno.writeTextFile(`${folder}/s3.json`, JSON.stringify({ identities: [identity] }));
  const [s3, master, volume, filer] = freePorts(4);
  const process = new Deno.Command(`${programs}/weed`, {
    args: [
      "server",
      `-dir=${folder}`,
      "-ip=127.0.0.1",
      `-master.port=${master}`,
      `-volume.port=${volume}`,
      `-volume.max=50`,
      "-master.volumeSizeLimitMB=256",
      `-filer.port=${filer}`,
      "-s3",
      `-s3.port=${s3}`,
      `-s3.config=${folder}/s3.json`,
      // What else it serves would take ports that are the same for all.
      "-s3.port.iceberg=0",
      "-s3.port.lance=0",
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const endpoint = `http://127.0.0.1:${s3}`;
  const send = async (method: "PUT" | "DELETE", path: string, body?: Uint8Array<ArrayBuffer>) => {
    const url = `${endpoint}/${path.split("/").map(encodeURIComponent).join("/")}`;
    const signed = await new AwsV4Signer({ method, url, body, ...KEYS, service: "s3", region: "us-east-1" })
      .sign();
    const response = await fetch(signed.url, { method, headers: signed.headers, body });
    const said = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${said}`);
  };
  const storage: ObjectStorage = {
    endpoint,
    ...KEYS,
    put: (path, body) => send("PUT", path, body),
    remove: (path) => send("DELETE", path),
    upload: async (folder, place) => {
      const names = [...filesBelow(folder)];
      const queue = names.values();
      await Promise.all(Array.from({ length: 8 }, async () => {
        for (const name of queue) await send("PUT", `${place}/${name}`, await Deno.readFile(`${folder}/${name}`));
      }));
      return names.length;
    },
    stop: () => {
      // What it holds is thrown away: nothing has to be written any more.
      process.kill("SIGKILL");
      Deno.removeSync(folder, { recursive: true });
    },
  };
  for (let attempt = 0;; attempt++) {
    try {
      await storage.put("probe");
      return storage;
    } catch (error) {
      if (attempt === 60) {
        storage.stop();
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/** What tells an engine where a store is. */
export function variablesOf(
  { endpoint, accessKeyId, secretAccessKey }: Pick<ObjectStorage, "endpoint" | "accessKeyId" | "secretAccessKey">,
): Record<string, string> {
  return {
    AWS_ENDPOINT: endpoint,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ALLOW_HTTP: "true",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
}

function freePorts(count: number): number[] {
  // The servers of each part also take the port 10,000 above, for gRPC.
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const ports = listeners.map((listener) => (listener.addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports.map((port) => port > 50_000 ? port - 20_000 : port);
}

/** What can be read in a folder, links followed. */
function* filesBelow(folder: string, below = ""): Generator<string> {
  for (const { name } of Deno.readDirSync(`${folder}/${below}`)) {
    const path = below + name;
    try {
      if (Deno.statSync(`${folder}/${path}`).isDirectory) yield* filesBelow(folder, `${path}/`);
      else yield path;
    } catch {
      // A link that leads nowhere.
    }
  }
}
