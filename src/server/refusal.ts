/**
 * Answers that are errors. Every body is a JSON object: Neptune's clients crash on anything else.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { isNeptuneError } from "../errors.ts";

/** The words of Neptune's API for what went wrong, as far as this server says them. */
export type ErrorType =
  | "ACCESS_DENIED"
  | "AUTHORIZATION_TOKEN_EXPIRED"
  | "BAD_REQUEST"
  | "EXPERIMENT_NOT_FOUND"
  | "FILE_NOT_FOUND"
  | "INCORRECT_IDENTIFIER"
  | "INTERNAL_SERVER_ERROR"
  | "INVALID_ATTRIBUTE_TYPE"
  | "INVALID_SORT_PARAMS"
  | "MALFORMED_JSON_REQUEST"
  | "SERVICE_UNAVAILABLE"
  | "UNAUTHORIZED";

/** A request that is answered with an error. */
export class Refusal extends Error {
  override name = "Refusal";

  /**
   * @param status The HTTP status.
   * @param errorType Neptune's word for it.
   * @param message One sentence for a person.
   * @param more Other fields of the body.
   */
  constructor(
    readonly status: number,
    readonly errorType: ErrorType,
    message: string,
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

/**
 * The answer to a request that failed.
 *
 * @param error What went wrong.
 * @param folders Folders of this machine, of which an answer tells nothing but what is inside them.
 * @param words Says a sentence in the words of who reads it.
 */
export function errorResponse(
  error: unknown,
  folders: readonly string[] = [],
  words: (text: string) => string = (text) => text,
): Response {
  const { status, errorType, message, more } = refusalFor(error);
  let told = words(message);
  // The longest first: one may lie in another.
  for (const folder of folders.toSorted((a, b) => b.length - a.length)) {
    told = told.replaceAll(`${folder}/`, "").replaceAll(`${folder}\\`, "").replaceAll(folder, "the archive");
  }
  return Response.json({ code: status, errorType, message: told, ...more }, { status });
}

/**
 * A 5xx makes Neptune's clients try again for half an hour, so it is kept for what may pass: a server behind this one that
 * cannot be reached, and errors nobody foresaw. A damaged file stays damaged: 422.
 */
function refusalFor(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  // Nobody reads the answer to a request that was aborted.
  if (error instanceof DOMException && error.name === "AbortError") {
    return new Refusal(400, "BAD_REQUEST", error.message);
  }
  if (!isNeptuneError(error)) {
    getLogger(["neptune-fetcher", "server"]).error("A request failed: {error}", { error });
    return new Refusal(500, "INTERNAL_SERVER_ERROR", "The server failed; its log tells why.");
  }
  const { message } = error;
  switch (error.name) {
    case "NqlSyntaxError":
      return new Refusal(400, "BAD_REQUEST", message, { title: "Syntax error" });
    case "RegexError":
    case "OptionError":
    case "UnsupportedError":
      return new Refusal(400, "BAD_REQUEST", message);
    case "ProjectNotFoundError":
      return new Refusal(403, "ACCESS_DENIED", message);
    case "RunNotFoundError":
      return new Refusal(404, "EXPERIMENT_NOT_FOUND", message);
    case "FileMissingError":
      // Neptune's API has no word for sets of files: what is in the folder is told to those who ask for it as for a file.
      return new Refusal(404, "FILE_NOT_FOUND", message, error.fields.inside ? { inside: error.fields.inside } : {});
    case "ConnectionError":
      return new Refusal(503, "SERVICE_UNAVAILABLE", message);
    case "StorageError":
      return error.fields.reason === "busy"
        ? new Refusal(503, "SERVICE_UNAVAILABLE", message)
        : new Refusal(422, "INTERNAL_SERVER_ERROR", message);
    case "ServerError": {
      const status = error.fields.status as number;
      return status >= 500
        ? new Refusal(503, "SERVICE_UNAVAILABLE", message)
        : new Refusal(status, error.fields.errorType as ErrorType ?? "BAD_REQUEST", message);
    }
    default:
      return new Refusal(422, "INTERNAL_SERVER_ERROR", message);
  }
}
