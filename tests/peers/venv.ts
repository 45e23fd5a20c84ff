/** The Python environment with the official clients. */

const FOLDER = new URL("../../.peers/", import.meta.url).pathname;
const REQUIREMENTS = new URL("requirements.txt", import.meta.url).pathname;

/** Makes the environment unless it is there with the same requirements, and gives the path of its Python. */
export async function python(): Promise<string> {
  const interpreter = `${FOLDER}bin/python`;
  const wanted = await Deno.readTextFile(REQUIREMENTS);
  const made = await Deno.readTextFile(`${FOLDER}made-of.txt`).catch(() => null);
  if (made === wanted) return interpreter;
  console.log("Making the Python environment in .peers ...");
  await run("python3", "-m", "venv", "--clear", FOLDER);
  await run(interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS);
  await Deno.writeTextFile(`${FOLDER}made-of.txt`, wanted);
  return interpreter;
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(command, { args, stdin: "null", stdout: "inherit", stderr: "inherit" })
    .output();
  if (!success) throw new Error(`${command} ${args.join(" ")} failed.`);
}
