/** Python environments with the official clients that left data on disk, one for each version. */

const FOLDER = new URL("../../../.peers/", import.meta.url).pathname;

/** A version of a client, and what it is to write. */
export interface Client {
  name: "neptune-scale" | "neptune" | "neptune-client";
  version: string;
  /** The version of the database, or the structure of the folder. */
  writes: string;
}

/** Every version of the database, and every structure of folders. */
export const CLIENTS: readonly Client[] = [
  { name: "neptune-scale", version: "0.11.3", writes: "v1" },
  { name: "neptune-scale", version: "0.12.1", writes: "v2" },
  { name: "neptune-scale", version: "0.13.0", writes: "v3" },
  { name: "neptune-scale", version: "0.18.0", writes: "v4" },
  { name: "neptune-scale", version: "0.30.0", writes: "v5" },
  { name: "neptune-client", version: "0.9.19", writes: "structure 1" },
  { name: "neptune-client", version: "0.15.2", writes: "structure 1" },
  { name: "neptune-client", version: "0.16.18", writes: "structure 2" },
  { name: "neptune", version: "1.8.6", writes: "structure 2" },
  { name: "neptune", version: "1.14.0.post2", writes: "structure 3" },
];

/** Makes the environment unless it is there, and gives the path of its Python. */
export async function pythonOf({ name, version }: Client): Promise<string> {
  const folder = `${FOLDER}${name}-${version}`;
  const interpreter = `${folder}/bin/python`;
  if (await Deno.stat(`${folder}/made`).catch(() => null)) return interpreter;
  console.log(`Making the Python environment for ${name} ${version} ...`);
  await run("python3", "-m", "venv", "--clear", folder);
  // The old ones need a module that setuptools dropped.
  const packages = ["setuptools<70", `${name}==${version}`];
  await run(interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages);
  await Deno.writeTextFile(`${folder}/made`, "");
  return interpreter;
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(command, { args, stdin: "null", stdout: "inherit", stderr: "inherit" })
    .output();
  if (!success) throw new Error(`${command} ${args.join(" ")} failed.`);
}

/** Runs one of the programs beside this file in a folder. */
export async function runClient(client: Client, program: string, cwd: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(await pythonOf(client), {
    args: [new URL(program, import.meta.url).pathname, ...args],
    cwd,
    // The clients find the repository of the folder they run in, and would log what is in it.
    env: { GIT_CEILING_DIRECTORIES: "/", NEPTUNE_PROJECT: "", NEPTUNE_API_TOKEN: "" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(`${client.name} ${client.version} failed: ${new TextDecoder().decode(stderr).slice(-2000)}`);
  }
}
