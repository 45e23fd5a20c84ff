/**
 * The attributes of a run as nested objects, so that a notebook completes their names.
 *
 * @module
 */

import type { Attribute } from "./attribute.ts";

/** Namespaces by name, and in them attributes: `tree.metrics.loss`. */
export interface AttributeTree {
  /** A namespace or an attribute; where a path is both, the attribute has what is in the namespace as properties. */
  [name: string]: AttributeTree & Attribute;
}

/** The tree of these attributes. */
export function attributeTree(paths: string[], attribute: (path: string) => Attribute): AttributeTree {
  const root = namespace();
  for (const path of paths) {
    const parts = path.split("/");
    const last = parts.pop()!;
    let node: AttributeTree | null = root;
    for (const part of parts) {
      node = node && !isMember(node, part) ? child(node, part) ?? set(node, part, namespace()) : null;
    }
    if (node && !isMember(node, last)) set(node, last, mixed(attribute(path), child(node, last)));
  }
  return root;
}

/** Whether this is what an attribute has of its own, `path` and its methods: nothing may take its place. */
function isMember(node: object, name: string): boolean {
  return name in node && typeof (node as Record<string, unknown>)[name] !== "object";
}

/** Without a prototype, so that the Tab key offers nothing but names of attributes. */
function namespace(): AttributeTree {
  return Object.create(null);
}

function child(node: AttributeTree, name: string): AttributeTree | undefined {
  return Object.hasOwn(node, name) ? node[name] : undefined;
}

/** An attribute that is a namespace, too, unless the names are those of its methods. */
function mixed(attribute: Attribute, inside: AttributeTree = {}): Attribute {
  for (const [name, value] of Object.entries(inside)) if (!isMember(attribute, name)) set(attribute, name, value);
  return attribute;
}

/** Also where the name is `__proto__`. */
function set<T extends object>(node: object, name: string, value: T): T {
  Object.defineProperty(node, name, { value, enumerable: true, configurable: true, writable: true });
  return value;
}
