/**
 * What the commands print, in a pipe and in a pseudo terminal.
 */

const DRIVER = new URL("./driver.ts", import.meta.url).pathname;
const ENV = { NO_COLOR: "1", NEPTUNE_PROJECT: "", NEPTUNE_API_TOKEN: "", TERM: "xterm" };

/** What a slow machine draws meanwhile: lines that are wiped away. */
// deno-lint-ignore no-control-regex
const PROGRESS = /\r?(?:[^\n\x1b]*)\x1b\[(?:K|0G|2K|J)/g;

/** The outputs, both streams in the order in which they were written; null where this machine has no pseudo terminals. */
export async function outputs(where: "pipe" | "terminal"): Promise<string | null> {
  const deno = `"${Deno.execPath()}" run -A --no-prompt "${DRIVER}"`;
  // `script` gives the command a terminal of its own; 2>&1 keeps the order of the two streams.
  const command = where === "pipe" ? ["sh", "-c", `${deno} 2>&1 | cat`] : [
    "script",
    "--quiet",
    "--return",
    "--command",
    `stty cols 100 rows 40 -onlcr; ${deno} 2>&1`,
    "/dev/null",
  ];
  try {
    const { stdout } = await new Deno.Command(command[0], { args: command.slice(1), env: ENV, stdin: "null" }).output();
    return new TextDecoder().decode(stdout).replace(PROGRESS, "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** The file that keeps the right outputs. */
export function goldenFile(where: "pipe" | "terminal"): URL {
  return new URL(`./golden/${where}.txt`, import.meta.url);
}

if (import.meta.main) {
  for (const where of ["pipe", "terminal"] as const) {
    const text = await outputs(where);
    if (text !== null) await Deno.writeTextFile(goldenFile(where), text);
  }
}
