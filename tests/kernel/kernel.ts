/**
 * A client of the real Deno kernel (`deno jupyter --kernel`), which speaks Jupyter's messages over ZeroMQ. No Python involved.
 */

import { concat } from "./frames.ts";
import { Socket } from "./socket.ts";

/** One message of a kernel about a cell, for example of type `stream`, `display_data`, `execute_result` or `error`. */
export interface Message {
  type: string;
  // deno-lint-ignore no-explicit-any
  content: any;
}

/** What came of a cell. */
export interface Reply {
  /** `ok` or `error`. A syntax error shows nowhere but here. */
  status: string;
  ename?: string;
  evalue?: string;
  outputs: Message[];
  /** Until the kernel was idle again. */
  milliseconds: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Deno 2.9 says that it is idle before it sends the last outputs of a cell. */
const DRAIN_MS = 120;

export class Kernel implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #connectionFile: string;
  readonly #key: CryptoKey;
  readonly #shell: Socket;
  readonly #iopub: Socket;
  readonly #session = crypto.randomUUID();
  #count = 0;

  private constructor(
    process: Deno.ChildProcess,
    connectionFile: string,
    key: CryptoKey,
    shell: Socket,
    iopub: Socket,
  ) {
    this.#process = process;
    this.#connectionFile = connectionFile;
    this.#key = key;
    this.#shell = shell;
    this.#iopub = iopub;
  }

  /** Starts a kernel; paths and bare names in cells resolve against `cwd`. Its texts come without colors. */
  static async start({ cwd, env }: { cwd?: string; env?: Record<string, string> } = {}): Promise<Kernel> {
    const [shellPort, iopubPort, ...others] = freePorts(5);
    const secret = crypto.randomUUID();
    const connectionFile = await Deno.makeTempFile({ suffix: ".json" });
    await Deno.writeTextFile(
      connectionFile,
      JSON.stringify({
        transport: "tcp",
        ip: "127.0.0.1",
        signature_scheme: "hmac-sha256",
        key: secret,
        shell_port: shellPort,
        iopub_port: iopubPort,
        stdin_port: others[0],
        control_port: others[1],
        hb_port: others[2],
        kernel_name: "deno",
      }),
    );
    const process = new Deno.Command(Deno.execPath(), {
      args: ["jupyter", "--kernel", "--conn", connectionFile],
      cwd,
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
    const shell = await connected(shellPort, "DEALER");
    const iopub = await connected(iopubPort, "SUB");
    const kernel = new Kernel(process, connectionFile, key, shell, iopub);
    await kernel.#subscribed();
    return kernel;
  }

  /**
   * Runs a cell and collects its outputs.
   *
   * @param drain How many milliseconds to wait for the last ones.
   */
  async run(
    code: string,
    { timeout = 60_000, drain = DRAIN_MS }: { timeout?: number; drain?: number } = {},
  ): Promise<Reply> {
    const start = performance.now();
    const id = await this.#send("execute_request", {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: false,
    });
    const outputs: Message[] = [];
    let deadline = start + timeout;
    let milliseconds = 0;
    while (performance.now() < deadline) {
      const parts = await this.#iopub.next(deadline - performance.now());
      if (this.#iopub.closed) throw new Error("The kernel died.");
      if (!parts) break;
      const { type, parent, content } = parse(parts);
      if (parent !== id || type === "execute_input") continue;
      if (type !== "status") outputs.push({ type, content });
      if (content.execution_state === "idle") milliseconds = performance.now() - start;
      if (milliseconds > 0) deadline = performance.now() + drain;
    }
    if (milliseconds === 0) throw new Error(`The cell did not end within ${timeout} ms: ${code.slice(0, 200)}`);
    const parts = await this.#shell.next(2000);
    if (!parts) throw new Error("The kernel sent no reply.");
    const { status, ename, evalue } = parse(parts).content;
    return { status, ename, evalue, outputs, milliseconds };
  }

  /** What the Tab key offers at the end of this code. */
  async complete(code: string): Promise<string[]> {
    const id = await this.#send("complete_request", { code, cursor_pos: code.length });
    for (let parts = await this.#shell.next(5000); parts; parts = await this.#shell.next(5000)) {
      const { parent, content } = parse(parts);
      if (parent === id) return content.matches;
    }
    throw new Error("The kernel sent no completions.");
  }

  /** What the interrupt button of a notebook does. */
  interrupt(): void {
    this.#process.kill("SIGINT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#shell[Symbol.dispose]();
    this.#iopub[Symbol.dispose]();
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It ended by itself.
    }
    await this.#process.status;
    await Deno.remove(this.#connectionFile);
  }

  async #send(type: string, content: unknown): Promise<string> {
    const id = `${this.#session}_${this.#count++}`;
    const header = {
      msg_id: id,
      session: this.#session,
      username: "test",
      date: new Date().toISOString(),
      msg_type: type,
      version: "5.3",
    };
    const body = [header, {}, {}, content].map((part) => encoder.encode(JSON.stringify(part)));
    const signature = new Uint8Array(await crypto.subtle.sign("HMAC", this.#key, concat(body))).toHex();
    await this.#shell.send([encoder.encode("<IDS|MSG>"), encoder.encode(signature), ...body]);
    return id;
  }

  /** A subscription takes effect some time after it was sent: asks until something is heard, then hears the rest out. */
  async #subscribed(): Promise<void> {
    for (let i = 0; i < 50; i++) {
      await this.#send("kernel_info_request", {});
      if (await this.#iopub.next(200)) break;
    }
    while (await this.#iopub.next(100));
    while (await this.#shell.next(50));
  }
}

function parse(parts: Uint8Array[]): Message & { parent: string } {
  const start = parts.findIndex((part) => decoder.decode(part) === "<IDS|MSG>");
  const [header, parent, , content] = parts.slice(start + 2).map((part) => JSON.parse(decoder.decode(part)));
  return { type: header.msg_type, parent: parent.msg_id ?? "", content };
}

async function connected(port: number, type: "DEALER" | "SUB"): Promise<Socket> {
  for (let attempt = 0;; attempt++) {
    try {
      return await Socket.connect(port, type);
    } catch (error) {
      if (attempt === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Ports that nobody listens at, from below those that the system gives to everybody who asks: others ask while the kernel starts. */
function freePorts(count: number): number[] {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = 12_000 + crypto.getRandomValues(new Uint16Array(1))[0] % 20_000;
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      if (!ports.includes(port)) ports.push(port);
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  return ports;
}
