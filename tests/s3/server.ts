/**
 * A store that speaks S3, over folders of this machine: what the module asks of one, and no more. Signatures are checked by making them
 * again. What it answers may be spoilt by whoever tests faults; the real SeaweedFS is asked by `deno task test:engines`.
 */

import { AwsV4Signer } from "aws4fetch";
import { createHash } from "node:crypto";

/** The keys that are accepted. */
export const KEYS = { accessKeyId: "AKIDOFTESTS", secretAccessKey: "the-secret-of-tests" };

/** What was asked for. */
export interface Asked {
  method: string;
  bucket: string;
  /** Empty where the bucket was listed. */
  key: string;
  query: URLSearchParams;
  headers: Headers;
}

/** Takes the place of an answer, or changes it. */
export type Fault = (asked: Asked, answer: () => Promise<Response>) => Promise<Response | null> | Response | null;

/** Answers requests for objects of buckets, each of which is a folder. */
export class FolderStore {
  /** Every request, in order. */
  readonly asked: Asked[] = [];
  fault: Fault | null = null;
  /** Whether everybody may read. */
  isOpen = false;
  readonly #buckets: Readonly<Record<string, string>>;

  constructor(buckets: Readonly<Record<string, string>>) {
    this.#buckets = buckets;
  }

  /** In place of the global `fetch`. */
  readonly fetch = async (input: URL | Request | string, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    return await this.answer(request);
  };

  async answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const [bucket, ...names] = url.pathname.slice(1).split("/").map(decodeURIComponent);
    const { method, headers } = request;
    const asked = { method, bucket, key: names.join("/"), query: url.searchParams, headers };
    this.asked.push(asked);
    const answer = () => this.#answer(request, asked);
    return await this.fault?.(asked, answer) ?? await answer();
  }

  async #answer(request: Request, { method, bucket, key, query, headers }: Asked): Promise<Response> {
    const refused = this.isOpen ? null : await refusal(request);
    if (refused) return failure(403, refused);
    const folder = this.#buckets[bucket];
    if (folder === undefined) return failure(404, "NoSuchBucket", method);
    if (key === "") return list(folder, query);
    const bytes = await Deno.readFile(`${folder}/${key}`).catch(() => null);
    if (bytes === null || key.endsWith("/")) return failure(404, "NoSuchKey", method);
    const etag = etagOf(bytes);
    if (headers.has("if-match") && headers.get("if-match") !== etag) return failure(412, "PreconditionFailed", method);
    const about = { etag, "last-modified": new Date(1_760_000_000_000).toUTCString(), "accept-ranges": "bytes" };
    const range = /^bytes=(\d+)-(\d*)$/.exec(headers.get("range") ?? "");
    const [from, to] = range
      ? [Number(range[1]), Math.min(bytes.length, range[2] === "" ? Infinity : Number(range[2]) + 1)]
      : [0, bytes.length];
    if (range && from >= bytes.length) return failure(416, "InvalidRange", method);
    const part = bytes.subarray(from, to);
    return new Response(method === "HEAD" ? null : part, {
      status: range ? 206 : 200,
      headers: {
        ...about,
        "content-length": String(part.length),
        ...(range ? { "content-range": `bytes ${from}-${to - 1}/${bytes.length}` } : {}),
      },
    });
  }
}

/** An answer that is an error, as S3 words it. */
export function failure(status: number, code: string, method = "GET", more = "", headers = {}): Response {
  const body =
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>In words</Message>${more}</Error>`;
  return new Response(method === "HEAD" ? null : body, {
    status,
    headers: { "content-type": "application/xml", ...headers },
  });
}

/** Why a request is not accepted: its signature is not the one that its keys make. */
async function refusal(request: Request): Promise<string | null> {
  const authorization = request.headers.get("authorization") ?? "";
  const [, id, region] = /Credential=([^/]+)\/\d+\/([^/]+)\/s3\//.exec(authorization) ?? [];
  if (id === undefined) return "AccessDenied";
  if (id !== KEYS.accessKeyId) return "InvalidAccessKeyId";
  const made = await new AwsV4Signer({
    method: request.method,
    url: request.url,
    ...KEYS,
    sessionToken: request.headers.get("x-amz-security-token") ?? undefined,
    service: "s3",
    region,
    datetime: request.headers.get("x-amz-date")!,
  }).sign();
  return made.headers.get("authorization") === authorization ? null : "SignatureDoesNotMatch";
}

function list(folder: string, query: URLSearchParams): Response {
  const prefix = query.get("prefix") ?? "", after = query.get("start-after") ?? "";
  const most = Number(query.get("max-keys") ?? 1000), delimiter = query.get("delimiter");
  const order = new TextEncoder();
  const sorted = [...keysIn(folder)].map((key) => ({ key, bytes: order.encode(key) }))
    .sort((a, b) => compare(a.bytes, b.bytes));
  const behind = order.encode(after);
  const found: string[] = [], prefixes = new Set<string>();
  let isCut = false;
  for (const { key, bytes } of sorted) {
    if (!key.startsWith(prefix) || compare(bytes, behind) <= 0) continue;
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    const common = end < 0 ? null : key.slice(0, end + 1);
    if (common !== null && prefixes.has(common)) continue;
    if (found.length + prefixes.size >= most) {
      isCut = true;
      break;
    }
    if (common !== null) prefixes.add(common);
    else found.push(key);
  }
  const contents = found.map((key) => {
    const bytes = Deno.readFileSync(`${folder}/${key}`);
    return `<Contents><Key>${
      encodeURIComponent(key).replaceAll("%2F", "/")
    }</Key><LastModified>2025-10-09T08:53:20.000Z</LastModified>` +
      `<ETag>${etagOf(bytes).replaceAll('"', "&quot;")}</ETag><Size>${bytes.length}</Size></Contents>`;
  });
  const common = [...prefixes].map((key) =>
    `<CommonPrefixes><Prefix>${encodeURIComponent(key).replaceAll("%2F", "/")}</Prefix></CommonPrefixes>`
  );
  return new Response(
    `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><IsTruncated>${isCut}</IsTruncated>${contents.join("")}${
      common.join("")
    }</ListBucketResult>`,
    { headers: { "content-type": "application/xml" } },
  );
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

/** The keys of a folder: what can be read in it, links followed. */
function* keysIn(folder: string, below = ""): Generator<string> {
  for (const { name } of Deno.readDirSync(`${folder}/${below}`)) {
    const path = below + name;
    try {
      if (Deno.statSync(`${folder}/${path}`).isDirectory) yield* keysIn(folder, `${path}/`);
      else yield path;
    } catch {
      // A link that leads nowhere.
    }
  }
}

function etagOf(bytes: Uint8Array): string {
  return `"${createHash("md5").update(bytes).digest("hex")}"`;
}
