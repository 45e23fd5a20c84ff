/** JupyterLab from PyPI, with the Deno kernel. */

const ROOT = new URL("../../", import.meta.url).pathname;
const VENV = `${ROOT}.venv/`;
const REQUIREMENTS = new URL("requirements.txt", import.meta.url).pathname;

export type Theme = "JupyterLab Light" | "JupyterLab Dark";

/** Where screenshots go: the folder that `SCREENSHOTS` names, or a new one. */
export async function screenshotFolder(): Promise<string> {
  const folder = Deno.env.get("SCREENSHOTS") ?? await Deno.makeTempDir({ prefix: "screenshots-" });
  await Deno.mkdir(folder, { recursive: true });
  console.log(`Screenshots go to ${folder}`);
  return folder;
}

/** Chromium of Debian and Ubuntu, where it is not there and this process may install it. */
async function installChromium(): Promise<void> {
  const path = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";
  if (await Deno.stat(path).then(() => true, () => false)) return;
  if (Deno.uid() !== 0) throw new Error(`There is no browser at ${path}: install chromium, or name one by CHROMIUM.`);
  console.log("Installing chromium ...");
  await run("apt-get", ["update", "-qq"]);
  await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"]);
}

/** Makes the Python environment unless it is there with the same requirements. */
export async function install(): Promise<void> {
  await installChromium();
  const wanted = await Deno.readTextFile(REQUIREMENTS);
  if (await Deno.readTextFile(`${VENV}made-of.txt`).catch(() => null) === wanted) return;
  console.log("Making the Python environment in .venv ...");
  await run("python3", ["-m", "venv", "--clear", VENV]);
  await run(`${VENV}bin/python`, [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "-r",
    REQUIREMENTS,
  ]);
  await Deno.writeTextFile(`${VENV}made-of.txt`, wanted);
}

/** Turns a notebook with its outputs into a web page, as `jupyter nbconvert --to html` does. */
export async function convert(notebook: string, page: string, more: string[] = []): Promise<void> {
  const folder = page.slice(0, page.lastIndexOf("/"));
  await run(`${VENV}bin/jupyter`, [
    "nbconvert",
    "--log-level=ERROR",
    "--to",
    "html",
    ...more,
    notebook,
    "--output-dir",
    folder,
    "--output",
    page.slice(folder.length + 1),
  ]);
}

/** A running JupyterLab whose notebooks are copies in a folder below the repository, where bare names resolve. */
export class Lab implements AsyncDisposable {
  private constructor(
    readonly url: string,
    readonly folder: string,
    readonly token: string,
    private readonly process: Deno.ChildProcess,
    private readonly settings: string,
  ) {}

  static async start(): Promise<Lab> {
    const folder = await Deno.makeTempDir({ dir: VENV, prefix: "notebooks-" });
    const settings = await Deno.makeTempDir();
    const env = {
      XDG_DATA_HOME: settings,
      JUPYTER_DATA_DIR: `${settings}/jupyter`,
      JUPYTER_CONFIG_DIR: `${settings}/config`,
      JUPYTERLAB_SETTINGS_DIR: `${settings}/user`,
      NO_COLOR: "1",
    };
    await run(Deno.execPath(), ["jupyter", "--install"], env);
    await setting(settings, "apputils-extension/notification", { fetchNews: "false", checkForUpdates: false });
    await setting(settings, "notebook-extension/tracker", { windowingMode: "none" });
    const token = crypto.randomUUID();
    const port = freePort();
    const process = new Deno.Command(`${VENV}bin/jupyter`, {
      args: [
        "lab",
        "--no-browser",
        "--expose-app-in-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        `--port=${port}`,
        `--IdentityProvider.token=${token}`,
        `--notebook-dir=${folder}`,
      ],
      env,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const lab = new Lab(`http://127.0.0.1:${port}`, folder, token, process, settings);
    for (let i = 0; i < 300; i++) {
      const up = await fetch(`${lab.url}/api/status?token=${token}`).then(
        (answer) => answer.body?.cancel().then(() => answer.ok),
        () => false,
      );
      if (up) return lab;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await lab[Symbol.asyncDispose]();
    throw new Error("JupyterLab did not start within 30 s.");
  }

  /** Pages opened from now on have this theme. */
  async theme(theme: Theme): Promise<void> {
    await setting(this.settings, "apputils-extension/themes", { theme });
  }

  /** Starts the kernel of a notebook, so that JupyterLab does not ask which one, and gives the address of its page. */
  async open(notebook: string): Promise<string> {
    const answer = await fetch(`${this.url}/api/sessions?token=${this.token}`, {
      method: "POST",
      body: JSON.stringify({ path: notebook, name: notebook, type: "notebook", kernel: { name: "deno" } }),
    });
    if (!answer.ok) throw new Error(`JupyterLab did not start a kernel: ${await answer.text()}`);
    await answer.body?.cancel();
    return `${this.url}/doc/tree/${notebook}?token=${this.token}&reset`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill("SIGTERM");
    await this.process.status;
    await Deno.remove(this.folder, { recursive: true });
    await Deno.remove(this.settings, { recursive: true });
  }
}

async function setting(settings: string, plugin: string, values: Record<string, unknown>): Promise<void> {
  const path = `${settings}/user/@jupyterlab/${plugin}.jupyterlab-settings`;
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(path, JSON.stringify(values));
}

async function run(command: string, args: string[], env?: Record<string, string>): Promise<void> {
  const { success } = await new Deno.Command(command, { args, env, stdin: "null", stdout: "null", stderr: "inherit" })
    .output();
  if (!success) throw new Error(`${command} ${args.join(" ")} failed.`);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
