/**
 * The bootstrap of a client: configuration, discovery, tokens. And the check that everything else needs.
 *
 * @module
 */

import type { Context, Hono, MiddlewareHandler } from "hono";
import { CLIENT_ID, type Grant, type Tokens } from "../tokens.ts";
import { MAX_OPEN_BYTES, readBytes } from "../body.ts";
import { Refusal } from "../refusal.ts";

const ISSUER_PATH = "/auth/realms/neptune";
const TOKEN_PATH = `${ISSUER_PATH}/protocol/openid-connect/token`;
const DISCOVERY_PATH = `${ISSUER_PATH}/.well-known/openid-configuration`;

/** Adds the routes that need no access token. */
export function addAuthRoutes(app: Hono, tokens: Tokens): void {
  app.get("/api/backend/v1/clients/config", (context) => {
    const address = addressOf(context);
    return context.json({
      apiUrl: address,
      applicationUrl: address,
      pyLibVersions: {},
      security: { clientId: CLIENT_ID, openIdDiscovery: address + DISCOVERY_PATH },
    });
  });

  app.get(DISCOVERY_PATH, (context) => {
    const address = addressOf(context);
    return context.json({
      issuer: address + ISSUER_PATH,
      authorization_endpoint: address + ISSUER_PATH + "/protocol/openid-connect/auth",
      token_endpoint: address + TOKEN_PATH,
    });
  });

  app.get("/api/backend/v1/authorization/oauth-token", async (context) => {
    const apiToken = context.req.header("x-neptune-api-token") ?? "";
    if (!tokens.acceptsApiToken(apiToken)) {
      throw new Refusal(401, "UNAUTHORIZED", "The API token is not one of this server.");
    }
    const { accessToken, refreshToken, username } = await grant(context, tokens);
    return context.json({ accessToken, refreshToken, username });
  });

  app.post(TOKEN_PATH, async (context) => {
    const form = new URLSearchParams(new TextDecoder().decode(await readBytes(context.req.raw, MAX_OPEN_BYTES)));
    if (form.get("grant_type") !== "refresh_token") {
      throw new Refusal(400, "BAD_REQUEST", "The only grant type is refresh_token.", {
        error: "unsupported_grant_type",
      });
    }
    try {
      await tokens.check(form.get("refresh_token") ?? "", "refresh");
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw new Refusal(400, error.errorType, error.message, { error: "invalid_grant" });
    }
    const { accessToken, refreshToken, expiresIn } = await grant(context, tokens);
    return context.json({
      access_token: accessToken,
      refresh_token: refreshToken,
      token_type: "Bearer",
      expires_in: expiresIn,
    });
  });
}

/**
 * Refuses requests under names that are not this machine's, where it listens to itself alone: a page of the internet that a browser
 * here shows may name this address after itself, and would else read what only this machine may.
 *
 * @param names The names that are; null: every name.
 */
export function requireHost(names: readonly string[] | null): MiddlewareHandler {
  return async (context, next) => {
    const { hostname } = new URL(context.req.url);
    if (names !== null && !names.includes(hostname)) {
      throw new Refusal(
        403,
        "ACCESS_DENIED",
        `This server listens to its own machine only, and is not called ${JSON.stringify(hostname)}: ask it as ${
          names[0]
        }, or start ` +
          "it with --host to let others in.",
      );
    }
    await next();
  };
}

/** Refuses requests without a valid access token. */
export function requireToken(tokens: Tokens): MiddlewareHandler {
  return async (context, next) => {
    const token = /^Bearer +(\S+)$/i.exec(context.req.header("authorization") ?? "")?.[1];
    if (token === undefined) {
      throw new Refusal(401, "UNAUTHORIZED", "The request has no access token: send Authorization: Bearer <token>.");
    }
    await tokens.check(token, "access");
    await next();
  };
}

/** The address under which the client reached this server. */
export function addressOf(context: Context): string {
  return new URL(context.req.url).origin;
}

function grant(context: Context, tokens: Tokens): Promise<Grant> {
  return tokens.grant(addressOf(context) + ISSUER_PATH);
}
