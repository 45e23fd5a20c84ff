/**
 * What object storage answers: pages of a listing, and errors.
 *
 * @module
 */

import { ChangedError } from "../archive/disk/fault.ts";
import { StorageError, type StorageErrorReason } from "../errors.ts";

/** An object of a listing. */
export interface Listed {
  key: string;
  size: number;
  /** Milliseconds since the epoch. */
  modified: number;
  etag: string;
}

/** One page of a listing. */
export interface ListPage {
  objects: Listed[];
  /** What keys have in common up to the delimiter. */
  prefixes: string[];
  /** Whether more keys follow. */
  isCut: boolean;
}

/** Reads a page of `ListObjectsV2`, whose keys were asked for as parts of addresses, so that they hold no markup. */
export function listPage(xml: string): ListPage {
  if (!/<ListBucketResult[\s>]/.test(xml)) throw new TypeError("the answer is no listing");
  const objects = Array.from(xml.matchAll(/<Contents>(.*?)<\/Contents>/gs), ([, one]) => ({
    key: decoded(textIn(one, "Key")),
    size: Number(textIn(one, "Size")),
    modified: Date.parse(textIn(one, "LastModified")) || 0,
    etag: textIn(one, "ETag"),
  }));
  return {
    objects,
    prefixes: Array.from(
      xml.matchAll(/<CommonPrefixes>(.*?)<\/CommonPrefixes>/gs),
      ([, one]) => decoded(textIn(one, "Prefix")),
    ),
    isCut: textIn(xml, "IsTruncated") === "true",
  };
}

/** The text of the first element of this name; empty where there is none. */
function textIn(xml: string, name: string): string {
  const text = new RegExp(`<${name}(?:\\s[^>]*)?>([^<]*)</${name}>`).exec(xml)?.[1] ?? "";
  return text.replace(/&(quot|apos|lt|gt|amp|#34|#39);/g, (_, entity) => ENTITIES[entity]);
}

const ENTITIES: Record<string, string> = { quot: '"', apos: "'", lt: "<", gt: ">", amp: "&", "#34": '"', "#39": "'" };

function decoded(text: string): string {
  return decodeURIComponent(text.replaceAll("+", "%20"));
}

/** An answer that is an error. */
export interface ErrorAnswer {
  status: number;
  headers: Headers;
  body: string;
}

/** The bucket is in another region, and is asked there. */
export class RegionError extends Error {
  constructor(readonly region: string) {
    super(`The bucket is in the region ${region}`);
  }
}

/** The keys are no longer valid; others may be had. */
export class ExpiredError extends Error {
  constructor(readonly final: StorageError) {
    super(final.message);
  }
}

/**
 * The error for an answer. What is not there is a `Deno.errors.NotFound`, what was written again a {@linkcode ChangedError}: both are
 * the fault of one object.
 */
export function errorOf(location: string, { status, headers, body }: ErrorAnswer): Error {
  const code = textIn(body, "Code") || null;
  const error = (reason: StorageErrorReason, sentence: string) =>
    new StorageError(sentence, { location, reason, status, code });
  const bucket = location.split("/").slice(0, 3).join("/");
  const said = code ? ` (${code})` : ` (status ${status})`;
  const region = headers.get("x-amz-bucket-region") || textIn(body, "Region");
  if (
    region &&
    (status === 301 || status === 307 || code === "AuthorizationHeaderMalformed" || code === "PermanentRedirect")
  ) {
    return new RegionError(region);
  }
  if (code === "NoSuchBucket") {
    return error(
      "no bucket",
      `There is no bucket ${bucket}: check its name, and the region or \`endpoint\` where it should be.`,
    );
  }
  if (status === 404) return new Deno.errors.NotFound(`${location} is not in the bucket, or no longer`);
  if (status === 412) {
    return new ChangedError(`${location} was written again since it was listed: call refresh() to see it`);
  }
  if (code !== null && EXPIRED.includes(code)) {
    return new ExpiredError(
      error(
        "expired",
        `The keys for ${location} have expired${said}: get new ones (with SSO, \`aws sso login\`) and try again.`,
      ),
    );
  }
  if (code === "RequestTimeTooSkewed") {
    return error(
      "credentials",
      `The clock of this machine differs too much from that of the store of ${location}: set it right.`,
    );
  }
  if (status === 401 || (code !== null && REFUSED.includes(code))) {
    return error(
      "credentials",
      `The store of ${location} does not accept the keys${said}: check the id of the access key and its secret, and that they belong to this ` +
        "store.",
    );
  }
  if (status === 403) {
    return error(
      "no access",
      `The keys may not read ${location}${said}: they need s3:ListBucket and s3:GetObject there.`,
    );
  }
  if (status === 429 || status >= 500) {
    return error("busy", `The store of ${location} answered ${status}${said} again and again: try again later.`);
  }
  return error("other", `The store of ${location} answered ${status}${said}.`);
}

const EXPIRED = ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"];
const REFUSED = [
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "InvalidToken",
  "InvalidSecurity",
  "AuthorizationHeaderMalformed",
];
