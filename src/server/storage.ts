/**
 * Signed addresses of files in the manner of the storages that Neptune's clients know: what is in them, and what is answered where they
 * have expired or were changed. Each client asks for a new address only on the answer of its own storage.
 *
 * @module
 */

import { errorResponse, Refusal } from "./refusal.ts";

const VALID_SECONDS = 3600;

/** One kind of address. */
export interface Storage {
  /** What Neptune's API calls it. */
  provider: "azure" | "gcp";
  /** The query of an address that is valid from now on. */
  signed(place: string, now: Date, sign: (text: string) => string): URLSearchParams;
  /** Until when an address is valid, in milliseconds, what its signature is of, and the signature. */
  read(place: string, query: URLSearchParams): { until: number; text: string; signature: string };
  /** The answer to an address that is not valid. */
  refuse(message: string): Response;
}

/** What the SDK of Azure takes, and with it neptune-fetcher: it drops other parameters, and signs anew on 403 with this code. */
export const AZURE: Storage = {
  provider: "azure",
  signed(place, now, sign) {
    const se = `${new Date(now.getTime() + 1000 * VALID_SECONDS).toISOString().slice(0, 19)}Z`;
    return new URLSearchParams({ se, sig: sign(`${place} ${se}`) });
  },
  read(place, query) {
    const se = query.get("se") ?? "";
    return { until: Date.parse(se), text: `${place} ${se}`, signature: query.get("sig") ?? "" };
  },
  refuse(message) {
    const code = "AuthenticationFailed";
    const detail = message.replace(/[<>&"']/g, (char) => `&#${char.charCodeAt(0)};`);
    return new Response(
      `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>Server failed to authenticate the request. ` +
        `${detail}</Message><AuthenticationErrorDetail>${detail}</AuthenticationErrorDetail></Error>`,
      { status: 403, headers: { "content-type": "application/xml", "x-ms-error-code": code } },
    );
  },
};

/** Google's storage, whose addresses neptune-query fetches as they are: it signs anew on 400. */
export const GOOGLE: Storage = {
  provider: "gcp",
  signed(place, now, sign) {
    const date = now.toISOString().replace(/[-:]|\.\d+/g, "");
    const expires = String(VALID_SECONDS);
    return new URLSearchParams({
      "X-Goog-Date": date,
      "X-Goog-Expires": expires,
      "X-Goog-Signature": sign(`${place} ${date} ${expires}`),
    });
  },
  read(place, query) {
    const date = query.get("X-Goog-Date") ?? "", expires = query.get("X-Goog-Expires") ?? "";
    const start = date.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, "$1-$2-$3:$4:$5");
    return {
      until: Date.parse(start) + 1000 * Number(expires),
      text: `${place} ${date} ${expires}`,
      signature: query.get("X-Goog-Signature") ?? "",
    };
  },
  refuse: (message) => errorResponse(new Refusal(400, "BAD_REQUEST", message, { title: "ExpiredToken" })),
};
