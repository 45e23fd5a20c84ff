/**
 * What can be asked of a server; all of it can be posted to a Web Worker.
 *
 * @module
 */

/** One request. */
export interface WireRequest {
  method: "GET" | "POST";
  url: string;
  headers: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
  /** Follow redirects; else one is an error. Default: false. */
  followRedirects?: boolean;
  /** In place of `deadlineSeconds` of the transport. */
  deadlineSeconds?: number;
}
