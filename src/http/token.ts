/**
 * The API token: where the server is, and the secret that opens it.
 *
 * @module
 */

import { ApiTokenError } from "../errors.ts";

/** What an API token holds. */
export interface ApiToken {
  /** The address of the server, without a slash at its end. */
  address: string;
  /** The whole token, as the server wants it. Secret. */
  secret: string;
}

/**
 * Decodes an API token: JSON in base64.
 *
 * @param text The token; blanks around it do not matter.
 * @throws {ApiTokenError} when it cannot be decoded, holds no address, or is one of hosted Neptune, which ended. The error does
 * not hold the token.
 */
export function decodeApiToken(text: string): ApiToken {
  const secret = text.trim();
  const fields = parse(secret);
  if (fields === null) {
    throw new ApiTokenError(
      "The API token cannot be read, it is not JSON in base64: copy the whole token again, with the = signs at its end.",
      { reason: "unreadable" },
    );
  }
  const address = [fields.api_url, fields.api_address].find((one) => typeof one === "string" && one !== "");
  if (address === undefined) {
    throw new ApiTokenError(
      "The API token holds no address, neither api_url nor api_address: get a new token from the server.",
      { reason: "no address" },
    );
  }
  if (!isAddress(address as string)) {
    throw new ApiTokenError(
      "The address in the API token does not start with http:// or https://: get a new token from the server.",
      { reason: "bad address" },
    );
  }
  const { hostname } = new URL(address as string);
  if (/(^|\.)neptune\.ai$/i.test(hostname)) {
    throw new ApiTokenError(
      `The API token is one of hosted Neptune (${hostname}), a service that ended on 2026-03-05: read what was exported before ` +
        "with `archive` (or NEPTUNE_ARCHIVE) in place of the token.",
      { reason: "service ended" },
    );
  }
  return { address: (address as string).replace(/\/+$/, ""), secret };
}

function parse(secret: string): Record<string, unknown> | null {
  try {
    const bytes = Uint8Array.from(atob(secret), (char) => char.charCodeAt(0));
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function isAddress(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? "");
}
