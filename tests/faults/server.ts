/** The server's side: the sample archive through Neptune's API, and answers that are not as they should be. */

import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ReadOnlyProject } from "../../mod.ts";
import { openArchive } from "../../src/archive/catalog.ts";
import { createHandler } from "../../src/server/handler.ts";
import { makeApiToken, newSecret } from "../../src/server/tokens.ts";
import {
  ProtoFloatSeriesValuesResponseDTOSchema,
  ProtoLeaderboardEntriesSearchResultDTOSchema,
  ProtoQueryAttributesResultDTOSchema,
} from "../../src/wire/gen/neptune_pb.ts";
import { CALLS } from "./calls.ts";
import type { Random } from "./random.ts";
import type { Faulted, Side } from "./simulate.ts";

const SECRET = newSecret();
/** Answers are the same at every address, and are made at this one. */
const ORIGIN = "http://127.0.0.1:9";
/** How long a request may take, and all its attempts together. */
const SECONDS = { request: 1.5, deadline: 6 };
const catalog = openArchive({ data: new URL("../../samples/archive/data", import.meta.url).pathname });
const handler = createHandler(catalog, { secret: SECRET });

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
}

const answers = new Map<string, Promise<Answer>>();

/** The right answer; asked for once. */
function rightAnswer(method: string, target: string, headers: Record<string, string>, body: Uint8Array<ArrayBuffer>) {
  const refresh = target.includes("oauth-token") || target.includes("/token");
  const key = refresh
    ? crypto.randomUUID()
    : `${method} ${target} ${headers.range ?? ""} ${new TextDecoder().decode(body)}`;
  let answer = answers.get(key);
  if (!answer) answers.set(key, answer = ask(method, target, headers, body));
  return answer;
}

async function ask(method: string, target: string, headers: Record<string, string>, body: Uint8Array<ArrayBuffer>) {
  const kept = ["authorization", "content-type", "x-neptune-api-token", "range"].filter((name) => name in headers);
  const request = new Request(ORIGIN + target, {
    method,
    headers: Object.fromEntries(kept.map((name) => [name, headers[name]])),
    body: method === "POST" ? body : undefined,
  });
  const response = await handler(request);
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.bytes() };
}

