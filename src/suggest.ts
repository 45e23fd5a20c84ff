import { distance } from "fastest-levenshtein";

/** Names longer than this are no typing mistakes of each other: comparing them takes time with the square of their length. */
const LONGEST = 500;

/**
 * Up to `count` of the names that are close to what was asked for, the closest first. Of equally close ones those that begin alike
 * come first: `==` is `=`, not `!=`.
 */
export function suggest(wanted: string, names: Iterable<string>, count = 3): string[] {
  if (wanted.length > LONGEST) return [];
  const lower = wanted.toLowerCase();
  const scored: { name: string; score: number }[] = [];
  for (const name of new Set(names)) {
    if (name.length > LONGEST) continue;
    const candidate = name.toLowerCase();
    const longer = Math.max(lower.length, candidate.length);
    const shorter = Math.min(lower.length, candidate.length);
    const contains = lower.length > 2 && (candidate.includes(lower) || lower.includes(candidate));
    const score = contains ? 0.2 + (longer - shorter) / 1000 : longer > 2 * shorter
      ? 1 // The distance is at least the difference of the lengths.
      : distance(lower, candidate) / longer;
    if (score <= 0.5) scored.push({ name, score });
  }
  const other = (name: string) => Number(name[0]?.toLowerCase() !== lower[0]);
  return scored.sort((a, b) => a.score - b.score || other(a.name) - other(b.name) || (a.name < b.name ? -1 : 1))
    .slice(0, count).map(({ name }) => name);
}

/** ` Did you mean "a" or "b"?` or nothing: the end of an error message. */
export function didYouMean(suggestions: string[]): string {
  const quoted = suggestions.map((name) => `"${name}"`);
  const last = quoted.pop();
  if (last === undefined) return "";
  return ` Did you mean ${quoted.length > 0 ? `${quoted.join(", ")} or ${last}` : last}?`;
}
