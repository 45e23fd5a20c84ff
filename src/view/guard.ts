/**
 * Who may ask, and what a browser may do with the answers.
 *
 * @module
 */

import { createHash, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { Refusal } from "../server/refusal.ts";
import { newSecret } from "../server/tokens.ts";

/** No script, style or picture but our own; no frames, no forms, and no text becomes markup but that of pictures. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  // Pictures that our own code draws, in which every outside text is escaped: `page/picture.ts`.
  "trusted-types picture",
].join("; ");

/** Sets the headers that keep a browser from running or telling what it should not. */
export function secureHeaders(): MiddlewareHandler {
  return async (context, next) => {
    await next();
    const { headers } = context.res;
    headers.set("x-content-type-options", "nosniff");
    headers.set("cross-origin-resource-policy", "same-origin");
    if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
    // The others are about documents; all but scripts and styles could be taken for one.
    if (/^text\/(?:javascript|css)\b/.test(headers.get("content-type") ?? "")) return;
    if (!headers.has("content-security-policy")) headers.set("content-security-policy", POLICY);
    headers.set("referrer-policy", "no-referrer");
    headers.set("cross-origin-opener-policy", "same-origin");
    headers.set("x-frame-options", "DENY");
  };
}

/** Refuses requests that the page of another origin makes. */
export function requireOwnOrigin(): MiddlewareHandler {
  return async (context, next) => {
    const { origin } = new URL(context.req.url);
    const from = context.req.header("origin");
    const site = context.req.header("sec-fetch-site");
    const foreign = (from !== undefined && from !== origin) ||
      (site !== undefined && !["same-origin", "none"].includes(site));
    if (foreign) throw new Refusal(403, "ACCESS_DENIED", "Only the page of this server may ask it.");
    await next();
  };
}

/** The link that lets one browser in, once, and the cookie that it is exchanged for. */
export class Admission {
  readonly #cookie: string;
  #link: string | null;

  /** The secrets live as long as this process. */
  constructor() {
    this.#cookie = newSecret();
    this.#link = newSecret();
  }

  /** The path of the link. */
  get path(): string {
    return `/open?token=${this.#link}`;
  }

  /** Exchanges the token of the link for a cookie, and leads to the page. */
  open(context: Context): Response {
    const asked = context.req.query("token") ?? "";
    if (!this.#isIn(context)) {
      if (this.#link === null || !equal(asked, this.#link)) {
        // For a person, who followed it.
        return context.text(
          "This link was used already, or is not one of this server: stop the command and start it again for a new one.\n",
          403,
        );
      }
      this.#link = null;
      // Cookies know no ports: the name keeps those of several servers apart.
      setCookie(context, cookieName(context), this.#cookie, { httpOnly: true, sameSite: "Strict", path: "/" });
    }
    return context.redirect("/", 303);
  }

  /** Refuses requests without the cookie. */
  required(): MiddlewareHandler {
    return async (context, next) => {
      if (!this.#isIn(context)) {
        throw new Refusal(
          401,
          "UNAUTHORIZED",
          "Open the link that the command printed: it lets this browser in. Where it was used, start the command again for a new one.",
        );
      }
      await next();
    };
  }

  #isIn(context: Context): boolean {
    return equal(getCookie(context, cookieName(context)) ?? "", this.#cookie);
  }
}

function cookieName(context: Context): string {
  return `neptune-fetcher-${new URL(context.req.url).port}`;
}

/** Compares in a time that tells nothing. */
function equal(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
