/**
 * Addresses of Spark Connect servers: `sc://host:port/;token=…;use_ssl=true`.
 *
 * @module
 */

import { OptionError } from "../errors.ts";

/** Where a server is, and who asks. */
export interface SparkAddress {
  /** As it may be shown: without token and other parameters. */
  label: string;
  /** `http://` or `https://`. */
  url: string;
  userId: string;
  userAgent: string;
  /** Sent with every request; may be secret. */
  headers: ReadonlyMap<string, string>;
}

const PORT = 15002;
const FORM = 'an address such as "sc://host:15002/;token=…;use_ssl=true"';
/** Parameters that other clients know and this one has no use for. */
const PASSED_OVER = new Set(["session_id", "grpc_max_message_size"]);

/**
 * Reads an address. A token is only ever sent over TLS, or to this machine.
 *
 * @throws {OptionError} It cannot be used. The message never holds its parameters, which may be secret.
 */
export function parseAddress(text: string): SparkAddress {
  const refuse = (what: string) => new OptionError(`spark ${what}: pass ${FORM}.`, { option: "spark", value: null });
  const found = /^sc:\/\/(\[[0-9a-f:.]+\]|[^\s/:;?#@[\]]+)(?::(\d{1,5}))?(?:\/?|\/(;.*))$/is.exec(text.trim());
  if (!found) throw refuse("is not the address of a Spark Connect server");
  const [, host, port = String(PORT), rest = ""] = found;
  if (Number(port) > 65535 || Number(port) === 0) throw refuse(`names port ${port}, which does not exist`);
  const parameters = new Map<string, string>();
  for (const piece of rest.split(";").filter((piece) => piece !== "")) {
    const at = piece.indexOf("=");
    if (at <= 0) throw refuse("has a parameter without a value");
    const name = piece.slice(0, at);
    if (parameters.has(name)) throw refuse(`has the parameter ${name} twice`);
    parameters.set(name, decoded(piece.slice(at + 1), () => refuse(`has a parameter ${name} that cannot be decoded`)));
  }
  const take = (name: string) => {
    const value = parameters.get(name);
    parameters.delete(name);
    return value;
  };
  const token = take("token"), secure = take("use_ssl");
  if (secure !== undefined && !/^(true|false)$/i.test(secure)) {
    throw refuse("has use_ssl that is neither true nor false");
  }
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i.test(host);
  if (token !== undefined && secure?.toLowerCase() === "false" && !isLocal) {
    throw refuse("has a token but use_ssl=false, so that anyone on the way could read it");
  }
  const tls = secure === undefined ? token !== undefined && !isLocal : secure.toLowerCase() === "true";
  const userId = take("user_id") ?? "", userAgent = take("user_agent") ?? "neptune-fetcher";
  const headers = new Map<string, string>();
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  for (const [name, value] of parameters) if (!PASSED_OVER.has(name)) headers.set(name.toLowerCase(), value);
  try {
    new Headers([...headers]);
  } catch {
    throw refuse("has a parameter that cannot be sent as a header");
  }
  return {
    label: `sc://${host}:${port}`,
    url: `${tls ? "https" : "http"}://${host}:${port}`,
    userId,
    userAgent,
    headers,
  };
}

/** What an archive behind a server is, for people. */
export function sparkLabel(data: string, { label }: SparkAddress): string {
  return `archive ${data} through ${label}`;
}

function decoded(text: string, refusal: () => Error): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refusal();
  }
}
