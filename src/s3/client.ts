/**
 * Signed requests to object storage: keys, regions, addresses; how many at once.
 *
 * @module
 */

import { AwsV4Signer } from "aws4fetch";
import { begun } from "../async/begun.ts";
import { StorageError } from "../errors.ts";
import type { WireRequest } from "../transport/request.ts";
import { Transport } from "../transport/transport.ts";
import { errorOf, ExpiredError, RegionError } from "./answers.ts";
import { Credentials, profileSettings } from "./credentials.ts";
import { locationOf } from "./location.ts";
import { checkedEndpoint, type StorageSettings } from "./settings.ts";

/** What to ask of a bucket or an object. */
export interface StorageRequest {
  /** A bucket or object, as `s3://bucket/…`. */
  location: string;
  method?: "GET" | "HEAD";
  /** Of a bucket. */
  query?: Record<string, string>;
  /** Bytes of an object: the first one, and the one behind the last. */
  range?: { from: number; to?: number };
  /** Only these bytes and no others. */
  etag?: string | null;
}

/** So many requests are under way at once. */
const AT_ONCE = 48;
const DEFAULT_REGION = "us-east-1";

/** Asks one store. Nothing is opened before the first request. */
export class StorageClient {
  readonly #settings: StorageSettings;
  readonly #credentials: Credentials;
  readonly #transport: Transport;
  /** The regions of buckets, where they are known to be another than was said. */
  readonly #regions = new Map<string, string>();
  /** Derived keys of days and regions. */
  readonly #derived = new Map<string, ArrayBuffer>();
  /** What each request asks for, for errors. */
  readonly #locations = new WeakMap<WireRequest, string>();
  #place: Promise<{ region: string; endpoint: string | null }> | null = null;
  #free = AT_ONCE;
  readonly #waiting: (() => void)[] = [];

