/**
 * Names of columns, of which no two may be the same.
 *
 * @module
 */

/**
 * The names of columns for attributes, in their order: an attribute that is called like a column that was made for something else,
 * `loss:int` beside the ints among `loss`, gets its type too.
 *
 * @param taken Names that are made, and stay as they are.
 */
export function keepApart(attributes: { name: string; type: string }[], taken: Iterable<string>): string[] {
  const all = new Set(taken);
  return attributes.map(({ name, type }) => {
    let free = name;
    while (all.has(free)) free += `:${type}`;
    all.add(free);
    return free;
  });
}
