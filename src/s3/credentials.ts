/**
 * Keys of object storage: those that were passed, or what the files and services of AWS give. Nothing of them is ever shown.
 *
 * @module
 */

import { homedir } from "node:os";
import { isNeptuneError, PermissionError, StorageError } from "../errors.ts";
import { isPermitted } from "../permissions/require.ts";
import type { StorageOptions } from "./settings.ts";

/** Keys to sign with. */
export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

/** New ones are asked for so long before keys expire, in milliseconds. */
const BEFORE_EXPIRY = 60_000;

/** Gives keys, and new ones when they have expired. */
export class Credentials {
  readonly #options: StorageOptions;
  #keys: Promise<Keys | null> | null = null;

  constructor(options: StorageOptions) {
    this.#options = options;
  }

  /** Whether others can be had when these have expired. */
  get isRenewable(): boolean {
    return this.#options.accessKeyId === undefined && !this.#options.anonymous;
  }

  /** Keys to sign with; null: nothing is signed. */
  async keys(location: string): Promise<Keys | null> {
    const keys = await (this.#keys ??= this.#load(location).catch((error) => {
      this.#keys = null;
      throw error;
    }));
    if (!keys?.expiration || keys.expiration.getTime() - Date.now() > BEFORE_EXPIRY) return keys;
    return await this.renewed(location);
  }

  /** Asks anew. */
  renewed(location: string): Promise<Keys | null> {
    this.#keys = null;
    return this.#load(location).then((keys) => {
      this.#keys = Promise.resolve(keys);
      return keys;
    });
  }

  async #load(location: string): Promise<Keys | null> {
    const { accessKeyId, secretAccessKey, sessionToken, anonymous, profile } = this.#options;
    if (anonymous) return null;
    if (accessKeyId !== undefined) return { accessKeyId, secretAccessKey: secretAccessKey!, sessionToken };
    try {
      // Large, and rarely needed.
      const { defaultProvider } = await import("@aws-sdk/credential-provider-node");
      // Looked up for each call, so that files that were written since are seen.
      return await defaultProvider({ ...(profile === undefined ? {} : { profile }), ignoreCache: true })();
    } catch (error) {
      throw noCredentials(error, location, profile);
    }
  }
}

/** What the profile says besides keys. */
export async function profileSettings(
  { profile, anonymous }: StorageOptions,
): Promise<{ region?: string; endpoint?: string }> {
  if (anonymous) return {};
  try {
    const { loadSharedConfigFiles } = await import("@smithy/shared-ini-file-loader");
    const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true });
    const name = profile ?? "default";
    const said = { ...credentialsFile[name], ...configFile[name] };
    return { region: said.region, endpoint: said.endpoint_url };
  } catch {
    // Not for us to read: then the files say nothing.
    return {};
  }
}

/** What went wrong is told by its kind alone: messages of programs that profiles run may hold anything. */
function noCredentials(error: unknown, location: string, profile: string | undefined): Error {
  if (isNeptuneError(error)) return error;
  const message = error instanceof Error ? error.message : "";
  if (/Requires (env|read|sys|net|run) access/.test(message) || !mayReadFiles()) {
    return new PermissionError(
      `To look for the keys of ${location} in the files of AWS, the program needs permissions: run it with --allow-env and ` +
        "--allow-read=$HOME/.aws, or pass the keys as `storageOptions`.",
      { permission: "read", flag: "--allow-read=$HOME/.aws" },
    );
  }
  const isExpired = /expired/i.test(message);
  const where = profile === undefined
    ? "the files ~/.aws/credentials and ~/.aws/config"
    : `the profile ${JSON.stringify(profile)}`;
  return new StorageError(
    isExpired
      ? `The session of ${where} has expired, so ${location} cannot be read: sign in again (\`aws sso login\`).`
      : `There are no keys to read ${location} with: neither \`storageOptions\` nor AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY ` +
        `give any, nor ${where}, nor this machine. A bucket that is open to all is read with \`storageOptions: { anonymous: true }\`.`,
    { location, reason: isExpired ? "expired" : "credentials", status: null, code: null },
  );
}

/** Amazon's package takes files that it may not read for absent. */
function mayReadFiles(): boolean {
  try {
    return isPermitted({ name: "read", path: `${homedir()}/.aws` });
  } catch {
    return false;
  }
}
