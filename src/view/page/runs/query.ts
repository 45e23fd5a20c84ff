/// <reference lib="dom" />

/**
 * The field for queries, which completes what is typed.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../client.ts";
import { html } from "../html.ts";
import { project } from "../selection.ts";
import {
  attributeCompletions,
  complete,
  type Completion,
  type Due,
  dueAt,
  valueCompletions,
  wordCompletions,
} from "./complete.ts";
import { query } from "./state.ts";

const MOST = 10;

/** What is offered, which of it is chosen (-1: nothing), and for what: its kind, and where it begins. */
interface Found {
  list: readonly Completion[];
  chosen: number;
  about: string;
}

const NONE: Found = { list: [], chosen: -1, about: "" };

/** Other completions; what was chosen stays so, if it is still there. */
function withList({ list: before, chosen }: Found, list: readonly Completion[], about: string): Found {
  return { list, chosen: list.findIndex(({ text }) => text === before[chosen]?.text), about };
}

/** What may stand at the caret. */
async function completionsAt(due: Due, signal: AbortSignal): Promise<Completion[]> {
  const words = wordCompletions(due);
  const about = { project: project.value };
  if (due.kind === "attribute") {
    const asked = { ...about, search: due.word, types: null, runs: null, from: 0, to: MOST };
    const { attributes } = await ask("attributes", asked, signal);
    return [...attributeCompletions(attributes), ...words];
  }
  if (due.kind === "value" && (due.type === null || /^(string|stringSet|string_set|int|float|bool)$/.test(due.type))) {
    const { values } = await ask("distinct", { ...about, path: due.attribute, search: due.word, most: MOST }, signal);
    return [...words, ...valueCompletions(due, values)].slice(0, MOST);
  }
  return words;
}

/** The field. What is typed counts when Enter is pressed, or the field is left. */
export function QueryField(): ComponentChild {
  const field = useRef<HTMLInputElement>(null);
  const asking = useRef(new AbortController());
  const [found, setFound] = useState(NONE);
  const { list, chosen } = found;

  const own = useRef<string | null>(null);
  /** Whether a word was begun: who only passes by with Tab must not change the query. */
  const typing = useRef(false);
  // Not a property of the element: it would take back what is being typed whenever completions come.
  useEffect(() => {
    if (query.value !== own.current) field.current!.value = own.current = query.value;
  }, [query.value]);
  const count = () => query.set(own.current = field.current!.value.trim());

  const look = async () => {
    const { value, selectionStart } = field.current!;
    asking.current.abort();
    asking.current = new AbortController();
    const due = dueAt(value, selectionStart ?? value.length);
    const about = `${due.kind} ${due.from}`, word = due.word.toLowerCase();
    // Until the answer is here: what was offered before and holds all that is typed now.
    setFound((before) => {
      const still = before.about === about ? before.list : [];
      return withList(before, still.filter(({ text }) => text.toLowerCase().includes(word)), about);
    });
    try {
      const list = await completionsAt(due, asking.current.signal);
      setFound((before) => withList(before, list, about));
    } catch {
      // Without completions one types on.
    }
  };
  const close = () => {
    asking.current.abort();
    setFound(NONE);
  };
  const choose = (chosen: number) => setFound({ ...found, chosen });
  const put = (completion: Completion) => {
    const input = field.current!;
    const next = complete(input.value, dueAt(input.value, input.selectionStart ?? input.value.length), completion);
    input.value = next.query;
    input.focus();
    input.setSelectionRange(next.caret, next.caret);
    setFound(NONE);
    typing.current = false;
    look();
  };
  const key = (event: KeyboardEvent) => {
    const length = list.length, isOpen = length > 0;
    if (event.key === "Enter" && chosen < 0) {
      count();
      close();
    } else if (event.key === "Escape" && isOpen) close();
    else if (event.key === "ArrowDown" && !isOpen) look();
    else if (event.key === "ArrowDown") choose((chosen + 1) % length);
    else if (event.key === "ArrowUp" && isOpen) choose(chosen <= 0 ? length - 1 : chosen - 1);
    else if (
      (event.key === "Enter" || event.key === "Tab" && !event.shiftKey) && isOpen && (chosen >= 0 || typing.current)
    ) {
      put(list[Math.max(0, chosen)]);
    } else return;
    event.preventDefault();
  };
  return html`
    <div class="runs-query">
      <input ref=${field} type="text" role="combobox" spellcheck=${false} autocomplete="off" aria-label="Query"
        aria-autocomplete="list"
        aria-expanded=${list.length > 0} aria-controls="completions"
        aria-activedescendant=${chosen >= 0 ? `completion-${chosen}` : undefined}
        placeholder=${"Query, for example `config/lr`:float > 0.01"}
        onInput=${() => {
          typing.current = true;
          look();
        }} onKeyDown=${key} onFocus=${look}
        onBlur=${() => {
          typing.current = false;
          close();
          count();
        }} />
      <ul id="completions" role="listbox" aria-label="Completions" class="menu runs-completions" hidden=${list
        .length ===
        0}>
        ${list.map((one, i) =>
          html`
            <li key=${i} id=${`completion-${i}`} role="option" aria-selected=${i === chosen}
              onMouseDown=${(event: Event) => event.preventDefault()} onClick=${() => put(one)}>
                        <span>${one.text}</span> <span class="note">${one.note}</span>
                      </li>
          `
        )}
      </ul>
    </div>
  `;
}
