/**
 * The examples of README and of the pages in docs/ run: the `ts` blocks of a page in turn, as one program, and what each prints is
 * what the `text` block after it shows. A `ts hello` block runs on its own, from an empty folder.
 *
 * `deno run -A tests/documents/blocks.ts` writes what the examples print now into the pages.
 */

const ROOT = new URL("../../", import.meta.url);

/** A fenced block: where its body is, and what language it is in. */
interface Block {
  info: string;
  start: number;
  end: number;
}

/** One example and the block with its output. */
export interface Example {
  code: string;
  /** What the page shows, and where; null where it shows nothing. */
  shown: { text: string; start: number; end: number } | null;
  /** What the code printed now. */
  printed: string;
}

/** The pages that hold examples: README and what lies directly in docs/. */
export async function pages(): Promise<string[]> {
  const found = ["README.md"];
  for await (const { name } of Deno.readDir(new URL("docs/", ROOT))) {
    if (name.endsWith(".md")) found.push(`docs/${name}`);
  }
  return found.sort();
}

/** The text of a page. */
export function readPage(page: string): Promise<string> {
  return Deno.readTextFile(new URL(page, ROOT));
}

/** Runs the examples of a page and gives what each printed. */
export async function runExamples(text: string): Promise<Example[]> {
  const hello = examplesOf(text, "ts hello");
  for (const example of hello) example.printed = trimLines(await runHello(example.code));

  const examples = examplesOf(text, "ts");
  if (examples.length === 0) return hello;
  const program = examples.map(({ code }) => `${code}\nconsole.log("\\u0001");`).join("\n");
  const parts = (await run(["--ext=ts", "-"], ROOT, program)).split("\u0001\n");
  examples.forEach((example, i) => example.printed = trimLines(parts[i]));
  return [...hello, ...examples];
}

function examplesOf(text: string, info: string): Example[] {
  const blocks = [...fences(text)];
  return blocks.flatMap((block, i) => {
    if (block.info !== info) return [];
    const next = blocks[i + 1];
    const shown = next?.info === "text"
      ? { text: text.slice(next.start, next.end), start: next.start, end: next.end }
      : null;
    return [{ code: text.slice(block.start, block.end), shown, printed: "" }];
  });
}

/** Runs a file that imports the published package, with this repository in its place, as CONTRIBUTING says. */
async function runHello(code: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "neptune-hello-" });
  try {
    await Deno.writeTextFile(`${folder}/hello.ts`, code);
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ links: [ROOT.pathname] }));
    return await run(["hello.ts"], folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function run(args: string[], cwd: URL | string, input = ""): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", ...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  if (code !== 0) throw new Error(`The examples fail: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
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
  for (const page of await pages()) {
    let text = await readPage(page);
    const shown = (await runExamples(text)).flatMap(({ shown, printed }) => shown ? [{ ...shown, printed }] : []);
    for (const { start, end, printed } of shown.sort((a, b) => b.start - a.start)) {
      text = `${text.slice(0, start)}${printed}\n${text.slice(end)}`;
    }
    await Deno.writeTextFile(new URL(page, ROOT), text);
  }
}
