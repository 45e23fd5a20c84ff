/**
 * The secret of a server and all that is made from it: API tokens, access tokens, signatures of file addresses.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";
import { Refusal } from "./refusal.ts";

const REFRESH_SECONDS = 30 * 24 * 3600;
/** The OAuth client that the official clients are. */
export const CLIENT_ID = "neptune-cli";
const USER = "reader";
/** Tokens whose verification is remembered. */
const MAX_VERIFIED = 10_000;

/** A new random secret. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** The API token to paste into NEPTUNE_API_TOKEN. */
export function makeApiToken(secret: string, address: string): string {
  const fields = { api_address: address, api_url: address, api_key: secret };
  return Buffer.from(JSON.stringify(fields)).toString("base64");
}

/** The secret inside an API token, or null where it is no such token. */
export function secretOf(apiToken: string): string | null {
  try {
    const { api_key } = JSON.parse(Buffer.from(apiToken.trim(), "base64").toString());
    return typeof api_key === "string" && api_key !== "" ? api_key : null;
  } catch {
    return null;
  }
}

/** What a client gets for its API token or refresh token. */
export interface Grant {
  accessToken: string;
  refreshToken: string;
  username: string;
  expiresIn: number;
}

/** Makes and checks tokens and signatures. */
export class Tokens {
  readonly #secret: string;
  readonly #jwtKey: Uint8Array;
  readonly #accessSeconds: number;
  readonly #verified = new Map<string, Promise<number>>();

  /**
   * @param secret The secret of the server.
   * @param accessSeconds How long access tokens are valid.
   */
  constructor(secret: string, accessSeconds: number) {
    this.#secret = secret;
    this.#jwtKey = this.#derive("access tokens");
    this.#accessSeconds = accessSeconds;
  }

  /** Tells whether an API token was made with the secret of this server. */
  acceptsApiToken(apiToken: string): boolean {
    const secret = secretOf(apiToken);
    return secret !== null && sameText(secret, this.#secret);
  }

  /** New tokens. */
  async grant(issuer: string): Promise<Grant> {
    const accessToken = await this.#jwt("access", issuer, this.#accessSeconds);
    const refreshToken = await this.#jwt("refresh", issuer, REFRESH_SECONDS);
    return { accessToken, refreshToken, username: USER, expiresIn: this.#accessSeconds };
  }

  /**
   * Ends normally when the token is valid; throws a {@linkcode Refusal} otherwise. Each token is verified once: a thousand verifications
   * at the same time come to their end in any order, and the last clients would wait for minutes.
   */
  async check(token: string, use: "access" | "refresh"): Promise<void> {
    const key = `${use} ${token}`;
    let verified = this.#verified.get(key);
    if (!verified) {
      this.#verified.set(key, verified = this.#verify(token, use));
      verified.catch(() => this.#verified.delete(key));
      const [oldest] = this.#verified.keys();
      if (this.#verified.size > MAX_VERIFIED) this.#verified.delete(oldest);
    }
    if (await verified > Date.now()) return;
    throw new Refusal(401, "AUTHORIZATION_TOKEN_EXPIRED", `The ${use} token has expired: ask for a new one.`);
  }

  /** Until when a token is valid, in milliseconds. */
  async #verify(token: string, use: "access" | "refresh"): Promise<number> {
    try {
      const { payload } = await jwtVerify(token, this.#jwtKey, { algorithms: ["HS256"], audience: use });
      if (payload.sub === USER) return 1000 * payload.exp!;
    } catch (error) {
      if (error instanceof errors.JWTExpired) return 0;
      if (!(error instanceof errors.JOSEError)) throw error;
    }
    throw new Refusal(401, "UNAUTHORIZED", `The ${use} token is not one of this server.`);
  }

  /** The signature of a text, safe in addresses. */
  sign(text: string): string {
    return createHmac("sha256", this.#derive("file addresses")).update(text).digest("base64url");
  }

  /** Tells whether a signature is that of the text. */
  signed(text: string, signature: string): boolean {
    return sameText(signature, this.sign(text));
  }

  #jwt(use: "access" | "refresh", issuer: string, seconds: number): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ azp: CLIENT_ID })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .setIssuer(issuer)
      .setSubject(USER)
      .setAudience(use)
      .setIssuedAt(now)
      .setExpirationTime(now + seconds)
      .sign(this.#jwtKey);
  }

  #derive(use: string): Uint8Array {
    return createHmac("sha256", this.#secret).update(use).digest();
  }
}

function sameText(first: string, second: string): boolean {
  const digest = (text: string) => createHmac("sha256", "compare").update(text).digest();
  return timingSafeEqual(digest(first), digest(second));
}
