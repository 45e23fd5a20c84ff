/// <reference lib="dom" />

/**
 * What the server answers, in a component.
 *
 * @module
 */

import { useEffect, useState } from "preact/hooks";
import type { Routes } from "../api.ts";
import { ask } from "./client.ts";

/** How far a question is. */
export interface Answered<T> {
  /** null: not there yet. Stays while the next one is read. */
  answer: T | null;
  reading: boolean;
  /** A sentence; empty: nothing went wrong. */
  trouble: string;
}

/** Asks a route, and again when the request is another one; null: nothing is asked. */
export function useAnswer<Name extends keyof Routes>(
  route: Name,
  request: Routes[Name]["request"] | null,
): Answered<Routes[Name]["answer"]> {
  const [state, setState] = useState<Answered<Routes[Name]["answer"]>>({ answer: null, reading: true, trouble: "" });
  const key = JSON.stringify(request);
  useEffect(() => {
    if (request === null) return;
    const stop = new AbortController();
    setState(({ answer }) => ({ answer, reading: true, trouble: "" }));
    ask(route, request, stop.signal).then(
      (answer) => setState({ answer, reading: false, trouble: "" }),
      (error) => {
        if (!stop.signal.aborted) setState({ answer: null, reading: false, trouble: error.message });
      },
    );
    return () => stop.abort();
  }, [route, key]);
  return state;
}
