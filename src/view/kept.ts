/**
 * Answers that are kept, as the same is asked for again while somebody scrolls and chooses.
 *
 * @module
 */

/** So many are kept. */
const MOST = 8;

/** Keeps what was asked for last. */
export class Kept<T> {
  readonly #kept = new Map<string, Promise<T>>();

  /** Forgets all. */
  clear(): void {
    this.#kept.clear();
  }

  /** What these words ask for, read where it is not kept. */
  async get(words: string, read: () => Promise<T>): Promise<T> {
    const answer = this.#kept.get(words) ?? read();
    this.#kept.delete(words);
    this.#kept.set(words, answer);
    answer.catch(() => this.#kept.delete(words));
    for (const oldest of [...this.#kept.keys()].slice(0, -MOST)) this.#kept.delete(oldest);
    return await answer;
  }
}
