/**
 * Access tokens: exchanged for the API token, kept while they last, refreshed before they end.
 *
 * @module
 */

import { decodeJwt, type JWTPayload } from "jose";
import { CredentialsError, NotNeptuneError, ServerError } from "../errors.ts";
import { type Shared, shared } from "../async/shared.ts";
import type { ApiToken } from "./token.ts";
import { sameHost, trustedAddress } from "../transport/address.ts";
import type { WireRequest } from "../transport/request.ts";
import type { Transport } from "../transport/transport.ts";

/** A token that ends this soon, in seconds, is not used any more. */
const MARGIN = 30;
/** The first contact fails sooner than other calls: most likely the address is wrong. */
const FIRST_CONTACT_SECONDS = 15;

interface Tokens {
  access: string;
  refresh: string;
  claims: JWTPayload;
}

interface RefreshTarget {
  url: string;
  clientId: string;
}

/** Gives access tokens. Any number of calls that need a new one at the same time wait for one exchange. */
export class Authenticator {
  readonly #transport: Transport;
  readonly #token: ApiToken;
  readonly #deadlineSeconds: number;
  #tokens: Tokens | null = null;
  /** One for all calls that wait. */
  #renewal: Shared<Tokens> | null = null;

  /** @param deadlineSeconds The longest that getting a token may take. */
  constructor(transport: Transport, token: ApiToken, deadlineSeconds: number) {
    this.#transport = transport;
    this.#token = token;
    this.#deadlineSeconds = deadlineSeconds;
  }

  /**
   * An access token that is good for a while.
   *
   * @throws {CredentialsError} when the server refuses the API token.
   * @throws {NotNeptuneError} when what answers is not Neptune.
   */
  async accessToken(signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted();
    if (this.#tokens && !isStale(this.#tokens.claims)) return this.#tokens.access;
    this.#renewal ??= shared((call) => this.#renew(call.signal).finally(() => this.#renewal = null));
    return (await this.#renewal({ signal })).access;
  }

  /** Says that the server did not take this token, whatever its claims say. */
  reject(access: string): void {
    if (this.#tokens?.access === access) this.#tokens = null;
  }

  async #renew(signal: AbortSignal): Promise<Tokens> {
    const old = this.#tokens;
    const renewed = old && await this.#refresh(old, signal).catch(() => null);
    signal.throwIfAborted();
    return this.#tokens = renewed ?? await this.#exchange(signal);
  }

  async #exchange(signal: AbortSignal): Promise<Tokens> {
    const { address, secret } = this.#token;
    const request: WireRequest = {
      method: "GET",
      url: `${address}/api/backend/v1/authorization/oauth-token`,
      headers: { "x-neptune-api-token": secret },
      answer: "json",
      retryForeign: true,
      deadlineSeconds: this.#tokens ? this.#deadlineSeconds : Math.min(this.#deadlineSeconds, FIRST_CONTACT_SECONDS),
    };
    for (let last = false;; last = true) {
      try {
        const { accessToken, refreshToken } = parseObject(await this.#transport.bytes(request, signal));
        const tokens = typeof accessToken === "string" ? asTokens(accessToken, refreshToken) : null;
        if (tokens) return tokens;
      } catch (error) {
        if (!(error instanceof ServerError)) throw error;
        const status = error.fields.status;
        const refused = status === 401 || status === 403;
        // A server that has just started, or changed its keys, may refuse a good token once.
        if (refused && !last) continue;
        if (refused) {
          throw new CredentialsError(
            `${address} refuses the API token: check that it is not revoked, and copy it again from there.`,
            { address },
          );
        }
        if (status === 400 || status === 429 || status >= 500) throw error;
      }
      throw new NotNeptuneError(
        `What answers at ${address} is not Neptune: check the address in the API token, and that no proxy or login page is ` +
          "in between.",
        { address },
      );
    }
  }

  async #refresh({ refresh, claims }: Tokens, signal: AbortSignal): Promise<Tokens | null> {
    const target = await this.#refreshTarget(claims, signal);
    if (!target) return null;
    const form = new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: refresh,
      client_id: target.clientId,
      expires_in: String(Number(claims.exp) - Date.now() / 1000),
    });
    const body = parseObject(
      await this.#transport.bytes({
        method: "POST",
        url: target.url,
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: form.toString(),
        answer: "json",
        deadlineSeconds: Math.min(this.#deadlineSeconds, FIRST_CONTACT_SECONDS),
      }, signal),
    );
    return typeof body.access_token === "string" ? asTokens(body.access_token, body.refresh_token) : null;
  }

  /** Where to refresh: what the server's configuration says, else what the token itself says. */
  async #refreshTarget(claims: JWTPayload, signal: AbortSignal): Promise<RefreshTarget | null> {
    const { address } = this.#token;
    // What the server names is asked only on its own host: anywhere else the API token is exchanged again instead.
    const own = (url: unknown) => {
      const trusted = typeof url === "string" ? trustedAddress(url, address) : null;
      return trusted !== null && sameHost(trusted, address) ? trusted : null;
    };
    const get = async (url: string | null) => {
      if (url === null) return {};
      const request: WireRequest = {
        method: "GET",
        url,
        headers: {},
        answer: "json",
        deadlineSeconds: Math.min(this.#deadlineSeconds, FIRST_CONTACT_SECONDS),
      };
      return parseObject(await this.#transport.bytes(request, signal));
    };
    try {
      const { security } = await get(`${address}/api/backend/v1/clients/config`);
      const { clientId, openIdDiscovery } = security as Record<string, unknown>;
      const url = own((await get(own(openIdDiscovery))).token_endpoint);
      if (typeof clientId === "string" && url !== null) return { url, clientId };
    } catch {
      signal.throwIfAborted();
    }
    const url = typeof claims.iss === "string"
      ? own(`${claims.iss.replace(/\/+$/, "")}/protocol/openid-connect/token`)
      : null;
    return url !== null && typeof claims.azp === "string" ? { url, clientId: claims.azp } : null;
  }
}

function isStale({ exp }: JWTPayload): boolean {
  return exp !== undefined && Number(exp) - Date.now() / 1000 - MARGIN <= 0;
}

function asTokens(access: string, refresh: unknown): Tokens | null {
  // What does not fit into a header is no token.
  if (!/^[\x21-\x7e]+$/.test(access)) return null;
  try {
    return { access, refresh: String(refresh), claims: decodeJwt(access) };
  } catch {
    return null;
  }
}

/** A JSON object; whatever else the bytes are is an empty one. */
function parseObject(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