/** Does something wrong with an answer. */
interface Fault {
  name: string;
  /** What must come of it when it happens once. Default: `either`. */
  once?: Faulted["must"];
  /** What must come of it when it happens always. Default: `either`. */
  always?: Faulted["must"];
  /** Which requests it is about. Default: any. */
  at?: RegExp;
  send(right: Answer, response: ServerResponse, random: Random): void | Promise<void>;
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const other = (answer: Answer, body: Uint8Array<ArrayBuffer>): Answer => ({ ...answer, body });
const status = (code: number, body: string | null, type = "text/plain"): Fault["send"] => (_, response) => {
  response.writeHead(code, body === null ? {} : { "content-type": type });
  response.end(body ?? undefined);
};
const API = /^\/api\/(leaderboard|backend\/v1\/projects|storagebridge)/;
const PROTOBUF = /^\/api\/leaderboard\/v1\/proto\//;
const EXCHANGE = /oauth-token/;
const FILE = /^\/storage\//;
const HTML = "<!doctype html><title>Log in</title>";

function json(change: (body: Record<string, unknown>) => unknown): Fault["send"] {
  return (right, response) => {
    const body = JSON.parse(new TextDecoder().decode(right.body));
    send(other(right, new TextEncoder().encode(JSON.stringify(change(body) ?? body))), response);
  };
}

/** Sends an answer as it is. */
function send({ status, headers, body }: Answer, response: ServerResponse): void {
  response.writeHead(status, { ...headers, "content-length": String(body.length) });
  response.end(Buffer.from(body));
}

/** Sends some bytes and ends the connection. */
async function reset({ status, headers, body }: Answer, response: ServerResponse, bytes: number, told: boolean) {
  response.writeHead(status, { ...headers, ...told ? { "content-length": String(body.length) } : {} });
  response.write(Buffer.from(body.subarray(0, bytes)));
  await wait(5);
  response.socket?.destroy();
}

const FAULTS: Fault[] = [
  ...[429, 500, 502, 503, 504, 520].map((code): Fault => ({
    name: `status ${code}`,
    once: "answer",
    send: status(code, "busy"),
  })),
  {
    name: "429 with Retry-After",
    once: "answer",
    send: (_, response) => void response.writeHead(429, { "retry-after": "0.2" }).end(),
  },
  ...[400, 404, 409, 418, 422].map((code): Fault => ({
    name: `status ${code}`,
    // That a run or a file does not exist is an answer.
    once: code === 404 ? "any" : "either",
    always: code === 404 ? "any" : "either",
    send: status(code, JSON.stringify({ code, errorType: "BAD_REQUEST", message: "no" }), "application/json"),
  })),
  { name: "a 400 with a list", once: "answer", at: API, send: status(400, '["busy"]', "application/json") },
  { name: "a token refused", once: "answer", at: API, send: status(401, "{}", "application/json") },
  { name: "an API token refused", once: "answer", at: EXCHANGE, send: status(401, "{}", "application/json") },
  { name: "a page in the exchange", once: "answer", at: EXCHANGE, send: status(200, HTML, "text/html") },
  { name: "a signature refused", once: "answer", at: FILE, send: status(400, "expired") },
  { name: "a signature refused by Azure", once: "answer", at: FILE, send: status(403, "expired") },
  { name: "an empty 200", send: status(200, null) },
  { name: "an empty message", at: PROTOBUF, send: status(200, "", "application/x-protobuf") },
  { name: "a 204", send: status(204, null) },
  {
    name: "a 206 with a part",
    send: (right, response, random) =>
      send({ ...other(right, right.body.slice(0, random.below(right.body.length))), status: 206 }, response),
  },
  { name: "a login page", send: status(200, HTML, "text/html") },
  { name: "a page of JSON", at: PROTOBUF, send: status(200, '{"error":"no"}', "application/json") },
  { name: "a page of text", at: PROTOBUF, send: status(200, "It works!") },
  {
    name: "a redirect to a login",
    send: (_, response) => void response.writeHead(302, { location: "/login" }).end(),
  },
  {
    name: "a redirect to a file of this machine",
    at: FILE,
    send: (_, response) => void response.writeHead(302, { location: "file:///etc/hostname" }).end(),
  },
  {
    name: "a connection that ends before the answer",
    once: "answer",
    send: (_, response) => void response.socket?.destroy(),
  },
  {
    name: "a connection that ends within the answer",
    once: "answer",
    at: API,
    send: (right, response, random) => reset(right, response, random.below(right.body.length + 1), random.chance(0.5)),
  },
  {
    name: "a file that breaks off",
    at: FILE,
    send: (right, response, random) => reset(right, response, random.below(right.body.length), random.chance(0.5)),
  },
  {
    name: "a body that is cut",
    at: /^(?!.*(point|series\/float))/,
    send: (right, response, random) =>
      send(other(right, right.body.slice(0, random.below(right.body.length))), response),
  },
  {
    name: "a body with more behind it",
    send: (right, response, random) => {
      const more = Uint8Array.from({ length: 1 + random.below(9) }, () => 0xff);
      send(other(right, new Uint8Array([...right.body, ...more])), response);
    },
  },
  { name: "silence", once: "answer", at: API, send: () => {} },
  {
    name: "silence within the answer",
    once: "answer",
    at: API,
    send: (right, response, random) => {
      response.writeHead(right.status, { ...right.headers, "content-length": String(right.body.length + 1) });
      response.write(Buffer.from(right.body.subarray(0, random.below(right.body.length))));
    },
  },
  {
    name: "a drip",
    send: async (right, response) => {
      response.writeHead(right.status, right.headers);
      for (let at = 0; at < right.body.length && !response.destroyed; at++) {
        response.write(Buffer.from(right.body.subarray(at, at + 1)));
        await wait(200);
      }
      response.end();
    },
  },
  {
    name: "a slow answer",
    once: "answer",
    send: async (right, response) => {
      await wait(150);
      send(right, response);
    },
  },
  {
    name: "an encoding that it has not",
    send: (right, response) => send({ ...right, headers: { ...right.headers, "content-encoding": "gzip" } }, response),
  },
  {
    name: "bits flipped",
    once: "any",
    always: "any",
    send: (right, response, random) => {
      const body = right.body.slice();
      for (let i = random.below(3); i >= 0; i--) body[random.below(body.length)] ^= 1 << random.below(8);
      send(other(right, body), response);
    },
  },
  {
    name: "bytes made up",
    once: "any",
    always: "any",
    send: (right, response, random) =>
      send(other(right, Uint8Array.from({ length: random.below(400) }, () => random.below(256))), response),
  },
  {
    name: "a project without a name",
    at: /projects\/get/,
    send: json((body) => ({ ...body, name: null })),
  },
  { name: "definitions without an end", at: /definitions\/query/, send: json(({ entries }) => ({ entries })) },
  { name: "definitions without entries", at: /definitions\/query/, send: json((body) => ({ ...body, entries: null })) },
  { name: "a list of projects cut short", at: /v1\/projects\?/, send: json((body) => ({ ...body, entries: [] })) },
  ...["file:///etc/hostname", "data:text/plain,hello", "ftp://127.0.0.1/x", "javascript:0", "", "http://127.0.0.1:9/x"]
    .map((
      url,
    ): Fault => ({
      name: `the address ${url}`,
      at: /signedUrl/,
      send: json((body) => ({ files: (body.files as Record<string, unknown>[]).map((file) => ({ ...file, url })) })),
    })),
  { name: "no address", at: /signedUrl/, send: json(() => ({ files: [] })) },
  {
    name: "a run left out of a page",
    at: /entries\/search/,
    send: (right, response, random) => {
      const message = fromBinary(ProtoLeaderboardEntriesSearchResultDTOSchema, right.body);
      // Runs that are searched for by name may be left out without a trace: only how many there are is told.
      message.entries.splice(random.below(message.entries.length), 1);
      send(
        other(right, toBinary(ProtoLeaderboardEntriesSearchResultDTOSchema, message) as Uint8Array<ArrayBuffer>),
        response,
      );
    },
  },
  {
    name: "the values of a run left out",
    at: /leaderboard\/attributes\/query/,
    send: (right, response, random) => {
      const message = fromBinary(ProtoQueryAttributesResultDTOSchema, right.body);
      message.entries.splice(random.below(message.entries.length), 1);
      send(other(right, toBinary(ProtoQueryAttributesResultDTOSchema, message) as Uint8Array<ArrayBuffer>), response);
    },
  },
  {
    name: "a series left out, or answered twice",
    at: /series\/float/,
    send: (right, response, random) => {
      const message = fromBinary(ProtoFloatSeriesValuesResponseDTOSchema, right.body);
      const at = random.below(message.series.length);
      if (random.chance(0.5)) message.series.splice(at, 1);
      else message.series.push(message.series[at]);
      send(
        other(right, toBinary(ProtoFloatSeriesValuesResponseDTOSchema, message) as Uint8Array<ArrayBuffer>),
        response,
      );
    },
  },
];

/** What is wrong, and when. */
interface Plan {
  fault: Fault | null;
  always: boolean;
  /** The first request that the fault is about and that it happens to. */
  from: number;
  random: Random;
}

/** A server with a fault. */
export const SERVER: Side = {
  name: "server",
  calls: CALLS,
  atOnce: 32,
  // Without a fault nothing is late, however busy the machine is.
  sound: () => open({ fault: null, always: false, from: 0, random: null as unknown as Random }, 100),
  faulted(random, _call, patience) {
    const fault = random.pick(FAULTS);
    const plan = { fault, always: random.chance(0.5), from: random.chance(0.5) ? 0 : random.below(6), random };
    return open(plan, patience);
  },
};

async function open({ fault, always, from, random }: Plan, patience: number): Promise<Faulted> {
  let asked = 0, matching = 0;
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    asked++;
    const pieces: Uint8Array[] = [];
    try {
      for await (const piece of request) pieces.push(piece);
    } catch {
      return;
    }
    const headers = request.headers as Record<string, string>;
    const target = request.url!;
    const right = await rightAnswer(request.method!, target, headers, new Uint8Array(Buffer.concat(pieces)));
    const here = { ...right, headers: { ...right.headers } };
    if (/json/.test(right.headers["content-type"] ?? "")) {
      here.body = new TextEncoder().encode(new TextDecoder().decode(right.body).replaceAll(ORIGIN, address));
    }
    const about = fault !== null && (fault.at ?? /./).test(target) && right.status === 200;
    const number = about ? matching++ : -1;
    const happens = about && (always ? number >= from : number === from);
    try {
      await (happens ? fault.send(here, response, random) : send(here, response));
    } catch (error) {
      console.error("The simulator itself failed:", fault?.name, error);
      response.socket?.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const options = {
    apiToken: makeApiToken(SECRET, address),
    requestTimeoutSeconds: SECONDS.request * patience,
    deadlineSeconds: SECONDS.deadline * patience,
  };
  const project = new ReadOnlyProject({ project: "nereid/digits", ...options });
  return {
    place: { project, options },
    fault: fault === null ? "none" : `${fault.name}, ${always ? `from request ${from} on` : `at request ${from}`}`,
    must: fault === null ? "answer" : (always ? fault.always : fault.once) ?? "either",
    asked: () => asked,
    close: async () => {
      project.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
