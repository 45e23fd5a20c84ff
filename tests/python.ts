/** Python environments of tests, each in a folder of its own. */

const ROOT = new URL("../", import.meta.url).pathname;

/**
 * Makes an environment unless it is there with the same requirements.
 *
 * @param name Of its folder in this repository: `.peers`.
 * @param requirements The file that names its packages.
 * @returns The folder with its programs.
 */
export async function pythonEnvironment(name: string, requirements: URL): Promise<string> {
  const folder = `${ROOT}${name}/`;
  const wanted = await Deno.readTextFile(requirements);
  const made = await Deno.readTextFile(`${folder}made-of.txt`).catch(() => null);
  if (made === wanted) return `${folder}bin`;
  console.log(`Making the Python environment in ${name} ...`);
  await run("python3", "-m", "venv", "--clear", folder);
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements.pathname];
  await run(`${folder}bin/python`, ...install);
  await Deno.writeTextFile(`${folder}made-of.txt`, wanted);
  return `${folder}bin`;
}

/** The Python with Neptune's official clients. */
export async function python(): Promise<string> {
  return `${await pythonEnvironment(".peers", new URL("peers/requirements.txt", import.meta.url))}/python`;
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(command, { args, stdin: "null", stdout: "inherit", stderr: "inherit" })
    .output();
  if (!success) throw new Error(`${command} ${args.join(" ")} failed.`);
}
