/**
 * Whether what came is an answer at all. The one place that looks at the status, the type and the emptiness of good answers; whether
 * they are complete is for those to say who know what was asked.
 *
 * @module
 */

import { NotNeptuneError } from "../errors.ts";
import { withoutQuery } from "./failure.ts";
import type { WireRequest } from "./request.ts";

const PROTOBUF = /^application\/(x-protobuf|protobuf|vnd\.google\.protobuf|octet-stream)\b/i;
/** What proxies and login pages say of their pages. No server of Neptune says it of an answer. */
const PAGE = /^(text\/html|application\/xhtml\+xml|text\/xml|application\/xml|image\/|video\/|audio\/)/i;
const NOT_BINARY = /^(text\/|application\/json)/i;

/** Why the head of a good answer (2xx) is not one of Neptune; null where nothing speaks against it. */
export function foreignHead({ answer = "bytes", headers }: WireRequest, response: Response): string | null {
  // A part that was not asked for, and an answer without content has none to give.
  if (response.status !== 200 && !(response.status === 206 && "range" in headers)) return `status ${response.status}`;
  if (answer === "bytes") return null;
  const type = response.headers.get("content-type") ?? "";
  const foreign = PAGE.test(type) || (answer === "protobuf" && NOT_BINARY.test(type));
  return foreign ? `a page of type ${type}` : null;
}

/** Why an empty body is no answer; null where it is one: a message without fields has no bytes, but it says that it is a message. */
export function foreignEmptiness({ answer = "bytes" }: WireRequest, response: Response): string | null {
  if (answer === "bytes") return null;
  const type = response.headers.get("content-type") ?? "";
  return answer === "protobuf" && PROTOBUF.test(type) ? null : "empty";
}

/** The error for it. */
export function notNeptune(request: WireRequest, what: string): NotNeptuneError {
  const address = new URL(request.url).origin;
  const url = withoutQuery(request.url);
  return new NotNeptuneError(
    `What answers at ${address} is not Neptune: the answer to ${request.method} ${url} is ${what}. Check the address in the API ` +
      "token, and that no proxy or login page is in between.",
    { address, url },
  );
}
