/**
 * How to reach object storage: what programs pass, and what the environment says.
 *
 * @module
 */

import { OptionError } from "../errors.ts";

/** How to reach object storage. What is left out comes from the variables and files that all tools of AWS read. */
export interface StorageOptions {
  /** The id of an access key. Default: `AWS_ACCESS_KEY_ID`, then the profile. */
  accessKeyId?: string;
  /** Its secret. Default: `AWS_SECRET_ACCESS_KEY`, then the profile. */
  secretAccessKey?: string;
  /** The session token of temporary keys. Default: `AWS_SESSION_TOKEN`, then the profile. */
  sessionToken?: string;
  /**
   * The profile of `~/.aws/credentials` and `~/.aws/config` to take keys and region from: also one that signs in (SSO), takes a role or
   * runs a process. Default: `AWS_PROFILE`, then `default`; where no file has keys, those of the container or machine.
   */
  profile?: string;
  /** Ask without credentials, for buckets that are open to all. Default: false. */
  anonymous?: boolean;
  /**
   * The region of the buckets. Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, then that of the profile, then `us-east-1`; at Amazon, the
   * right one is found out.
   */
  region?: string;
  /**
   * The address of another store that speaks S3, for example `"https://storage.googleapis.com"` or `"http://127.0.0.1:9000"`. Default:
   * `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, then that of the profile, then Amazon's.
   */
  endpoint?: string;
  /** Allow an address that begins with http://, where what is read can be seen on the way. Default: `AWS_ALLOW_HTTP`, then false. */
  allowHttp?: boolean;
}

/** How to reach object storage, with the environment looked at. */
export interface StorageSettings extends StorageOptions {
  /** The proxy and certificates of the transport, and its limits. */
  proxy?: string;
  caCerts?: string[];
  requestTimeoutSeconds?: number;
  deadlineSeconds?: number;
  fetch?: typeof fetch;
}

/** Completes options from the environment, and refuses what contradicts itself. */
export function storageSettings(options: StorageOptions, env: (name: string) => string | undefined): StorageOptions {
  const { accessKeyId, secretAccessKey, sessionToken, profile, anonymous = false } = options;
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new OptionError("storageOptions has one of accessKeyId and secretAccessKey: pass both, or neither.", {
      option: "storageOptions",
      value: null,
    });
  }
  const isNamed = accessKeyId !== undefined || profile !== undefined || anonymous;
  const keys = isNamed ? { accessKeyId, secretAccessKey, sessionToken } : fromEnvironment(env);
  const endpoint = options.endpoint ?? env("AWS_ENDPOINT_URL_S3") ?? env("AWS_ENDPOINT_URL");
  const allowHttp = options.allowHttp ?? env("AWS_ALLOW_HTTP")?.toLowerCase() === "true";
  return {
    ...keys,
    anonymous,
    profile: profile ?? env("AWS_PROFILE"),
    region: options.region ?? env("AWS_REGION") ?? env("AWS_DEFAULT_REGION"),
    endpoint: endpoint && checkedEndpoint(endpoint, allowHttp),
    allowHttp,
  };
}

function fromEnvironment(env: (name: string) => string | undefined): StorageOptions {
  const accessKeyId = env("AWS_ACCESS_KEY_ID"), secretAccessKey = env("AWS_SECRET_ACCESS_KEY");
  if (accessKeyId === undefined || secretAccessKey === undefined) return {};
  return { accessKeyId, secretAccessKey, sessionToken: env("AWS_SESSION_TOKEN") };
}

/** The address of a store, without a slash at its end. */
export function checkedEndpoint(endpoint: string, allowHttp: boolean): string {
  const url = URL.parse(endpoint);
  const refuse = (why: string) =>
    new OptionError(`The endpoint of object storage ${why}.`, { option: "endpoint", value: null });
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "") {
    throw refuse('cannot be used: write an address such as "https://storage.example.com"');
  }
  if (url.username !== "" || url.password !== "") {
    throw refuse("holds a name or password: pass `accessKeyId` and `secretAccessKey` in their place");
  }
  if (url.protocol === "http:" && !allowHttp) {
    throw refuse(
      `is ${url.origin}, where what is read can be seen on the way: pass \`allowHttp: true\` (or set AWS_ALLOW_HTTP=true), or an ` +
        "address that begins with https://",
    );
  }
  return url.href.replace(/\/+$/, "");
}
