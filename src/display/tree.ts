/**
 * Attribute paths as a tree of namespaces.
 *
 * @module
 */

import { type Html, markup, QUIET } from "./html.ts";

/** One row of a tree: a namespace, or one of the things that have a path. */
export interface TreeRow<T> {
  depth: number;
  /** The part of the path that the rows above do not show; a namespace ends in a slash. */
  label: string;
  /** null: a namespace. */
  item: T | null;
}

interface Node<T> {
  items: { label: string; item: T }[];
  spaces: Map<string, Node<T>>;
}

/** The rows of a tree, depth first, in the order given; namespaces that hold but one namespace share a row with it. */
export function tree<T extends { path: string }>(things: readonly T[]): TreeRow<T>[] {
  const root: Node<T> = { items: [], spaces: new Map() };
  for (const item of things) {
    const parts = item.path.split("/");
    const label = parts.pop()!;
    let node = root;
    for (const part of parts) {
      if (!node.spaces.has(part)) node.spaces.set(part, { items: [], spaces: new Map() });
      node = node.spaces.get(part)!;
    }
    node.items.push({ label, item });
  }
  return [...rowsOf(root, 0)];
}

function* rowsOf<T>(node: Node<T>, depth: number): Generator<TreeRow<T>> {
  for (const { label, item } of node.items) yield { depth, label, item };
  for (const [part, child] of node.spaces) {
    let [label, space] = [`${part}/`, child];
    while (space.items.length === 0 && space.spaces.size === 1) {
      const [[next, inner]] = space.spaces;
      [label, space] = [`${label}${next}/`, inner];
    }
    yield { depth, label, item: null };
    yield* rowsOf(space, depth + 1);
  }
}

/** The label of a row, indented by its depth. */
export function treeLabel({ depth, label, item }: TreeRow<unknown>): Html {
  const color = item === null ? `;${QUIET}` : "";
  return markup`<span style="padding-left:${depth * 16}px${color}">${label}</span>`;
}
