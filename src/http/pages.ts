/**
 * Pages that go on with a token.
 *
 * @module
 */

import type { Api } from "./api.ts";
import { standstill } from "./points/point_series.ts";
import { nextPage } from "./plan/requests.ts";
import type { ApiCall } from "./plan/call.ts";

/**
 * Reads page after page.
 *
 * @param decode Decodes a page; its `nextPageToken` is null at the end.
 */
export async function* tokenPages<T extends { nextPageToken: string | null }>(
  api: Api,
  first: ApiCall,
  decode: (bytes: Uint8Array) => T,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const seen = new Set<string>();
  for (let call: ApiCall | null = first; call;) {
    const page: T = decode(await api.bytes(call, signal));
    yield page;
    const token = page.nextPageToken;
    if (token !== null && seen.has(token)) throw standstill(call.path);
    if (token !== null) seen.add(token);
    call = token === null ? null : nextPage(first, token);
  }
}
