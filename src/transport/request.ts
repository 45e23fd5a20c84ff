/**
 * What can be asked of a server; all of it can be posted to a Web Worker.
 *
 * @module
 */

/** What kind of body a request is answered with; `bytes` are those of a file, of any type. */
export type AnswerKind = "protobuf" | "json" | "bytes";

/** One request. */
export interface WireRequest {
  method: "GET" | "POST" | "HEAD";
  url: string;
  headers: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
  /** What is to come; anything else is a `NotNeptuneError`. Default: bytes of any type. */
  answer?: AnswerKind;
  /** Ask again, a few times, when something else comes. Default: false. */
  retryForeign?: boolean;
  /** Follow redirects; else one is an error. Default: false. */
  followRedirects?: boolean;
  /** What gave the address, to be checked when nobody answers. Default: `the address in the API token`. */
  addressedBy?: string;
  /** In place of `deadlineSeconds` of the transport. */
  deadlineSeconds?: number;
}
