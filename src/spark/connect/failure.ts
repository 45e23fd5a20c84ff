/**
 * What went wrong between this module and a Spark Connect server, as errors of this module.
 *
 * @module
 */

import { Code, ConnectError } from "@connectrpc/connect";
import { ArchiveError, ConnectionError, CredentialsError, EngineError, NeptuneError } from "../../errors.ts";
import type { SparkAddress } from "../address.ts";

/** Whether the way to the server broke, so that the same answer may be taken up again. */
export function isBroken(error: unknown): boolean {
  if (isForgotten(error)) return false;
  const { code, rawMessage } = ConnectError.from(error);
  return code === Code.Unavailable || code === Code.Aborted ||
    (code === Code.Internal &&
      /missing status|stream|connection|reset|http\/?2|disconnected|cursor/i.test(rawMessage)) ||
    (code === Code.Unknown && /reset|closed|socket|ECONN|EPIPE|stream/i.test(rawMessage));
}

/** Whether the server says that it knows nothing of an operation, or of the session. */
export function isForgotten(error: unknown): boolean {
  return /INVALID_HANDLE\.(OPERATION|SESSION)|operation .*not found|session .*not (found|running)/i
    .test(ConnectError.from(error).rawMessage);
}

/** The error that a person is to see. Never holds the token: it is taken out of what the server says. */
export function engineError(error: unknown, address: SparkAddress, attempts: number, seconds: number): Error {
  if (error instanceof NeptuneError) return error;
  const { code, rawMessage } = ConnectError.from(error);
  const said = withoutSecrets(rawMessage.split("\n\nJVM stacktrace:")[0].trim(), address);
  const place = { address: address.label };
  if (code === Code.Unauthenticated || code === Code.PermissionDenied) {
    return new CredentialsError(
      `The Spark server at ${address.label} refuses the token or the user: ${said} Check the parameters of the address.`,
      place,
    );
  }
  if (isBroken(error) || isForgotten(error) || code === Code.DeadlineExceeded) {
    return new ConnectionError(
      `The Spark server at ${address.label} cannot be reached or went away (${said}): check that it runs, and the address.`,
      { ...place, attempts: Math.max(1, attempts), seconds },
    );
  }
  const errorClass = /^\[([A-Z][A-Z0-9_.]*)\]/.exec(said)?.[1] ?? null;
  if (errorClass === "PATH_NOT_FOUND") {
    const path = /Path does not exist: (\S+?)\.? SQLSTATE/.exec(said)?.[1] ?? "";
    return new ArchiveError(
      `The Spark server at ${address.label} finds nothing at ${path}: pass as \`archive\` the data folder as the server sees it.`,
      { path },
    );
  }
  return new EngineError(`The Spark server at ${address.label} could not answer: ${said}`, {
    ...place,
    code: Code[code],
    errorClass,
  });
}

function withoutSecrets(text: string, { headers }: SparkAddress): string {
  for (const value of headers.values()) {
    const secret = value.replace(/^Bearer /, "");
    if (secret.length > 3) text = text.replaceAll(secret, "…");
  }
  return text;
}