  constructor(settings: StorageSettings) {
    const { requestTimeoutSeconds = 60, deadlineSeconds = 120, proxy, caCerts, fetch } = settings;
    this.#settings = settings;
    this.#credentials = new Credentials(settings);
    this.#transport = new Transport({ requestTimeoutSeconds, deadlineSeconds, proxy, caCerts }, {
      fetch,
      errorOf: (request, answer) => errorOf(this.#locations.get(request)!, answer),
    });
  }

  /** The address of the store for people and for names in the cache: nothing secret is in it. */
  get address(): string {
    return this.#settings.endpoint ?? "https://s3.amazonaws.com";
  }

  /** How Polars reaches the store by itself. */
  async polarsOptions(location: string): Promise<Record<string, string>> {
    const { region, endpoint } = await this.#whereabouts();
    const keys = await this.#credentials.keys(location);
    const options: Record<string, string> = { aws_region: this.#regions.get(locationOf(location).bucket) ?? region };
    if (endpoint) options.aws_endpoint_url = endpoint;
    if (endpoint?.startsWith("http:")) options.aws_allow_http = "true";
    if (keys === null) return { ...options, aws_skip_signature: "true" };
    options.aws_access_key_id = keys.accessKeyId;
    options.aws_secret_access_key = keys.secretAccessKey;
    if (keys.sessionToken) options.aws_session_token = keys.sessionToken;
    return options;
  }

  /** The whole answer. */
  async bytes(
    request: StorageRequest,
    signal?: AbortSignal,
  ): Promise<{ bytes: Uint8Array<ArrayBuffer>; head: Response }> {
    await this.#turn(signal);
    try {
      return await this.#signed(request, async (wire) => {
        let head: Response;
        const bytes = await this.#transport.bytes(wire, signal, (response) => head = response);
        return { bytes, head: head! };
      });
    } finally {
      this.#done();
    }
  }

  /** The answer piece by piece; what breaks off is not asked again. */
  async stream(
    request: StorageRequest,
    signal?: AbortSignal,
  ): Promise<{ pieces: AsyncGenerator<Uint8Array<ArrayBuffer>>; head: Response }> {
    return await this.#signed(request, async (wire) => {
      let head: Response;
      const pieces = this.#transport.chunks(wire, signal, { onSize: (_, response) => head = response });
      // Up to the first piece the answer may still turn out to be an error.
      const first = await pieces.next();
      return { pieces: begun(first, pieces), head: head! };
    });
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#transport.close();
  }

  /** Signs and sends; once more where the bucket is elsewhere, or the keys have just expired. */
  async #signed<T>(request: StorageRequest, send: (wire: WireRequest) => Promise<T>): Promise<T> {
    for (let attempt = 0;; attempt++) {
      const wire = await this.#wire(request);
      this.#locations.set(wire, request.location);
      try {
        return await send(wire);
      } catch (error) {
        if (error instanceof RegionError && attempt === 0) {
          this.#regions.set(locationOf(request.location).bucket, error.region);
        } else if (error instanceof ExpiredError) {
          if (attempt > 1 || !this.#credentials.isRenewable) throw error.final;
          await this.#credentials.renewed(request.location);
        } else if (error instanceof RegionError) {
          throw new StorageError(
            `The store sends from one region to another for ${request.location}: pass the right \`region\`.`,
            {
              location: request.location,
              reason: "other",
              status: null,
              code: null,
            },
          );
        } else throw error;
      }
    }
  }

  async #wire({ location, method = "GET", query = {}, range, etag }: StorageRequest): Promise<WireRequest> {
    const { bucket, key } = locationOf(location);
    const { region: said, endpoint } = await this.#whereabouts();
    const region = this.#regions.get(bucket) ?? said;
    const url = new URL(addressOf(endpoint, region, bucket));
    url.pathname += encodedKey(query["list-type"] ? "" : key);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    // Objects are the bytes that were put there: what says that it is compressed is not to be unpacked on the way.
    const asked: Record<string, string> = { "accept-encoding": "identity" };
    if (range) asked.range = `bytes=${range.from}-${range.to === undefined ? "" : range.to - 1}`;
    if (etag) asked["if-match"] = etag;
    const keys = await this.#credentials.keys(location);
    const headers = keys === null ? new Headers() : (await new AwsV4Signer({
      method,
      url: url.href,
      accessKeyId: keys.accessKeyId,
      secretAccessKey: keys.secretAccessKey,
      sessionToken: keys.sessionToken,
      service: "s3",
      region,
      cache: this.#derived,
    }).sign()).headers;
    return {
      method,
      url: url.href,
      headers: { ...Object.fromEntries(headers), ...asked },
      answer: "bytes",
      addressedBy: "`endpoint` and the name of the bucket",
    };
  }

  /** Which store and region are meant, also by the profile. */
  #whereabouts(): Promise<{ region: string; endpoint: string | null }> {
    return this.#place ??= (async () => {
      const { region, endpoint, accessKeyId, allowHttp = false } = this.#settings;
      const isSaid = accessKeyId !== undefined || (region !== undefined && endpoint !== undefined);
      const profile = isSaid ? {} : await profileSettings(this.#settings);
      const address = endpoint ?? (profile.endpoint && checkedEndpoint(profile.endpoint, allowHttp));
      return { region: region ?? profile.region ?? DEFAULT_REGION, endpoint: address ?? null };
    })();
  }

  async #turn(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #done(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}

/** Where a bucket is asked. Names with dots fit no certificate, and other stores have no names for buckets. */
function addressOf(endpoint: string | null, region: string, bucket: string): string {
  if (endpoint !== null) return `${endpoint}/${bucket}/`;
  const domain = `s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
  return /^[a-z0-9-]+$/.test(bucket) ? `https://${bucket}.${domain}/` : `https://${domain}/${bucket}/`;
}

/** A key as part of an address, as it is signed: all but letters, digits and `-._~/` are escaped. */
function encodedKey(key: string): string {
  return encodeURIComponent(key).replaceAll("%2F", "/").replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
