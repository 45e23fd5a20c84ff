/**
 * Regular expressions that mean the same to RE2, to Java and to Rust.
 *
 * @module
 */

const DIGIT = "0-9", WORD = "0-9A-Za-z_", SPACE = "\\t\\n\\f\\r ";
const CLASSES: Readonly<Record<string, string>> = {
  d: `[${DIGIT}]`,
  D: `[^${DIGIT}]`,
  w: `[${WORD}]`,
  W: `[^${WORD}]`,
  s: `[${SPACE}]`,
  S: `[^${SPACE}]`,
};
const INSIDE: Readonly<Record<string, string>> = { d: DIGIT, w: WORD, s: SPACE };
const CONTROLS: Readonly<Record<string, string>> = { t: "\\t", n: "\\n", r: "\\r", f: "\\f" };

/**
 * The same pattern in the part of the syntax that all engines read alike: `.` passes over line feeds alone, `$` stands for the very end,
 * `\d` and its like are ASCII. Null where the pattern has anything else, letters without case for example: it is then for this
 * program to evaluate. The pattern must be one that RE2 accepts.
 */
export function portablePattern(pattern: string): string | null {
  if (!pattern.isWellFormed()) return null;
  let out = "";
  for (let at = 0; at < pattern.length;) {
    const rest = pattern.slice(at);
    const group = /^\(\?:|^\((?!\?)/.exec(rest);
    if (group) {
      out += "(?:";
      at += group[0].length;
      continue;
    }
    // What repeats within what repeats may keep Java busy for ever.
    if (/^\)[*+{]/.test(rest)) return null;
    const plain = /^(?:[)|]|[*+?]\??(?![*+?])|\{\d{1,3}(?:,\d{0,3})?\}\??(?![*+?{]))/.exec(rest);
    if (plain) {
      out += plain[0];
      at += plain[0].length;
      continue;
    }
    if (rest[0] === "[") {
      const list = characterClass(rest);
      if (list === null) return null;
      out += list.text;
      at += list.length;
      continue;
    }
    if (rest[0] === "\\") {
      const code = escapeOf(rest[1]);
      if (code === null) return null;
      out += code;
      at += 2;
      continue;
    }
    if (/^[(*+?{}\]]/.test(rest)) return null;
    const [sign] = rest;
    if (sign === "^") out += "\\A";
    else if (sign === "$") out += "\\z";
    else if (sign === ".") out += "[^\\n]";
    else out += quoted(String.fromCodePoint(rest.codePointAt(0)!));
    at += sign === "^" || sign === "$" || sign === "." ? 1 : String.fromCodePoint(rest.codePointAt(0)!).length;
  }
  return out;
}

function escapeOf(sign: string | undefined): string | null {
  if (sign === undefined) return null;
  if (sign in CLASSES) return CLASSES[sign];
  if (sign in CONTROLS) return CONTROLS[sign];
  if (sign === "A") return "\\A";
  if (sign === "z") return "\\z";
  return isPunctuation(sign) ? quoted(sign) : null;
}

/** `[a-z_]`, without nested lists, intersections and named classes. */
function characterClass(rest: string): { text: string; length: number } | null {
  const head = /^\[\^?/.exec(rest)![0];
  let text = head, at = head.length, pending = false;
  for (let first = true; at < rest.length; first = false) {
    if (rest[at] === "]" && !first) return { text: text + "]", length: at + 1 };
    if (rest[at] === "[" || rest[at] === "&" || rest[at] === "~" || rest[at] === "]") return null;
    if (rest[at] === "-") {
      // A range, or nothing that needs to be understood.
      if (first || pending || rest[at + 1] === "]" || rest[at + 1] === undefined) return null;
      pending = true;
      text += "-";
      at++;
      continue;
    }
    if (rest[at] === "\\") {
      const sign = rest[at + 1];
      if (sign === undefined) return null;
      if (sign in INSIDE) {
        if (pending || rest[at + 2] === "-") return null;
        text += INSIDE[sign];
      } else if (sign in CONTROLS) text += CONTROLS[sign];
      else if (isPunctuation(sign)) text += quoted(sign);
      else return null;
      at += 2;
    } else {
      const sign = String.fromCodePoint(rest.codePointAt(at)!);
      text += isPunctuation(sign) ? quoted(sign) : sign;
      at += sign.length;
    }
    pending = false;
  }
  return null;
}

function isPunctuation(sign: string): boolean {
  return /^[!-/:-@[-`{-~]$/.test(sign);
}

/** Only what would mean something is quoted: not every engine takes a needless backslash. */
function quoted(sign: string): string {
  return /^[\\^$.|?*+()[\]{}\-&~#]$/.test(sign) ? `\\${sign}` : sign;
}
