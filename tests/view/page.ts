/** The page's server, asked as a browser asks it, without a socket. */

import assert from "node:assert/strict";
import { openArchive } from "../../src/archive/catalog.ts";
import type { Catalog } from "../../src/source.ts";
import type { Routes } from "../../src/view/api.ts";
import { createPage } from "../../src/view/handler.ts";

/** The sample archive. */
export const SAMPLE: string = new URL("../../samples/archive/data", import.meta.url).pathname;

/** Where the server believes to be. */
export const ORIGIN = "http://127.0.0.1:8650";

/** Options of an archive. */
export type Archive = Parameters<typeof openArchive>[0];

/** One browser that was let in. */
export class AskedPage {
  readonly handler: (request: Request) => Promise<Response>;
  readonly link: string;
  readonly readOn: (signal: AbortSignal) => Promise<void>;
  cookie = "";

  constructor(
    catalog: Catalog = openArchive({ data: SAMPLE, cache: null } as Archive),
    words?: (text: string) => string,
  ) {
    const { handler, link, readOn } = createPage(catalog, null, ["127.0.0.1", "localhost"], words);
    this.handler = handler;
    this.link = link;
    this.readOn = readOn;
  }

  /** Follows the link. */
  async open(): Promise<this> {
    const response = await this.get(this.link);
    assert.equal(response.status, 303);
    this.cookie = response.headers.get("set-cookie")!.split(";")[0];
    return this;
  }

  /** Asks an address. */
  async get(path: string, headers: Record<string, string> = {}, origin = ORIGIN): Promise<Response> {
    return await this.handler(new Request(origin + path, { headers: { ...this.#own(), ...headers } }));
  }

  /** Asks a route. */
  async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const init = { method: "POST", body: JSON.stringify(body), headers: { ...this.#own(), ...headers } };
    return await this.handler(new Request(`${ORIGIN}/api/${path}`, init));
  }

  /** Asks a route and expects an answer. */
  async ask<Name extends keyof Routes>(
    route: Name,
    request: Partial<Routes[Name]["request"]>,
  ): Promise<Routes[Name]["answer"]> {
    const response = await this.post(route, request);
    const answer = await response.json();
    assert.equal(response.status, 200, JSON.stringify(answer));
    return answer;
  }

  #own(): Record<string, string> {
    return this.cookie === "" ? {} : { cookie: this.cookie };
  }
}
