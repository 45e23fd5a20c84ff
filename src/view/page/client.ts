/// <reference lib="dom" />

/**
 * Asks the server.
 *
 * @module
 */

import { type Signal, signal } from "@preact/signals";
import type { Routes } from "../api.ts";

/** What the server said when it could not answer. */
export class AnswerError extends Error {
  override name = "AnswerError";
}

/** What went wrong last, as a sentence at the top of the page; empty: nothing. */
export const trouble: Signal<string> = signal("");

/** Why this browser is not let in, as a sentence, which stands in the place of all sections; empty: it is. */
export const refusal: Signal<string> = signal("");

/**
 * Asks a route.
 *
 * @throws {AnswerError} The server cannot answer; the message is a sentence for people.
 */
export async function ask<Name extends keyof Routes>(
  route: Name,
  request: Routes[Name]["request"],
  signal?: AbortSignal,
): Promise<Routes[Name]["answer"]> {
  let response: Response;
  try {
    response = await fetch(`/api/${route}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new AnswerError("The server does not answer: was the command stopped?");
  }
  const answer = await response.json();
  if (response.status === 401) refusal.value = answer.message;
  if (!response.ok) throw new AnswerError(answer.message);
  return answer;
}

/** The address of a stored file; `step` for one of a series. */
export function fileAddress(project: string | null, run: string, path: string, step?: number): string {
  const query = new URLSearchParams({ run, path });
  if (project !== null) query.set("project", project);
  if (step !== undefined) query.set("step", String(step));
  return `/api/file?${query}`;
}
