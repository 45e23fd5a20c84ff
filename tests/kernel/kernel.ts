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
/** No cell takes longer, and no answer of the kernel, on a busy machine either; milliseconds. */
const PATIENCE = 300_000;

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
  static async start(options: { cwd?: string; env?: Record<string, string> } = {}): Promise<Kernel> {
    for (let attempt = 0; attempt < 5; attempt++) {
      const kernel = await Kernel.#startAt(freePorts(5), options);
      if (kernel) return kernel;
    }
    throw new Error("The kernel does not start.");
  }

  /** Null where the kernel ended: somebody else has taken one of the ports meanwhile. */
  static async #startAt(
    ports: number[],
    { cwd, env }: Parameters<typeof Kernel.start>[0] = {},
  ): Promise<Kernel | null> {
    const [shellPort, iopubPort, ...others] = ports;
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
    const ended = new AbortController();
    process.status.then(() => ended.abort());
    const shell = await connected(shellPort, "DEALER", ended.signal);
    const iopub = await connected(iopubPort, "SUB", ended.signal);
    if (shell && iopub) {
      const kernel = new Kernel(process, connectionFile, key, shell, iopub);
      if (await kernel.#isSubscribed().catch(() => false)) return kernel;
    }
    for (const socket of [shell, iopub]) socket?.[Symbol.dispose]();
    await process.status;
    await Deno.remove(connectionFile);
    return null;
  }

  /**
   * Runs a cell and collects its outputs.
   *
   * @param onOutput Told each of them as it comes.
   */
  async run(code: string, onOutput: (output: Message) => void = () => {}): Promise<Reply> {
    const start = performance.now();
    const cell = await this.#execute(code, true);
    const outputs: Message[] = [];
    const give = (output: Message) => {
      outputs.push(output);
      onOutput(output);
    };
    for await (const { type, parent, content } of this.#heard(code)) {
      if (parent !== cell || type === "execute_input") continue;
      if (content.execution_state === "idle") break;
      if (type !== "status") give({ type, content });
    }
    const milliseconds = performance.now() - start;
    // Deno 2.9 says that it is idle before it sends the last that was printed, perhaps as if the next cell had: what that one prints
    // comes behind it.
    const mark = crypto.randomUUID();
    const next = await this.#execute(`console.log("${mark}")`, false);
    for await (const { type, parent, content } of this.#heard(code)) {
      if ((parent !== cell && parent !== next) || /^(execute_input|status)$/.test(type)) continue;
      if (type !== "stream" || !content.text.includes(mark)) give({ type, content });
      else break;
    }
    const { status, ename, evalue } = await this.#replyTo(cell);
    return { status, ename, evalue, outputs, milliseconds };
  }

  /** What the Tab key offers at the end of this code. */
  async complete(code: string): Promise<string[]> {
    return (await this.#replyTo(await this.#send("complete_request", { code, cursor_pos: code.length }))).matches;
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

  /** What the kernel tells everybody, until whoever listens has heard enough of this cell. */
  async *#heard(code: string): AsyncGenerator<Message & { parent: string }> {
    for (const end = performance.now() + PATIENCE; performance.now() < end;) {
      const parts = await this.#iopub.next(end - performance.now());
      if (parts) yield parse(parts);
      else if (this.#iopub.closed) throw new Error("The kernel died.");
    }
    throw new Error(`The cell did not end within ${PATIENCE} ms: ${code.slice(0, 200)}`);
  }

  // deno-lint-ignore no-explicit-any
  async #replyTo(request: string): Promise<any> {
    for (let parts = await this.#shell.next(PATIENCE); parts; parts = await this.#shell.next(PATIENCE)) {
      const { parent, content } = parse(parts);
      if (parent === request) return content;
    }
    throw new Error("The kernel sent no reply.");
  }

  /** @param counts Whether it is a cell like others: those that are not have no number. */
  #execute(code: string, counts: boolean): Promise<string> {
    return this.#send("execute_request", {
      code,
      silent: false,
      store_history: counts,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: false,
    });
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

  /** A subscription takes effect some time after it was sent: asks until something is heard. */
  async #isSubscribed(): Promise<boolean> {
    for (let waited = 0; waited < PATIENCE && !this.#iopub.closed; waited += 200) {
      await this.#send("kernel_info_request", {});
      if (await this.#iopub.next(200)) return true;
    }
    return false;
  }
}

function parse(parts: Uint8Array[]): Message & { parent: string } {
  const start = parts.findIndex((part) => decoder.decode(part) === "<IDS|MSG>");
  const [header, parent, , content] = parts.slice(start + 2).map((part) => JSON.parse(decoder.decode(part)));
  return { type: header.msg_type, parent: parent.msg_id ?? "", content };
}

/** Null where the kernel ended before it took the connection. */
async function connected(port: number, type: "DEALER" | "SUB", ended: AbortSignal): Promise<Socket | null> {
  while (!ended.aborted) {
    try {
      return await Socket.connect(port, type);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return null;
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
