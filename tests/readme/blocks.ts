/**
 * README's examples run: each `ts` block in turn, as one program, and what it prints is what the `text` block after it shows.
 *
 * `deno run -A tests/readme/blocks.ts` writes what the examples print now into README.
 */

const ROOT = new URL("../../", import.meta.url);
const README = new URL("README.md", ROOT);

/** A fenced block: where its body is, and what language it is in. */
interface Block {
  info: string;
  start: number;
  end: number;
}

/** One example and the block with its output. */
export interface Example {
  code: string;
  /** What README shows, and where; null where it shows nothing. */
  shown: { text: string; start: number; end: number } | null;
  /** What the code printed now. */
  printed: string;
}

/** Runs the examples and gives what each printed. */
export async function runExamples(readme: string): Promise<Example[]> {
  const blocks = [...fences(readme)];
  const examples: Example[] = [];
  blocks.forEach((block, i) => {
    if (block.info !== "ts") return;
    const next = blocks[i + 1];
    const shown = next?.info === "text"
      ? { text: readme.slice(next.start, next.end), start: next.start, end: next.end }
      : null;
    examples.push({ code: readme.slice(block.start, block.end), shown, printed: "" });
  });
  const program = examples.map(({ code }) => `${code}\nconsole.log("\\u0001");`).join("\n");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--ext=ts", "-"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(program));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  if (code !== 0) throw new Error(`README's examples fail: ${new TextDecoder().decode(stderr)}`);
  const parts = new TextDecoder().decode(stdout).split("\u0001\n");
  examples.forEach((example, i) => example.printed = trimLines(parts[i]));
  return examples;
}

/** Lines without blanks at their ends: editors and hosts take them away. */
export function trimLines(text: string): string {
  return text.split("\n").map((line) => line.trimEnd()).join("\n").trim();
}

function* fences(text: string): Generator<Block> {
  for (const match of text.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)) {
    const start = match.index + match[1].length + 4;
    yield { info: match[1].trim(), start, end: start + match[2].length };
  }
}

if (import.meta.main) {
  let readme = await Deno.readTextFile(README);
  for (const { shown, printed } of (await runExamples(readme)).reverse()) {
    if (shown) readme = `${readme.slice(0, shown.start)}${printed}\n${readme.slice(shown.end)}`;
  }
  await Deno.writeTextFile(README, readme);
}
